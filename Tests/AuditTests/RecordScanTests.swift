import LogFormat
import Testing
import TransparencyLog

@testable import Audit

/// The scan may leave a line to `Record`, but must never say of one that it is a record when `Record` does not, or read
/// other values out of it.
@Suite struct RecordScanTests {
  private static let sound = [
    SampleLedger.line(.init(id: "e-7", subject: "anfrage/7", version: 3, second: 7), sequence: 7, previous: .zero),
    SampleLedger.line(
      .init(id: "ä€😀", subject: "vertrag/Größe", version: 999, second: 1, batchEnd: 12, data: "null"), sequence: 12,
      previous: RFC6962.emptyRoot),
    #"{"specversion":"1.0","id":"1","source":"urn:x","type":"t","subject":"s","time":"2022-12-31T10:00:00+01:00","#
      + #""authid":"a","count":12,"flag":true,"traceparent":"00-ab","sequence":"00000000000000000003","#
      + #""subjectversion":1,"recordedtime":"2024-02-29T23:59:59.999999Z","recordedby":"dms","#
      + #""previoushash":"\#(Digest.zero.hex)","datacontenttype":"text/plain","dataschema":"urn:s","#
      + #""data_base64":"Zm9v"}"#,
    #"{"specversion":"1.0","id":"1","source":"urn:x","type":"t","subject":"s","sequence":"00000000000000000003","#
      + #""subjectversion":1,"recordedtime":"2024-02-29T23:59:59.999999Z","recordedby":"dms","#
      + #""previoushash":"\#(Digest.zero.hex)","data":{"a":[1,-2.5e+3,0.1,true,false,null,"\u00e4\n\\\"x"],"#
      + #""b":{"a":{},"aa":[],"eine längere":0,"eine längere Zeile":{"x":[[["tief"]]]}}}}"#,
  ]

  /// What the scan says of a line.
  private func scan(_ line: [UInt8]) -> Facts? {
    let names = JSONScan.Names()
    let padded = line + [0x0A] + [UInt8](repeating: 0, count: ByteScan.slack)
    return padded.withUnsafeBufferPointer { buffer -> Facts? in
      guard let start = buffer.baseAddress, let scan = RecordScan(start, names: names),
        scan.end == start + line.count
      else { return nil }
      func text(_ bytes: RecordScan.Bytes) -> String { String(decoding: bytes, as: UTF8.self) }
      return Facts(
        texts: [scan.id, scan.source, scan.type, scan.subject, scan.recordedTime, scan.previousHash].map(text),
        numbers: [scan.sequence, scan.subjectVersion, scan.batchEnd])
    }
  }

  private struct Facts: Equatable {
    var texts: [String]
    var numbers: [UInt64?]
  }

  /// What the reader of the log says.
  private func read(_ line: [UInt8]) -> Facts? {
    let read = LogLine(
      bytes: line, length: line.count, place: LogPlace(segmentSequence: 0, offset: 0), isEnded: true,
      opensSegment: false, isInLastSegment: true)
    guard case .record(let record, _) = read.content else { return nil }
    return Facts(
      texts: [
        record.id, record.source, record.type, record.subject, record.recordedTime, record.previousHash.hex,
      ], numbers: [record.sequence, record.subjectVersion, record.batchEnd])
  }

  @Test("Lines of every form are read without help")
  func soundLines() throws {
    for line in Self.sound {
      let bytes = Array(line.utf8)
      let expected = try #require(read(bytes))
      let found = try #require(scan(bytes), "\(line)")
      #expect(found == expected)
    }
  }

  @Test("Of altered lines none is taken that the reader refuses")
  func alteredLines() throws {
    var generator = SplitMix(seed: 3)
    let interesting = Array("\"\\{}[]:,.+-eEtfnu0159 \n\tzZ\u{7F}äß".utf8)
    var taken = 0
    for _ in 0..<40_000 {
      var line = Array(Self.sound[generator.next(below: Self.sound.count)].utf8)
      for _ in 0...generator.next(below: 2) {
        let place = generator.next(below: line.count)
        switch generator.next(below: 5) {
        case 0: line[place] ^= 1 << generator.next(below: 8)
        case 1: line[place] = interesting[generator.next(below: interesting.count)]
        case 2: line.insert(interesting[generator.next(below: interesting.count)], at: place)
        case 3: line.remove(at: place)
        default:
          let other = generator.next(below: line.count)
          line.replaceSubrange(place..<place, with: line[min(place, other)..<max(place, other)].prefix(30))
        }
      }
      guard let found = scan(line) else { continue }
      taken += 1
      // The scan leaves it to its caller whether the 64 bytes of the hash are digits.
      guard Digest(hex: found.texts[5]) != nil else { continue }
      #expect(read(line) == found, "\(String(decoding: line, as: UTF8.self))")
    }
    #expect(taken > 1000)
  }

  @Test(
    "What is JSON only for the lenient is not taken",
    arguments: [
      "01", "1.", ".5", "-", "1e", "+1", "tru", "nul", "\"\\x\"", "\"\\u12g4\"", "\"\\ud800\"", "[1,]", "{\"a\":1,}",
      "{\"a\":1,\"a\":2}", "{\"länger als acht\":1,\"länger als acht\":2}", "[1 ,2]", "{\"a\" :1}", "\"\u{1}\"",
      String(repeating: "[", count: 64) + String(repeating: "]", count: 64), "", "1}", "{}{}",
    ])
  func lenient(data: String) {
    let line = SampleLedger.line(
      .init(id: "e", subject: "s", version: 1, second: 1, data: data), sequence: 1, previous: .zero)
    #expect(scan(Array(line.utf8)) == nil)
    #expect(read(Array(line.utf8)) == nil)
  }

  @Test("Invalid UTF-8 is not taken, in attributes, names and values")
  func utf8() {
    let broken: [[UInt8]] = [
      [0x80], [0xC0, 0x80], [0xC3], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
      [0xF0, 0x9F, 0x98],
      [0xFF],
    ]
    let line = SampleLedger.line(
      .init(id: "@", subject: "s", version: 1, second: 1, data: #"{"@":"@"}"#), sequence: 1, previous: .zero)
    for bytes in broken {
      for (place, byte) in line.utf8.enumerated() where byte == UInt8(ascii: "@") {
        var altered = Array(line.utf8)
        altered.replaceSubrange(place...place, with: bytes)
        #expect(scan(altered) == nil)
      }
    }
  }
}
