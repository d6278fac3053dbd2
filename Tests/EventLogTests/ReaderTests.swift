import Foundation
import LogFormat
import Testing
import TransparencyLog

@testable import EventLog

@Suite struct ReaderTests {
  @Test("Beside a daemon a reader sees what is durable, without one whole records and batches")
  func liveAndNot() async throws {
    try await withLedger { ledger in
      try ledger.open()
      try await ledger.fill(4)
      // The next line is not durable yet.
      let sound = try ledger.bytes(ledger.lastSegment)
      try ledger.appendToLastSegment("{\"not\":\"durable\"}\n")
      let reader = try LogReader(ledger.directory)
      #expect(reader.isLive && reader.size == 5)
      #expect(try reader.line(at: 4) != nil)
      #expect(try reader.line(at: 5) == nil)
      try ledger.write(sound, to: ledger.lastSegment)
      try await ledger.append(event("1"), event("2"))
      #expect(try LogReader(ledger.directory).size == 7)
      #expect(reader.size == 5, "a reader sees what was there when it was made")
      try ledger.close()
      #expect(try !LogReader(ledger.directory).isLive)
      #expect(try LogReader(ledger.directory).size == 7)
      // Without a daemon the published place says nothing.
      ledger.remove("run/durable")
      #expect(try LogReader(ledger.directory).size == 7)
    }
  }

  @Test("A reader without a daemon sees what opening would keep", arguments: [false, true])
  func sameAsOpening(withIndex: Bool) async throws {
    try await withLedger { ledger in
      try ledger.open()
      // More than one place is in the index.
      let before = 149
      try await ledger.fill(before - 1)
      try ledger.close()
      let stop = try ledger.copy("checkpoint", "log", "cache")
      try ledger.open()
      try await ledger.append(event("1"))
      try await ledger.append(event("2"), event("3"))
      try ledger.close()
      let lines = try ledger.lines
      var tails: [String] = []
      let one = lines[before]
      let batch = lines[(before + 1)...].map { $0 + "\n" }.joined()
      tails += [one + "\n", one, one + "\n" + batch, one + "\n" + batch.dropLast(), batch, one + "\n" + one + "\n"]
      tails += [one + "\n" + lines[before + 2] + "\n", one.replacing("urn:test", with: "urn:tent") + "\n" + batch]
      tails += [
        String(one.dropLast(20)) + String(repeating: "\u{0}", count: 20) + "\n", "\n" + one + "\n",
        one + "\n" + lines[before + 1] + "\n",
      ]
      for tail in tails {
        try ledger.putBack(stop)
        if !withIndex { ledger.removeIndex() }
        try ledger.appendToLastSegment(tail)
        let seen = try LogReader(ledger.directory).size
        try ledger.open()
        #expect(seen == ledger.log.size, "\(tail.debugDescription)")
        try ledger.log.forgetCuts()
        try ledger.close()
      }
    }
  }

  @Test(
    "A reader without a daemon finds the end whatever the index says of places",
    arguments: [
      { $0.places = [] }, { $0.places[2].offset += 1 }, { $0.places[2].offset = $0.places[1].offset },
      { $0.places[2].offset = 999_999 }, { $0.places[2].segment = 3 }, { $0.places[2].sequence += 3 },
      { $0.places[2].offset = 0 }, { $0.places[2].offset = 1 << 63 }, { $0.places[2].offset += 40 },
    ] as [@Sendable (inout IndexContentsUnderTest) -> Void])
  func endDespitePlaces(_ change: @Sendable (inout IndexContentsUnderTest) -> Void) async throws {
    try await withLedger { ledger in
      try ledger.open()
      try await ledger.fill(150)
      try ledger.close()
      try IndexContentsUnderTest.change(ledger, change)
      let reader = try LogReader(ledger.directory)
      #expect(reader.size == 151)
      var sequences: [UInt64] = []
      try reader.forEachLine { line, _ in
        sequences.append(try Record(line: Array(line)).sequence)
        return true
      }
      #expect(sequences == Array(0..<151))
    }
  }

