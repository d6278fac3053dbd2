/// One line of the table: the median of a measurement beside the median of its floor.
struct Row {
  var name: String
  var unit: String
  var value: Double
  /// In the same unit; nil where there is nothing to compare with.
  var floor: Double?
  /// Of the ratio, which must be at least that.
  var target: Double?
  /// Of the value, which must be at most that.
  var limit: Double?
  /// Milliseconds: median and 99th percentile.
  var latency: (median: Double, high: Double)?
  /// Of the daemon or the command that was measured.
  var usage: Usage?

  var ratio: Double? { floor.map { value / $0 } }

  /// A row of rates and latencies.
  ///
  /// - Parameter usages: of the repetitions; the median of the processor time and the highest peak count.
  init(
    _ name: String, rates values: [Measurement], floors: [Measurement]?, target: Double?, usages: [Usage]
  ) {
    self.name = name
    unit = "1/s"
    value = values.map(\.rate).median
    floor = floors.map { $0.map(\.rate).median }
    self.target = target
    if values.contains(where: { !$0.latencies.isEmpty }) {
      latency = (values.map { $0.percentile(0.5) }.median * 1000, values.map { $0.percentile(0.99) }.median * 1000)
    }
    usage = Usage.summary(usages)
  }

  /// A row of its own making.
  init(_ name: String, value: Double, unit: String, limit: Double?, usages: [Usage]) {
    self.name = name
    self.value = value
    self.unit = unit
    self.limit = limit
    usage = Usage.summary(usages)
  }
}
