import Foundation
import TransparencyLog

/// Files that are hash tiles and entry bundles, named as a log serves them (C2SP tlog-tiles): `tile/` of a ledger, or an
/// exported tree.
///
/// Nothing in it needs to be believed: a tile that a crash has left short is missing to whoever reads it, and what a tile
/// says is checked against a root. So nothing is synced here.
struct TileStore: Sendable {
  /// The folder that holds `tile/`.
  let folder: String
  var fileMode: mode_t = 0o640
  var folderMode: mode_t = 0o750

  func path(_ tile: Tile) -> String { folder + "/" + tile.path }

  /// The bytes of a tile: from its file, or where it has none of its width, from a wider one.
  func contents(of tile: Tile) throws(SystemError) -> [UInt8] {
    do {
      let bytes = try SystemCall.contents(of: path(tile))
      if bytes.count == tile.byteCount { return bytes }
    } catch {
      guard error.errno == ENOENT else { throw error }
    }
    var full = tile
    full.width = Tile.fullWidth
    let wider = partialWidths(of: tile).filter { $0 > tile.width }.map { width in
      var wider = tile
      wider.width = width
      return wider
    }
    for other in [full] + wider where !tile.isFull {
      if let bytes = try? SystemCall.contents(of: path(other)), bytes.count == other.byteCount {
        return Array(bytes.prefix(tile.byteCount))
      }
    }
    throw SystemError(call: "open", path: path(tile), errno: ENOENT)
  }

  /// How many of the first `size` leaf hashes there are files for, as far as names and lengths say.
  func reach(below size: UInt64) -> UInt64 {
    // The first tile that is not there full. Where one is missing before it, its reader makes it good.
    var (present, absent) = (UInt64(0), size / UInt64(Tile.fullWidth))
    if absent > 0, isWhole(Tile(level: 0, index: absent - 1)) { present = absent }
    while present < absent {
      let middle = present + (absent - present) / 2
      if isWhole(Tile(level: 0, index: middle)) { present = middle + 1 } else { absent = middle }
    }
    let start = present * UInt64(Tile.fullWidth)
    let widths = partialWidths(of: Tile(level: 0, index: present)).filter { UInt64($0) <= size - start }
    let width = widths.sorted(by: >).first { isWhole(Tile(level: 0, index: present, width: $0)) }
    return start + UInt64(width ?? 0)
  }

  private func isWhole(_ tile: Tile) -> Bool {
    var status = stat()
    return stat(path(tile), &status) == 0 && Int(status.st_size) == tile.byteCount
  }

  private func partialWidths(of tile: Tile) -> [Int] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: partials(tile.path))) ?? []
    return names.compactMap { name in
      Int(name).flatMap { (1..<Tile.fullWidth).contains($0) && String($0) == name ? $0 : nil }
    }
  }

  /// The folder of a tile's narrower forms.
  private func partials(_ path: String) -> String {
    guard let end = path.range(of: ".p/") else { return folder + "/" + path + ".p" }
    return folder + "/" + path[..<end.lowerBound] + ".p"
  }

  // MARK: Writing

  /// Writes a tile. Of a full one the narrower forms go: nobody needs them any more (C2SP tlog-tiles, "Partial Tiles").
  func write(_ bytes: [UInt8], as tile: Tile) throws(SystemError) {
    try write(bytes, at: tile.path, isFull: tile.isFull)
  }

  func write(_ bytes: [UInt8], as bundle: EntryTile) throws(SystemError) {
    try write(bytes, at: bundle.path, isFull: bundle.isFull)
  }

  private func write(_ bytes: [UInt8], at path: String, isFull: Bool) throws(SystemError) {
    let name = folder + "/" + path
    do {
      try replace(name, bytes)
    } catch {
      guard error.errno == ENOENT else { throw error }
      try makeFolders(of: path)
      try replace(name, bytes)
    }
    let narrower = partials(path)
    if isFull, access(narrower, F_OK) == 0 { try? FileManager.default.removeItem(atPath: narrower) }
  }

  /// A reader sees the old file or the new one, never a part.
  private func replace(_ name: String, _ bytes: [UInt8]) throws(SystemError) {
    let temporary = name + ".new"
    let descriptor = try SystemCall.open(temporary, O_WRONLY | O_CREAT | O_TRUNC, mode: fileMode)
    let written: Result<Void, SystemError> = bytes.withUnsafeBytes { buffer in
      do throws(SystemError) {
        return .success(try SystemCall.write(descriptor, buffer, at: 0, path: temporary))
      } catch { return .failure(error) }
    }
    SystemCall.close(descriptor)
    try written.get()
    try SystemCall.rename(temporary, name)
  }

  private func makeFolders(of path: String) throws(SystemError) {
    var made = folder
    for part in path.split(separator: "/").dropLast() {
      made += "/" + part
      try SystemCall.makeDirectory(made, mode: folderMode)
    }
  }

  /// Removes every other form of a partial tile.
  func removeOthers(than tile: Tile) {
    for width in partialWidths(of: tile) where width != tile.width { unlink(partials(tile.path) + "/\(width)") }
    unlink(folder + "/" + Tile(level: tile.level, index: tile.index, width: Tile.fullWidth).path)
  }

  /// Removes every tile.
  func removeAll() throws {
    let tiles = folder + "/tile"
    if access(tiles, F_OK) == 0 { try FileManager.default.removeItem(atPath: tiles) }
    try SystemCall.makeDirectory(tiles, mode: folderMode)
  }
}
