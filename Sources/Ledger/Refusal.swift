import EventLog
import LogFormat

/// Why something was not done: of which kind, which field, and what was expected there.
public struct Refusal: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kinds, each with its own problem type (RFC 9457).
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    case malformed
    case forbidden
    case notFound = "not-found"
    /// The subject has another version or state, a second person is missing, or the id stands for other content.
    case conflict
    case tooLarge = "too-large"
    case unsupportedMediaType = "unsupported-media-type"
    /// Not as the domain pack says.
    case unprocessable
    case overloaded
    /// It may or may not have been recorded; ask again with the same event.
    case outcomeUnknown = "outcome-unknown"
    case unavailable
    case diskFull = "disk-full"
  }

  public var kind: Kind
  /// JSON Pointer (RFC 6901) to the field; "" where there is none.
  public var pointer: String
  public var detail: String

  public init(_ kind: Kind, pointer: String = "", _ detail: String) {
    self.kind = kind
    self.pointer = pointer
    self.detail = detail
  }

  public var description: String { pointer.isEmpty ? detail : "\(pointer): \(detail)" }

  func prefixed(_ prefix: String) -> Refusal {
    Refusal(kind, pointer: prefix + pointer, detail)
  }
}

extension Refusal {
  /// Why something must be kept, or that it cannot be told.
  ///
  /// - Parameter pointer: to the matter at a place.
  init(hold error: AppendError, pointer: (Int) -> String) {
    switch error {
    case .objection(let index, let reasons):
      self.init(.conflict, pointer: pointer(index), reasons.joined(separator: "; "))
    case .notExamined(let index, let reason):
      self.init(.unavailable, pointer: pointer(index), "whether anything must be kept cannot be told: \(reason)")
    default: self.init(error, isBatch: false)
    }
  }

  /// What the log's refusal means to the sender.
  ///
  /// - Parameter isBatch: whether pointers begin with the event's place.
  init(_ error: AppendError, isBatch: Bool) {
    func at(_ index: Int, _ pointer: String) -> String { isBatch ? "/\(index)\(pointer)" : pointer }
    switch error {
    case .versionConflict(let index, let expected, let actual):
      self.init(
        .conflict, pointer: at(index, "/expectedversion"),
        "expected version \(expected), the subject has version \(actual)")
    case .stateConflict(let index, let state, let isNew, let allowed):
      let names = allowed.map { $0.map { "\"\($0)\"" } ?? "no event yet" }.joined(separator: ", ")
      let found = isNew ? "has no event yet" : state.map { "is in state \"\($0)\"" } ?? "has events and no state"
      self.init(.conflict, pointer: at(index, "/type"), "allowed in: \(names); the subject \(found)")
    case .secondMissing(let index, let type, let authid):
      self.init(
        .conflict, pointer: at(index, "/authid"),
        "four eyes: someone other than \"\(authid)\" must have recorded \(type) on this subject before")
    case .objection(let index, let reasons):
      self.init(.conflict, pointer: at(index, "/type"), reasons.joined(separator: "; "))
    case .notExamined(let index, let reason):
      self.init(
        .unavailable, pointer: at(index, "/type"), "what speaks against it cannot be found out now: \(reason)")
    case .idReused(let index, let sequence):
      self.init(
        .conflict, pointer: at(index, "/id"),
        "source and id stand for record \(sequence), which has other content; a new event needs a new id")
    case .contentUnknown(let index, let sequence, let reason):
      self.init(
        .unavailable, pointer: at(index, "/data"),
        "source and id stand for record \(sequence), which cannot be compared now: \(reason)")
    case .repeatedInBatch(let index, let first):
      self.init(.conflict, pointer: at(index, "/id"), "the same source and id as event \(first) of this batch")
    case .lineTooLong(let index, let length):
      self.init(
        .tooLarge, pointer: at(index, "/data"),
        "the record would have \(length) bytes, the most is \(Event.maximumLineLength); file large contents as documents"
      )
    case .batchTooLarge(let bytes, let maximum):
      self.init(.tooLarge, "the batch's records would have \(bytes) bytes, the most is \(maximum)")
    case .clockBehind(let microseconds):
      self.init(
        .unavailable,
        "the clock is \(microseconds / 1_000_000) s behind the last record; nothing is recorded until it is right")
    case .outcomeUnknown(let reason):
      self.init(
        .outcomeUnknown,
        "\(reason); whether it is recorded is known when the ledger has been opened again: send the same event then")
    case .stopped(let reason):
      self.init(.outcomeUnknown, "writing has stopped until the ledger is opened again: \(reason)")
    case .diskFull:
      self.init(.diskFull, "the disk is full; nothing was recorded, try again when there is room")
    case .overloaded:
      self.init(.overloaded, "too much is waiting to be recorded; try again")
    case .closing:
      self.init(.unavailable, "the ledger is closing; try again")
    }
  }
}
