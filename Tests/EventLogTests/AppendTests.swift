import Foundation
import LogFormat
import Synchronization
import Testing
import TransparencyLog

@testable import EventLog

@Suite struct AppendTests {
  @Test("A receipt says where the record is, and the record is there")
  func receipt() async throws {
    try await withLedger { ledger in
      let log = try ledger.open()
      let receipts = try await ledger.append(event("a", on: "akte/7", data: #"{"b" : [1, 2]}"#, by: "clerk"))
      let line = try #require(try log.line(at: 1))
      let record = try Record(line: line)
      #expect(
        receipts == [
          Receipt(
            subject: "akte/7",
            placement: Placement(
              sequence: 1, subjectVersion: 1, leafHash: RFC6962.leafHash(line),
              recordedTime: try #require(Timestamp(record.recordedTime)), duplicate: false))
        ])
      #expect(record.id == "a" && record.subject == "akte/7" && record.recordedBy == "dms" && record.authid == "clerk")
      #expect(record.data.map { String(decoding: $0.text, as: UTF8.self) } == #"{"b":[1,2]}"#)
      #expect(record.batchEnd == nil)
      #expect(record.previousHash == RFC6962.leafHash(Array(try ledger.lines[0].utf8)))
      #expect(log.size == 2)
      #expect(try log.state(of: "akte/7") == SubjectState(version: 1, state: "offen", first: 1, last: 1))
      #expect(try log.state(of: "akte/8") == nil)
      #expect(try log.line(at: 2) == nil)
    }
  }

  @Test("Versions count within the subject")
  func versions() async throws {
    try await withLedger { ledger in
      try ledger.open()
      #expect(try await ledger.append(event("1", on: "a")).map(\.subjectVersion) == [1])
      #expect(try await ledger.append(event("2", on: "b")).map(\.subjectVersion) == [1])
      #expect(try await ledger.append(event("3", on: "a")).map(\.subjectVersion) == [2])
      #expect(
        try await ledger.append(event("4", on: "a"), event("5", on: "b"), event("6", on: "a")).map(\.subjectVersion)
          == [3, 2, 4])
      try ledger.reopen()
      #expect(try await ledger.append(event("7", on: "a")).map(\.subjectVersion) == [5])
    }
  }

  @Test("The expected version decides, 0 meaning a new subject")
  func expectedVersion() async throws {
    try await withLedger { ledger in
      try ledger.open()
      #expect(await ledger.refusal(of: event("1", expected: 1)) == .versionConflict(index: 0, expected: 1, actual: 0))
      try await ledger.append(event("1", expected: 0))
      #expect(await ledger.refusal(of: event("2", expected: 0)) == .versionConflict(index: 0, expected: 0, actual: 1))
      #expect(
        await ledger.refusal(of: event("2", expected: .max)) == .versionConflict(index: 0, expected: .max, actual: 1))
      try await ledger.append(event("2", expected: 1))
      #expect(ledger.log.size == 3)
    }
  }

  @Test("In a batch the expected version sees the earlier events")
  func expectedVersionInBatch() async throws {
    try await withLedger { ledger in
      try ledger.open()
      try await ledger.append(event("1", expected: 0), event("2", expected: 1), event("3", on: "b", expected: 0))
      #expect(
        await ledger.refusal(of: event("4", expected: 2), event("5", expected: 2))
          == .versionConflict(index: 1, expected: 2, actual: 3))
      #expect(ledger.log.size == 4)
      #expect(try await ledger.append(event("4", expected: 2)).map(\.subjectVersion) == [3])
    }
  }

