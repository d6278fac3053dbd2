import LogFormat
import ReadModels
import Synchronization
import TransparencyLog

/// A log in memory: the lines a ledger would have written.
final class TestLog: RecordSource {
  private struct Content {
    var lines: [[UInt8]] = []
    var versions: [String: UInt64] = [:]
    var lastLeaf = Digest.zero
  }

  private let content = Mutex(Content())

  /// Appends an event; its `recordedtime` is a second for each record after midnight UTC on the day given.
  @discardableResult
  func append(
    _ type: String, _ subject: String, data: String? = nil, time: String? = nil, authid: String? = nil,
    recorded: String = "2026-06-15T00:00:00Z", id: String? = nil
  ) throws -> UInt64 {
    let payload: Event.Payload = try data.map { .json(try JSONDocument($0).root) } ?? .none
    return content.withLock { content in
      let sequence = UInt64(content.lines.count)
      let version = content.versions[subject, default: 0] + 1
      content.versions[subject] = version
      let start = Timestamp(recorded)?.microseconds ?? 0
      let event = Event(
        id: id ?? "e\(sequence)", source: "urn:test", type: type, subject: subject, time: time,
        extensions: authid.map { [Extension("authid", .string($0))] } ?? [], payload: payload)
      var line: [UInt8] = []
      event.writeLine(
        stamp: Stamp(
          sequence: sequence, subjectVersion: version,
          recordedTime: Timestamp(microseconds: start + Int64(sequence) * 1_000_000), recordedBy: "test",
          batchEnd: nil, previousHash: content.lastLeaf), to: &line)
      content.lastLeaf = RFC6962.leafHash(line)
      content.lines.append(line)
      return sequence
    }
  }

  func buy(_ bike: Int, price: Int? = nil, time: String? = nil) throws {
    let price = price.map { ",\"preis_cent\":\($0)" } ?? ""
    try append(
      "de.aktenspur.rad.angeschafft", "rad/\(bike)", data: "{\"marke\":\"Marke \(bike)\"\(price)}", time: time)
  }

  func sell(_ bike: Int, time: String? = nil) throws {
    try append("de.aktenspur.rad.verkauft", "rad/\(bike)", data: "{}", time: time)
  }

  var size: UInt64 { content.withLock { UInt64($0.lines.count) } }

  /// Size and root of the first records, computed from the lines alone.
  func head(_ size: UInt64? = nil) -> LogHead {
    content.withLock { content in
      var frontier = Frontier()
      for line in content.lines.prefix(Int(size ?? UInt64(content.lines.count))) {
        frontier.append(RFC6962.leafHash(line))
      }
      return LogHead(size: frontier.size, root: frontier.root)
    }
  }

  /// Damages the log as nobody should.
  func alter(_ sequence: Int, _ change: (inout [UInt8]) -> Void) {
    content.withLock { change(&$0.lines[sequence]) }
  }

  func forEachLine(from: UInt64, below: UInt64, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    let lines = content.withLock { content in
      Array(content.lines.dropFirst(Int(from)).prefix(Int(below - from)))
    }
    for line in lines { try line.withUnsafeBytes(body) }
  }
}
