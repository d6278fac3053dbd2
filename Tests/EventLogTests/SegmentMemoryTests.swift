import Foundation
import Testing

@testable import EventLog

@Suite("Segments in memory")
struct SegmentMemoryTests {
  @Test("Of what is written only the newest stays in memory; all of it can be read", .enabled(if: keepsFilesOnDisk))
  func givesBackWhatIsBehind() async throws {
    try await withLedger { ledger in
      ledger.limits.segmentBytes = 64 << 10
      ledger.limits.bytesInMemory = 256 << 10
      try ledger.open()
      // The tiles begin with the log's first record; read later, it would be in memory again.
      _ = try await ledger.log.signedTree(covering: 1)
      for round in 0..<16 { try await ledger.fill(100, prefix: "round-\(round)", bytes: 400) }

      let resident = try ledger.segments.map { try Self.bytesInMemory(of: ledger.path($0)) }
      let kept = resident[(resident.lastIndex(of: 0).map { $0 + 1 } ?? 0)...]
      #expect(resident.count > 2 * kept.count, "\(resident)")
      // Beside the limit that of the segment being written; each may begin a page that its bytes do not fill.
      #expect(kept.reduce(0, +) <= (256 + 64) << 10 + kept.count * Int(getpagesize()), "\(resident)")
      #expect(kept.count >= 4, "\(resident)")
      #expect(resident.dropLast(kept.count).allSatisfy { $0 == 0 }, "\(resident)")
    }
  }

  @Test("The segments kept are the newest that together are within the limit, and always the last")
  func whichAreKept() {
    var filled = FilledSegments()
    #expect(filled.add(Segment(first: 0), bytes: 40, limit: 100).isEmpty)
    #expect(filled.add(Segment(first: 10), bytes: 60, limit: 100).isEmpty)
    #expect(filled.add(Segment(first: 20), bytes: 50, limit: 100) == [Segment(first: 0), Segment(first: 10)])
    #expect(filled.add(Segment(first: 30), bytes: 200, limit: 100) == [Segment(first: 20)])
    #expect(filled.add(Segment(first: 40), bytes: 1, limit: 100) == [Segment(first: 30)])
  }

  /// Files in memory alone, as of tmpfs, cannot be given back.
  private static var keepsFilesOnDisk: Bool {
    let path = FileManager.default.temporaryDirectory.appending(path: "memory-\(UUID().uuidString)").path
    defer { unlink(path) }
    let descriptor = open(path, O_RDWR | O_CREAT, 0o600)
    defer { close(descriptor) }
    guard write(descriptor, path, path.utf8.count) > 0, fsync(descriptor) == 0,
      (try? bytesInMemory(of: path)) != 0, posix_fadvise(descriptor, 0, 0, Int32(POSIX_FADV_DONTNEED)) == 0
    else { return false }
    return (try? bytesInMemory(of: path)) == 0
  }

  /// How much of a file the page cache has (mincore(2)).
  private static func bytesInMemory(of path: String) throws -> Int {
    let descriptor = open(path, O_RDONLY)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    let size = Int(lseek(descriptor, 0, SEEK_END))
    guard size > 0 else { return 0 }
    let memory = try #require(mmap(nil, size, PROT_READ, Int32(MAP_SHARED), descriptor, 0))
    try #require(memory != MAP_FAILED)
    defer { munmap(memory, size) }
    let page = Int(getpagesize())
    var pages = [UInt8](repeating: 0, count: (size + page - 1) / page)
    try #require(mincore(memory, size, &pages) == 0)
    return pages.count { $0 & 1 == 1 } * page
  }
}
