import LogFormat
import TransparencyLog

/// A record `de.aktenspur.ledger.verankert`: what somebody outside is said to have confirmed about the log, and when.
struct Anchor {
  let sequence: UInt64
  let place: LogPlace
  let recordedTime: String
  /// Nil where a member is missing or cannot be read.
  let content: Content?

  /// The checkpoint that was confirmed.
  struct Covered {
    var size: UInt64
    var root: Digest
  }

  enum Content {
    case cosignature(Covered, Cosignature)
    case timeStamp(Covered, TimeStamp)
  }

  struct Cosignature {
    var witness: VerifierKey
    /// The signature line without its line feed.
    var line: String
    var time: Timestamp
  }

  struct TimeStamp {
    /// The first record covered.
    var from: UInt64
    /// The root of the RFC 4998 tree, in hexadecimal digits, and its hash function.
    var treeRoot: String
    var algorithm: String
    /// The whole answer of the authority, and the certificates it is checked with.
    var answer: Digest
    var trustAnchors: Digest
    var time: Timestamp
    var policy: String?
    var serialNumber: String?
    /// The anchor whose time stamp this one renews.
    var renewed: UInt64?
  }

  init(_ record: Record, at place: LogPlace) {
    sequence = record.sequence
    self.place = place
    recordedTime = record.recordedTime
    content = record.data.flatMap(Anchor.read)
  }

  var covered: Covered? {
    switch content {
    case .cosignature(let covered, _), .timeStamp(let covered, _): covered
    case nil: nil
    }
  }

  /// The sizes of the tree that are needed to check the anchor.
  var sizes: [UInt64] {
    switch content {
    case .cosignature(let covered, _): [covered.size]
    case .timeStamp(let covered, let stamp): [stamp.from, covered.size]
    case nil: []
    }
  }

  private static func read(_ data: JSONValue) -> Content? {
    func text(_ name: String) -> String? { data[name]?.string }
    func number(_ name: String) -> UInt64? { data[name]?.integer.flatMap(UInt64.init(exactly:)) }
    guard let size = number("size"), let root = text("root").flatMap({ Digest(base64: $0) }),
      let time = text("zeit").flatMap(Timestamp.init)
    else { return nil }
    let covered = Covered(size: size, root: root)
    switch text("art") {
    case "zeuge":
      guard let witness = text("zeuge").flatMap({ try? VerifierKey($0) }), let line = text("cosignatur") else {
        return nil
      }
      return .cosignature(covered, Cosignature(witness: witness, line: line, time: time))
    case "zeitstempel":
      guard let from = number("von"), from <= size, let treeRoot = text("baumwurzel"),
        let algorithm = text("algorithmus"), let answer = text("antwort").flatMap(NamedDocument.digest),
        let trustAnchors = text("vertrauensanker").flatMap(NamedDocument.digest)
      else { return nil }
      return .timeStamp(
        covered,
        TimeStamp(
          from: from, treeRoot: treeRoot, algorithm: algorithm, answer: answer, trustAnchors: trustAnchors, time: time,
          policy: text("richtlinie"), serialNumber: text("seriennummer"), renewed: number("erneuert")))
    default: return nil
    }
  }
}
