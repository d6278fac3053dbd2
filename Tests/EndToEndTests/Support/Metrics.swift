import Foundation
import Testing

/// Metrics as Prometheus reads them: a strict reader of its text format, version 0.0.4.
struct Metrics {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// By name and labels as they are written: `http_requests_total{path="/healthz"}`.
  private(set) var samples: [String: Double] = [:]
  private(set) var types: [String: String] = [:]

  subscript(_ sample: String) -> Double? { samples[sample] }

  init(_ text: String) throws {
    guard text.hasSuffix("\n") else { throw Failure(description: "the last line does not end") }
    var current: String?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
      let words = line.split(separator: " ", maxSplits: 3)
      if line.hasPrefix("# HELP ") {
        guard words.count == 4 else { throw Failure(description: "help without a text: \(line)") }
        current = nil
      } else if line.hasPrefix("# TYPE ") {
        let name = String(words[2])
        guard ["counter", "gauge", "histogram"].contains(words[3]), types[name] == nil else {
          throw Failure(description: "a type that is unknown, or said twice: \(line)")
        }
        types[name] = String(words[3])
        current = name
      } else if let match = line.wholeMatch(of: Self.sample) {
        let name = String(match.1)
        guard let current, name == current || types[current] == "histogram" && Self.parts(of: current).contains(name)
        else { throw Failure(description: "a sample of another metric: \(line)") }
        guard let value = Double(String(match.3)) else { throw Failure(description: "no number: \(line)") }
        guard samples.updateValue(value, forKey: name + (match.2.map { String($0) } ?? "")) == nil else {
          throw Failure(description: "said twice: \(line)")
        }
      } else {
        throw Failure(description: "not of the format: \(line)")
      }
    }
    for (name, type) in types where type == "histogram" { try checkHistogram(name) }
  }

  private static var sample: Regex<(Substring, Substring, Substring?, Substring)> {
    #/([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\["\\n])*",?)*\})? ([^ ]+)/#
  }

  private static func parts(of name: String) -> [String] { ["\(name)_bucket", "\(name)_sum", "\(name)_count"] }

  /// Buckets rise, the last is that of infinity, and says what the count says.
  private func checkHistogram(_ name: String) throws {
    let buckets = samples.filter { $0.key.hasPrefix("\(name)_bucket{le=\"") }.map { key, value -> (Double, Double) in
      let bound = key.dropFirst("\(name)_bucket{le=\"".count).dropLast(2)
      return (bound == "+Inf" ? .infinity : Double(bound) ?? .nan, value)
    }.sorted { $0.0 < $1.0 }
    guard zip(buckets, buckets.dropFirst()).allSatisfy({ $0.1 <= $1.1 }), buckets.last?.0 == .infinity,
      buckets.last?.1 == samples["\(name)_count"], samples["\(name)_sum"] != nil
    else { throw Failure(description: "\(name) is no histogram") }
  }
}
