/// What was sent and answered: streams of events, each from number 0 without a gap.
///
/// A stream belongs to one connection for one run, so its events are answered in their order.
struct SentEvents {
  /// How many events of each stream were answered; the place is the stream.
  private(set) var answered: [Int] = []

  /// Streams that nobody has used.
  mutating func newStreams(_ count: Int) -> Range<Int> {
    let first = answered.count
    answered += Array(repeating: 0, count: count)
    return first..<first + count
  }

  mutating func answered(_ count: Int, of stream: Int) {
    answered[stream] += count
  }

  var total: Int { answered.reduce(0, +) }
}
