/// How much a run measures.
struct RunSize {
  /// Of measurements that last some seconds.
  var repetitions: Int
  /// Of measurements that read the whole log.
  var wholeRepetitions: Int
  /// Seconds of a measurement that goes on as long as one likes.
  var seconds: Double
  /// Events sent in batches, and again as many in streams of lines.
  var records: Int
  /// In how many parts they are sent, each beside its floor: the machine may be faster now than later.
  var slices: Int
  /// Events that are followed one by one.
  var followed: Int

  static let whole = RunSize(
    repetitions: 5, wholeRepetitions: 3, seconds: 6, records: 5_000_000, slices: 5, followed: 2000)
  static let quick = RunSize(
    repetitions: 3, wholeRepetitions: 3, seconds: 0.6, records: 75_000, slices: 3, followed: 400)
}
