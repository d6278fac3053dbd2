import Foundation

/// What one run gave: how many answers in how long, and how long each took.
struct Measurement {
  var count: Int
  var seconds: Double
  /// Seconds from request to answer, sorted.
  var latencies: [Double]

  var rate: Double { Double(count) / seconds }

  func percentile(_ part: Double) -> Double {
    latencies.isEmpty ? 0 : latencies[min(latencies.count - 1, Int(part * Double(latencies.count)))]
  }

  /// The rate of doing this and then the other, one after the other.
  func inSeries(with other: Measurement) -> Measurement {
    Measurement(count: 1, seconds: 1 / rate + 1 / other.rate, latencies: [])
  }
}

/// One line of the table: the median of a measurement beside the median of its floor.
struct Row {
  var name: String
  var unit: String
  var value: Double
  var floor: Double
  var target: Double?
  /// Latencies in milliseconds: median and 99th percentile.
  var latency: (median: Double, high: Double)

  var ratio: Double { value / floor }

  /// Measures both in turn, so that a machine that changes its speed changes it for both.
  static func compare(
    _ name: String, unit: String, target: Double?, repetitions: Int, _ measure: () throws -> Measurement,
    floor: () throws -> Measurement
  ) throws -> Row {
    var values: [Measurement] = []
    var floors: [Measurement] = []
    for repetition in 1...repetitions {
      FileHandle.standardError.write(Data("\(name) \(repetition)/\(repetitions)\n".utf8))
      floors.append(try floor())
      values.append(try measure())
    }
    return Row(
      name: name, unit: unit, value: median(values.map(\.rate)), floor: median(floors.map(\.rate)), target: target,
      latency: (median(values.map { $0.percentile(0.5) }) * 1000, median(values.map { $0.percentile(0.99) }) * 1000))
  }

  private static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
  }

  static func table(_ rows: [Row]) -> String {
    func text(_ number: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", number) }
    func column(_ text: String) -> String { String(repeating: " ", count: max(0, 12 - text.count)) + text }
    let header = ["name", "value", "floor", "ratio", "target", "p50 ms", "p99 ms"].map(column).joined()
    let lines = rows.map { row in
      [
        row.name, text(row.value, 0), text(row.floor, 0), text(row.ratio, 2), row.target.map { text($0, 2) } ?? "-",
        text(row.latency.median, 2), text(row.latency.high, 2),
      ].map(column).joined()
    }
    return ([header] + lines).joined(separator: "\n")
  }

  static func json(_ rows: [Row]) -> String {
    func text(_ number: Double) -> String { String(format: "%.4f", number) }
    let objects = rows.map { row in
      #"{"name":"\#(row.name)","value":\#(text(row.value)),"unit":"\#(row.unit)","floor":\#(text(row.floor)),"#
        + #""ratio":\#(text(row.ratio)),"target":\#(row.target.map(text) ?? "null")}"#
    }
    return #"{"rows":[\#(objects.joined(separator: ","))]}"#
  }
}
