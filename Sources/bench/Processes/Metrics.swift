/// What the daemon says of itself, by the names without labels.
struct Metrics {
  private var values: [Substring: Double] = [:]

  init(_ text: String) {
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      let parts = line.split(separator: " ")
      if parts.count == 2 { values[parts[0]] = Double(parts[1]) }
    }
  }

  /// Zero where there is none.
  subscript(name: String) -> Double { values[name[...]] ?? 0 }

  /// Records that became durable with one sync, on average since an earlier state.
  func recordsInGroup(since earlier: Metrics) -> Int {
    let records = self["aktenspur_group_records_sum"] - earlier["aktenspur_group_records_sum"]
    let groups = self["aktenspur_group_records_count"] - earlier["aktenspur_group_records_count"]
    return groups > 0 ? max(1, Int((records / groups).rounded())) : 1
  }
}
