import LogFormat
import TransparencyLog

/// A line of the log as it was found: a record, or bytes that are none.
struct LogLine {
  enum Content {
    case record(Record, leaf: Digest)
    case broken([UInt8], Phrase)
  }

  let content: Content
  /// Bytes without LF.
  let length: Int
  let place: LogPlace
  /// Whether an LF follows.
  let isEnded: Bool
  let opensSegment: Bool
  let isInLastSegment: Bool

  init(bytes: [UInt8], length: Int, place: LogPlace, isEnded: Bool, opensSegment: Bool, isInLastSegment: Bool) {
    content = length == bytes.count ? LogLine.read(bytes) : .broken(bytes, LogLine.tooLong(length))
    self.length = length
    self.place = place
    self.isEnded = isEnded
    self.opensSegment = opensSegment
    self.isInLastSegment = isInLastSegment
  }

  /// The place behind the line.
  var end: LogPlace {
    LogPlace(segmentSequence: place.segmentSequence, offset: place.offset + UInt64(length) + (isEnded ? 1 : 0))
  }

  var sequence: UInt64? {
    if case .record(let record, _) = content { record.sequence } else { nil }
  }

  var previousHash: Digest? {
    if case .record(let record, _) = content { record.previousHash } else { nil }
  }

  var leaf: Digest? {
    if case .record(_, let leaf) = content { leaf } else { nil }
  }

  var bytes: [UInt8] {
    switch content {
    case .record(let record, _): record.line
    case .broken(let bytes, _): bytes
    }
  }

  private static func read(_ bytes: [UInt8]) -> Content {
    do {
      let record = try Record(line: bytes)
      if let name = nameOfLongForm(in: record) {
        return .broken(
          bytes,
          Phrase("Attribut „\(name)“ steht nicht in kürzester Form", "attribute \"\(name)\" is not in shortest form"))
      }
      return .record(record, leaf: RFC6962.leafHash(bytes))
    } catch {
      return .broken(bytes, Phrase("kein Datensatz: \(error)", "no record: \(error)"))
    }
  }

  private static func tooLong(_ length: Int) -> Phrase {
    Phrase("kein Datensatz: \(length) Bytes", "no record: \(length) bytes")
  }

  /// The first context attribute whose string is escaped more than it must be. Only the payload is kept as sent.
  private static func nameOfLongForm(in record: Record) -> String? {
    guard record.line.contains(UInt8(ascii: "\\")) else { return nil }
    for member in record.document.root.members where member.name != "data" {
      if let text = member.value.string, !JSONText.string(text).utf8.elementsEqual(member.value.text) {
        return member.name
      }
    }
    return nil
  }
}

extension LogLine {
  /// The leaf hash the record would have if its `previoushash` were this.
  func leaf(withPreviousHash previousHash: Digest) -> Digest? {
    leaf(replacing: "\"previoushash\":\"", with: previousHash.hex)
  }

  /// The leaf hash the record would have if its `sequence` were this.
  func leaf(withSequence sequence: UInt64) -> Digest? {
    leaf(replacing: "\"sequence\":\"", with: SequenceText.string(sequence))
  }

  private func leaf(replacing opening: String, with value: String) -> Digest? {
    // The first occurrence is the attribute: inside a string the quotes would be escaped, and `data` comes later.
    guard case .record(let record, _) = content, let start = record.line.firstIndex(behind: opening) else { return nil }
    var line = record.line
    line.replaceSubrange(start..<start + value.utf8.count, with: value.utf8)
    return RFC6962.leafHash(line)
  }

  /// Where an overwritten line feed has joined two records into this line, or a record with what follows it at a
  /// segment's end: the record before it, and the line behind it if there is one.
  func splitAtLostLineFeed(expected: UInt64) -> (first: LogLine, rest: LogLine?)? {
    guard case .broken(let bytes, _) = content, bytes.count == length else { return nil }
    func part(_ range: Range<Int>, isFirst: Bool) -> LogLine {
      LogLine(
        bytes: Array(bytes[range]), length: range.count,
        place: LogPlace(segmentSequence: place.segmentSequence, offset: place.offset + UInt64(range.lowerBound)),
        isEnded: isFirst || isEnded, opensSegment: isFirst && opensSegment, isInLastSegment: isInLastSegment)
    }
    var search = 1
    // Nested events may hold the opening too, but not many before the one that is looked for.
    var attempts = 0
    while attempts < 16, let behind = bytes.firstIndex(behind: LogLine.opening, from: search) {
      let start = behind - LogLine.opening.utf8.count
      let first = part(0..<start - 1, isFirst: true)
      let rest = part(start..<bytes.count, isFirst: false)
      if first.sequence == expected || (rest.sequence == expected + 1 && rest.isEnded) { return (first, rest) }
      search = behind
      attempts += 1
    }
    if !isEnded && bytes.count > 1 {
      let first = part(0..<bytes.count - 1, isFirst: true)
      if first.sequence == expected { return (first, nil) }
    }
    return nil
  }

  /// How every record begins.
  private static let opening = "{\"specversion\":"
}

extension Array<UInt8> {
  /// The index behind the first occurrence of `text` that starts at `from` or later.
  func firstIndex(behind text: String, from: Int = 0) -> Int? {
    let pattern = Array(text.utf8)
    guard let first = pattern.first else { return from }
    var index = from
    while index + pattern.count <= count {
      if self[index] == first && self[index..<index + pattern.count].elementsEqual(pattern) {
        return index + pattern.count
      }
      index += 1
    }
    return nil
  }
}
