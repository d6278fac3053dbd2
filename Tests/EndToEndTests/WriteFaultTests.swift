import Foundation
import Testing

/// What the daemon answers when the disk fails it, and what is there afterwards.
@Suite(.enabled(if: SegmentFault.isAvailable, "strace is missing"))
struct WriteFaultTests {
  /// A ledger with one record of ours, whose daemon is started again with a fault waiting.
  private func run(_ fault: SegmentFault, _ scenario: (LedgerUnderTest) throws -> Void) throws {
    try LedgerUnderTest.run { ledger in
      try ledger.record(.project("A1", id: "before"))
      ledger.stop()
      try ledger.start(with: fault)
      try scenario(ledger)
    }
  }

  @Test func failedSyncStopsWritingUntilRestart() throws {
    try run(SegmentFault(call: "fdatasync", error: "EIO")) { ledger in
      let failed = try ledger.post(.project("A2", id: "failed"))
      #expect(failed.status == 503)
      #expect(failed.text.contains("urn:aktenspur:problem:outcome-unknown"))
      #expect(try ledger.post(.project("A3", id: "later")).status == 503)
      #expect(try ledger.get("/readyz").status == 503)
      #expect(try ledger.get("/healthz").status == 200)

      ledger.stop()
      try ledger.start()
      #expect(try ledger.post(.project("A1", id: "before")).status == 200)
      // It may be there or not; sent again, it is there once.
      #expect(try [200, 201].contains(ledger.post(.project("A2", id: "failed")).status))
      #expect(try ledger.post(.project("A2", id: "failed")).status == 200)
      #expect(try ledger.post(.project("A3", id: "later")).status == 201)
    }
  }

  @Test func fullDiskRefusesAndGoesOn() throws {
    try run(SegmentFault(call: "pwrite64", error: "ENOSPC")) { ledger in
      let before = try ledger.log()
      let refused = try ledger.post(.project("A2", id: "refused"))
      #expect(refused.status == 507)
      #expect(refused.text.contains("urn:aktenspur:problem:disk-full"))
      #expect(try ledger.log() == before)
      #expect(try ledger.post(.project("A2", id: "refused")).status == 201)
    }
  }

  @Test func failedWriteStopsWritingUntilRestart() throws {
    try run(SegmentFault(call: "pwrite64", error: "EIO")) { ledger in
      #expect(try ledger.post(.project("A2", id: "failed")).status == 503)
      #expect(try ledger.post(.project("A2", id: "failed")).status == 503)
      ledger.stop()
      try ledger.start()
      #expect(try ledger.post(.project("A2", id: "failed")).status == 201)
    }
  }
}
