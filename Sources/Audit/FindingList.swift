/// The findings of a verification, up to a limit: a log of garbage must not fill the memory with findings.
struct FindingList {
  static let limit = 10_000

  /// In which order the findings about one record are listed.
  enum Stage: Int, Comparable {
    /// Whether it is the record that belongs there.
    case chain
    /// Its version.
    case version
    /// Its source and id.
    case identity
    /// Its time and batch.
    case rules
    /// What else there is.
    case evidence

    static func < (left: Stage, right: Stage) -> Bool { left.rawValue < right.rawValue }
  }

  private var entries: [(finding: Finding, stage: Stage)] = []
  /// How many more there were.
  private(set) var omitted = 0

  mutating func append(_ finding: Finding, _ stage: Stage = .evidence) {
    if entries.count < FindingList.limit {
      entries.append((finding, stage))
    } else {
      omitted += 1
    }
  }

  mutating func append(contentsOf other: FindingList) {
    for (finding, stage) in other.entries { append(finding, stage) }
    omitted += other.omitted
  }

  /// Those kept, in the order in which they were appended.
  var findings: [Finding] { entries.map(\.finding) }

  /// Counts findings that nobody has kept.
  mutating func omit(_ count: Int) { omitted += count }

  /// Whether one of the first `size` lines is known not to be what was written; then their root explains itself.
  func concernBytes(ofFirst size: UInt64) -> Bool {
    recordsWithOtherBytes.contains { $0 < size }
  }

  /// The records whose lines are known not to be what was written.
  var recordsWithOtherBytes: Set<UInt64> {
    Set(
      entries.compactMap { finding, _ in
        switch finding.kind {
        case .altered, .missing, .reordered, .inserted, .truncated, .malformed: finding.sequence
        default: nil
        }
      })
  }

  /// In the order of the log; what is not about the log comes first.
  var sorted: [Finding] {
    entries.enumerated().sorted { left, right in
      let (a, b) = (left.element.finding.sequence, right.element.finding.sequence)
      if a == b {
        return (left.element.stage, left.offset) < (right.element.stage, right.offset)
      }
      guard let a else { return true }
      guard let b else { return false }
      return a < b
    }.map(\.element.finding)
  }
}