  @Test("Of many appends that expect the same version exactly one is recorded")
  func race() async throws {
    try await withLedger { ledger in
      let log = try ledger.open()
      for version in UInt64(0)..<20 {
        let winners = await withTaskGroup(of: Bool.self) { group in
          for contender in 0..<16 {
            group.addTask {
              let result = await log.append([
                AppendGroup([event("\(version)-\(contender)", expected: version)], recordedBy: "p\(contender)")
              ])[0]
              switch result {
              case .success: return true
              case .failure(let error):
                #expect(error == .versionConflict(index: 0, expected: version, actual: version + 1))
                return false
              }
            }
          }
          return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(winners == 1)
      }
      #expect(log.size == 21)
    }
  }

  @Test("Many tasks append at once, and every receipt is of its own record")
  func manyTasks() async throws {
    try await withLedger { ledger in
      ledger.limits.segmentBytes = 20_000
      let log = try ledger.open()
      let receipts = try await withThrowingTaskGroup(of: [(String, Receipt)].self) { group in
        for task in 0..<16 {
          group.addTask {
            var receipts: [(String, Receipt)] = []
            for number in 0..<40 {
              let ids = (0...number % 3).map { "\(task)-\(number)-\($0)" }
              let result = await log.append([
                AppendGroup(ids.map { event($0, on: "akte/\(task % 5)") }, recordedBy: "dms")
              ])[0]
              receipts += zip(ids, try result.get())
            }
            return receipts
          }
        }
        return try await group.reduce(into: []) { $0 += $1 }
      }
      let records = try ledger.records
      #expect(records.count == receipts.count + 1)
      for (id, receipt) in receipts {
        let record = records[Int(receipt.sequence)]
        #expect(record.id == id && record.subjectVersion == receipt.subjectVersion)
        #expect(receipt.leafHash == RFC6962.leafHash(record.line))
      }
    }
  }

  @Test("Composed and decomposed letters name two subjects, in memory as in the file")
  func unicodeForms() async throws {
    try await withLedger { ledger in
      try ledger.open()
      let (composed, decomposed) = ("akte/\u{e9}", "akte/e\u{301}")
      #expect(try await ledger.append(event("1", on: composed)).map(\.subjectVersion) == [1])
      #expect(try await ledger.append(event("2", on: decomposed)).map(\.subjectVersion) == [1])
      #expect(
        try await ledger.append(event("3", on: composed), event("4", on: decomposed)).map(\.subjectVersion) == [2, 2])
      try await ledger.append(event("\u{e9}"))
      try await ledger.append(event("e\u{301}"))
      try ledger.reopen()
      #expect(
        try await ledger.append(event("5", on: composed), event("6", on: decomposed)).map(\.subjectVersion) == [3, 3])
      #expect(
        try ledger.log.lines(LineFilter(subject: composed), from: 0, below: .max, maximumBytes: 1 << 20).lines.map(
          \.sequence) == [1, 3, 7])
    }
  }

  // MARK: Batches

  @Test("A batch's records bear the sequence of its last, and stand together")
  func batch() async throws {
    try await withLedger { ledger in
      try ledger.open()
      try await ledger.append(event("0"))
      #expect(try await ledger.append(event("1"), event("2"), event("3")).map(\.sequence) == [2, 3, 4])
      #expect(try ledger.records.map(\.batchEnd) == [nil, nil, 4, 4, 4])
      #expect(Set(try ledger.records[2...].map(\.recordedTime)).count == 1)
    }
  }

  @Test("A batch is recorded wholly or not at all")
  func allOrNothing() async throws {
    try await withLedger { ledger in
      try ledger.open()
      try await ledger.append(event("1"))
      let long = "\"\(String(repeating: "x", count: 65_600))\""
      #expect(
        await ledger.refusal(of: event("2"), event("3", expected: 9))
          == .versionConflict(index: 1, expected: 9, actual: 2))
      #expect(await ledger.refusal(of: event("2"), event("1", data: "7")) == .idReused(index: 1, sequence: 1))
      #expect(await ledger.refusal(of: event("2"), event("3"), event("2")) == .repeatedInBatch(index: 2, first: 0))
      guard case .lineTooLong(1, let length) = await ledger.refusal(of: event("2"), event("3", data: long)) else {
        Issue.record("not refused for its length")
        return
      }
      #expect(length > 65_535)
      #expect(
        await ledger.refusal(of: event("2"), event("3", from: ["zu"]))
          == .stateConflict(index: 1, state: "offen", isNew: false, allowed: ["zu"]))
      #expect(ledger.log.size == 2)
      #expect(try ledger.log.state(of: "akte/1")?.version == 1)
      // None of the refused ones left a trace: they can be sent again.
      #expect(try await ledger.append(event("2"), event("3")).map(\.duplicate) == [false, false])
    }
  }

  @Test("A record has 65,535 bytes at most")
  func longestLine() async throws {
    try await withLedger { ledger in
      try ledger.open()
      func length(_ count: Int) async -> Int? {
        let result = await ledger.log.append([
          AppendGroup([event("\(count)", data: "\"\(String(repeating: "x", count: count))\"")], recordedBy: "dms")
        ])[0]
        if case .failure(.lineTooLong(_, let length)) = result { return length }
        return nil
      }
      // The ids have as many digits, so only the payload makes the difference.
      let room = 99_999 - (try #require(await length(99_999)) - 65_535)
      #expect(await length(room + 1) == 65_536)
      #expect(await length(room) == nil)
      #expect(try ledger.lines.map(\.utf8.count).max() == 65_535)
    }
  }

  @Test("A batch of too many bytes is refused, a group of one is not a batch")
  func batchTooLarge() async throws {
    try await withLedger { ledger in
      ledger.limits.batchBytes = 2000
      try ledger.open()
      guard
        case .batchTooLarge(let bytes, 2000) = await ledger.refusal(
          of: event("1"), event("2", data: "\"\(String(repeating: "x", count: 2000))\""))
      else {
        Issue.record("not refused for its size")
        return
      }
      #expect(bytes > 2000)
      try await ledger.append(event("1", data: "\"\(String(repeating: "x", count: 3000))\""))
    }
  }

  @Test("An empty group is answered with nothing")
  func emptyGroup() async throws {
    try await withLedger { ledger in
      let log = try ledger.open()
      #expect(try await log.append([AppendGroup([], recordedBy: "dms")])[0].get() == [])
      #expect(await log.append([]).isEmpty)
      #expect(log.size == 1)
    }
  }

  // MARK: Idempotency

  @Test("What a request has recorded is known to the rest of it, also when its groups do not fit into one segment")
  func repetitionBehindCommit() async throws {
    try await withLedger { ledger in
      ledger.limits.segmentBytes = 2000
      try ledger.open()
      // Each event twice, the second time when others have long been synced; all on two subjects.
      let numbers = Array(0..<300) + Array(0..<300)
      let groups = numbers.map { AppendGroup([event("\($0)", on: "akte/\($0 % 2)")], recordedBy: "dms") }
      let receipts = try await ledger.log.append(groups).map { try $0.get()[0] }
      let (first, again) = (receipts[..<300], receipts[300...])
      #expect(first.allSatisfy { !$0.duplicate } && again.allSatisfy(\.duplicate))
      let sequences = Array<UInt64>(1...300)
      #expect(first.map(\.sequence) == sequences)
      #expect(again.map(\.sequence) == sequences)
      let versions: [UInt64] = (0..<300).map { UInt64($0 / 2 + 1) }
      #expect(first.map(\.subjectVersion) == versions)
      #expect(ledger.log.size == 301)
    }
  }

  @Test("The same event gets its first receipt again: in flight, later, and after a restart")
  func repetition() async throws {
    try await withLedger { ledger in
      try ledger.open()
      let one = event("1", data: #"{"a":1,"b":"\u00e4"}"#)
      let groups = (0..<5).map { _ in AppendGroup([one], recordedBy: "dms") }
      let receipts = try await ledger.log.append(groups).map { try $0.get()[0] }
      #expect(receipts.map(\.duplicate) == [false, true, true, true, true])
      #expect(Set(receipts.map(\.leafHash)).count == 1 && Set(receipts.map(\.sequence)) == [1])
      // Whatever version it expects, and in whatever spelling.
      let again = event("1", data: #"{ "b" : "ä", "a" : 1 }"#, expected: 77)
      for _ in 0..<2 {
        let receipt = try await ledger.append(again)[0]
        #expect(
          receipt.duplicate && receipt.leafHash == receipts[0].leafHash
            && receipt.recordedTime == receipts[0].recordedTime)
        #expect(receipt.subjectVersion == 1)
        try ledger.reopen()
      }
      #expect(ledger.log.size == 2)
    }
  }

  @Test("Another source makes another event")
  func otherSource() async throws {
    try await withLedger { ledger in
      try ledger.open()
      #expect(try await ledger.append(event("1", source: "urn:a")).map(\.duplicate) == [false])
      #expect(try await ledger.append(event("1", source: "urn:b")).map(\.duplicate) == [false])
    }
  }

  @Test("The same id with other content is refused, and says of which record")
  func idReused() async throws {
    try await withLedger { ledger in
      try ledger.open()
      try await ledger.append(event("1", data: "1"))
      for other in [
        event("1", data: "2"), event("1", data: "1.0"), event("1"), event("1", on: "b", data: "1"),
        event("1", type: "nach.zu", data: "1"), event("1", data: "1", by: "x"),
      ] {
        #expect(await ledger.refusal(of: other) == .idReused(index: 0, sequence: 1))
      }
      try ledger.reopen()
      #expect(await ledger.refusal(of: event("1", data: "2")) == .idReused(index: 0, sequence: 1))
      #expect(ledger.log.size == 2)
    }
  }

  @Test("In a batch, events already there keep their receipts and the rest is one batch")
  func batchOfOldAndNew() async throws {
    try await withLedger { ledger in
      try ledger.open()
      let old = try await ledger.append(event("1"))[0]
      let receipts = try await ledger.append(event("2", expected: 1), event("1", expected: 50), event("3", expected: 2))
      #expect(receipts.map(\.sequence) == [2, 1, 3])
      #expect(receipts.map(\.duplicate) == [false, true, false])
      #expect(receipts[1].leafHash == old.leafHash)
      #expect(try ledger.records.map(\.batchEnd) == [nil, nil, 3, 3])
      // With one new event left it is no batch.
      #expect(try await ledger.append(event("2"), event("4"), event("3")).map(\.sequence) == [2, 4, 3])
      #expect(try ledger.records.map(\.batchEnd) == [nil, nil, 3, 3, nil])
      // With none left nothing is recorded.
      #expect(try await ledger.append(event("4"), event("1")).map(\.duplicate) == [true, true])
      #expect(ledger.log.size == 5)
    }
  }

  @Test("Whoever can unseal says whether a payload is the stored one")
  func contentCheck() async throws {
    try await withLedger { ledger in
      struct Unreadable: Error {}
      var rules = ledger.rules
      rules.hasContent = { sent, stored in
        if sent.payload.json?["x"]?.string == "?" { throw Unreadable() }
        return sent.payload.json?["x"]?.string == "plain" && stored.data?["x"]?.kind == .object
      }
      let log = try Log.open(ledger.directory, rules: rules, logger: TestLedger.logger)
      func append(_ plain: String, sealed: String) async -> Result<[Receipt], AppendError> {
        let stored = event("1", data: #"{"x":{"sealed":"\#(sealed)"}}"#).event
        let sent = event("1", data: #"{"x":"\#(plain)"}"#).event
        return await log.append([AppendGroup([PreparedEvent(stored, plain: sent)], recordedBy: "dms")])[0]
      }
      #expect(try await append("plain", sealed: "k.n.c").get().map(\.duplicate) == [false])
      #expect(try await append("plain", sealed: "k.n.other").get().map(\.duplicate) == [true])
      #expect(await append("other", sealed: "k.n.c") == .failure(.idReused(index: 0, sequence: 1)))
      guard case .failure(.contentUnknown(0, 1, _)) = await append("?", sealed: "k.n.c") else {
        Issue.record("not refused as unknown")
        return
      }
      try log.close()
    }
  }

  // MARK: States and four eyes

  @Test("From and to are followed within one batch")
  func statesInBatch() async throws {
    try await withLedger { ledger in
      try ledger.open()
      try await ledger.append(
        event("1", type: "nach.offen", from: [nil]), event("2", type: "notiz", from: ["offen"]),
        event("3", type: "nach.zu", from: ["offen"]), event("4", type: "nach.offen", from: ["zu"]))
      #expect(try ledger.log.state(of: "akte/1") == SubjectState(version: 4, state: "offen", first: 1, last: 4))
      #expect(
        await ledger.refusal(
          of: event("5", type: "nach.zu", from: ["offen"]), event("6", type: "nach.zu", from: ["offen"]))
          == .stateConflict(index: 1, state: "zu", isNew: false, allowed: ["offen"]))
      #expect(
        await ledger.refusal(of: event("7", from: [nil]))
          == .stateConflict(index: 0, state: "offen", isNew: false, allowed: [nil]))
      #expect(
        await ledger.refusal(of: event("8", on: "neu", from: ["offen"]))
          == .stateConflict(index: 0, state: nil, isNew: true, allowed: ["offen"]))
      // A subject with events and without a state is not new.
      try await ledger.append(event("9", type: "notiz", on: "still"))
      #expect(
        await ledger.refusal(of: event("10", on: "still", from: [nil]))
          == .stateConflict(index: 0, state: nil, isNew: false, allowed: [nil]))
      try await ledger.append(
        event("11", on: "andere", from: [nil, "offen"]), event("12", on: "andere", from: [nil, "offen"]))
    }
  }

  @Test("What a type allows is told apart in one batch, however many states there are")
  func manyStates() async throws {
    try await withLedger { ledger in
      try ledger.open()
      for number in 0..<100 {
        try await ledger.append(event("\(number)", type: "nach.s\(number)", on: "akte/\(number)"))
      }
      func check(_ id: String, _ number: Int) -> PreparedEvent {
        event(id, type: "notiz", on: "akte/\(number)", from: ["s3", "s90"])
      }
      for other in 0..<100 where other != 3 && other != 90 {
        #expect(
          await ledger.refusal(of: check("a", 90), check("b", 3), check("c", other), check("d", 3))
            == .stateConflict(index: 2, state: "s\(other)", isNew: false, allowed: ["s3", "s90"]))
      }
      try await ledger.append(check("a", 90), check("b", 3), check("c", 90), check("d", 3), check("e", 90))
    }
  }

  @Test("A state outlives a restart, and an event without one leaves it")
  func statesOverRestart() async throws {
    try await withLedger { ledger in
      try ledger.open()
      try await ledger.append(event("1", type: "nach.offen"))
      try await ledger.append(event("2", type: "notiz"))
      try ledger.reopen()
      try await ledger.append(event("3", type: "nach.zu", from: ["offen"]))
      try ledger.reopen()
      #expect(try ledger.log.state(of: "akte/1") == SubjectState(version: 3, state: "zu", first: 1, last: 3))
    }
  }

  @Test("Four eyes: someone else must have recorded the first event, in the batch, in flight or long ago")
  func fourEyes() async throws {
    try await withLedger { ledger in
      try ledger.open()
      func first(_ id: String, by authid: String?, on subject: String = "a") -> PreparedEvent {
        event(id, type: "geprueft", on: subject, by: authid)
      }
      func second(_ id: String, by authid: String?, on subject: String = "a") -> PreparedEvent {
        event(id, type: "freigegeben", on: subject, by: authid, second: "geprueft")
      }
      #expect(await ledger.refusal(of: second("1", by: "b")) == .secondMissing(index: 0, type: "geprueft", authid: "b"))
      #expect(
        await ledger.refusal(of: first("1", by: "a"), second("2", by: "a"))
          == .secondMissing(index: 1, type: "geprueft", authid: "a"))
      #expect(
        await ledger.refusal(of: first("1", by: "a", on: "x"), second("2", by: "b"))
          == .secondMissing(index: 1, type: "geprueft", authid: "b"))
      // The second must come after the first.
      #expect(
        await ledger.refusal(of: second("1", by: "b"), first("2", by: "a"))
          == .secondMissing(index: 0, type: "geprueft", authid: "b"))
      try await ledger.append(first("1", by: "a"), second("2", by: "b"))
      // In flight: both groups wait for the same commit.
      let results = await ledger.log.append([
        AppendGroup([first("3", by: "a", on: "c")], recordedBy: "dms"),
        AppendGroup([second("4", by: "b", on: "c")], recordedBy: "dms"),
        AppendGroup([second("5", by: "a", on: "c")], recordedBy: "dms"),
      ])
      #expect(results.map { (try? $0.get()) != nil } == [true, true, false])
      // Without authid it is who has recorded it.
      try await ledger.append(first("6", by: nil, on: "d"))
      #expect(
        await ledger.refusal(of: second("7", by: nil, on: "d"))
          == .secondMissing(index: 0, type: "geprueft", authid: "dms"))
      try ledger.reopen()
      #expect(
        await ledger.refusal(of: second("7", by: "dms", on: "d"))
          == .secondMissing(index: 0, type: "geprueft", authid: "dms"))
      try await ledger.append(second("7", by: "egov", on: "d"))
      // Once somebody else has, the first person may too.
      try await ledger.append(first("8", by: "b", on: "a"))
      try await ledger.append(second("9", by: "a", on: "a"))
    }
  }

  @Test("Types of one request that ask the same of their subjects are told apart")
  func typesAlike() async throws {
    try await withLedger { ledger in
      try ledger.open()
      let same = Transition()
      func plain(_ id: String, _ type: String, on subject: String) -> PreparedEvent {
        PreparedEvent(
          Event(
            id: id, source: "urn:test", type: type, subject: subject, extensions: [Extension("authid", .string("a"))]),
          transition: same)
      }
      try await ledger.append(
        plain("1", "gelesene", on: "a"), plain("2", "geprueft", on: "b"), plain("3", "gelesene", on: "c"))
      func second(_ id: String, on subject: String) -> PreparedEvent {
        event(id, type: "freigegeben", on: subject, by: "b", second: "geprueft")
      }
      for subject in ["a", "c"] {
        #expect(
          await ledger.refusal(of: second("4", on: subject))
            == .secondMissing(index: 0, type: "geprueft", authid: "b"))
      }
      try await ledger.append(second("4", on: "b"))
    }
  }

  // MARK: Clock

  @Test("A clock behind by a minute is held to the last record's time, one further behind stops appends")
  func clock() async throws {
    try await withLedger { ledger in
      try ledger.open()
      ledger.clock.set("2023-01-01T00:00:00Z")
      let last = try await ledger.append(event("1"))[0].recordedTime
      #expect(last == "2023-01-01T00:00:00.001000Z")
      ledger.clock.set("2022-12-31T23:59:00.000Z")  // 60 s behind when it is read
      #expect(try await ledger.append(event("2")).map(\.recordedTime) == [last])
      ledger.clock.set("2022-12-31T23:58:59.999999Z")
      #expect(await ledger.refusal(of: event("4")) == .clockBehind(microseconds: 60_000_001))
      // A repetition needs no clock.
      #expect(try await ledger.append(event("2")).map(\.duplicate) == [true])
      try ledger.reopen()
      ledger.clock.set("2022-12-31T23:58:59.999999Z")
      #expect(await ledger.refusal(of: event("4")) == .clockBehind(microseconds: 60_000_001))
      ledger.clock.set("2023-01-01T00:00:01Z")
      #expect(try await ledger.append(event("4")).map(\.recordedTime) == ["2023-01-01T00:00:01.001000Z"])
    }
  }

  // MARK: Bounds

  @Test("What waits is bounded, by number and by bytes", arguments: ["events", "json", "base64"])
  func overload(_ what: String) async throws {
    try await withLedger { ledger in
      ledger.limits.waitingEvents = what == "events" ? 50 : 100_000
      ledger.limits.waitingBytes = what == "events" ? 1 << 30 : 100_000
      // The clock is read when a group gets its place; while it stands still, so does the sequencer.
      let gate = Gate()
      var rules = ledger.rules
      let clock = ledger.clock
      rules.clock = {
        gate.pass()
        return clock.read()
      }
      let log = try Log.open(ledger.directory, rules: rules, limits: ledger.limits, logger: TestLedger.logger)
      gate.close()
      let text = String(repeating: "A", count: 10_000)
      let payload: Event.Payload = what == "base64" ? .base64(text) : .json(try JSONDocument("\"\(text)\"").root)
      let results = await withTaskGroup(of: Result<[Receipt], AppendError>.self) { group in
        for number in 0..<200 {
          group.addTask {
            let event = Event(id: "\(number)", source: "urn:test", type: "t", subject: "s", payload: payload)
            return await log.append([AppendGroup([PreparedEvent(event)], recordedBy: "dms")])[0]
          }
        }
        var results: [Result<[Receipt], AppendError>] = []
        // The refused ones are answered at once, the others when the gate opens.
        for await result in group {
          results.append(result)
          if results.count == 100 { gate.open() }
        }
        return results
      }
      let refused = results.filter { $0 == .failure(.overloaded) }.count
      #expect((100..<200).contains(refused))
      #expect(log.size == UInt64(results.count - refused) + 1)
      // The room is free again.
      #expect(try await log.append([AppendGroup([event("last")], recordedBy: "dms")])[0].get().count == 1)
      try log.close()
    }
  }

  @Test("After closing nothing is taken")
  func closed() async throws {
    try await withLedger { ledger in
      let log = try ledger.open()
      try await ledger.append(event("1"))
      try ledger.close()
      #expect(await log.append([AppendGroup([event("2")], recordedBy: "dms")]) == [.failure(.closing)])
      #expect(await log.wait(above: 100) == nil)
    }
  }
}

/// Holds back whoever wants to pass while it is closed.
final class Gate: Sendable {
  private let isClosed = Mutex(false)

  func close() { isClosed.withLock { $0 = true } }
  func open() { isClosed.withLock { $0 = false } }
  func pass() { while isClosed.withLock({ $0 }) { usleep(1000) } }
}
