import Audit
import Foundation
import LogFormat
import Testing
import TransparencyLog

@testable import EventLog

@Suite struct OpeningTests {
  @Test("A new ledger holds record 0, its key and a checkpoint over it")
  func creation() async throws {
    try await withLedger { ledger in
      let record = try #require(try ledger.records.first)
      #expect(
        record.type == "de.aktenspur.ledger.eroeffnet" && record.subject == "ledger" && record.previousHash == .zero)
      #expect(record.data?["origin"]?.string == TestLedger.origin)
      #expect(record.data?["verifierkey"]?.string == "\(ledger.key)")
      #expect(record.data?["format"]?.integer == 1 && record.data?["timezone"]?.string == "Europe/Berlin")
      let checkpoint = try Checkpoint.open(ledger.bytes(ledger.directory.checkpoint), by: ledger.key)
      #expect(checkpoint.size == 1 && checkpoint.root == RFC6962.leafHash(record.line))
      func mode(_ path: String) throws -> mode_t { try SystemCall.mode(of: path) }
      #expect(try mode(ledger.directory.signingKey) == 0o600)
      #expect(try mode(ledger.directory.keys) == 0o700)
      #expect(try mode(ledger.directory.documents) == 0o700)
    }
  }

  @Test("Nothing is created where something is")
  func creationRefused() async throws {
    try await withLedger { ledger in
      #expect(throws: LedgerOpenError.exists(ledger.directory.path)) {
        _ = try Log.create(ledger.directory, origin: TestLedger.origin)
      }
      let other = LedgerDirectory(ledger.directory.path + "/neu")
      #expect(throws: NoteError.self) { _ = try Log.create(other, origin: "with space") }
      #expect(!FileManager.default.fileExists(atPath: other.path))
      try ledger.write([1], to: other.path)
      #expect(throws: (any Error).self) { _ = try Log.create(other, origin: "a") }
      #expect(try ledger.bytes(other.path) == [1])
    }
  }

  @Test("What is no ledger is refused in words")
  func noLedger() throws {
    let nowhere = LedgerDirectory("/nonexistent-\(UUID().uuidString)")
    #expect(throws: LedgerOpenError.noLedger(nowhere.path)) { _ = try LogReader(nowhere) }
  }

  @Test(
    "A description that is not understood is refused",
    arguments: [
      (#"{"format":2,"origin":"a","hash":"sha256","timezone":"x","created":"y"}"#, LedgerOpenError.formatVersion(2)),
      ("{", nil), (#"{"origin":"a"}"#, nil),
      (#"{"format":1,"origin":"a","hash":"md5","timezone":"x","created":"y"}"#, nil),
      (#"{"format":1,"origin":7,"hash":"sha256","timezone":"x","created":"y"}"#, nil),
    ])
  func description(_ text: String, _ expected: LedgerOpenError?) throws {
    let ledger = try TestLedger()
    try ledger.write(Array(text.utf8), to: ledger.directory.description)
    let refusal = try #require(ledger.refusal())
    if let expected {
      #expect(refusal == expected)
    } else if case .description = refusal {
    } else {
      Issue.record("\(refusal)")
    }
  }

  @Test("One writer: a second is refused while the first holds the lock")
  func lock() async throws {
    try await withLedger { ledger in
      try ledger.open()
      #expect(throws: LedgerOpenError.busy(ledger.directory.lock)) {
        _ = try Log.open(ledger.directory, rules: ledger.rules, logger: TestLedger.logger)
      }
      try ledger.close()
      try ledger.open()
    }
  }

  @Test("Readers that look whether the lock is held keep no writer out")
  func lockBesideReaders() async throws {
    try await withLedger { ledger in
      let directory = ledger.directory
      let reading = Task.detached {
        while !Task.isCancelled { _ = try WriterLock.isHeld(directory) }
      }
      for _ in 0..<20 { try ledger.reopen() }
      reading.cancel()
      try await reading.value
    }
  }

  // MARK: Checkpoints

  @Test("Opening signs a checkpoint over the whole log, and one can be had at any time")
  func checkpoints() async throws {
    try await withLedger { ledger in
      let log = try ledger.open()
      try await ledger.fill(7)
      let note = try await log.renewedCheckpoint()
      let checkpoint = try Checkpoint.open(Array(note.utf8), by: ledger.key)
      var frontier = Frontier()
      for line in try ledger.lines { frontier.append(RFC6962.leafHash(Array(line.utf8))) }
      #expect(checkpoint == Checkpoint(origin: TestLedger.origin, size: 8, root: frontier.root))
      #expect(try ledger.bytes(ledger.directory.checkpoint) == Array(note.utf8))
      #expect(log.checkpoint == note)
      // Nothing new: the same one.
      #expect(try await log.renewedCheckpoint() == note)
      try await ledger.append(event("x"))
      #expect(try Checkpoint.open(Array(await log.renewedCheckpoint().utf8), by: ledger.key).size == 9)
      try await ledger.append(event("y"))
      try ledger.close()
      #expect(try Checkpoint.open(ledger.bytes(ledger.directory.checkpoint), by: ledger.key).size == 10)
      // After an unclean stop.
      let before = try ledger.copy("checkpoint")
      try ledger.open()
      try await ledger.append(event("z"))
      try ledger.close()
      try ledger.putBack(before)
      try ledger.open()
      #expect(try Checkpoint.open(ledger.bytes(ledger.directory.checkpoint), by: ledger.key).size == 11)
    }
  }

  @Test("A checkpoint follows within seconds while records come in")
  func checkpointFollows() async throws {
    try await withLedger { ledger in
      let log = try ledger.open()
      try await ledger.append(event("1"))
      for _ in 0..<100 where try Checkpoint.open(Array(log.checkpoint.utf8), by: ledger.key).size < 2 {
        try await Task.sleep(for: .milliseconds(50))
      }
      #expect(try Checkpoint.open(Array(log.checkpoint.utf8), by: ledger.key).size == 2)
    }
  }

  @Test("Whoever asks for a checkpoint while the last one is being signed is answered")
  func lateRequest() async throws {
    try await withLedger { ledger in
      let key = try SigningKey(
        String(decoding: ledger.bytes(ledger.directory.signingKey), as: UTF8.self).trimmingCharacters(in: .newlines))
      func end(_ size: UInt64) -> LogEnd {
        var frontier = Frontier()
        for number in 0..<size { frontier.append(SHA256.hash("\(number)")) }
        return LogEnd(
          position: LogPosition(size: size, segment: Segment(first: 0), offset: 0), frontier: frontier, lastHash: .zero,
          lastTime: Timestamp(microseconds: 0))
      }
      let kept = try ledger.copy("checkpoint")
      let (signing, signingBegan) = AsyncStream.makeStream(of: Void.self)
      let gate = Gate()
      gate.close()
      let checkpointer = Checkpointer(directory: ledger.directory, key: key, end: end(2), logger: TestLedger.logger) {
        end, _ in
        guard end.position.size == 3 else { return }
        signingBegan.yield()
        gate.pass()
      }
      try checkpointer.start(after: nil)
      checkpointer.grown(to: end(3))
      let closing = Task.detached { checkpointer.close() }
      for await _ in signing { break }
      let late = Task { try await checkpointer.renewed() }
      try await Task.sleep(for: .milliseconds(50))
      gate.open()
      await closing.value
      #expect(try await Checkpoint.open(Array(late.value.utf8), by: ledger.key).size == 3)
      try ledger.putBack(kept)
    }
  }

  // MARK: Recovery

  @Test(
    "What is no whole record at the end is cut off, and the cut is remembered",
    arguments: [
      "{", "{\"specversion\":\"1.0\",\"id\":\"torn", "\n", "garbage\n", "garbage\nmore\n", "\u{0}\u{0}\u{0}\u{0}",
      "\u{0}\n",
      "{}\n", "[]\n", "{\"specversion\":\"1.0\"}\n{",
    ])
  func tornEnd(_ tail: String) async throws {
    try await withLedger { ledger in
      try ledger.open()
      try await ledger.fill(5)
      try ledger.close()
      let sound = try ledger.bytes(ledger.lastSegment)
      try ledger.appendToLastSegment(tail)
      #expect(try LogReader(ledger.directory).size == 6)
      let log = try ledger.open()
      #expect(try ledger.bytes(ledger.lastSegment) == sound)
      #expect(log.size == 6)
      let expected = Cut(
        segment: Segment(first: 0).name, offset: UInt64(sound.count), bytes: UInt64(tail.utf8.count),
        digest: SHA256.hash(tail))
      #expect(log.unrecordedCuts == [expected])
      // A second stop before the cut is recorded loses nothing; the next cut comes on top.
      try ledger.close()
      try ledger.appendToLastSegment("again")
      try ledger.open()
      #expect(ledger.log.unrecordedCuts.map(\.bytes) == [UInt64(tail.utf8.count), 5])
      try ledger.log.forgetCuts()
      try await ledger.append(event("behind"))
      try ledger.reopen()
      #expect(ledger.log.unrecordedCuts.isEmpty)
      #expect(ledger.log.size == 7)
    }
  }

  @Test("Every prefix of the last record, and of the last batch, is cut off whole")
  func everyPrefix() async throws {
    try await withLedger { ledger in
      try ledger.open()
      try await ledger.fill(3)
      try ledger.close()
      let stop = try ledger.copy("checkpoint", "log")
      let sound = try ledger.bytes(ledger.lastSegment)
      try ledger.open()
      try await ledger.append(event("1"), event("2"))
      try ledger.close()
      let whole = try ledger.bytes(ledger.lastSegment)
      let feed = try #require(whole[sound.count...].firstIndex(of: 0x0A))
      for length in Array(stride(from: sound.count, to: whole.count, by: 61)) + [
        feed, feed + 1, whole.count - 1, whole.count,
      ] {
        try ledger.putBack(stop)
        ledger.removeIndex()
        try ledger.write(Array(whole[..<length]), to: ledger.lastSegment)
        try ledger.open()
        #expect(ledger.log.size == (length == whole.count ? 6 : 4))
        #expect(try ledger.bytes(ledger.lastSegment) == (length == whole.count ? whole : sound))
        #expect(ledger.log.unrecordedCuts.isEmpty == (length == sound.count || length == whole.count))
        try ledger.log.forgetCuts()
        try ledger.close()
      }
    }
  }

  @Test("A record that is whole and was never acknowledged stays, and is written once more")
  func unacknowledgedRecord() async throws {
    try await withLedger { ledger in
      try ledger.open()
      try await ledger.fill(3)
      try ledger.close()
      let stop = try ledger.copy("checkpoint", "cache")
      try ledger.open()
      try await ledger.append(event("1"), event("2"))
      try await ledger.append(event("3"))
      try ledger.close()
      // As after a crash: checkpoint and index know nothing of the last records.
      try ledger.putBack(stop)
      let bytes = try ledger.bytes(ledger.lastSegment)
      try ledger.open()
      #expect(ledger.log.size == 7)
      #expect(ledger.log.unrecordedCuts.isEmpty)
      #expect(try ledger.bytes(ledger.lastSegment) == bytes)
      #expect(try await ledger.append(event("3")).map(\.duplicate) == [true])
      #expect(try ledger.log.state(of: "akte/1")?.version == 3)
    }
  }

  @Test("The tail is written again in every segment behind the checkpoint, and closed ones end read-only")
  func tailOverSegments() async throws {
    try await withLedger { ledger in
      ledger.limits.segmentBytes = 2000
      try ledger.open()
      try await ledger.fill(3)
      try ledger.close()
      let stop = try ledger.copy("checkpoint", "cache")
      try ledger.open()
      for number in 0..<20 { try await ledger.append(event("\(number)")) }
      try ledger.close()
      try ledger.putBack(stop)
      for segment in try ledger.segments { try SystemCall.changeMode(ledger.path(segment), 0o640) }
      let before = try ledger.lines
      try ledger.open()
      #expect(try ledger.lines == before)
      let modes = try ledger.segments.map { try SystemCall.mode(of: ledger.path($0)) }
      #expect(modes.count > 4)
      #expect(modes.last == 0o640)
      #expect(modes.dropFirst().dropLast().allSatisfy { $0 == 0o440 })
    }
  }

  @Test("A batch that contradicts itself behind the checkpoint is no batch")
  func brokenBatch() async throws {
    try await withLedger { ledger in
      try ledger.open()
      try await ledger.fill(2)
      try ledger.close()
      var previous = RFC6962.leafHash(Array(try #require(try ledger.lines.last).utf8))
      // A record that opens a batch to 5, then one that is none of it.
      var text = ""
      for (sequence, batchEnd) in [(UInt64(3), UInt64?(5)), (4, nil), (5, 5)] {
        var line: [UInt8] = []
        event("\(sequence)").event.writeLine(
          stamp: Stamp(
            sequence: sequence, subjectVersion: sequence - 2, recordedTime: Timestamp("2022-12-31T12:00:00Z")!,
            recordedBy: "dms", batchEnd: batchEnd, previousHash: previous),
          to: &line)
        previous = RFC6962.leafHash(line)
        text += String(decoding: line, as: UTF8.self) + "\n"
      }
      try ledger.appendToLastSegment(text)
      #expect(try LogReader(ledger.directory).size == 3)
      try ledger.open()
      #expect(ledger.log.size == 3)
      try ledger.log.forgetCuts()
    }
  }

  @Test(
    "Notes of cuts that cannot be read are no reason to fail",
    arguments: [
      "", "x", "{}", #"{"segment":"a","offset":-1,"bytes":-1,"sha256":"00"}"#,
      "{\"segment\":\"a\",\"offset\":-1,\"bytes\":1,\"sha256\":\"\(Digest.zero.hex)\"}\n",
    ])
  func unreadableCuts(_ text: String) async throws {
    try await withLedger { ledger in
      try ledger.write(Array(text.utf8), to: ledger.directory.pendingCut)
      #expect(try ledger.open().unrecordedCuts.isEmpty)
    }
  }

  // MARK: Damage

  @Test("A log shorter than its checkpoint is refused")
  func shorter() async throws {
    try await withDamagedLedger { ledger in
      try ledger.open()
      try await ledger.fill(5)
      try ledger.close()
      let lines = try ledger.lines
      try ledger.write(Array(lines[..<4].map { $0 + "\n" }.joined().utf8), to: ledger.lastSegment)
      let expected = LedgerOpenError.Damage.shorter(
        records: 4, checkpoint: 6, segment: Segment(first: 0).name,
        offset: UInt64(lines[..<4].reduce(0) { $0 + $1.utf8.count + 1 }))
      #expect(ledger.damage() == expected)
      ledger.removeIndex()
      #expect(ledger.damage() == expected)
      #expect(try ledger.lines.count == 4, "nothing is written")
    }
  }

  @Test("A torn record that the checkpoint covers is refused, not cut")
  func tornUnderCheckpoint() async throws {
    try await withDamagedLedger { ledger in
      try ledger.open()
      try await ledger.fill(5)
      try ledger.close()
      let bytes = try ledger.bytes(ledger.lastSegment)
      try ledger.write(Array(bytes.dropLast(10)), to: ledger.lastSegment)
      guard case .brokenRecord(5, _, _, _) = ledger.damage() else {
        Issue.record("not refused as broken")
        return
      }
      #expect(try ledger.bytes(ledger.lastSegment).count == bytes.count - 10)
    }
  }

  @Test("A log rebuilt to another root is refused, with batches or without", arguments: [false, true])
  func otherRoot(_ asBatch: Bool) async throws {
    try await withDamagedLedger { ledger in
      try ledger.open()
      try await ledger.fill(5)
      try ledger.close()
      // Soundly chained, of the right length and longer, but with other content.
      let records = try ledger.records
      var previous = RFC6962.leafHash(records[0].line)
      var lines = [records[0].line]
      for sequence in UInt64(1)...9 {
        var line: [UInt8] = []
        event("forged-\(sequence)", data: "\"forged\"").event.writeLine(
          stamp: Stamp(
            sequence: sequence, subjectVersion: sequence, recordedTime: Timestamp("2022-12-31T12:00:00Z")!,
            recordedBy: "dms",
            batchEnd: asBatch ? 9 : nil, previousHash: previous),
          to: &line)
        previous = RFC6962.leafHash(line)
        lines.append(line)
      }
      try ledger.write(Array(lines.map { $0 + [0x0A] }.joined()), to: ledger.lastSegment)
      ledger.removeIndex()
      guard case .otherRoot(6, _, _) = ledger.damage() else {
        Issue.record("not refused for its root")
        return
      }
    }
  }

  @Test("A record altered before the checkpoint is refused when it is read")
  func alteredRecord() async throws {
    try await withDamagedLedger { ledger in
      try ledger.open()
      try await ledger.fill(5)
      try ledger.close()
      var bytes = try ledger.bytes(ledger.lastSegment)
      let lines = try ledger.lines
      let start = lines[..<3].reduce(0) { $0 + $1.utf8.count + 1 }
      bytes[start + lines[3].utf8.count - 3] ^= 0x01
      try ledger.write(bytes, to: ledger.lastSegment)
      ledger.removeIndex()
      guard case .brokenRecord(4, _, _, let reason) = ledger.damage() else {
        Issue.record("not refused as broken")
        return
      }
      #expect(reason.contains("previoushash"))
    }
  }

  @Test("A missing checkpoint is refused, except on record 0 alone")
  func missingCheckpoint() async throws {
    try await withDamagedLedger { ledger in
      ledger.remove("checkpoint")
      try ledger.open()
      try await ledger.fill(2)
      try ledger.close()
      ledger.remove("checkpoint")
      #expect(ledger.damage() == .checkpointMissing(records: 3))
      ledger.removeIndex()
      #expect(ledger.damage() == .checkpointMissing(records: 3))
    }
  }

  @Test(
    "A checkpoint by another key, altered or of another log is refused",
    arguments: ["key", "altered", "origin", "empty"])
  func foreignCheckpoint(_ what: String) async throws {
    try await withDamagedLedger { ledger in
      try ledger.open()
      try await ledger.fill(2)
      try ledger.close()
      let text = String(decoding: try ledger.bytes(ledger.directory.checkpoint), as: UTF8.self)
      let checkpoint = try Checkpoint.open(Array(text.utf8), by: ledger.key)
      let forged: String
      switch what {
      case "key": forged = try checkpoint.signed(by: .generate(name: TestLedger.origin)).encoded
      case "altered": forged = text.replacing("\n3\n", with: "\n2\n")
      case "origin":
        forged = try Checkpoint(origin: "other.example", size: checkpoint.size, root: checkpoint.root)
          .signed(by: .generate(name: "other.example")).encoded
      default: forged = ""
      }
      try ledger.write(Array(forged.utf8), to: ledger.directory.checkpoint)
      guard case .checkpointUnreadable = ledger.damage() else {
        Issue.record("not refused as unreadable")
        return
      }
    }
  }

  @Test("A signing key that is missing, foreign or open to others is refused")
  func signingKey() async throws {
    try await withLedger { ledger in
      let kept = try ledger.copy("keys/signing.key")
      func isRefused() -> Bool { if case .signingKey = ledger.refusal() { true } else { false } }
      ledger.remove("keys/signing.key")
      #expect(isRefused())
      try ledger.write(Array("nonsense\n".utf8), to: ledger.directory.signingKey)
      try SystemCall.changeMode(ledger.directory.signingKey, 0o600)
      #expect(isRefused())
      try ledger.write(Array(SigningKey.generate(name: "other.example").encoded.utf8), to: ledger.directory.signingKey)
      try SystemCall.changeMode(ledger.directory.signingKey, 0o600)
      #expect(isRefused())
      try ledger.putBack(kept)
      try SystemCall.changeMode(ledger.directory.signingKey, 0o644)
      #expect(isRefused())
      try SystemCall.changeMode(ledger.directory.signingKey, 0o600)
      try ledger.open()
    }
  }

  @Test("A segment missing from the log is refused where it is read", arguments: [0, 1])
  func missingSegment(_ which: Int) async throws {
    try await withDamagedLedger { ledger in
      ledger.limits.segmentBytes = 1500
      try ledger.open()
      for number in 0..<12 { try await ledger.append(event("\(number)")) }
      try ledger.close()
      let segments = try ledger.segments
      try #require(segments.count > 2)
      ledger.remove("log/" + segments[which])
      ledger.removeIndex()
      guard case .segmentName = ledger.damage() else {
        Issue.record("not refused for the segment")
        return
      }
    }
  }

  // MARK: Segments

  @Test("A segment is closed when the next record or batch would take it over its size")
  func segments() async throws {
    try await withLedger { ledger in
      ledger.limits.segmentBytes = 4000
      let log = try ledger.open()
      for number in 0..<30 {
        if number % 4 == 0 {
          try await ledger.append(event("\(number)a"), event("\(number)b"), event("\(number)c"))
        } else {
          try await ledger.append(event("\(number)"))
        }
      }
      try await ledger.fill(40)
      let segments = try ledger.segments
      #expect(segments.count > 5)
      var sequence: UInt64 = 0
      for segment in segments {
        #expect(segment == Segment(first: sequence).name)
        let bytes = try ledger.bytes(ledger.path(segment))
        #expect(bytes.count <= 4000 && bytes.last == 0x0A)
        let records = try bytes.split(separator: 0x0A).map { try Record(line: Array($0)) }
        // No batch crosses.
        #expect(records.allSatisfy { ($0.batchEnd ?? 0) < sequence + UInt64(records.count) })
        sequence += UInt64(records.count)
        #expect(try SystemCall.mode(of: ledger.path(segment)) == (segment == segments.last ? 0o640 : 0o440))
      }
      #expect(sequence == log.size)
      // Every record can be had, from any segment.
      for place in 0..<log.size { #expect(try log.line(at: place).map { try Record(line: $0).sequence } == place) }
    }
  }

  @Test("A record longer than a segment has one to itself")
  func largeRecord() async throws {
    try await withLedger { ledger in
      ledger.limits.segmentBytes = 1000
      try ledger.open()
      try await ledger.append(event("1", data: "\"\(String(repeating: "x", count: 3000))\""))
      try await ledger.append(event("2"))
      #expect(try ledger.segments.count == 3)
    }
  }

  @Test("An empty last segment is sound, and is used")
  func emptyLastSegment() async throws {
    try await withLedger { ledger in
      try ledger.open()
      try await ledger.fill(4)
      try ledger.close()
      try ledger.write([], to: ledger.path(Segment(first: 5).name))
      #expect(try ledger.verify().isSound)
      #expect(try LogReader(ledger.directory).size == 5)
      #expect(try LogReader(ledger.directory).line(at: 4) != nil)
      // Twice, so that the place at the start of a segment is found again.
      try ledger.open()
      try ledger.reopen()
      #expect(ledger.log.size == 5)
      try await ledger.append(event("x"))
      #expect(try ledger.bytes(ledger.path(Segment(first: 5).name)).count > 0)
      try ledger.reopen()
      #expect(ledger.log.size == 6)
    }
  }

  // MARK: The durable head

  @Test("The durable head follows each commit, and a half-written one is not read")
  func durableHead() async throws {
    try await withLedger { ledger in
      ledger.limits.segmentBytes = 2000
      try ledger.open()
      for number in 0..<12 {
        try await ledger.append(event("\(number)"))
        let head = try #require(try DurableHead.read(ledger.directory))
        #expect(head.size == UInt64(number) + 2)
        #expect(try ledger.bytes(ledger.path(head.segment.name)).count == Int(head.offset))
        #expect(try ledger.lastSegment.hasSuffix(head.segment.name))
      }
      try ledger.close()
      var bytes = try ledger.bytes(ledger.directory.durable)
      #expect(bytes.count == 64 && bytes[..<8].elementsEqual("AKSPUR1\n".utf8))
      bytes[8] |= 1
      try ledger.write(bytes, to: ledger.directory.durable)
      #expect(try DurableHead.read(ledger.directory) == nil)
      try ledger.write(Array(bytes.dropLast()), to: ledger.directory.durable)
      #expect(try DurableHead.read(ledger.directory) == nil)
      try ledger.write(Array(repeating: 0, count: 64), to: ledger.directory.durable)
      #expect(try DurableHead.read(ledger.directory) == nil)
      ledger.remove("run/durable")
      #expect(try DurableHead.read(ledger.directory) == nil)
      // Opening makes it again.
      try ledger.open()
      #expect(try DurableHead.read(ledger.directory)?.size == 13)
    }
  }

  @Test("The durable head is never read half")
  func durableHeadUnderWriting() async throws {
    try await withLedger { ledger in
      let head = try DurableHead.create(ledger.directory)
      let directory = ledger.directory
      head.publish(LogPosition(size: 0, segment: Segment(first: 0), offset: 0))
      let writing = Task.detached {
        var number: UInt64 = 0
        while !Task.isCancelled {
          number += 1
          head.publish(LogPosition(size: number, segment: Segment(first: number * 3), offset: number * 7))
        }
      }
      for _ in 0..<2000 {
        let position = try #require(try DurableHead.read(directory))
        #expect(position.segment.first == position.size * 3 && position.offset == position.size * 7)
      }
      writing.cancel()
      await writing.value
    }
  }
}
