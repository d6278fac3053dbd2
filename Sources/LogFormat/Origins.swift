public import TransparencyLog

/// The names under which a log has been signed, in their order: the one of record 0, and one more for each time the log was
/// restored from a backup (``Resumption``). No name comes twice.
///
/// A name signs for a range of sizes: of more records than were there when it began, and of no more than were there when
/// the next one began.
public struct Origins: Sendable, Hashable {
  /// One name with its key.
  public struct Origin: Sendable, Hashable {
    public let name: String
    /// Nil where the log does not say it in a form that can be used.
    public let key: VerifierKey?
    /// How many records were there before it. The record of this sequence, if there is any, begins it.
    public let start: UInt64
    /// How many were there when the next one began; nil of the newest.
    public fileprivate(set) var end: UInt64?

    /// Whether a checkpoint of so many records may be signed under the name.
    public func covers(_ size: UInt64) -> Bool {
      (start == 0 || size > start) && size <= end ?? .max
    }
  }

  /// The oldest first; never empty.
  public private(set) var list: [Origin]

  public init(name: String, key: VerifierKey?) {
    list = [Origin(name: name, key: key, start: 0)]
  }

  /// Those of a log that begins with this record; nil where it does not say its name.
  public init?(opening record: Record) {
    guard record.type == Origins.openingType, let name = record.data?["origin"]?.string else { return nil }
    self.init(name: name, key: record.data?["verifierkey"]?.string.flatMap { try? VerifierKey($0) })
  }

  /// Takes up a record of the type ``Resumption/type``.
  ///
  /// - Returns: what it says; whether size and root are those of the log, the caller has to check.
  /// - Throws: ``ResumptionError``; the record then changes nothing.
  @discardableResult
  public mutating func resume(with record: Record) throws(ResumptionError) -> Resumption {
    guard let resumption = record.data.flatMap({ Resumption($0) }) else { throw .unreadable }
    let (old, new) = (newest.name, resumption.key.name)
    guard resumption.ended.origin.utf8.elementsEqual(old.utf8) else {
      throw .otherOrigin(expected: old, found: resumption.ended.origin)
    }
    guard !has(new) else { throw .usedBefore(new) }
    list[list.count - 1].end = record.sequence
    list.append(Origin(name: new, key: resumption.key, start: record.sequence))
    return resumption
  }

  public var newest: Origin { list[list.count - 1] }
  public var keys: [VerifierKey] { list.compactMap(\.key) }

  /// Whether the log has ever had this name.
  public func has(_ name: String) -> Bool { origin(named: name) != nil }

  public func origin(named name: String) -> Origin? {
    list.first { $0.name.utf8.elementsEqual(name.utf8) }
  }

  /// The one under which a checkpoint of so many records was signed.
  public func origin(ofSize size: UInt64) -> Origin {
    list.last { $0.covers(size) } ?? newest
  }

  /// The checkpoint of a note that is signed under one of the names, and of a size that this one may sign for.
  public func open(_ note: SignedNote) throws(NoteError) -> Checkpoint {
    let claim = try Checkpoint(text: note.text)
    guard let origin = origin(named: claim.origin), let key = origin.key else {
      throw .originMismatch(expected: newest.name, found: claim.origin)
    }
    let checkpoint = try Checkpoint.open(note, by: key)
    guard origin.covers(checkpoint.size) else {
      throw .originMismatch(expected: self.origin(ofSize: checkpoint.size).name, found: checkpoint.origin)
    }
    return checkpoint
  }

  private static let openingType = "de.aktenspur.ledger.eroeffnet"
}

/// Why a record does not give the log another name.
public enum ResumptionError: Error, Sendable, Hashable, CustomStringConvertible {
  case unreadable
  case otherOrigin(expected: String, found: String)
  case usedBefore(String)

  public var description: String {
    switch self {
    case .unreadable: "expected origin, size, root, neuerorigin and verifierkey, the key being that of neuerorigin"
    case .otherOrigin(let expected, let found): "it ends \(found), the log is signed as \(expected)"
    case .usedBefore(let name): "the log was signed as \(name) before"
    }
  }
}
