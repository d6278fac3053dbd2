import Glibc

/// The part of a log that is read: the segments as they stood when the verification began, and no byte that a running
/// daemon has not declared durable.
struct LogExtent {
  var segments: [SegmentFile]
  /// Whether a daemon was running. Without one, the end of the last segment may be torn.
  var isLive: Bool
  /// How many records the daemon says are durable; 0 without a daemon.
  var durableRecords: UInt64

  var byteCount: UInt64 { segments.reduce(0) { $0 + $1.byteCount } }

  init(ledger: String) throws(VerifierError) {
    isLive = try isHeldByDaemon(lock: ledger + "/lock")
    let end = isLive ? try DurableEnd.read(path: ledger + "/run/durable") : nil
    durableRecords = end?.records ?? 0
    segments = []
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
  }
}
