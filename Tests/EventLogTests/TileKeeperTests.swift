import Foundation
import Testing
import TransparencyLog

@testable import EventLog

/// The tiles that a ledger keeps beside its log.
struct TileKeeperTests {
  /// Every tile of a tree, as its leaves give them.
  private func expected(_ ledger: TestLedger) throws -> [Tile: [UInt8]] {
    var tiles: [Tile: [UInt8]] = [:]
    var edge = TileEdge()
    for line in try ledger.lines {
      edge.append(RFC6962.leafHash(Array(line.utf8))) { tiles[$0] = $1 }
    }
    for partial in edge.partials { tiles[partial.tile] = partial.bytes }
    return tiles
  }

  private func expectTiles(
    _ ledger: TestLedger, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    for (tile, bytes) in try expected(ledger) {
      let path = ledger.directory.path + "/" + tile.path
      let stored = FileManager.default.contents(atPath: path).map(Array.init)
      #expect(stored == bytes, "\(tile)", sourceLocation: sourceLocation)
    }
  }

  private func file(_ ledger: TestLedger, _ tile: Tile) -> String { ledger.directory.path + "/" + tile.path }

  private func proves(_ tree: SignedTree, _ sequence: UInt64, _ ledger: TestLedger) throws -> Bool {
    let leaf = RFC6962.leafHash(Array(try ledger.lines[Int(sequence)].utf8))
    return try tree.proof(of: sequence).verify(leaf: leaf, by: ledger.key).size == tree.size
  }

  @Test func tilesStandBehindTheCheckpointWhenTheLogIsClosed() async throws {
    try await withLedger { ledger in
      try ledger.open()
      try await ledger.fill(700)
      try ledger.close()
      try expectTiles(ledger)
      // A full tile has no narrower form left.
      #expect(!FileManager.default.fileExists(atPath: file(ledger, Tile(level: 0, index: 0)) + ".p"))
    }
  }

  @Test func growthGoesOnOverOpenings() async throws {
    try await withLedger { ledger in
      for round in 0..<4 {
        try ledger.open()
        try await ledger.fill(150, prefix: "r\(round)")
        try ledger.close()
        try expectTiles(ledger)
      }
    }
  }

