import Foundation
import GRDB
import LogFormat
import Testing

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
      try ledger.write(Array("no database".utf8), to: ledger.directory.index)
    }
    try await expectSameAnswers { ledger in
      try ledger.write(Array(repeating: 0xAA, count: 50_000), to: ledger.directory.index)
    }
    try await expectSameAnswers { try self.change($0, "PRAGMA user_version = 999") }
    try await expectSameAnswers { try self.change($0, "DROP TABLE start") }
    try await expectSameAnswers { try self.change($0, "DELETE FROM start") }
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
      "UPDATE start SET offset = offset - 1", "UPDATE start SET offset = 1000000", "UPDATE start SET segment = 77",
      "UPDATE start SET size = size - 1", "UPDATE start SET size = size + 1", "UPDATE start SET size = -5",
      "UPDATE start SET frontier = zeroblob(64)", "UPDATE start SET size = 2, frontier = zeroblob(32)",
      "UPDATE start SET frontier = x'00'",
      "UPDATE start SET hash = zeroblob(32)", "UPDATE start SET covered = 1000",
      "UPDATE start SET size = 0, segment = 0, offset = 0, frontier = x''",
    ])
  func wrongStart(_ statement: String) async throws {
    try await expectSameAnswers { try self.change($0, statement) }
  }

  @Test(
    "Places are only hints",
    arguments: [
      "DELETE FROM places", "UPDATE places SET offset = offset + 1", "UPDATE places SET segment = 3",
      "UPDATE places SET offset = 999999",
      "INSERT OR REPLACE INTO places VALUES (1, 0, 0), (5, 0, 17)",
    ])
  func wrongPlaces(_ statement: String) async throws {
    try await withLedger { ledger in
      ledger.limits.segmentBytes = 3000
      try ledger.open()
      try await ledger.fill(12)
      try ledger.close()
      try self.change(ledger, statement)
      let log = try ledger.open()
      for sequence in 0..<log.size {
        #expect(try log.line(at: sequence).map { try LogFormat.Record(line: $0).sequence } == sequence)
      }
    }
  }

  private func change(_ ledger: TestLedger, _ statement: String) throws {
    let queue = try DatabaseQueue(path: ledger.directory.index)
    try queue.writeWithoutTransaction { db in try db.execute(sql: statement) }
    try queue.close()
  }

  // MARK: Examination

  @Test(
    "The examination finds rows that are altered, missing or too many",
    arguments: [
      ("UPDATE ids SET sequence = 3 WHERE sequence = 4", "ids", 2), ("DELETE FROM ids WHERE sequence = 4", "ids", 1),
      ("INSERT INTO ids VALUES (zeroblob(16), 4)", "ids", 1),
      ("UPDATE subjects SET version = 9 WHERE subject = 'akte/a-1'", "subjects", 2),
      ("UPDATE subjects SET state = 'zu' WHERE subject = 'akte/a-1'", "subjects", 2),
      ("INSERT INTO subjects VALUES (99, 'akte/z', 1, NULL, 1)", "subjects", 1),
      ("DELETE FROM events WHERE sequence = 2", "events", 1),
      ("UPDATE events SET actor = 77 WHERE sequence = 2", "events", 2),
      ("INSERT INTO events VALUES (1, 99, 1, 1)", "events", 1),
      ("UPDATE places SET offset = 5 WHERE sequence = 0", "places", 2),
    ])
  func examination(_ statement: String, _ table: String, _ count: Int) async throws {
    try await withLedger { ledger in
      try ledger.open()
      try await ledger.fill(5, prefix: "a", subjects: 4)
      try ledger.close()
      #expect(try IndexExamination(LogReader(ledger.directory), rules: ledger.rules).run() == .sound(records: 6))
      try change(ledger, statement)
      #expect(try IndexExamination(LogReader(ledger.directory), rules: ledger.rules).run() == .differs([table: count]))
      // It leaves nothing behind, and what an interrupted one has left does not mislead the next.
      let files = try FileManager.default.contentsOfDirectory(atPath: ledger.directory.cache)
      #expect(!files.contains { $0.contains("check") })
      try FileManager.default.copyItem(atPath: ledger.directory.index, toPath: ledger.directory.index + ".check")
      #expect(try IndexExamination(LogReader(ledger.directory), rules: ledger.rules).run() == .differs([table: count]))
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
      try change(ledger, "DROP TABLE ids")
      guard case .unreadable = try result() else {
        Issue.record("not unreadable")
        return
      }
      try ledger.write(Array("no database".utf8), to: ledger.directory.index)
      ledger.remove("cache/index.sqlite-wal")
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
