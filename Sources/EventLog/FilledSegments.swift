/// The segments that were filled last. Of them the system is to keep as much in memory as is likely to be read again soon;
/// what lies behind is given back.
///
/// An import of millions of records would otherwise take all of the machine's memory for bytes that nobody reads, and for
/// each further page one that lay idle: on virtual machines whose host takes idle memory back, that costs more than all
/// the rest of recording. The pages given back are those that the next lines are written to.
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
    var gone: [Segment] = []
    while self.bytes > limit, segments.count > 1 {
      let oldest = segments.removeFirst()
      self.bytes -= oldest.bytes
      gone.append(oldest.segment)
    }
    return gone
  }
}
