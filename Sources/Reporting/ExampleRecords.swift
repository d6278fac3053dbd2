import DomainPacks
import Foundation
import LogFormat
import ReadModels
import TransparencyLog

/// The examples of a pack as records, checked as the ledger would check them on the way in.
struct ExampleRecords {
  private struct SubjectState {
    var version: UInt64 = 0
    var state: String?
    var recorded: [(type: String, authid: String?)] = []
  }

  /// When the first example is recorded if it does not say when it happened.
  private static let epoch = Timestamp(microseconds: 946_684_800_000_000)
  private static let recordedBy = "beispiel"
  private static let sealedStandIn = #"{"sealed":"beispiel.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA"}"#

  let pack: String
  let packs: PackSet
  /// The records' lines, without LF.
  private(set) var lines: [[UInt8]] = []
  /// Examples that the ledger would refuse.
  private(set) var differences: [ProjectionDifference] = []
  private var subjects: [String: SubjectState] = [:]
  private var recordedTime = ExampleRecords.epoch
  private var lastMoment = ExampleRecords.epoch
  private var previousHash = Digest.zero

  init(pack: String, packs: PackSet) {
    self.pack = pack
    self.packs = packs
  }

  var source: Lines { Lines(lines: lines) }

  mutating func read(_ bytes: [UInt8]) {
    for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
      // An empty line separates; only white space is one too.
      guard !line.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\t") })
      else { continue }
      do {
        try append(Array(line))
      } catch {
        differences.append(
          ProjectionDifference(
            pack: pack, what: "examples.ndjson, line \(index + 1)", expected: "an event that the ledger takes",
            found: "\(error)"))
      }
    }
  }

  /// The local day of the last example, `YYYY-MM-DD`.
  func lastDay(timeZone: String) throws(ReadModelError) -> String {
    guard let zone = TimeZone(identifier: timeZone) else { throw .unknownTimeZone(timeZone) }
    let seconds = lastMoment.microseconds / 1_000_000
    let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))
    return String(Timestamp(microseconds: lastMoment.microseconds + Int64(offset) * 1_000_000).text.prefix(10))
  }

  private mutating func append(_ line: [UInt8]) throws {
    var event = try Event(JSONDocument(line).root)
    let type = try packs.check(event)
    var subject = subjects[event.subject] ?? SubjectState()
    let transition = type.transition(data: event.payload.json)
    try ExampleRecords.check(transition, of: event, in: subject)
    if let data = event.payload.json {
      event = event.with(payload: .json(try ExampleRecords.seal(data, of: event, type)))
    }

    let happened = event.time.flatMap { Timestamp($0) }
    recordedTime = max(recordedTime, happened ?? recordedTime)
    lastMoment = happened ?? recordedTime
    subject.version += 1
    subject.state = transition.to ?? subject.state
    subject.recorded.append((event.type, event.authid))
    subjects[event.subject] = subject

    var record: [UInt8] = []
    event.writeLine(
      stamp: Stamp(
        sequence: UInt64(lines.count), subjectVersion: subject.version, recordedTime: recordedTime,
        recordedBy: ExampleRecords.recordedBy, batchEnd: nil, previousHash: previousHash),
      to: &record)
    previousHash = RFC6962.leafHash(record)
    lines.append(record)
  }

  /// The sequencer's rules for state and second person, as a pack's author must know them.
  private static func check(
    _ transition: Transition, of event: Event, in subject: SubjectState
  ) throws(EventRefusal) {
    if let from = transition.from {
      let isAllowed = subject.version == 0 ? from.contains(nil) : from.contains { $0 != nil && $0 == subject.state }
      guard isAllowed else {
        let state = subject.version == 0 ? "no event yet" : subject.state.map { "state \($0)" } ?? "no state"
        throw EventRefusal(
          pointer: "/subject",
          BilingualText(
            en: "\(event.subject) has \(state), which \(event.type) does not allow",
            de: "\(event.subject) hat \(state); \(event.type) ist dort nicht zulässig"))
      }
    }
    if let second = transition.second {
      guard subject.recorded.contains(where: { $0.type == second && $0.authid != event.authid }) else {
        throw EventRefusal(
          pointer: "/authid",
          BilingualText(
            en: "another authid must have recorded \(second) before",
            de: "zuvor muss jemand anderes \(second) aufgezeichnet haben"))
      }
    }
  }

  /// `data` with its personal fields as they stand in the log.
  private static func seal(_ data: JSONValue, of event: Event, _ type: EventType) throws(JSONError) -> JSONValue {
    let fields = type.personalFields(of: data, subject: event.subject).sorted {
      $0.value.range.lowerBound > $1.value.range.lowerBound
    }
    guard !fields.isEmpty else { return data }
    var bytes = Array(data.text)
    for field in fields {
      let range = field.value.range
      let start = range.lowerBound - data.range.lowerBound
      bytes.replaceSubrange(start..<start + range.count, with: sealedStandIn.utf8)
    }
    return try JSONDocument(bytes).root
  }
}

extension ExampleRecords {
  struct Lines: RecordSource {
    let lines: [[UInt8]]

    func forEachLine(from: UInt64, below: UInt64, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
      let end = min(below, UInt64(lines.count))
      guard from < end else { return }
      for line in lines[Int(from)..<Int(end)] { try line.withUnsafeBytes { try body($0) } }
    }
  }
}
