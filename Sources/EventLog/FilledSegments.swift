/// The segments that were filled since the log was opened, as far as they are among its newest bytes: these are likely to
/// be read again soon, and may stay in memory (page cache). What lies behind is given back.
///
/// An import of millions of records would otherwise take all of the machine's memory, and for each further page of the log
/// one that lay idle: on a virtual machine whose host takes idle memory back, that costs about as much as recording the
/// records that the page holds. The pages given back are, mostly, those that the next lines are written to.
struct FilledSegments {
  private var segments: [(segment: Segment, bytes: UInt64)] = []
  private var bytes: UInt64 = 0

  /// Adds the newest.
  ///
  /// - Parameter limit: how many bytes may stay in memory; the newest stays in any case.
  /// - Returns: the segments that no longer count among these.
  mutating func add(_ segment: Segment, bytes: UInt64, limit: UInt64) -> [Segment] {
    segments.append((segment, bytes))
    self.bytes += bytes
    var count = 0
    while self.bytes > limit, count < segments.count - 1 {
      self.bytes -= segments[count].bytes
      count += 1
    }
    defer { segments.removeFirst(count) }
    return segments[..<count].map(\.segment)
  }
}
