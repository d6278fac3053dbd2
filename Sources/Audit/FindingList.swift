/// The findings of a verification, up to a limit: a log of garbage must not fill the memory with findings.
struct FindingList {
  static let limit = 10_000

  private(set) var findings: [Finding] = []
  /// How many more there were.
  private(set) var omitted = 0

  mutating func append(_ finding: Finding) {
    if findings.count < FindingList.limit {
      findings.append(finding)
    } else {
      omitted += 1
    }
  }

  /// Counts findings that nobody has kept.
  mutating func omit(_ count: Int) { omitted += count }

  /// Whether one of the first `size` lines is known not to be what was written; then their root explains itself.
  func concernBytes(ofFirst size: UInt64) -> Bool {
    findings.contains { finding in
      guard let sequence = finding.sequence, sequence < size else { return false }
      switch finding.kind {
      case .altered, .missing, .reordered, .inserted, .truncated, .malformed: return true
      default: return false
      }
    }
  }

  /// In the order of the log; what is not about the log comes first.
  var sorted: [Finding] {
    findings.enumerated().sorted { left, right in
      let (a, b) = (left.element.sequence, right.element.sequence)
      if a == b { return left.offset < right.offset }
      guard let a else { return true }
      guard let b else { return false }
      return a < b
    }.map(\.element)
  }
}
