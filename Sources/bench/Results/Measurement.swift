/// What one run gave: how many answers in how long, and how long each took.
struct Measurement {
  var count: Int
  var seconds: Double
  /// Seconds from request to answer, sorted.
  var latencies: [Double] = []

  var rate: Double { Double(count) / seconds }

  func percentile(_ part: Double) -> Double {
    latencies.isEmpty ? 0 : latencies[min(latencies.count - 1, Int(part * Double(latencies.count)))]
  }

  /// The rate of doing this and then the other, one after the other.
  func inSeries(with other: Measurement) -> Measurement {
    Measurement(count: 1, seconds: 1 / rate + 1 / other.rate)
  }
}

extension [Double] {
  /// The middle one; of an even number the upper of the two.
  var median: Double { isEmpty ? 0 : sorted()[count / 2] }
}
