import Glibc

/// The part of a log that is read: the segments as they stood when the verification began, and no byte that a running
/// daemon has not declared durable.
struct LogExtent: Sendable {
  let segments: [SegmentFile]
  /// Of each segment, the offset of its first byte in the log: the sum of the sizes before.
  let offsets: [UInt64]
  let byteCount: UInt64
  /// Whether a daemon was running. Without one, the end of the last segment may be torn.
  let isLive: Bool
  /// How many records the daemon says are durable; 0 without a daemon.
  let durableRecords: UInt64

  init(ledger: String) throws(VerifierError) {
    let isLive = try isHeldByDaemon(lock: ledger + "/lock")
    let end = isLive ? try DurableEnd.read(path: ledger + "/run/durable") : nil
    var segments: [SegmentFile] = []
    for name in try directoryEntries(ledger + "/log") ?? [] {
      guard let sequence = SegmentFile.sequence(ofName: name) else { continue }
      let path = ledger + "/log/" + name
      if let end, sequence > end.segment { continue }
      var status = stat()
      guard stat(path, &status) == 0 else { throw .io(call: "stat", path: path, code: errno) }
      var byteCount = UInt64(status.st_size)
      if let end, sequence == end.segment { byteCount = min(byteCount, end.offset) }
      segments.append(SegmentFile(firstSequence: sequence, path: path, byteCount: byteCount))
    }
    self.init(segments: segments, isLive: isLive, durableRecords: end?.records ?? 0)
  }

  init(segments: [SegmentFile], isLive: Bool = false, durableRecords: UInt64 = 0) {
    self.segments = segments
    self.isLive = isLive
    self.durableRecords = durableRecords
    var offsets: [UInt64] = []
    var offset: UInt64 = 0
    for segment in segments {
      offsets.append(offset)
      offset += segment.byteCount
    }
    self.offsets = offsets
    byteCount = offset
  }

  /// The offset in the log of a place in a segment.
  func offset(of place: LogPlace) -> UInt64 {
    let index = LogExtent.last(segments.count) { segments[$0].firstSequence <= place.segmentSequence }
    return (index.map { offsets[$0] } ?? 0) + place.offset
  }

  /// The number of the segment that holds the byte at an offset of the log; nil behind the end.
  func segmentIndex(at offset: UInt64) -> Int? {
    // An empty segment has the offset of the one behind it, and holds no byte.
    offset < byteCount ? LogExtent.last(segments.count) { offsets[$0] <= offset } : nil
  }

  /// The last of the numbers below `count` that are as wanted, where all those before it are, too.
  private static func last(_ count: Int, where isWanted: (Int) -> Bool) -> Int? {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if isWanted(middle) { low = middle + 1 } else { high = middle }
    }
    return low > 0 ? low - 1 : nil
  }
}