  @Test("A log that has lost what its checkpoint covers ends with its last whole batch", arguments: [130, 128, 40])
  func lostEnd(lines: Int) async throws {
    try await withDamagedLedger { ledger in
      try ledger.open()
      try await ledger.fill(119)
      // Records 120 to 139 are one batch, with a place of the index amidst.
      let batch = (0..<20).map { event("\($0)") }
      _ = try await ledger.log.append([AppendGroup(batch, recordedBy: "dms")])[0].get()
      try await ledger.fill(10, prefix: "behind")
      try ledger.close()
      let kept = try ledger.lines.prefix(lines).map { $0 + "\n" }.joined()
      try ledger.write(Array(kept.utf8), to: ledger.lastSegment)
      #expect(try LogReader(ledger.directory).size == UInt64(min(lines, 120)))
    }
  }

  @Test("Lines are handed out between two places, filtered by subject and type")
  func lines() async throws {
    try await withLedger { ledger in
      ledger.limits.segmentBytes = 2500
      let log = try ledger.open()
      for number in 0..<24 {
        try await ledger.append(
          event("\(number)", type: number % 2 == 0 ? "nach.offen" : "notiz", on: "akte/\(number % 3)"))
      }
      let reader = try LogReader(ledger.directory)
      func sequences(_ filter: LineFilter = LineFilter(), _ from: UInt64 = 0, _ below: UInt64? = nil) throws -> [UInt64]
      {
        var sequences: [UInt64] = []
        try reader.forEachLine(from: from, below: below, filter: filter) { line, sequence in
          #expect(LineScan.sequence(of: line) == sequence)
          sequences.append(sequence)
          return true
        }
        // The open log gives the same.
        let chunk = try log.lines(filter, from: from, below: below ?? .max, maximumBytes: 1 << 20)
        #expect(chunk.lines.map(\.sequence) == sequences)
        for (sequence, range) in chunk.lines {
          #expect(try Array(chunk.bytes[range].dropLast()) == log.line(at: sequence))
        }
        return sequences
      }
      #expect(try sequences() == Array(0..<25))
      #expect(try sequences(LineFilter(), 7, 9) == [7, 8])
      #expect(try sequences(LineFilter(), 24) == [24])
      #expect(try sequences(LineFilter(), 25) == [])
      #expect(try sequences(LineFilter(), 9, 7) == [])
      #expect(try sequences(LineFilter(subject: "akte/1")) == [2, 5, 8, 11, 14, 17, 20, 23])
      #expect(try sequences(LineFilter(type: "notiz"), 10, 16) == [10, 12, 14])
      #expect(try sequences(LineFilter(subject: "akte/1", type: "notiz")) == [2, 8, 14, 20])
      #expect(try sequences(LineFilter(subject: "akte")) == [])
      #expect(try sequences(LineFilter(type: "noti")) == [])
      var seen = 0
      try reader.forEachLine { _, _ in
        seen += 1
        return seen < 3
      }
      #expect(seen == 3)
      // In small turns.
      var next: UInt64 = 0
      var all: [UInt64] = []
      while next < log.size {
        let chunk = try log.lines(LineFilter(), from: next, below: .max, maximumBytes: 700)
        #expect(chunk.next > next)
        all += chunk.lines.map(\.sequence)
        next = chunk.next
      }
      #expect(all == Array(0..<25))
    }
  }