  @Test func theTreeOfANewCheckpointProvesEveryRecordAndEverySize() async throws {
    try await withLedger { ledger in
      let log = try ledger.open()
      try await ledger.fill(300)
      let tree = try await log.signedTree(covering: log.size)
      #expect(tree.size == log.size)
      let lines = try ledger.lines.map { RFC6962.leafHash(Array($0.utf8)) }
      for (sequence, proof) in zip(lines.indices, try tree.proofs(of: lines.indices.map(UInt64.init))) {
        #expect(try proof.verify(leaf: lines[sequence], by: ledger.key).size == tree.size)
      }
      var roots = [RFC6962.emptyRoot]
      var frontier = Frontier()
      for leaf in lines {
        frontier.append(leaf)
        roots.append(frontier.root)
      }
      for (old, new) in [(0, 301), (1, 2), (1, 301), (255, 257), (256, 300), (300, 301), (301, 301)] {
        let proof = try tree.consistencyProof(from: UInt64(old), to: UInt64(new))
        #expect(
          ConsistencyProof.verify(
            proof, oldSize: UInt64(old), oldRoot: roots[old], newSize: UInt64(new), newRoot: roots[new]))
      }
      await #expect(throws: LogTreeError.noRecord(sequence: 301, size: 301)) { try await log.signedTree(covering: 302) }
    }
  }

  @Test func bundlesHoldTheExactLines() async throws {
    try await withLedger { ledger in
      let log = try ledger.open()
      try await ledger.fill(300)
      let tree = try await log.signedTree(covering: 301)
      let lines = try ledger.lines.map { Array($0.utf8) }
      for bundle in EntryTile.tiles(from: 0, to: 301) {
        let bytes = try #require(try tree.contents(of: bundle))
        let entries = try #require(EntryTile.entries(of: bytes)).map(Array.init)
        #expect(entries == Array(lines[Int(bundle.first)..<Int(bundle.first) + bundle.width]))
      }
      #expect(try tree.contents(of: EntryTile(index: 1, width: 46)) == nil)
      #expect(try tree.contents(of: EntryTile(index: 1)) == nil)
      #expect(try tree.contents(of: EntryTile(index: 2, width: 1)) == nil)
      #expect(try tree.contents(of: Tile(level: 0, index: 1, width: 46)) == nil)
      #expect(try tree.contents(of: Tile(level: 0, index: 1, width: 44))?.count == 44 * 32)
      #expect(try tree.contents(of: Tile(level: 2, index: 0, width: 1)) == nil)
    }
  }

  /// Deleting what is derived loses nothing.
  @Test func missingTilesAreMadeAgainAtOpening() async throws {
    try await withLedger { ledger in
      try ledger.open()
      try await ledger.fill(600)
      try ledger.close()
      ledger.remove("tile")
      // Without a daemon the log answers.
      #expect(try proves(LogReader(ledger.directory).signedTree(), 5, ledger))
      #expect(!FileManager.default.fileExists(atPath: ledger.directory.tiles))
      try ledger.open()
      try ledger.close()
      try expectTiles(ledger)
    }
  }

  /// A power failure leaves files empty that were not synced, also of tiles that nothing is read from any more.
  @Test(arguments: [1, 9, Tile.fullWidth])
  func tilesOfOtherCheckpointsAreGoneAfterOpening(_ width: Int) async throws {
    try await withLedger { ledger in
      try ledger.open()
      try ledger.close()
      let narrow = file(ledger, Tile(level: 0, index: 0, width: width))
      try FileManager.default.createDirectory(
        atPath: (narrow as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
      try Data().write(to: URL(filePath: narrow))
      try ledger.open()
      try await ledger.fill(5)
      try ledger.close()
      try ledger.open()
      try ledger.close()
      #expect(!FileManager.default.fileExists(atPath: narrow))
      try expectTiles(ledger)
    }
  }

  @Test func tilesThatLagAreCaughtUpAtOpening() async throws {
    try await withLedger { ledger in
      try ledger.open()
      try await ledger.fill(300)
      try ledger.close()
      let early = try ledger.copy("tile")
      try ledger.open()
      try await ledger.fill(300, prefix: "more")
      try ledger.close()
      try ledger.putBack(early)
      try ledger.reopen()
      try ledger.close()
      try expectTiles(ledger)
    }
  }

  /// Also where they are longer than the log, as after it was put back.
  @Test func tilesOfAnotherLogAreMadeAnew() async throws {
    try await withLedger { ledger in
      try ledger.open()
      try await ledger.fill(300)
      try ledger.close()
      try await withLedger { other in
        try other.open()
        try await other.fill(400, prefix: "other", bytes: 20)
        try other.close()
        ledger.remove("tile")
        try FileManager.default.copyItem(atPath: other.directory.tiles, toPath: ledger.directory.tiles)
      }
      try ledger.open()
      try await ledger.fill(20, prefix: "more")
      try ledger.close()
      try expectTiles(ledger)
    }
  }

  @Test(
    arguments: [
      Tile(level: 0, index: 0), Tile(level: 0, index: 2, width: 89), Tile(level: 1, index: 0, width: 2),
    ])
  func anAlteredTileReachesNoAnswerAndIsMended(tile: Tile) async throws {
    try await withLedger { ledger in
      let log = try ledger.open()
      try await ledger.fill(600)
      let tree = try await log.signedTree(covering: 601)
      let path = file(ledger, tile)
      let right = try ledger.bytes(path)
      for wrong in [right.map { $0 ^ 1 }, Array(right.dropLast()), []] {
        try ledger.write(wrong, to: path)
        for sequence in [0, 255, 256, 511, 512, 600] as [UInt64] { #expect(try proves(tree, sequence, ledger)) }
        #expect(try tree.contents(of: tile) == right)
        // The keeper writes it on its own thread.
        let deadline = Date(timeIntervalSinceNow: 10)
        while try ledger.bytes(path) != right, Date() < deadline { try await Task.sleep(for: .milliseconds(5)) }
        #expect(try ledger.bytes(path) == right)
      }
    }
  }

  /// A line that is not what was signed is not handed out as an entry, and proves nothing.
  @Test func anAlteredRecordIsNoEntry() async throws {
    try await withDamagedLedger { ledger in
      try ledger.open()
      try await ledger.fill(20)
      try ledger.close()
      let path = try ledger.lastSegment
      var bytes = try ledger.bytes(path)
      let place = try #require(String(decoding: bytes, as: UTF8.self).range(of: "fill-7"))
      bytes[String(decoding: bytes, as: UTF8.self).utf8.distance(from: "".startIndex, to: place.lowerBound)] ^= 2
      try ledger.write(bytes, to: path)
      let tree = try LogReader(ledger.directory).signedTree()
      #expect(throws: LogTreeError.self) { try tree.contents(of: EntryTile(index: 0, width: 21)) }
      ledger.remove("tile")
      #expect(throws: DamagedRecord.self) { try tree.proof(of: 3) }
    }
  }

  @Test func examinationFindsAndMends() async throws {
    try await withLedger { ledger in
      try ledger.open()
      try await ledger.fill(300)
      try ledger.close()
      #expect(try TileExamination(LogReader(ledger.directory)).run() == .init(records: 301, missing: 0, altered: 0))
      ledger.remove(Tile(level: 1, index: 0, width: 1).path)
      let altered = file(ledger, Tile(level: 0, index: 0))
      try ledger.write(ledger.bytes(altered).map { $0 ^ 1 }, to: altered)
      #expect(try TileExamination(LogReader(ledger.directory)).run() == .init(records: 301, missing: 1, altered: 1))
      try expectTiles(ledger)
    }
  }

  /// With whole tiles a proof reads nothing of the log.
  @Test func aProofReadsTilesAlone() async throws {
    try await withLedger { ledger in
      try ledger.open()
      try await ledger.fill(700)
      try ledger.close()
      let tree = try LogReader(ledger.directory).signedTree()
      struct LogWasRead: Error {}
      let blind = SignedTree(
        note: tree.note,
        tree: LogTree(
          size: tree.size, root: tree.root, store: tree.tree.store, lines: { _, _, _ in throw LogWasRead() },
          replaced: { tile, _ in Issue.record("\(tile)") }))
      for sequence in [0, 255, 256, 700] as [UInt64] { #expect(try proves(blind, sequence, ledger)) }
      #expect(try !blind.consistencyProof(from: 3, to: 600).isEmpty)
    }
  }

  @Test func exportAddsWhatIsNewAndRefusesAnotherLog() async throws {
    try await withLedger { ledger in
      let folder = ledger.directory.path + "/copy-export"
      try ledger.open()
      try await ledger.fill(250)
      try ledger.close()
      #expect(try TileExport(LogReader(ledger.directory), to: folder).run() == (251, 0))
      try ledger.open()
      try await ledger.fill(50, prefix: "more")
      try ledger.close()
      #expect(try TileExport(LogReader(ledger.directory), to: folder).run() == (301, 251))
      #expect(try TileExport(LogReader(ledger.directory), to: folder).run() == (301, 301))
      for (tile, bytes) in try expected(ledger) { #expect(try ledger.bytes(folder + "/" + tile.path) == bytes) }
      let lines = try ledger.lines.map { Array($0.utf8) }
      for bundle in EntryTile.tiles(from: 0, to: 301) {
        let entries = try #require(EntryTile.entries(of: ledger.bytes(folder + "/" + bundle.path))).map(Array.init)
        #expect(entries == Array(lines[Int(bundle.first)..<Int(bundle.first) + bundle.width]))
      }
      #expect(try ledger.bytes(folder + "/checkpoint") == ledger.bytes(ledger.directory.checkpoint))

      let other = try TestLedger()
      #expect(throws: TileExportError.self) { try TileExport(LogReader(other.directory), to: folder).run() }
      let occupied = ledger.directory.path + "/copy-other"
      try FileManager.default.createDirectory(atPath: occupied, withIntermediateDirectories: true)
      try ledger.write([0x78], to: occupied + "/notes")
      #expect(throws: TileExportError.self) { try TileExport(LogReader(ledger.directory), to: occupied).run() }
      #expect(try ledger.bytes(folder + "/checkpoint") == ledger.bytes(ledger.directory.checkpoint))
    }
  }
}
