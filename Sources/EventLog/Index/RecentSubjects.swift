/// The subjects that were written to last, each in the one place that its key gives it: for all of them a bounded piece of
/// memory, and no look-up in a run for most.
struct RecentSubjects: Sendable {
  private static let places = 1 << 16
  private var entries: [SubjectEntry?] = []

  func entry(of subject: IndexKey) -> SubjectEntry? {
    guard !entries.isEmpty, let entry = entries[place(of: subject)], entry.key == subject else { return nil }
    return entry
  }

  mutating func put(_ entry: SubjectEntry) {
    if entries.isEmpty { entries = Array(repeating: nil, count: RecentSubjects.places) }
    entries[place(of: entry.key)] = entry
  }

  private func place(of subject: IndexKey) -> Int { Int(subject.high >> 48) }
}