  @Test("Attributes are found in a line whatever its data holds")
  func lineScan() async throws {
    try await withLedger { ledger in
      let log = try ledger.open()
      let trap =
        #"{"x":1,"type":"falsch","subject":"falsch","sequence":"00000000000000000099","batchend":"00000000000000000099","recordedtime":"1999-01-01T00:00:00.000000Z","previoushash":"00"}"#
      let odd = #"a","type":"falsch","sequence":"00000000000000000077"#
      try await ledger.append(event("1", on: "akte/1", data: trap))
      try await ledger.append(
        event(
          ",", source: "urn:x", type: "nach.offen", on: odd, data: trap, by: #",\",\"batchend\":\"00000000000000000055"#
        ))
      try await ledger.append(event(odd, type: odd, on: #"ä\"\#u{1F600}/\\"#, data: trap), event("e", data: trap))
      for record in try ledger.records {
        record.line.withUnsafeBytes { line in
          #expect(LineScan.sequence(of: line) == record.sequence)
          #expect(LineScan.batchEnd(of: line) == record.batchEnd)
          #expect(LineScan.recordedTime(of: line) == record.recordedTime)
          #expect(LineFilter(subject: record.subject, type: record.type).matches(line))
          #expect(!LineFilter(subject: "falsch").matches(line))
          #expect(!LineFilter(type: "falsch").matches(line))
          #expect(!LineFilter(subject: String(record.subject.dropLast())).matches(line))
          #expect(!LineFilter(type: record.type + "x").matches(line))
        }
      }
      #expect(
        try log.lines(LineFilter(subject: odd), from: 0, below: .max, maximumBytes: 1 << 20).lines.map(\.sequence) == [
          2
        ])
      #expect(
        try log.lines(LineFilter(type: odd), from: 0, below: .max, maximumBytes: 1 << 20).lines.map(\.sequence) == [3])
    }
  }

  @Test("A line that is no record gives nothing")
  func lineScanOfGarbage() {
    for text in [
      "", ",", #","sequence":""#, #","sequence":"0000000000000000000"#, #","sequence":"0000000000000000000x""#,
      #","sequence":"99999999999999999999""#, #","previoushash":""#, #","recordedtime":"2022"#,
    ] {
      Array(text.utf8).withUnsafeBytes { line in
        #expect(LineScan.sequence(of: line) == nil)
        #expect(LineScan.batchEnd(of: line) == nil)
        #expect(LineScan.recordedTime(of: line) == nil)
        #expect(!LineFilter(subject: "x").matches(line))
      }
    }
  }

  @Test("As of a time: the records recorded by then, over all segments")
  func asOf() async throws {
    try await withLedger { ledger in
      ledger.limits.segmentBytes = 1200
      try ledger.open()
      for number in 0..<20 {
        ledger.clock.set("2023-01-\(10 + number)T12:00:00Z")
        try await ledger.append(event("\(number)"))
      }
      try #require(ledger.segments.count > 5)
      let reader = try LogReader(ledger.directory)
      let records = try ledger.records
      for record in records {
        let time = try #require(Timestamp(record.recordedTime))
        #expect(try reader.size(asOf: time) == record.sequence + 1)
        #expect(try reader.size(asOf: Timestamp(microseconds: time.microseconds - 1)) == record.sequence)
      }
      #expect(try reader.size(asOf: Timestamp("1970-01-01T00:00:00Z")!) == 0)
      #expect(try reader.size(asOf: Timestamp("9999-12-31T23:59:59-01:00")!) == 21)
      #expect(try reader.size(asOf: Timestamp("0000-01-01T00:00:00+01:00")!) == 0)
    }
  }

  @Test("Records of one moment are all in or all out")
  func asOfWithinBatch() async throws {
    try await withLedger { ledger in
      try ledger.open()
      ledger.clock.set("2023-01-01T00:00:00Z")
      let time = try await ledger.append(event("1"), event("2"), event("3"))[0].recordedTime
      let reader = try LogReader(ledger.directory)
      let moment = try #require(Timestamp(time))
      #expect(try reader.size(asOf: moment) == 4)
      #expect(try reader.size(asOf: Timestamp(microseconds: moment.microseconds - 1)) == 1)
    }
  }

  // MARK: Records of the ledger

  private func ledgerRecord(_ id: String, _ name: String) -> PreparedEvent {
    event(id, source: Log.ledgerSource, type: Log.ledgerTypePrefix + name, on: Log.ledgerSubject, data: "\"\(id)\"")
  }

