import Foundation
import LogFormat
import TransparencyLog

/// The places of a record's attributes in its line, nothing copied.
///
/// Rebuilding reads every record of the log, so this looks only at the top level: the log format fixes that `data` is
/// the last member, and its text ends where the object does. That the line is whole and unaltered is shown by the hash
/// chain, which whoever applies it checks.
struct RecordFields {
  /// A JSON string's content, without its quotes.
  struct Text {
    var bytes: UnsafeRawBufferPointer
    /// Holds a backslash and must be decoded.
    var isEscaped: Bool
  }

  private(set) var id: Text?
  private(set) var source: Text?
  private(set) var type: Text?
  private(set) var subject: Text?
  private(set) var time: Text?
  private(set) var authid: Text?
  private(set) var recordedTime: Text?
  private(set) var recordedBy: Text?
  private(set) var previousHash: Text?
  private(set) var sequence: UInt64?
  private(set) var subjectVersion: Int64?
  /// The JSON text of `data`.
  private(set) var data: UnsafeRawBufferPointer?

  /// Nil where the line is not an object of the form the log format gives a record.
  init?(_ line: UnsafeRawBufferPointer) {
    guard line.count > 2, line[0] == UInt8(ascii: "{"), line[line.count - 1] == UInt8(ascii: "}") else { return nil }
    var position = 1
    while true {
      guard let name = RecordFields.string(in: line, at: &position), position < line.count,
        line[position] == UInt8(ascii: ":")
      else { return nil }
      position += 1
      if RecordFields.equal(name, "data") {
        data = UnsafeRawBufferPointer(rebasing: line[position..<line.count - 1])
        position = line.count - 1
      } else if line[position] == UInt8(ascii: "\"") {
        guard let text = RecordFields.string(in: line, at: &position) else { return nil }
        keep(text, as: name)
      } else {
        let start = position
        while position < line.count, line[position] != UInt8(ascii: ","), line[position] != UInt8(ascii: "}") {
          position += 1
        }
        if RecordFields.equal(name, "subjectversion") {
          subjectVersion = RecordFields.number(UnsafeRawBufferPointer(rebasing: line[start..<position]))
            .flatMap(Int64.init(exactly:))
        }
      }
      guard position < line.count else { return nil }
      if position == line.count - 1 { break }
      guard line[position] == UInt8(ascii: ",") else { return nil }
      position += 1
    }
  }

  private mutating func keep(_ text: Text, as name: Text) {
    switch name.bytes.count {
    case 2 where RecordFields.equal(name, "id"): id = text
    case 4 where RecordFields.equal(name, "type"): type = text
    case 4 where RecordFields.equal(name, "time"): time = text
    case 6 where RecordFields.equal(name, "source"): source = text
    case 6 where RecordFields.equal(name, "authid"): authid = text
    case 7 where RecordFields.equal(name, "subject"): subject = text
    case 8 where RecordFields.equal(name, "sequence"):
      sequence = text.bytes.count == SequenceText.length ? RecordFields.number(text.bytes) : nil
    case 10 where RecordFields.equal(name, "recordedby"): recordedBy = text
    case 12 where RecordFields.equal(name, "recordedtime"): recordedTime = text
    case 12 where RecordFields.equal(name, "previoushash"): previousHash = text
    default: break
    }
  }

  private static func string(in line: UnsafeRawBufferPointer, at position: inout Int) -> Text? {
    guard position < line.count, line[position] == UInt8(ascii: "\""), let base = line.baseAddress else { return nil }
    let start = position + 1
    var end = start
    while true {
      guard let quote = memchr(base + end, CInt(UInt8(ascii: "\"")), line.count - end) else { return nil }
      end = UnsafeRawPointer(quote) - base
      // A quote behind an odd number of backslashes belongs to the string.
      var slashes = 0
      while end - slashes > start, line[end - slashes - 1] == UInt8(ascii: "\\") { slashes += 1 }
      if slashes % 2 == 0 { break }
      end += 1
    }
    position = end + 1
    let bytes = UnsafeRawBufferPointer(rebasing: line[start..<end])
    return Text(bytes: bytes, isEscaped: memchr(base + start, CInt(UInt8(ascii: "\\")), end - start) != nil)
  }

  @inline(__always)
  private static func equal(_ text: Text, _ name: StaticString) -> Bool {
    guard text.bytes.count == name.utf8CodeUnitCount, let base = text.bytes.baseAddress else { return false }
    return memcmp(base, name.utf8Start, text.bytes.count) == 0
  }

  private static func number(_ digits: UnsafeRawBufferPointer) -> UInt64? {
    guard !digits.isEmpty else { return nil }
    var value: UInt64 = 0
    for digit in digits {
      guard digit &- UInt8(ascii: "0") < 10 else { return nil }
      let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = tens.addingReportingOverflow(UInt64(digit - UInt8(ascii: "0")))
      guard !overflow, !carry else { return nil }
      value = sum
    }
    return value
  }
}

extension RecordFields.Text {
  /// The text itself, decoded.
  ///
  /// - Throws: where an escape is none that JSON knows.
  var string: String {
    get throws(JSONError) {
      guard isEscaped else { return String(decoding: bytes, as: UTF8.self) }
      let quoted = [UInt8(ascii: "\"")] + bytes + [UInt8(ascii: "\"")]
      return try JSONDocument(quoted).root.string ?? ""
    }
  }
}
