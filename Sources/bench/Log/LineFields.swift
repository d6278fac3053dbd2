import Foundation

/// The places of a record's attributes in its line. The events sent here hold nothing that JSON would escape.
struct LineFields {
  enum Attribute: CaseIterable {
    case id, source, type, subject, time, authid, sequence, subjectversion, recordedtime, recordedby, previoushash

    /// With the quotes and the colon.
    fileprivate var key: StaticString {
      switch self {
      case .id: #""id":"#
      case .source: #""source":"#
      case .type: #""type":"#
      case .subject: #""subject":"#
      case .time: #""time":"#
      case .authid: #""authid":"#
      case .sequence: #""sequence":"#
      case .subjectversion: #""subjectversion":"#
      case .recordedtime: #""recordedtime":"#
      case .recordedby: #""recordedby":"#
      case .previoushash: #""previoushash":"#
      }
    }
  }

  private let line: UnsafeRawBufferPointer
  private var places: [Attribute: Range<Int>] = [:]
  /// The JSON text of `data`.
  private(set) var data: UnsafeRawBufferPointer?

  /// Nil where the line is no flat JSON object but for `data`, its last member.
  init?(_ line: UnsafeRawBufferPointer) {
    self.line = line
    guard line.starts(with: "{"), line.ends(with: "}") else { return nil }
    var place = 1
    while place < line.count - 1 {
      let rest = UnsafeRawBufferPointer(rebasing: line[place...])
      if rest.starts(with: #""data":"#) {
        data = UnsafeRawBufferPointer(rebasing: line[(place + 7)..<(line.count - 1)])
        return
      }
      guard let quote = line.firstIndex(of: UInt8(ascii: "\""), from: place + 1), quote + 2 < line.count else {
        return nil
      }
      let attribute = Attribute.allCases.first { rest.starts(with: $0.key) }
      var start = quote + 2
      var end: Int
      if line[start] == UInt8(ascii: "\"") {
        start += 1
        guard let closing = line.firstIndex(of: UInt8(ascii: "\""), from: start) else { return nil }
        end = closing
        place = closing + 2
      } else {
        end = line.firstIndex(of: UInt8(ascii: ","), from: start) ?? line.count - 1
        place = end + 1
      }
      if let attribute { places[attribute] = start..<end }
    }
  }

  func bytes(_ attribute: Attribute) -> UnsafeRawBufferPointer? {
    places[attribute].map { UnsafeRawBufferPointer(rebasing: line[$0]) }
  }

  /// Empty where there is none.
  func text(_ attribute: Attribute) -> String { bytes(attribute)?.text ?? "" }

  /// Zero where there is none.
  func number(_ attribute: Attribute) -> Int { Int(text(attribute)) ?? 0 }
}
