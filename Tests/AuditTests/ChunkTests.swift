import Foundation
import Testing
import TransparencyLog

@testable import Audit

/// A log long enough for many chunks is judged as it would be line by line.
@Suite struct ChunkTests {
  /// 1,500 records in segments of 400, with batches, escapes and records of all lengths among them.
  private static func ledger(_ change: (inout [SampleLedger.Entry]) -> Void = { _ in }) throws -> SampleLedger {
    try SampleLedger(count: 1500, segmentStarts: [0, 400, 800, 1200]) { entries in
      for index in entries.indices.dropFirst() {
        if index % 37 < 4 { entries[index].batchEnd = index - index % 37 + 3 }
        if index % 50 == 7 { entries[index].id += "\\\"" }
        if index % 90 == 8 { entries[index].data = "{\"text\":\"\(String(repeating: "lang ", count: index))\"}" }
      }
      for start in stride(from: 400, to: 1500, by: 400) {
        // No batch crosses into another segment.
        for index in (start - 40)..<(start + 40) { entries[index].batchEnd = nil }
      }
      change(&entries)
    }
  }

  @Test("A sound log is sound in chunks of any size, by any number of threads")
  func sound() throws {
    let ledger = try Self.ledger()
    try ledger.seal(size: 777, as: "checkpoints/777")
    let expected = try LedgerVerifier(ledger: ledger.path, options: .init(threads: 1)).run()
    #expect(expected.summary == [])
    for chunkSize: UInt64 in [1, 64, 500, 4096, 65_536, 100_000, 1 << 24] {
      for threads in [1, 2, 5] {
        var options = LedgerVerifier.Options(threads: threads)
        options.chunkSize = chunkSize
        options.sortingMemory = Int(chunkSize)
        let report = try LedgerVerifier(ledger: ledger.path, options: options).run()
        #expect(report.json(in: .english) == expected.json(in: .english), "\(chunkSize) bytes, \(threads) threads")
      }
    }
  }

  @Test("Faults are the same ones in chunks as line by line", arguments: 0..<40)
  func faults(seed: Int) throws {
    var generator = SplitMix(seed: UInt64(seed))
    let ledger = try Self.ledger { entries in
      for _ in 0..<generator.next(below: 3) {
        let index = 1 + generator.next(below: 1498)
        switch generator.next(below: 4) {
        case 0: entries[index].version += 1
        case 1: entries[index].id = entries[generator.next(below: 1499)].id
        case 2: entries[index].second -= 10
        default: entries[index].batchEnd = index + 5
        }
      }
    }
    for start in [0, 400, 800, 1200] where generator.next(below: 3) == 0 {
      var lines = ledger.segments[start / 400]
      let place = generator.next(below: lines.count)
      switch generator.next(below: 5) {
      case 0: lines.remove(at: place)
      case 1: lines.swapAt(place, generator.next(below: lines.count))
      case 2: lines.insert(lines[place], at: generator.next(below: lines.count))
      case 3: lines[place] = lines[place].replacingOccurrences(of: "1", with: "2")
      default: lines[place] = String(lines[place].dropLast())
      }
      try ledger.set(segment: start, lines: lines)
    }
    var options = LedgerVerifier.Options()
    // Larger than the log: its last chunk, which is all of it, is judged line by line.
    options.chunkSize = 1 << 30
    var reports: [String] = []
    for chunkSize: UInt64 in [1 << 30, 900, 8000, 70_000] {
      options.chunkSize = chunkSize
      reports.append(try LedgerVerifier(ledger: ledger.path, options: options).run().json(in: .english))
    }
    #expect(Set(reports).count == 1, "\(reports)")
  }

  @Test("One large segment is cut for all threads, and every line is in one chunk")
  func cutting() throws {
    let ledger = try Self.ledger()
    let extent = try LogExtent(ledger: ledger.path)
    for chunkSize: UInt64 in [1, 777, 1 << 16, 1 << 20] {
      var chunks = LogChunks(extent, chunkSize: chunkSize)
      var end: UInt64 = 0
      while let chunk = chunks.next() {
        #expect(chunk.segmentOffset + chunk.range.lowerBound == end && !chunk.range.isEmpty)
        #expect(chunk.range.upperBound - chunk.range.lowerBound <= max(chunkSize, 1 << 16))
        end = chunk.segmentOffset + chunk.range.upperBound
      }
      #expect(end == extent.byteCount)
    }
  }

  @Test("Most of a sound log never goes the slow way")
  func taken() throws {
    let ledger = try Self.ledger()
    let extent = try LogExtent(ledger: ledger.path)
    let workers = try Workers(count: 2)
    let tiles = try TileComparison(ledger: ledger.path)
    let scanner = ChunkScanner(chunkSize: 5000, fingerprinter: Fingerprinter(), sizes: [], tiles: tiles)
    var scout = ChunkScout(workers: workers, scanner: scanner, chunks: LogChunks(extent, chunkSize: 5000))
    var offset: UInt64 = 0
    while let chunk = try scout.soundChunk(at: offset) { offset = chunk.end }
    #expect(offset > extent.byteCount - 20_000)
  }
}
