import LogFormat

/// Which records a reader wants.
public struct LineFilter: Sendable, Hashable {
  public var subject: String?
  public var type: String?

  public init(subject: String? = nil, type: String? = nil) {
    self.subject = subject
    self.type = type
  }

  /// Whether the line's attributes are as wanted, found without reading the whole record.
  func matches(_ line: UnsafeRawBufferPointer) -> Bool {
    if let type, !LineScan.hasAttribute(#","type":""#, LineFilter.json(type), in: line) { return false }
    if let subject, !LineScan.hasAttribute(#","subject":""#, LineFilter.json(subject), in: line) { return false }
    return true
  }

  static func json(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    JSONText.append(text, to: &bytes)
    return bytes
  }
}

/// Some lines of the log, exactly as they stand there.
public struct LineChunk: Sendable {
  /// The lines, each with its LF.
  public var bytes: [UInt8] = []
  /// For each line its record's sequence and its place in `bytes`, LF included.
  public var lines: [(sequence: UInt64, range: Range<Int>)] = []
  /// Where to go on.
  public var next: UInt64

  init(next: UInt64) {
    self.next = next
  }

  mutating func append(_ line: UnsafeRawBufferPointer, _ sequence: UInt64) {
    let start = bytes.count
    bytes.append(contentsOf: line)
    bytes.append(0x0A)
    lines.append((sequence, start..<bytes.count))
  }
}

extension LogLines {
  /// Reads on from `from`, keeping what the filter lets through.
  func chunk(
    _ filter: LineFilter, from: UInt64, below: UInt64, maximumBytes: Int, _ index: IndexReader?
  ) throws -> LineChunk {
    var chunk = LineChunk(next: from)
    // A filter that lets little through still gives the caller a turn now and then.
    var seen = 0
    try forEach(from: from, below: below, index) { line, sequence in
      chunk.next = sequence + 1
      seen += line.count
      if filter.matches(line) { chunk.append(line, sequence) }
      return chunk.bytes.count < maximumBytes && seen < 64 * maximumBytes
    }
    return chunk
  }

  /// Reads one subject's records, found through the index.
  func chunk(
    of subject: String, _ filter: LineFilter, from: UInt64, below: UInt64, maximumBytes: Int, _ index: IndexReader
  ) throws -> LineChunk {
    let below = min(below, end.size)
    let limit = 256
    let sequences = try index.sequences(of: subject, from: from, below: below, limit: limit)
    var chunk = LineChunk(next: from)
    for sequence in sequences {
      guard let line = try line(at: sequence, index) else { continue }
      chunk.next = sequence + 1
      line.withUnsafeBytes { bytes in
        if filter.matches(bytes) { chunk.append(bytes, sequence) }
      }
      if chunk.bytes.count >= maximumBytes { return chunk }
    }
    if sequences.count < limit { chunk.next = max(from, below) }
    return chunk
  }
}