  @Test("The newest record of the ledger itself is found with an index, without, and with a wrong one")
  func newestLedgerRecord() async throws {
    let foreign = try TestLedger()
    try foreign.open()
    try await foreign.fill(2)
    try foreign.close()
    try await withLedger { ledger in
      func newest() throws -> String? { try LogReader(ledger.directory).newestLedgerRecord("gesetzt")?.id }
      #expect(try newest() == nil)
      try ledger.open()
      try await ledger.append(ledgerRecord("g1", "gesetzt"))
      try await ledger.fill(5)
      try await ledger.append(ledgerRecord("g2", "gesetzt"))
      // Of other types, and looking like one in the data.
      try await ledger.append(ledgerRecord("x", "anderes"))
      try await ledger.append(event("y", type: Log.ledgerTypePrefix + "gesetzt", on: "akte/1"))
      #expect(try newest() == "g2")
      func newest(from: UInt64) throws -> String? {
        try LogReader(ledger.directory).newestLedgerRecord("gesetzt", from: from)?.id
      }
      let place = try #require(try LogReader(ledger.directory).newestLedgerRecord("gesetzt")).sequence
      #expect(try newest(from: place) == "g2")
      #expect(try newest(from: place + 1) == nil)
      // As the log that is open says of itself.
      #expect(try ledger.log.newestLedgerRecord("gesetzt", from: place)?.id == "g2")
      #expect(try ledger.log.newestLedgerRecord("gesetzt", from: place + 1) == nil)
      #expect(try ledger.log.ledgerRecords("gesetzt").map(\.id) == ["g1", "g2"])
      try ledger.close()
      #expect(try newest(from: place + 1) == nil)
      #expect(try newest() == "g2")
      let before = try ledger.copy("log", "checkpoint")
      let index = try ledger.copy("cache")
      try ledger.open()
      try await ledger.append(ledgerRecord("g3", "gesetzt"))
      // At once, from memory and the files together.
      #expect(try ledger.log.newestLedgerRecord("gesetzt")?.id == "g3")
      #expect(try ledger.log.ledgerRecords("gesetzt").map(\.id) == ["g1", "g2", "g3"])
      try await ledger.fill(3, prefix: "b")
      try ledger.close()
      #expect(try newest() == "g3")
      // An index behind the log, then one ahead of it.
      let newIndex = try ledger.copy("cache")
      try ledger.putBack(index)
      #expect(try newest() == "g3")
      let after = try ledger.copy("log", "checkpoint")
      try ledger.putBack(newIndex)
      try ledger.putBack(before)
      #expect(try newest() == "g2")
      try ledger.putBack(after)
      // None, garbage, and that of another ledger.
      ledger.removeIndex()
      #expect(try newest() == "g3")
      try ledger.write(Array("garbage".utf8), to: ledger.directory.index)
      #expect(try newest() == "g3")
      try FileManager.default.removeItem(atPath: ledger.directory.index)
      try FileManager.default.copyItem(atPath: foreign.directory.index, toPath: ledger.directory.index)
      #expect(try newest() == "g3")
      ledger.removeIndex()
    }
  }

