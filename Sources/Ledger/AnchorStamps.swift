import DocumentStore
import EventLog
import LogFormat
import ReadModels
import TimeStamps
import TransparencyLog

/// A time stamp that the ledger has recorded.
struct AnchorStamp: Sendable {
  /// Of the record `de.aktenspur.ledger.verankert`.
  let sequence: UInt64
  /// The checkpoint stamped; of a renewal the one of the first time stamp.
  let size: UInt64
  let root: Digest
  /// The first record stamped.
  let from: UInt64
  /// The whole answer of the authority, kept as a document.
  let response: Digest
  /// The certificates it was checked against, kept as a document.
  let trust: Digest
  /// The record of the time stamp that this one renews.
  let renews: UInt64?

  /// nil where the record is another anchor.
  init?(_ record: Record) throws {
    guard let data = record.data, data["art"]?.string == "zeitstempel" else { return nil }
    func number(_ name: String) -> UInt64? { data[name]?.integer.flatMap { UInt64(exactly: $0) } }
    func document(_ name: String) -> Digest? {
      data[name]?.string.flatMap { $0.hasPrefix("sha256:") ? Digest(hex: $0.dropFirst(7)) : nil }
    }
    guard let size = number("size"), let from = number("von"), from < size,
      let root = data["root"]?.string.flatMap({ Digest(base64: $0) }), let response = document("antwort"),
      let trust = document("vertrauensanker")
    else { throw AnchorError.record(record.sequence) }
    sequence = record.sequence
    self.size = size
    self.root = root
    self.from = from
    self.response = response
    self.trust = trust
    renews = number("erneuert")
  }
}

/// Why evidence cannot be put together.
public enum AnchorError: Error, Sendable, Hashable, CustomStringConvertible {
  /// A record about a time stamp does not say what it must.
  case record(UInt64)
  /// There is no time stamp that covers the record.
  case notStamped(UInt64)
  /// The kept answer of an authority holds no time stamp.
  case noToken(UInt64)
  case noRecord(UInt64)

  public var description: String {
    switch self {
    case .record(let sequence): "record \(sequence) does not say what a record about a time stamp must say"
    case .notStamped(let sequence): "no time stamp covers record \(sequence) yet"
    case .noToken(let sequence): "the answer that record \(sequence) names holds no time stamp"
    case .noRecord(let sequence): "there is no record \(sequence)"
    }
  }
}

/// The time stamps of a ledger, in the order in which they were recorded.
struct AnchorStamps: Sendable {
  let all: [AnchorStamp]

  init(_ records: some Sequence<Record>) throws {
    all = try records.compactMap { try AnchorStamp($0) }
  }

  /// Where the next time stamp over a checkpoint of that size begins: behind the one before.
  func starts(below size: UInt64) -> [UInt64] {
    Set(all.filter { $0.renews == nil && $0.size < size }.map(\.size)).union([0]).sorted(by: >)
  }

  /// The first time stamp that covers a record.
  func first(covering sequence: UInt64) -> AnchorStamp? {
    all.first { $0.renews == nil && $0.from <= sequence && sequence < $0.size }
  }

  /// The time stamp and those that renew it, oldest first. Of several renewals of one the newest counts.
  func chain(from first: AnchorStamp) -> [AnchorStamp] {
    var chain = [first]
    // A renewal stands behind what it renews, so this ends.
    while let last = chain.last,
      let next = all.last(where: { $0.renews == last.sequence && $0.sequence > last.sequence })
    {
      chain.append(next)
    }
    return chain
  }

  /// The chain that a time stamp belongs to, up to it.
  func chain(upTo sequence: UInt64) -> [AnchorStamp]? {
    var chain: [AnchorStamp] = []
    var wanted: UInt64? = sequence
    while let place = wanted {
      guard let stamp = all.first(where: { $0.sequence == place }), chain.last.map({ $0.sequence > place }) ?? true
      else { return nil }
      chain.append(stamp)
      wanted = stamp.renews
    }
    return chain.reversed()
  }
}
