import Foundation
import LogFormat
import Logging
import Threads
import TransparencyLog

/// Keeps the tiles in `tile/` behind the signed checkpoints, on a thread of its own: whoever appends never waits for it.
///
/// Tiles are derived. At the first checkpoint it takes up what is there; where that does not lead to the checkpoint's
/// root, the tiles are removed and made again from the log. Only a tree that reproduces the root of a checkpoint is
/// handed out.
final class TileKeeper: @unchecked Sendable {
  // @unchecked: all variables are only touched under `condition`.

  private let store: TileStore
  private let lines: LineSource
  private let logger: Logger

  private let condition = NSCondition()
  /// The newest checkpoint.
  private var newest: Target?
  /// The newest one whose tiles are complete.
  private var kept: SignedTree?
  private var replacements: [(tile: Tile, bytes: [UInt8])] = []
  private var recent = RecentHashes()
  private var isClosing = false
  private var isFinished = false
  private let signal = SizeSignal(size: 0)

  private struct Target {
    var size: UInt64
    var root: Digest
    var note: String
  }

  /// Lines read at a time: the log's index is not held open for longer.
  private static let chunk: UInt64 = 1 << 14
  /// Records that closing still waits for; more are caught up at the next opening.
  private static let lastRecords: UInt64 = 1 << 20
  private static let maximumReplacements = 1024

  init(directory: LedgerDirectory, logger: Logger, lines: @escaping LineSource) {
    store = TileStore(folder: directory.path)
    self.lines = lines
    self.logger = logger
  }

  func start() {
    WorkerThread.start("tiles") { [self] in run() }
  }

  /// A checkpoint has become durable.
  func signed(_ end: LogEnd, note: String) {
    condition.lock()
    newest = Target(size: end.position.size, root: end.frontier.root, note: note)
    condition.broadcast()
    condition.unlock()
  }

  /// Records have become durable; called on the sequencer's thread, so it only keeps their hashes.
  func grown(_ hashes: [Digest], from sequence: UInt64) {
    condition.lock()
    recent.append(hashes, from: sequence)
    condition.unlock()
  }

  /// The newest checkpoint whose tiles are complete, once it covers `size` records.
  ///
  /// - Returns: nil when the log is closed or the task cancelled.
  func tree(covering size: UInt64) async -> SignedTree? {
    if size > 0, await signal.wait(above: size - 1) == nil { return nil }
    return keptTree
  }

  /// The newest checkpoint whose tiles are complete.
  var keptTree: SignedTree? {
    condition.withLock { kept }
  }

  /// The newest checkpoint with its tree, whatever its tiles are: what is missing is read from the log.
  var newestTree: SignedTree? {
    condition.withLock { newest.map(tree) }
  }

  /// A tile was missing or altered: it is written again.
  private func replace(_ tile: Tile, _ bytes: [UInt8]) {
    condition.lock()
    if replacements.count < TileKeeper.maximumReplacements { replacements.append((tile, bytes)) }
    condition.broadcast()
    condition.unlock()
  }

  /// Completes the tiles, and returns when the thread is done.
  func close() {
    condition.lock()
    isClosing = true
    condition.broadcast()
    while !isFinished { condition.wait() }
    condition.unlock()
    signal.close()
  }

  private func tree(of target: Target) -> SignedTree {
    SignedTree(
      note: target.note,
      tree: LogTree(
        size: target.size, root: target.root, store: store, lines: lines,
        replaced: { [weak self] in self?.replace($0, $1) }))
  }

  // MARK: The thread

  private func run() {
    var growth: TileGrowth?
    var done: UInt64?
    var isHopeless = false
    while true {
      condition.lock()
      while newest?.size == done, replacements.isEmpty, !isClosing { condition.wait() }
      let target = newest
      let waiting = replacements
      replacements.removeAll()
      let isLast = isClosing
      condition.unlock()

      for (tile, bytes) in waiting {
        logger.warning("a tile was missing or altered and is written again", metadata: ["tile": "\(tile)"])
        do { try store.write(bytes, as: tile) } catch { report(error) }
      }
      if let target, target.size != done {
        do {
          if !isHopeless {
            try catchUp(&growth, to: target)
            publish(target)
          }
          done = target.size
        } catch let error where error is HashTilesError || error is LogTreeError || error is DamagedRecord {
          // The log itself does not reproduce its checkpoint: `verify` says where, and no attempt here will mend it.
          report(error)
          isHopeless = true
        } catch is Stopped {
          // The next opening goes on.
        } catch {
          report(error)
          // No room, or no luck; the log answers in the meantime.
          if !isLast { Thread.sleep(forTimeInterval: 1) }
        }
      }
      if isLast {
        condition.withLock {
          isFinished = true
          condition.broadcast()
        }
        return
      }
    }
  }

