import Foundation
import LogFormat
import Testing
import TransparencyLog

@testable import EventLog

@Suite struct IndexTests {
  /// What a ledger answers that rests on its index.
  private struct Answers: Equatable {
    var states: [SubjectState?]
    var subjects: [[UInt64]]
    var lines: [[UInt8]?]
    var repeated: [UInt64]
    var newest: UInt64?
  }

  private func answers(_ ledger: TestLedger) async throws -> Answers {
    let subjects = (0..<4).map { "akte/a-\($0)" } + ["akte/1", "ledger", "nicht/da"]
    let log = ledger.log
    return Answers(
      states: try subjects.map { try log.state(of: $0) },
      subjects: try subjects.map {
        try log.lines(LineFilter(subject: $0), from: 0, below: .max, maximumBytes: 1 << 20).lines.map(\.sequence)
      },
      lines: try (0...log.size).map { try log.line(at: $0) },
      repeated: try await ["a-0", "a-7", "a-11"].asyncMap { (id: String) in
        let record = try #require(try ledger.records.first { $0.id == id })
        return try await ledger.append(PreparedEvent(record.event)).map(\.sequence)[0]
      },
      newest: try LogReader(ledger.directory).newestLedgerRecord("eroeffnet")?.sequence)
  }

  /// Twelve records, then what the test does to the closed ledger; the answers must be the same, and those to come right.
  private func expectSameAnswers(after change: (TestLedger) async throws -> Void) async throws {
    try await withLedger { ledger in
      ledger.limits.segmentBytes = 3000
      try ledger.open()
      for number in 0..<12 {
        try await ledger.append(
          event("a-\(number)", type: number % 3 == 0 ? "nach.offen" : "notiz", on: "akte/a-\(number % 4)"))
      }
      let before = try await answers(ledger)
      try ledger.close()
      try await change(ledger)
      try ledger.open()
      #expect(try await answers(ledger) == before)
      #expect(try await ledger.append(event("new", on: "akte/a-1", expected: 3)).map(\.sequence) == [13])
      try ledger.close()
      #expect(try IndexExamination(LogReader(ledger.directory), rules: ledger.rules).run() == .sound(records: 14))
    }
  }

  @Test("Deleted, or the whole cache, or all that is derived")
  func deleted() async throws {
    try await expectSameAnswers { $0.removeIndex() }
    try await expectSameAnswers { $0.remove("cache") }
    try await expectSameAnswers {
      $0.remove("cache")
      $0.remove("run")
    }
  }

  @Test("Garbage, or of another version, or a database of something else")
  func garbage() async throws {
    try await expectSameAnswers { ledger in
      ledger.removeIndex()
      try ledger.write(Array("no folder".utf8), to: ledger.directory.index)
    }
    try await expectSameAnswers { ledger in
      try ledger.write(Array(repeating: 0xAA, count: 5000), to: IndexManifest.path(in: ledger.directory.index))
    }
    try await expectSameAnswers { try self.change($0) { $0.version = 999 } }
    try await expectSameAnswers { try self.change($0) { $0.start = nil } }
    try await expectSameAnswers { try self.change($0) { $0.runs[0].below += 1 } }
    try await expectSameAnswers { try self.change($0) { $0.runs = [] } }
  }

  @Test("A run that is gone, emptied, cut short, or not the one that was written, whatever byte is another")
  func damagedRuns() async throws {
    func run(_ ledger: TestLedger) throws -> String {
      let file = try #require(IndexManifest(in: ledger.directory.index)?.runs.first?.file)
      return ledger.directory.index + "/" + file
    }
    try await expectSameAnswers { try FileManager.default.removeItem(atPath: run($0)) }
    try await expectSameAnswers { try $0.write([], to: run($0)) }
    try await expectSameAnswers { ledger in
      let bytes = try ledger.bytes(run(ledger))
      try ledger.write(Array(bytes.dropLast(IndexBlock.bytes)), to: run(ledger))
    }
    try await expectSameAnswers { ledger in
      var bytes = try ledger.bytes(run(ledger))
      bytes[bytes.count - 40] ^= 1
      try ledger.write(bytes, to: run(ledger))
    }
  }