  @Test("Records of the ledger itself are found where a block of the index is damaged")
  func ledgerRecordsDespiteDamage() async throws {
    try await withLedger { ledger in
      try ledger.open()
      try await ledger.append(ledgerRecord("g1", "gesetzt"))
      try await ledger.fill(5)
      try await ledger.append(ledgerRecord("g2", "gesetzt"))
      try ledger.close()
      let sound = try ledger.copy("cache")
      for section in [\IndexRun.subjects.firstBlock, \IndexRun.events.firstBlock, \IndexRun.places.firstBlock] {
        try ledger.putBack(sound)
        for run in try #require(IndexFiles(path: ledger.directory.index)).runs {
          var bytes = try ledger.bytes(run.path)
          bytes[run[keyPath: section] * IndexBlock.bytes + 3] ^= 0x10
          try ledger.write(bytes, to: run.path)
        }
        try ledger.open()
        #expect(try ledger.log.newestLedgerRecord("gesetzt")?.id == "g2")
        #expect(try ledger.log.ledgerRecords("gesetzt").map(\.id) == ["g1", "g2"])
        #expect(try ledger.log.origins().list.map(\.name) == [TestLedger.origin])
        #expect(try LogReader(ledger.directory).ledgerRecords("gesetzt").map(\.id) == ["g1", "g2"])
        try ledger.close()
      }
      try ledger.putBack(sound)
    }
  }

  // MARK: Gaps

  @Test("A log with a gap is not read over it", arguments: ["segment", "line"])
  func gap(_ what: String) async throws {
    try await withDamagedLedger { ledger in
      ledger.limits.segmentBytes = 1500
      try ledger.open()
      for number in 0..<20 { try await ledger.append(event("\(number)")) }
      try ledger.close()
      let segments = try ledger.segments
      let missing: UInt64
      if what == "segment" {
        missing = try #require(SequenceText.parse(segments[2].prefix(20)))
        ledger.remove("log/" + segments[2])
      } else {
        let path = ledger.path(segments[1])
        let lines = try ledger.bytes(path).split(separator: 0x0A)
        missing = try Record(line: Array(lines[1])).sequence
        try SystemCall.changeMode(path, 0o640)
        try ledger.write(Array((lines[..<1] + lines[2...]).map { $0 + [0x0A] }.joined()), to: path)
      }
      let reader = try LogReader(ledger.directory)
      var seen: UInt64 = 0
      #expect(throws: DamagedRecord(sequence: missing, kind: .missing)) {
        try reader.forEachLine { _, sequence in
          seen = sequence + 1
          return true
        }
      }
      #expect(seen == missing, "what stands before the gap is read")
      #expect(try reader.line(at: reader.size - 1) != nil)
    }
  }

  // MARK: Following

  @Test("Who waits for the log to grow is woken, closed or cancelled")
  func signal() async throws {
    let signal = SizeSignal(size: 3)
    #expect(await signal.wait(above: 2) == 3)
    async let woken = signal.wait(above: 3)
    async let later = signal.wait(above: 5)
    try await Task.sleep(for: .milliseconds(20))
    signal.grow(to: 5)
    #expect(await woken == 5)
    signal.grow(to: 6)
    #expect(await later == 6)

    let cancelled = Task { await signal.wait(above: 100) }
    try await Task.sleep(for: .milliseconds(20))
    cancelled.cancel()
    #expect(await cancelled.value == nil)
    // Cancelled before it waits.
    let early = Task {
      while !Task.isCancelled { await Task.yield() }
      return await signal.wait(above: 100)
    }
    early.cancel()
    #expect(await early.value == nil)

    let closed = Task { await signal.wait(above: 100) }
    try await Task.sleep(for: .milliseconds(20))
    signal.close()
    #expect(await closed.value == nil)
    #expect(await signal.wait(above: 100) == nil)
    #expect(await signal.wait(above: 1) == 6)
  }

  @Test("Waiting, growing and cancelling at once loses nobody")
  func signalUnderLoad() async {
    let signal = SizeSignal(size: 0)
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<400 {
        group.addTask {
          let waiting = Task { await signal.wait(above: UInt64(number)) }
          if number % 3 == 0 { waiting.cancel() }
          let size = await waiting.value
          #expect(size.map { $0 > UInt64(number) } ?? (number % 3 == 0))
        }
      }
      for size in 1...400 {
        signal.grow(to: UInt64(size))
        if size % 20 == 0 { await Task.yield() }
      }
    }
  }

  @Test("A follower of the log sees every commit")
  func following() async throws {
    try await withLedger { ledger in
      let log = try ledger.open()
      let follower = Task { () throws -> UInt64 in
        var size = log.size
        while size < 31, let grown = await log.wait(above: size) {
          #expect(try log.line(at: grown - 1) != nil)
          size = grown
        }
        return size
      }
      for number in 0..<30 { try await ledger.append(event("\(number)")) }
      #expect(try await follower.value == 31)
    }
  }
}
