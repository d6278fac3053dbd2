import EventLog
import Foundation
import LogFormat
import Testing
import TransparencyLog

@testable import Ledger

@Suite struct RecoveryTests {
  @Test("What recovery cut off is recorded, once")
  func cut() async throws {
    try await withLedger { ledger in
      try await ledger.open()
      try await ledger.append(event("1"))
      try ledger.close()
      let size = try Data(contentsOf: URL(fileURLWithPath: ledger.directory.log + "/00000000000000000000.ndjson")).count
      try ledger.appendToLog("{\"torn")
      try await ledger.open()
      let records = try ledger.records(of: "wiederhergestellt")
      #expect(records.count == 1)
      #expect(
        records[0].data.map { String(decoding: $0.text, as: UTF8.self) }
          == #"{"segment":"00000000000000000000.ndjson","offset":\#(size),"bytes":6,"sha256":"\#(SHA256.hash("{\"torn").hex)"}"#
      )
      #expect(!FileManager.default.fileExists(atPath: ledger.directory.pendingCut))
      try await ledger.reopen()
      #expect(try ledger.records(of: "wiederhergestellt").count == 1)

      // A crash between recording the cut and forgetting it.
      try ledger.close()
      try Data(try #require(records[0].data).text + [0x0A]).write(to: URL(fileURLWithPath: ledger.directory.pendingCut))
      try await ledger.open()
      #expect(try ledger.records(of: "wiederhergestellt").count == 1)
      #expect(!FileManager.default.fileExists(atPath: ledger.directory.pendingCut))

      // Another stop, another cut.
      try ledger.close()
      try ledger.appendToLog("\n\n")
      try await ledger.open()
      #expect(try ledger.records(of: "wiederhergestellt").map { $0.data?["bytes"]?.integer } == [6, 2])
    }
  }

  @Test("A second daemon is refused, and so is a ledger that is none")
  func refused() async throws {
    try await withLedger { ledger in
      try await ledger.open()
      await #expect(throws: LedgerOpenError.busy(ledger.directory.lock)) {
        _ = try await Ledger.open(at: ledger.path, packs: ledger.named, logger: TestLedger.logger)
      }
      let nowhere = ledger.path + "/nirgends"
      await #expect(throws: LedgerOpenError.noLedger(nowhere)) {
        _ = try await Ledger.open(at: nowhere, packs: ledger.named, logger: TestLedger.logger)
      }
    }
  }

  @Test("After an opening that failed the ledger can be opened again")
  func failedOpening() async throws {
    try await withLedger { ledger in
      try ledger.writePack(projection: "CREATE TABLE rad (x); -- on nothing\nINSERT INTO gibtsnicht VALUES (1);")
      await #expect(throws: (any Error).self) { try await ledger.open() }
      try ledger.writePack()
      try await ledger.open()
      try await ledger.append(event("1"))
    }
  }

  @Test("Checkpoints can be had, and who waits for growth is told")
  func checkpointAndGrowth() async throws {
    try await withLedger { ledger in
      try await ledger.open()
      let size = ledger.ledger.durableSize
      let open = ledger.ledger
      let waiting = Task { await open.waitForSize(above: size) }
      try await ledger.append(event("1"))
      #expect(await waiting.value == size + 1)
      let note = try await open.log.renewedCheckpoint()
      #expect(try Checkpoint.open(Array(note.utf8), by: open.log.verifierKey).size == size + 1)
      #expect(open.log.checkpoint == note)
      #expect(open.readiness == .ready)
      let last = Task { await open.waitForSize(above: 1000) }
      try ledger.close()
      #expect(await last.value == nil)
      guard case .failure(let refusal) = await open.append([[try event("2")]], by: TestLedger.clerk).results[0] else {
        Issue.record("a closed ledger records")
        return
      }
      #expect(refusal.kind == .unavailable)
    }
  }
}
