public import LogFormat

/// Finding the records on some subjects, in the open log and in its files.
extension LogLines {
  /// The sequences of the subjects' records below `below`, in order, from the index.
  func sequences(on subjects: [String], below: UInt64, _ index: IndexReader) throws -> [UInt64] {
    let page = 4096
    var found: [UInt64] = []
    for subject in subjects {
      var from: UInt64 = 0
      while true {
        let sequences = try index.sequences(of: subject, from: from, below: below, limit: page)
        found += sequences
        guard sequences.count == page, let last = sequences.last else { break }
        from = last + 1
      }
    }
    return found.sorted()
  }
}

extension Log {
  /// The records on these subjects among the first `size`, in order.
  ///
  /// - Throws: ``DamagedRecord`` where the chain does not confirm one.
  public func records(on subjects: [String], below size: UInt64) throws -> [Record] {
    try records(at: try lines.sequences(on: subjects, below: size, reader))
  }

  /// The records at these sequences, in their order; those that are not there are left out.
  public func records(at sequences: [UInt64]) throws -> [Record] {
    let lines = lines
    return try sequences.compactMap { try lines.line(at: $0, reader).map { try Record(line: $0) } }
  }
}

extension LogReader {
  /// The records on these subjects among the first `size`, in order.
  ///
  /// The index says where they are as of the newest checkpoint it has seen; the log behind that is read.
  ///
  /// - Throws: ``DamagedRecord`` where the chain does not confirm one.
  public func records(on subjects: [String], below size: UInt64) throws -> [Record] {
    // The index is derived: where it is wrong, the log puts it right.
    let wanted = Set(subjects)
    guard let index, let known = try? records(on: subjects, below: min(index.start, size), index.reader),
      known.allSatisfy({ wanted.contains($0.subject) })
    else { return try scan(for: subjects, from: 0, below: size) }
    return try known + scan(for: subjects, from: index.start, below: size)
  }

  /// The records at these sequences, in their order; those that are not there are left out.
  public func records(at sequences: [UInt64]) throws -> [Record] {
    if let index, let found = try? records(at: sequences, LogLines(directory: directory, end: end), index.reader) {
      return found
    }
    return try sequences.compactMap { try line(at: $0).map { try Record(line: $0) } }
  }

  private func records(on subjects: [String], below size: UInt64, _ index: IndexReader) throws -> [Record] {
    let lines = LogLines(directory: directory, end: end)
    return try records(at: try lines.sequences(on: subjects, below: size, index), lines, index)
  }

  private func records(at sequences: [UInt64], _ lines: LogLines, _ index: IndexReader) throws -> [Record] {
    try sequences.compactMap { try lines.line(at: $0, index).map { try Record(line: $0) } }
  }

  private func scan(for subjects: [String], from: UInt64, below: UInt64) throws -> [Record] {
    var records: [Record] = []
    guard from < below else { return records }
    let wanted = Set(subjects.map { LineFilter.json($0) })
    try forEachLine(from: from, below: below) { line, _ in
      if let subject = LineScan.subject(of: line), wanted.contains(subject) {
        records.append(try Record(line: Array(line)))
      }
      return true
    }
    return records
  }
}
