public import EventLog
public import Privacy

/// That what is sealed of persons becomes unreadable (DSGVO Art. 17), and why.
public struct ErasureRequest: Sendable, Hashable {
  /// Pseudonymous references, as the packs' `x-person` point to them.
  public var persons: [String]
  public var reason: String
  /// The provision it rests on.
  public var legalBasis: String
  /// On whose behalf a principal that delegates asks; nil for itself.
  public var authid: String?

  public init(persons: [String], reason: String, legalBasis: String, authid: String?) {
    self.persons = persons
    self.reason = reason
    self.legalBasis = legalBasis
    self.authid = authid
  }
}

/// What became of the request for one person.
public struct Erasure: Sendable, Hashable {
  public enum State: String, Sendable, Hashable {
    /// Recorded; someone else must ask for the same before anything happens.
    case requested
    /// Recorded, and the key is destroyed.
    case erased
  }

  public var person: String
  public var state: State
  /// 32 hex digits, as they stand in sealed values.
  public var key: String
  /// The record of the request.
  public var request: UInt64
  /// The record of this step.
  public var receipt: Receipt
  /// What the search of all files came to; nil where nothing was erased.
  public var remains: RemainsSearch.Result?
}
