import Foundation
import Testing
import TransparencyLog

@testable import Audit

/// A ledger written by the tests themselves, from nothing but the description of the format: what is verified and what
/// verifies share no code for writing.
final class SampleLedger {
  static let origin = "ledger.example/test"

  let folder: URL
  let key: SigningKey
  /// The lines without their line feeds, segment by segment.
  private(set) var segments: [[String]] = []

  var path: String { folder.path() }
  var lines: [String] { segments.flatMap { $0 } }

  /// What a line of the log holds besides what follows from its place.
  struct Entry {
    var id: String
    var subject: String
    var version: Int
    var type = "de.aktenspur.anfrage.eingegangen"
    var second: Int
    var batchEnd: Int?
    var data = #"{"titel":"Übersicht \"A\" / 1\n","beträge":[1,2.50,-3e2],"offen":true}"#
  }

  /// 40 records in three segments, with a batch (20 to 23) among them, and a checkpoint over all.
  init(
    count: Int = 40, segmentStarts: [Int] = [0, 14, 28], key: SigningKey? = nil,
    change: (inout [Entry]) -> Void = { _ in }
  ) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "audit-\(UUID().uuidString)")
    self.key = try key ?? SigningKey.generate(name: SampleLedger.origin)
    var entries = (0..<count).map { index in
      Entry(
        id: "e-\(index)", subject: "anfrage/2022-\(index % 7)", version: index / 7 + 1, second: index,
        batchEnd: (20...23).contains(index) ? 23 : nil)
    }
    if !entries.isEmpty {
      entries[0].subject = "ledger/eroeffnung"
      entries[0].version = 1
      entries[0].type = "de.aktenspur.ledger.eroeffnet"
      entries[0].data = #"{"origin":"\#(SampleLedger.origin)","verifierkey":"\#(self.key.verifierKey)","format":1}"#
      // Subject 0 begins with record 7.
      for index in stride(from: 7, to: count, by: 7) { entries[index].version -= 1 }
    }
    change(&entries)
    segments = SampleLedger.chain(entries, segmentStarts: segmentStarts)
    try write(segments.map { $0.map { $0 + "\n" }.joined() }, starts: segmentStarts)
    try seal(size: entries.count)
  }

  deinit {
    try? FileManager.default.removeItem(at: folder)
  }

  /// The lines of a sound log.
  static func chain(_ entries: [Entry], segmentStarts: [Int]) -> [[String]] {
    var segments: [[String]] = []
    var previous = Digest.zero
    for (index, entry) in entries.enumerated() {
      let line = line(entry, sequence: index, previous: previous)
      previous = RFC6962.leafHash(Array(line.utf8))
      if segmentStarts.contains(index) { segments.append([]) }
      segments[segments.count - 1].append(line)
    }
    return segments
  }

  static func line(_ entry: Entry, sequence: Int, previous: Digest) -> String {
    let time = "2022-12-31T11:\(pad(entry.second / 60, 2)):\(pad(entry.second % 60, 2)).000000Z"
    let batch = entry.batchEnd.map { #","batchend":"\#(pad($0, 20))""# } ?? ""
    return #"{"specversion":"1.0","id":"\#(entry.id)","source":"urn:nwm:egov","type":"\#(entry.type)","#
      + #""subject":"\#(entry.subject)","authid":"sachbearbeitung","sequence":"\#(pad(sequence, 20))","#
      + #""subjectversion":\#(entry.version),"recordedtime":"\#(time)","recordedby":"egov"\#(batch),"#
      + #""previoushash":"\#(previous.hex)","data":\#(entry.data)}"#
  }

  static func pad(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  // MARK: Files

  static func segmentName(_ start: Int) -> String { pad(start, 20) + ".ndjson" }

  func url(segment start: Int) -> URL { folder.appending(path: "log/" + SampleLedger.segmentName(start)) }

  private func write(_ texts: [String], starts: [Int]) throws {
    for name in ["log", "checkpoints", "run"] {
      try FileManager.default.createDirectory(at: folder.appending(path: name), withIntermediateDirectories: true)
    }
    for (text, start) in zip(texts, starts) { try Data(text.utf8).write(to: url(segment: start)) }
    try Data().write(to: folder.appending(path: "lock"))
  }

  func bytes(segment start: Int) throws -> [UInt8] { try Array(Data(contentsOf: url(segment: start))) }

  func set(segment start: Int, to bytes: [UInt8]) throws { try Data(bytes).write(to: url(segment: start)) }

  /// Replaces a segment's lines as they stand; nothing is chained or sealed anew.
  func set(segment start: Int, lines: [String]) throws {
    try set(segment: start, to: Array(lines.map { $0 + "\n" }.joined().utf8))
  }

  func remove(segment start: Int) throws { try FileManager.default.removeItem(at: url(segment: start)) }

  // MARK: Checkpoints

  /// The checkpoint over the first `size` of the given lines (those of the sound log, if none are given).
  func checkpoint(size: Int, lines: [String]? = nil, key: SigningKey? = nil) throws -> String {
    var frontier = Frontier()
    for line in (lines ?? self.lines).prefix(size) { frontier.append(RFC6962.leafHash(Array(line.utf8))) }
    return try Checkpoint(origin: SampleLedger.origin, size: frontier.size, root: frontier.root)
      .signed(by: key ?? self.key).encoded
  }

  /// Signs a checkpoint and puts it in place.
  func seal(size: Int, lines: [String]? = nil, key: SigningKey? = nil, as name: String = "checkpoint") throws {
    try Data(checkpoint(size: size, lines: lines, key: key).utf8).write(to: folder.appending(path: name))
  }

  // MARK: Places

  /// The start of a record's line: its segment's first sequence, and the offset in it.
  func place(of sequence: Int) -> (segment: Int, offset: Int) {
    var start = 0
    for segment in segments {
      if sequence < start + segment.count {
        return (start, segment.prefix(sequence - start).reduce(0) { $0 + $1.utf8.count + 1 })
      }
      start += segment.count
    }
    return (start, 0)
  }

  // MARK: Verification

  /// Verifies line by line, as so small a log always is, and then in chunks of a few lines, by several threads, with
  /// hardly any memory: both must find the same.
  func verify(_ options: LedgerVerifier.Options = .init()) throws -> VerificationReport {
    let report = try LedgerVerifier(ledger: path, options: options).run()
    for chunkSize: UInt64 in [700, 3000] {
      var options = options
      options.chunkSize = chunkSize
      options.threads = 3
      options.sortingMemory = 1
      let inChunks = try LedgerVerifier(ledger: path, options: options).run()
      #expect(inChunks.json(in: .german) == report.json(in: .german), "chunks of \(chunkSize) bytes")
    }
    return report
  }
}

extension VerificationReport {
  /// Findings in short, e.g. `altered 812 00000000000000000000.ndjson:381022`.
  var summary: [String] {
    findings.map { finding in
      "\(finding.kind.rawValue) \(finding.sequence.map { "\($0)" } ?? "-") "
        + (finding.place.map { "\($0.segment):\($0.offset)" } ?? "-")
    }
  }
}

extension SampleLedger {
  /// The summary that a finding about this record has.
  func expectation(_ kind: Finding.Kind, _ sequence: Int, at other: Int? = nil) -> String {
    let place = place(of: other ?? sequence)
    return "\(kind.rawValue) \(sequence) \(SampleLedger.segmentName(place.segment)):\(place.offset)"
  }
}