  private func publish(_ target: Target) {
    condition.withLock { kept = tree(of: target) }
    signal.grow(to: target.size)
  }

  private func report(_ error: any Error) {
    logger.error("tiles could not be kept", metadata: ["reason": "\(error)"])
  }

  /// The log is closing, and too much is left to do.
  private struct Stopped: Error {}

  private func catchUp(_ growth: inout TileGrowth?, to target: Target) throws {
    let isFirst = growth == nil
    var current = try growth ?? TileGrowth(store: store, edge: storedEdge(below: target.size))
    // Whatever fails below, the next attempt begins with what is in the files.
    growth = nil
    try extend(&current, to: target)
    if current.edge.root != target.root {
      logger.warning("the tiles are not those of the log and are made anew")
      try store.removeAll()
      current = TileGrowth(store: store)
      try extend(&current, to: target)
      guard current.edge.root == target.root else {
        throw HashTilesError.otherRoot(size: target.size, expected: target.root, found: current.edge.root)
      }
    }
    try current.writePartials()
    // Narrower tiles were not synced either, and no root was held against them; wider ones are of a log that was longer.
    if isFirst { for partial in current.edge.partials { store.removeOthers(than: partial.tile) } }
    growth = current
  }

  private func extend(_ growth: inout TileGrowth, to target: Target) throws {
    while growth.edge.size < target.size {
      let isClosing = condition.withLock { self.isClosing }
      if isClosing, target.size - growth.edge.size > TileKeeper.lastRecords { throw Stopped() }
      let from = growth.edge.size
      let below = min(target.size, from + TileKeeper.chunk)
      if let hashes = condition.withLock({ recent.take(from: from, below: below) }) {
        for hash in hashes {
          try growth.take(hash)
          if growth.edge.size % UInt64(Tile.fullWidth) == 0 { WorkerThread.stepAside() }
        }
      } else {
        try lines(from, below) { try growth.take($0) }
      }
      guard growth.edge.size == below else {
        throw LogTreeError.logEnds(records: growth.edge.size, expected: target.size)
      }
    }
  }

  /// What the files hold, not yet checked against a root.
  private func storedEdge(below size: UInt64) throws -> TileEdge {
    let reach = store.reach(below: size)
    // Where a file is missing, the tiles below it and the log have what stood in it.
    let tree = LogTree(size: reach, root: .zero, store: store, lines: lines, replaced: { _, _ in })
    return try TileEdge(size: reach) { tile in
      if let bytes = try? store.contents(of: tile) { return bytes }
      return try tree.fromTilesBelow(tile)
    }
  }
}

extension Log {
  /// The newest checkpoint with its tree, over at least the first `size` records; where none covers them, one is signed.
  ///
  /// - Throws: ``LogTreeError/noRecord(sequence:size:)`` where there are not so many records.
  public func signedTree(covering size: UInt64) async throws -> SignedTree {
    guard size <= self.size else { throw LogTreeError.noRecord(sequence: size - 1, size: self.size) }
    if size > tileKeeper.newestTree?.size ?? 0 { _ = try await renewedCheckpoint() }
    if let kept = tileKeeper.keptTree, kept.size >= size { return kept }
    let kept = try await withThrowingTaskGroup(of: SignedTree?.self) { group in
      group.addTask { await self.tileKeeper.tree(covering: size) }
      group.addTask {
        try await Task.sleep(for: Log.tilePatience)
        return nil
      }
      defer { group.cancelAll() }
      return try await group.next() ?? nil
    }
    // While tiles are made anew, which may take long, the log is read in their stead.
    guard let tree = kept ?? tileKeeper.newestTree, tree.size >= size else {
      throw LogTreeError.notCovered(size: size, signed: tileKeeper.newestTree?.size ?? 0)
    }
    return tree
  }

  /// The number of records that the newest checkpoint covers.
  public var signedSize: UInt64 { tileKeeper.newestTree?.size ?? 0 }

  private static let tilePatience = Duration.seconds(5)
}
