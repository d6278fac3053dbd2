import Foundation
import Testing
import TransparencyLog

@testable import Audit

/// Hash tiles beside the log: altered ones are found, missing and narrower ones are nobody's fault.
@Suite struct TileTests {
  private static let count = 1100

  /// A ledger with all its tiles, and the partial ones of earlier sizes as well.
  private static func ledger() throws -> SampleLedger {
    let ledger = try SampleLedger(count: count, segmentStarts: [0, 600])
    var edge = TileEdge()
    for line in ledger.lines {
      try edge.append(RFC6962.leafHash(Array(line.utf8))) { try write($1, as: $0, ledger) }
      if edge.size == 900 { for (tile, bytes) in edge.partials { try write(bytes, as: tile, ledger) } }
    }
    for (tile, bytes) in edge.partials { try write(bytes, as: tile, ledger) }
    return ledger
  }

  private static func write(_ bytes: [UInt8], as tile: Tile, _ ledger: SampleLedger) throws {
    let url = ledger.folder.appending(path: tile.path)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  @Test("Right tiles are sound, and so are tiles that lag behind, or are missing")
  func sound() throws {
    let ledger = try Self.ledger()
    #expect(try ledger.verify().summary == [])
    try FileManager.default.removeItem(at: ledger.folder.appending(path: "tile/0/001"))
    try FileManager.default.removeItem(at: ledger.folder.appending(path: "tile/1"))
    #expect(try ledger.verify().summary == [])
  }

  @Test(
    "An altered hash is found, with the first record it covers",
    arguments: [
      ("tile/0/000", 0, 0), ("tile/0/002", 255, 767), ("tile/0/003.p/132", 131, 899), ("tile/0/004.p/76", 3, 1027),
      ("tile/1/000.p/4", 2, 512), ("tile/1/000.p/3", 0, 0),
    ])
  func altered(path: String, hash: Int, sequence: Int) throws {
    let ledger = try Self.ledger()
    let url = ledger.folder.appending(path: path)
    var bytes = try Data(contentsOf: url)
    bytes[32 * hash + 31] ^= 1
    try bytes.write(to: url)
    let report = try ledger.verify()
    #expect(report.findings.map(\.kind) == [.tiles])
    #expect(report.findings.map(\.sequence) == [UInt64(sequence)])
    #expect(report.findings.allSatisfy { $0.detail.english.hasPrefix(path) })
  }

  @Test("A tile cut short, a longer one and one of another place are found")
  func shape() throws {
    let ledger = try Self.ledger()
    let url = ledger.folder.appending(path: "tile/0/001")
    let bytes = try Data(contentsOf: url)
    try bytes.dropLast(40).write(to: url)
    #expect(try ledger.verify().findings.map(\.sequence) == [510])
    try (bytes + [0]).write(to: url)
    #expect(try ledger.verify().findings.map(\.sequence) == [256])
    try Data(contentsOf: ledger.folder.appending(path: "tile/0/002")).write(to: url)
    #expect(try ledger.verify().findings.map(\.sequence) == [256])
  }

  @Test("Where a record was altered, the tiles still hold the true hashes, and are not accused")
  func alteredRecord() throws {
    let ledger = try Self.ledger()
    var lines = ledger.segments[0]
    lines[300] = lines[300].replacingOccurrences(of: "\"offen\":true", with: "\"offen\":false")
    try ledger.set(segment: 0, lines: lines)
    #expect(try ledger.verify().summary == [ledger.expectation(.altered, 300)])
  }
}
