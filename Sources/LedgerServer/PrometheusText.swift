import EventLog
import LogFormat

/// The text format in which Prometheus reads metrics, version 0.0.4.
struct PrometheusText {
  static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  private(set) var text = ""

  /// One metric: its help and type, then its samples.
  private mutating func begin(_ name: String, _ type: String, _ help: String) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
  }

  mutating func counter(_ name: String, _ help: String, _ samples: [(labels: [(String, String)], value: UInt64)]) {
    begin(name, "counter", help)
    for sample in samples { text += "\(name)\(labels(sample.labels)) \(sample.value)\n" }
  }

  mutating func gauge(_ name: String, _ help: String, _ value: Double, labels: [(String, String)] = []) {
    begin(name, "gauge", help)
    text += "\(name)\(self.labels(labels)) \(number(value))\n"
  }

  mutating func gauge(_ name: String, _ help: String, _ value: some BinaryInteger) {
    begin(name, "gauge", help)
    text += "\(name) \(value)\n"
  }

  /// - Parameter unit: what a recorded value is divided by, so that it is in base units.
  mutating func histogram(_ name: String, _ help: String, _ state: Histogram.State, unit: Double = 1) {
    begin(name, "histogram", help)
    var count: UInt64 = 0
    for (bound, more) in zip(state.bounds, state.counts) {
      count += more
      text += "\(name)_bucket{le=\"\(number(Double(bound) / unit))\"} \(count)\n"
    }
    count += state.counts.last ?? 0
    text += "\(name)_bucket{le=\"+Inf\"} \(count)\n"
    text += "\(name)_sum \(number(Double(state.sum) / unit))\n\(name)_count \(count)\n"
  }

  private func labels(_ labels: [(String, String)]) -> String {
    if labels.isEmpty { return "" }
    return "{" + labels.map { "\($0.0)=\"\(escaped($0.1))\"" }.joined(separator: ",") + "}"
  }

  private func escaped(_ value: String) -> String {
    value.replacing(scalar: "\\", with: "\\\\").replacing(scalar: "\"", with: "\\\"")
      .replacing(scalar: "\n", with: "\\n")
  }

  /// Whole numbers without a fraction.
  private func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
  }
}