  @Test("A block that is not the one that was written is noticed when it is read, and nothing is answered from it")
  func damagedBlock() async throws {
    try await withLedger { ledger in
      try ledger.open()
      try await ledger.fill(12)
      try ledger.close()
      let manifest = try #require(IndexManifest(in: ledger.directory.index))
      let path = ledger.directory.index + "/" + manifest.runs[0].file
      let sound = try ledger.bytes(path)
      for place in stride(from: 0, to: IndexBlock.payload + 8, by: 97) {
        var bytes = sound
        bytes[place] ^= 0x10
        try ledger.write(bytes, to: path)
        let files = try #require(IndexFiles(path: ledger.directory.index))
        #expect(throws: IndexError.self) {
          _ = try IndexReader(index: files).sequence(of: IndexKey(source: "urn:test", id: "fill-3"))
        }
      }
      try ledger.write(sound, to: path)
    }
  }

  @Test("Of other rules, or of another ledger")
  func otherIdentity() async throws {
    try await expectSameAnswers { ledger in
      ledger.identity = "other"
      try ledger.open()
      ledger.identity = "test"
      try ledger.close()
    }
    let other = try TestLedger()
    try other.open()
    try await other.fill(20)
    try other.close()
    try await expectSameAnswers { ledger in
      ledger.removeIndex()
      try FileManager.default.copyItem(atPath: other.directory.index, toPath: ledger.directory.index)
    }
  }

  @Test("Behind the checkpoint")
  func behind() async throws {
    try await withLedger { ledger in
      try ledger.open()
      try await ledger.fill(4, prefix: "a", subjects: 4)
      try ledger.close()
      let old = try ledger.copy("cache")
      try ledger.open()
      try await ledger.append(event("more", on: "akte/a-0"))
      try await ledger.append(event("more2", on: "akte/a-0"))
      let state = try ledger.log.state(of: "akte/a-0")
      try ledger.close()
      try ledger.putBack(old)
      // Examined as it stands, it is behind and not wrong.
      #expect(try IndexExamination(LogReader(ledger.directory), rules: ledger.rules).run() == .sound(records: 5))
      try ledger.open()
      #expect(try ledger.log.state(of: "akte/a-0") == state)
      #expect(try await ledger.append(event("more", on: "akte/a-0")).map(\.duplicate) == [true])
    }
  }

  @Test("Ahead of the log: records that the log has lost are not known any more")
  func ahead() async throws {
    try await withLedger { ledger in
      try ledger.open()
      try await ledger.fill(4, prefix: "a", subjects: 4)
      try await ledger.append(event("1", type: "nach.offen", on: "akte/x"))
      try ledger.close()
      let old = try ledger.copy("checkpoint", "log")
      try ledger.open()
      try await ledger.append(event("lost", type: "nach.zu", on: "akte/x"))
      try await ledger.append(event("lost2", on: "akte/nur-dort"))
      try ledger.close()
      try ledger.putBack(old)
      try ledger.open()
      #expect(try ledger.log.state(of: "akte/x") == SubjectState(version: 1, state: "offen", first: 5, last: 5))
      #expect(try ledger.log.state(of: "akte/nur-dort") == nil)
      #expect(try await ledger.append(event("lost2", on: "akte/nur-dort", expected: 0)).map(\.duplicate) == [false])
      #expect(
        try await ledger.append(event("lost", type: "nach.zu", on: "akte/x", expected: 1)).map(\.duplicate) == [false])
      try ledger.close()
      #expect(try IndexExamination(LogReader(ledger.directory), rules: ledger.rules).run() == .sound(records: 8))
    }
  }

  @Test("Of the same log as it was before it was put back and went on otherwise")
  func fork() async throws {
    try await withLedger { ledger in
      try ledger.open()
      try await ledger.fill(4, prefix: "a", subjects: 4)
      try ledger.close()
      let old = try ledger.copy("checkpoint", "log")
      try ledger.open()
      try await ledger.append(event("there", on: "akte/dort"))
      try ledger.close()
      let index = try ledger.copy("cache")
      try ledger.putBack(old)
      ledger.removeIndex()
      try ledger.open()
      try await ledger.append(event("here", on: "akte/hier"))
      try ledger.close()
      try ledger.putBack(index)
      try ledger.open()
      #expect(try ledger.log.state(of: "akte/dort") == nil)
      #expect(try ledger.log.state(of: "akte/hier")?.version == 1)
      #expect(try await ledger.append(event("here", on: "akte/hier")).map(\.duplicate) == [true])
      #expect(try await ledger.append(event("there", on: "akte/dort", expected: 0)).map(\.sequence) == [6])
      try ledger.close()
      #expect(try IndexExamination(LogReader(ledger.directory), rules: ledger.rules).run() == .sound(records: 7))
    }
  }

  @Test(
    "A start that the log does not bear out accuses nobody",
    arguments: [
      { $0.start?.offset -= 1 }, { $0.start?.offset = 1_000_000 }, { $0.start?.segment = 77 }, { $0.start?.size -= 1 },
      { $0.start?.size += 1 }, { $0.start?.size = .max }, { $0.start?.frontier = [Digest.zero.hex, Digest.zero.hex] },
      {
        $0.start?.size = 2
        $0.start?.frontier = [Digest.zero.hex]
      },
      { $0.start?.frontier = ["00"] }, { $0.start?.hash = Digest.zero.hex }, { $0.head = Digest.zero.hex },
      {
        $0.covered += 1
        $0.runs[$0.runs.count - 1].below += 1
      },
      { $0.start = IndexManifest.Start(size: 0, segment: 0, offset: 0, frontier: [], hash: Digest.zero.hex) },
    ] as [@Sendable (inout IndexManifest) -> Void])
  func wrongStart(_ change: @Sendable (inout IndexManifest) -> Void) async throws {
    try await expectSameAnswers { try self.change($0, change) }
  }

  @Test(
    "Places are only hints",
    arguments: [
      { $0.places = [] }, { $0.places[0].offset += 1 }, { $0.places[0].segment = 3 }, { $0.places[0].offset = 999_999 },
      { $0.places.append(PlaceEntry(LogPosition(size: 5, segment: Segment(first: 0), offset: 17))) },
    ] as [@Sendable (inout IndexContentsUnderTest) -> Void])
  func wrongPlaces(_ change: @Sendable (inout IndexContentsUnderTest) -> Void) async throws {
    try await withLedger { ledger in
      ledger.limits.segmentBytes = 3000
      try ledger.open()
      try await ledger.fill(12)
      try ledger.close()
      try IndexContentsUnderTest.change(ledger, change)
      let log = try ledger.open()
      for sequence in 0..<log.size {
        #expect(try log.line(at: sequence).map { try LogFormat.Record(line: $0).sequence } == sequence)
      }
    }
  }

  private func change(_ ledger: TestLedger, _ body: (inout IndexManifest) -> Void) throws {
    var manifest = try #require(IndexManifest(in: ledger.directory.index))
    body(&manifest)
    try manifest.write(to: ledger.directory.index)
  }

  // MARK: Examination

  /// What is done to the entries, and how many of which kind are wrong then.
  struct Alteration: Sendable {
    var kind: String
    var count: Int
    var change: @Sendable (inout IndexContentsUnderTest) -> Void

    init(_ kind: String, _ count: Int, _ change: @escaping @Sendable (inout IndexContentsUnderTest) -> Void) {
      (self.kind, self.count, self.change) = (kind, count, change)
    }
  }

  @Test(
    "The examination finds entries that are altered, missing or too many",
    arguments: [
      Alteration("ids", 2) { $0.ids[2].sequence += 1 }, Alteration("ids", 1) { $0.ids.remove(at: 3) },
      Alteration("ids", 1) { $0.ids.insert(IDEntry(key: IndexKey(high: 0, low: 0), sequence: 4), at: 0) },
      Alteration("subjects", 2) { $0.subjects[1].version = 9 },
      Alteration("subjects", 2) { $0.subjects[1].state = 77 },
      Alteration("subjects", 1) {
        let key = IndexKey(high: 0, low: 0)
        $0.subjects.insert(SubjectEntry(key: key, version: 1, first: 99, last: 1, state: 0), at: 0)
      },
      Alteration("events", 1) { $0.events.remove(at: 2) }, Alteration("events", 2) { $0.events[2].actor = 77 },
      Alteration("events", 1) { $0.events.append(EventEntry(subject: 99, sequence: 99, type: 1, actor: 1)) },
      Alteration("places", 2) { $0.places[0].offset = 5 },
    ])
  func examination(_ alteration: Alteration) async throws {
    try await withLedger { ledger in
      try ledger.open()
      try await ledger.fill(5, prefix: "a", subjects: 4)
      try ledger.close()
      #expect(try IndexExamination(LogReader(ledger.directory), rules: ledger.rules).run() == .sound(records: 6))
      try IndexContentsUnderTest.change(ledger, alteration.change)
      #expect(
        try IndexExamination(LogReader(ledger.directory), rules: ledger.rules).run()
          == .differs([alteration.kind: alteration.count]))
      // It leaves nothing behind, and what an interrupted one has left does not mislead the next.
      let files = try FileManager.default.contentsOfDirectory(atPath: ledger.directory.cache)
      #expect(!files.contains { $0.contains("check") })
      try FileManager.default.copyItem(atPath: ledger.directory.index, toPath: ledger.directory.index + ".check")
      #expect(
        try IndexExamination(LogReader(ledger.directory), rules: ledger.rules).run()
          == .differs([alteration.kind: alteration.count]))
    }
  }

  @Test("Without an index that the next opening would use there is nothing to examine")
  func examinationWithoutIndex() async throws {
    try await withLedger { ledger in
      try ledger.open()
      try await ledger.fill(5)
      try ledger.close()
      func result() throws -> IndexExamination.Result {
        try IndexExamination(LogReader(ledger.directory), rules: ledger.rules).run()
      }
      ledger.identity = "other"
      #expect(try result() == .missing)
      ledger.identity = "test"
      #expect(try result() == .sound(records: 6))
      let run = try #require(IndexManifest(in: ledger.directory.index)?.runs.first?.file)
      var bytes = try ledger.bytes(ledger.directory.index + "/" + run)
      bytes[7] ^= 1
      try ledger.write(bytes, to: ledger.directory.index + "/" + run)
      guard case .unreadable = try result() else {
        Issue.record("not unreadable")
        return
      }
      try ledger.write(Array("no manifest".utf8), to: IndexManifest.path(in: ledger.directory.index))
      #expect(try result() == .missing)
      ledger.remove("cache")
      #expect(try result() == .missing)
    }
  }

  // MARK: Look-ups

  @Test("A subject's records are found in memory and in the file, page by page, between any two places")
  func subjectPages() async throws {
    try await withLedger { ledger in
      let log = try ledger.open()
      try await ledger.fill(700, subjects: 2)
      for subject in ["akte/fill-0", "akte/fill-1"] {
        for (from, below) in [
          (UInt64(0), UInt64.max), (0, 5), (1, 2), (100, 650), (0, 701), (699, 701), (650, 100), (300, 302),
        ] {
          var sequences: [UInt64] = []
          var next = from
          var turns = 0
          repeat {
            let chunk = try log.lines(LineFilter(subject: subject), from: next, below: below, maximumBytes: 4000)
            sequences += chunk.lines.map(\.sequence)
            guard chunk.next > next || chunk.next >= min(below, log.size) else {
              Issue.record("no progress at \(next) below \(below)")
              return
            }
            next = chunk.next
            turns += 1
          } while next < min(below, log.size) && turns < 1000
          let expected = try ledger.records.filter {
            $0.subject == subject && $0.sequence >= from && $0.sequence < below
          }.map(\.sequence)
          #expect(sequences == expected)
        }
      }
      try ledger.reopen()
      #expect(
        try ledger.log.lines(LineFilter(subject: "akte/fill-0"), from: 690, below: .max, maximumBytes: 1 << 20).lines
          .map(\.sequence) == [691, 693, 695, 697, 699])
    }
  }

  @Test("Many tasks look up while records come in, and never miss an answered one")
  func lookupsWhileWriting() async throws {
    try await withLedger { ledger in
      let log = try ledger.open()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for task in 0..<4 {
          group.addTask {
            for number in 0..<300 {
              let receipt = try await log.append([
                AppendGroup([event("\(task)-\(number)", on: "akte/\(task)")], recordedBy: "dms")
              ])[0].get()[0]
              #expect(try log.state(of: "akte/\(task)")?.version == UInt64(number) + 1)
              #expect(try log.isRecorded(source: "urn:test", id: "\(task)-\(number)"))
              #expect(
                try log.line(at: receipt.sequence).map { try LogFormat.Record(line: $0).id } == "\(task)-\(number)")
            }
          }
        }
        try await group.waitForAll()
      }
    }
  }
}

extension Sequence {
  func asyncMap<Output>(_ transform: (Element) async throws -> Output) async rethrows -> [Output] {
    var outputs: [Output] = []
    for element in self { outputs.append(try await transform(element)) }
    return outputs
  }
}
