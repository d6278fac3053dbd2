import Foundation
public import TransparencyLog

/// A log as static files, which any web server can serve to any client of C2SP tlog-tiles: `checkpoint`, the hash tiles,
/// and the entry bundles, which hold the records.
///
/// Exporting into a folder that holds an earlier state of the same log adds what is new. The checkpoint is replaced last,
/// when everything it speaks of is on the disk.
public struct TileExport {
  private let reader: LogReader
  private let folder: String
  private let store: TileStore

  public init(_ reader: LogReader, to folder: String) {
    self.reader = reader
    self.folder = folder
    // For others to read, as far as the umask lets them.
    store = TileStore(folder: folder, fileMode: 0o644, folderMode: 0o755)
  }

  private var checkpointFile: String { folder + "/checkpoint" }

  /// - Returns: how many records the folder holds now, and how many it held before.
  /// - Throws: ``TileExportError``, and what keeps the log from being read.
  public func run() throws -> (size: UInt64, before: UInt64) {
    let tree = try reader.signedTree()
    let before = try earlierState(of: tree)
    var growth = TileGrowth(store: store, edge: try edge(of: before, in: tree))
    // The last bundle of before was partial; it is written again wider.
    var bundle = EntryTile(index: before >> 8)
    var entries: [UInt8] = []
    var next = bundle.first
    try tree.tree.lines(bundle.first, tree.size) { line in
      EntryTile.append(line, to: &entries)
      if next >= before { try growth.take(line) }
      next += 1
      if next & 255 == 0 {
        try store.write(entries, as: bundle)
        entries.removeAll(keepingCapacity: true)
        bundle.index += 1
      }
    }
    guard next == tree.size else { throw LogTreeError.logEnds(records: next, expected: tree.size) }
    guard growth.edge.root == tree.root else {
      throw HashTilesError.otherRoot(size: tree.size, expected: tree.root, found: growth.edge.root)
    }
    bundle.width = Int(next & 255)
    if bundle.width > 0 { try store.write(entries, as: bundle) }
    try growth.writePartials()
    // One call for many small files; it returns when they are on the disk (sync(2), Linux).
    sync()
    try SystemCall.replace(checkpointFile, with: Array(tree.note.utf8), mode: 0o644)
    return (tree.size, before)
  }

  /// How many records the folder holds already, having made sure that they are those of this log.
  private func earlierState(of tree: SignedTree) throws -> UInt64 {
    let names: [String]
    if access(folder, F_OK) == 0 {
      names = try FileManager.default.contentsOfDirectory(atPath: folder)
    } else {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
      names = []
    }
    guard names.contains("checkpoint") else {
      // What an export that was broken off left behind is written again.
      if let other = names.first(where: { $0 != "tile" && $0 != "checkpoint.new" }) {
        throw TileExportError.notEmpty(folder: folder, holds: other)
      }
      return 0
    }
    let earlier: Checkpoint
    do {
      earlier = try Checkpoint(text: try SignedNote(parsing: SystemCall.contents(of: checkpointFile)).text)
    } catch let error as NoteError {
      throw TileExportError.unreadable(checkpointFile, error)
    }
    guard earlier.origin == reader.description.origin else {
      throw TileExportError.otherLog(expected: reader.description.origin, found: earlier.origin)
    }
    guard earlier.size <= tree.size else { throw TileExportError.ahead(size: earlier.size, signed: tree.size) }
    let root = try tree.root(of: earlier.size)
    guard root == earlier.root else {
      throw TileExportError.fork(size: earlier.size, expected: root, found: earlier.root)
    }
    return earlier.size
  }

  private func edge(of size: UInt64, in tree: SignedTree) throws -> TileEdge {
    let tiles = tree.tree.tiles()
    return try TileEdge(size: size) { tile in
      guard let wider = try tiles.tile(level: tile.level, index: tile.index) else {
        preconditionFailure("an earlier tree has no tile that a later one has not")
      }
      return Array(wider.prefix(tile.byteCount))
    }
  }
}

/// Why a folder does not take a log's tiles.
public enum TileExportError: Error, Sendable {
  case notEmpty(folder: String, holds: String)
  case unreadable(String, NoteError)
  case otherLog(expected: String, found: String)
  /// The folder holds more records than the ledger has signed: the ledger has been put back, or is another one.
  case ahead(size: UInt64, signed: UInt64)
  /// The folder holds another history under the same origin.
  case fork(size: UInt64, expected: Digest, found: Digest)
}

extension TileExportError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notEmpty(let folder, let holds): "\(folder) holds something else (\(holds)), and no checkpoint"
    case .unreadable(let file, let error): "\(file): \(error)"
    case .otherLog(let expected, let found): "the folder holds the log \(found), this one is \(expected)"
    case .ahead(let size, let signed):
      "the folder holds \(size) records of this log, the ledger has signed \(signed) only"
    case .fork(let size, let expected, let found):
      "the first \(size) records in the folder have the root \(found.base64), in the ledger \(expected.base64)"
    }
  }
}
