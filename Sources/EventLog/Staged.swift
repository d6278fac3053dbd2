import LogFormat
import TransparencyLog

/// What the next commit will write, and whom it will answer.
struct Staged {
  private(set) var buffer: [UInt8] = []
  var memory = IndexMemory()
  /// The end of the log when this is durable.
  var end: LogEnd
  /// The leaf hashes of its records.
  private(set) var hashes: [Digest] = []
  /// Groups that are decided, those of one request together.
  private var answers: [(request: PendingRequest, groups: Range<Int>)] = []
  private var first: UInt64
  /// Behind the last byte of each line.
  private var lineEnds: [Int] = []

  init(after end: LogEnd) {
    self.end = end
    first = end.position.size
  }

  // MARK: Lines

  /// Writes the line of an event, and its LF, behind the others.
  ///
  /// - Returns: its length without the LF, and its leaf hash.
  mutating func write(
    _ request: borrowing AppendRequest, _ place: Int, _ stamp: Stamp
  ) -> (length: Int, hash: Digest) {
    let start = buffer.count
    let entry = request.entries[place]
    request.text.withUnsafeBufferPointer { text in
      buffer.append(contentsOf: UnsafeBufferPointer(rebasing: text[entry.head.indices]))
      stamp.write(to: &buffer)
      buffer.append(contentsOf: UnsafeBufferPointer(rebasing: text[entry.tail.indices]))
    }
    let hash = buffer.withUnsafeBytes { RFC6962.leafHash(UnsafeRawBufferPointer(rebasing: $0[start...])) }
    buffer.append(0x0A)
    return (buffer.count - start - 1, hash)
  }

  /// Takes back lines that were written and do not count.
  mutating func cut(to count: Int) { buffer.removeSubrange(count...) }

  /// Puts back lines that were cut.
  mutating func putBack(_ lines: [UInt8]) { buffer.append(contentsOf: lines) }

  /// Counts a line that was written: it begins where those counted before it end.
  ///
  /// - Parameter length: with its LF.
  mutating func append(_ key: IndexKey, _ fresh: GroupPlan.Fresh, hash: Digest, length: Int) {
    memory.add(
      key: key, subject: fresh.subject, type: fresh.type, actor: fresh.actor, hash: hash, place: end.position)
    lineEnds.append((lineEnds.last ?? 0) + length)
    hashes.append(hash)
    end.frontier.append(hash)
    end.lastHash = hash
    end.position.size += 1
    end.position.offset += UInt64(length)
  }

  func line(at sequence: UInt64) -> [UInt8]? {
    guard sequence >= first, sequence - first < UInt64(lineEnds.count) else { return nil }
    let number = Int(sequence - first)
    return Array(buffer[(number == 0 ? 0 : lineEnds[number - 1])..<lineEnds[number] - 1])
  }

  // MARK: Answers

  mutating func answer(_ group: Int, of request: PendingRequest) {
    if let last = answers.last, last.request === request {
      answers[answers.count - 1].groups = last.groups.lowerBound..<group + 1
    } else {
      answers.append((request, group..<group + 1))
    }
  }

  mutating func takeAnswers() -> [(request: PendingRequest, groups: Range<Int>)] {
    defer { answers.removeAll() }
    return answers
  }

  mutating func reset(after end: LogEnd) {
    buffer.removeAll(keepingCapacity: buffer.count <= 8 << 20)
    memory.removeAll()
    self.end = end
    first = end.position.size
    lineEnds.removeAll(keepingCapacity: true)
    hashes.removeAll(keepingCapacity: true)
  }
}
