import Foundation
import Threads
import TransparencyLog

/// Reads records ahead, on a thread of its own, while those before them are applied.
///
/// A chunk is handed out only when the source has gone on behind its last line or has ended well: a source confirms a line
/// by the one after it, and what it does not confirm must not be committed.
final class RecordStream: @unchecked Sendable {
  // @unchecked: the variables are only touched under `condition`, but for those of the reading thread alone.

  /// Chunks that may wait; more would only be memory.
  private static let ahead = 4

  private let condition = NSCondition()
  private var ready: [RecordChunk] = []
  /// Set when the reading thread is done with the source.
  private var end: Result<Void, any Error>?
  private var isCancelled = false

  /// Ends the reading when nobody wants more.
  private struct Cancelled: Error {}

  /// Begins to read the records behind `state`.
  ///
  /// - Parameter batch: records after which a chunk ends with ``RecordChunk/endsBatch``; the last chunk does, too.
  init(
    _ source: any RecordSource, behind state: ProjectionState, to size: UInt64, batch: UInt64, _ types: EventTypes,
    _ days: LocalDays, _ courtesy: Courtesy
  ) {
    WorkerThread.start("records") { [self] in
      let result = Result {
        try Reading(stream: self, types: types, size: size, batch: batch, days: days, state, courtesy).run(source)
      }
      condition.lock()
      end = result
      condition.broadcast()
      condition.unlock()
    }
  }

  /// The next chunk; nil when all have been handed out.
  ///
  /// - Throws: what ended the reading early, once the chunks before it have been handed out.
  func next() throws -> RecordChunk? {
    condition.lock()
    defer { condition.unlock() }
    while ready.isEmpty {
      if let end {
        try end.get()
        return nil
      }
      condition.wait()
    }
    let chunk = ready.removeFirst()
    condition.broadcast()
    return chunk
  }

  /// Blocks until the source is no longer read.
  func close() {
    condition.lock()
    isCancelled = true
    condition.broadcast()
    while end == nil { condition.wait() }
    condition.unlock()
  }

  private func put(_ chunk: RecordChunk) throws {
    condition.lock()
    defer { condition.unlock() }
    while ready.count >= RecordStream.ahead, !isCancelled { condition.wait() }
    if isCancelled { throw Cancelled() }
    ready.append(chunk)
    condition.broadcast()
  }

  /// What the reading thread has in hand.
  private final class Reading {
    private let stream: RecordStream
    private let types: EventTypes
    private let size: UInt64
    private let batch: UInt64
    private var days: LocalDays
    private var chunk: RecordChunk
    private var batchEnd: UInt64
    private let courtesy: Courtesy

    init(
      stream: RecordStream, types: EventTypes, size: UInt64, batch: UInt64, days: LocalDays, _ state: ProjectionState,
      _ courtesy: Courtesy
    ) {
      self.courtesy = courtesy
      self.stream = stream
      self.types = types
      self.size = size
      self.batch = batch
      self.days = days
      chunk = RecordChunk(behind: state.frontier, state.lastLeaf, room: 0)
      batchEnd = min(state.frontier.size + batch, size)
    }

    func run(_ source: any RecordSource) throws {
      try source.forEachLine(from: chunk.frontier.size, below: size) { line in
        if chunk.endsBatch || !chunk.hasRoom(for: line.count) { try handOver(room: line.count) }
        try chunk.append(line, types, &days)
        if chunk.frontier.size % 64 == 0 { courtesy.stepAside() }
        guard chunk.frontier.size == batchEnd else { return }
        chunk.endsBatch = true
        batchEnd = min(batchEnd + batch, size)
      }
      guard chunk.frontier.size == size else {
        throw ReadModelError.logEnds(at: chunk.frontier.size, wanted: size)
      }
      try stream.put(chunk)
    }

    private func handOver(room: Int) throws {
      let full = chunk
      chunk = RecordChunk(behind: full.frontier, full.lastLeaf, room: room)
      try stream.put(full)
    }
  }
}
