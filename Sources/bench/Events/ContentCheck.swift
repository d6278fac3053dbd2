import Foundation

/// Compares what was sent with what is stored: every event with all its content, none too many, none too few.
struct ContentCheck {
  let log: LogFiles
  let sent: SentEvents

  /// - Parameter sizes: numbers of records.
  /// - Returns: for each of the sizes how many of the first records are of ``EventText/countedType``.
  func run(sizes: Set<Int>) throws -> [Int: Int] {
    var next = Array(repeating: 0, count: sent.answered.count)
    var counted = 0
    var sequence = 0
    var counts: [Int: Int] = [:]
    let expected = Bytes()
    try log.forEachChunk { chunk in
      try chunk.forEachLine { line in
        if sizes.contains(sequence) { counts[sequence] = counted }
        sequence += 1
        guard let name = ContentCheck.name(line) else { return }
        guard next.indices.contains(name.stream), name.number == next[name.stream] else {
          throw BenchError("record \(sequence - 1) is out of order, repeated, or sent by nobody: \(line.text)")
        }
        next[name.stream] += 1
        if EventText.type(name.number).utf8Start == EventText.countedType.utf8Start { counted += 1 }
        try compare(line, name, expected)
      }
    }
    if sizes.contains(sequence) { counts[sequence] = counted }
    for (stream, answered) in sent.answered.enumerated() where next[stream] != answered {
      throw BenchError("of stream \(stream), \(answered) events were answered and \(next[stream]) are stored")
    }
    return counts
  }

  /// The ledger writes the attributes as they were sent, adds its own, and ends with the data. Whatever else it writes
  /// must mean the same.
  private func compare(_ line: UnsafeRawBufferPointer, _ name: (stream: Int, number: Int), _ expected: Bytes) throws {
    expected.clear()
    EventText.writeAttributes(name.stream, name.number, to: expected)
    let isPrefix = line.starts(with: expected.contents)
    expected.clear()
    EventText.writeData(name.stream, name.number, to: expected)
    if isPrefix, line.ends(with: expected.contents) { return }
    expected.clear()
    EventText.write(name.stream, name.number, to: expected)
    let stored = try JSONSerialization.jsonObject(with: Data(line)) as? [String: NSObject] ?? [:]
    let event = try JSONSerialization.jsonObject(with: Data(expected.contents)) as? [String: NSObject] ?? [:]
    for (attribute, value) in event where stored[attribute] != value {
      throw BenchError("a record does not hold what was sent as \(attribute): \(line.text)")
    }
  }

  /// The stream and number of an event of ours; nil for records of the ledger's own.
  private static func name(_ line: UnsafeRawBufferPointer) -> (stream: Int, number: Int)? {
    guard let fields = LineFields(line), fields.text(.source) == EventText.source.description else { return nil }
    let parts = fields.text(.id).split(separator: "-").map { Int($0) ?? -1 }
    return parts.count == 2 ? (parts[0], parts[1]) : (-1, -1)
  }
}
