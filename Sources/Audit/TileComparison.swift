import Glibc
import TransparencyLog

/// Compares the hash tiles in `tile/` (C2SP tlog-tiles) with the hashes of the log's own tree.
///
/// Tiles are derived: a file that is missing or narrower than it could be is nobody's fault. One that holds another hash
/// is, since it would be served to those who check proofs.
struct TileComparison: Sendable {
  private let ledger: String
  private let folders: TileFolders
  /// Whether there are any tiles.
  let isWanted: Bool

  /// A file that is not the tile it is named for.
  struct Fault: Sendable {
    /// The path below the ledger's directory.
    var path: String
    /// The records that each wrong hash covers.
    var records: [Range<UInt64>]
  }

  init(ledger: String) throws(VerifierError) {
    self.ledger = ledger
    folders = TileFolders(ledger: ledger)
    isWanted = try directoryEntries(ledger + "/tile") != nil
  }

  /// Compares neighbouring hashes of one level of tiles with all files that hold them.
  ///
  /// - Parameters:
  ///   - level: hashes of level *l* are those of `256^l` records.
  ///   - first: the place of the first hash in its level.
  func faults(level: Int, first: UInt64, hashes: some Collection<Digest>) throws(VerifierError) -> [Fault] {
    guard isWanted else { return [] }
    var faults: [Fault] = []
    var rest = hashes[...]
    var place = first
    while !rest.isEmpty {
      let offset = Int(place & 255)
      let part = Array(rest.prefix(Tile.fullWidth - offset))
      for tile in try files(level: level, index: place >> 8) {
        let wrong = try wrongPlaces(in: tile, from: offset, part)
        guard !wrong.isEmpty else { continue }
        let records = wrong.map { place in
          let hash = tile.index << 8 + UInt64(place)
          return hash << UInt64(8 * level)..<(hash + 1) << UInt64(8 * level)
        }
        faults.append(Fault(path: tile.path, records: records))
      }
      rest = rest.dropFirst(part.count)
      place += UInt64(part.count)
    }
    return faults
  }

  /// The full tile of that place, if there is a file for it, and the partial ones.
  private func files(level: Int, index: UInt64) throws(VerifierError) -> [Tile] {
    let full = Tile(level: level, index: index)
    let path = full.path
    guard let slash = path.lastIndex(of: "/") else { return [] }
    let (folder, name) = (path[..<slash], path[path.index(after: slash)...])
    var tiles: [Tile] = []
    if try folders.contain(name, in: folder) { tiles.append(full) }
    guard try folders.contain("\(name).p", in: folder) else { return tiles }
    for name in try directoryEntries("\(ledger)/\(path).p") ?? [] {
      guard let tile = Tile(path: "\(path).p/\(name)") else { continue }
      tiles.append(tile)
    }
    return tiles
  }

  /// The places in the tile of those of its hashes that are not as they must be.
  private func wrongPlaces(in tile: Tile, from offset: Int, _ hashes: [Digest]) throws(VerifierError) -> [Int] {
    let path = "\(ledger)/\(tile.path)"
    // Beside a daemon a partial tile may have gone since.
    guard let bytes = try smallFile(path, limit: Tile.fullWidth * Digest.byteCount + 1) else { return [] }
    let end = min(tile.width, offset + hashes.count)
    let wrong = bytes.withUnsafeBytes { bytes in
      (offset..<max(end, offset)).filter { place in
        let start = place * Digest.byteCount
        return start + Digest.byteCount > bytes.count
          || Digest(UnsafeRawBufferPointer(rebasing: bytes[start..<start + Digest.byteCount])) != hashes[place - offset]
      }
    }
    return wrong.isEmpty && bytes.count > tile.byteCount ? [0] : wrong
  }
}

/// The tiles found wrong so far, each with the records concerned.
struct TileFaults {
  private var records: [String: [Range<UInt64>]] = [:]
  private var omitted = 0

  mutating func add(_ faults: [TileComparison.Fault]) {
    for fault in faults {
      if records[fault.path] != nil || records.count < FindingList.limit {
        records[fault.path, default: []] += fault.records
      } else {
        omitted += 1
      }
    }
  }

  /// Adds a finding for each tile, unless records that are known to be altered explain it: then the tile is the witness,
  /// not the culprit.
  func report(to findings: inout FindingList) {
    let altered = findings.recordsWithOtherBytes
    let faults = records.compactMap { path, ranges -> (path: String, sequence: UInt64)? in
      let unexplained = ranges.filter { range in !altered.contains { range.contains($0) } }
      return unexplained.map(\.lowerBound).min().map { (path, $0) }
    }
    for (path, sequence) in faults.sorted(by: { ($0.sequence, $0.path) < ($1.sequence, $1.path) }) {
      findings.append(
        Finding(
          .tiles, sequence: sequence,
          Phrase("\(path) hält andere Hashwerte als das Protokoll", "\(path) does not hold the hashes of the log")))
    }
    findings.omit(omitted)
  }
}
