import Foundation
import Testing

/// What is on the disk when the daemon goes on to the next segment.
@Suite(.enabled(if: SegmentFault.isAvailable, "strace is missing"))
struct SegmentChangeTests {
  @Test func everySegmentIsSyncedBehindItsLastByteBeforeTheNextOneIsMade() throws {
    try LedgerUnderTest.run { ledger in
      ledger.stop()
      try ledger.configure(
        """
        principals: {tests: {users: [\(geteuid())], append: {types: ['*']}, rights: [read], delegates: true}}
        limits: {segment-bytes: 16384}
        """)
      let noted = NotedCalls(calls: ["openat", "pwrite64", "fdatasync"], file: ledger.folder.file("trace"))
      try ledger.start(noting: noted)
      // Many lines are staged together, so that segments end in the middle of a group commit.
      let events = (0..<400).map { SampleEvent.project("A\($0)", id: "\($0)") }
      let body = Data(events.map(\.json).joined(separator: Data("\n".utf8)))
      #expect(try ledger.post(body, as: ContentType.lines).status == 200)
      ledger.stop()

      let calls = try noted.lines()
      let segments = try ledger.segments().map(\.lastPathComponent)
      #expect(segments.count > 5)
      for (old, next) in zip(segments, segments.dropFirst()) {
        let made = try #require(calls.firstIndex { $0.contains("O_CREAT") && $0.contains("/log/\(next)\"") })
        let written = try #require(calls.lastIndex { $0.contains("pwrite64(") && $0.contains("/log/\(old)>") })
        let synced = try #require(calls.lastIndex { $0.contains("fdatasync(") && $0.contains("/log/\(old)>") })
        #expect(written < synced && synced < made)
      }
    }
  }
}
