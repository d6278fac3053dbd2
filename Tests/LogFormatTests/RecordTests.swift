import Testing
import TransparencyLog

@testable import LogFormat

/// A line with every member that a record can have.
private let fullLine =
  #"{"specversion":"1.0","id":"d3-4711","source":"urn:nwm:dms:d3","type":"de.aktenspur.vertrag.erfasst","#
  + #""subject":"vertrag/2022-0815","time":"2022-12-31T12:00:00+01:00","authid":"clerk-7","flag":true,"number":-7,"#
  + #""sequence":"00000000000000000812","subjectversion":3,"recordedtime":"2022-12-31T11:00:00.000001Z","#
  + #""recordedby":"dms","batchend":"00000000000000000815","#
  + #""previoushash":"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff","#
  + #""datacontenttype":"application/json","dataschema":"urn:schema","data":{"titel":"\u00dcbersicht","betrag":1.50}}"#

/// A line with the members that a record must have.
private let shortLine =
  #"{"specversion":"1.0","id":"1","source":"urn:a","type":"t","subject":"s","sequence":"00000000000000000000","#
  + #""subjectversion":1,"recordedtime":"2022-12-31T11:00:00.000000Z","recordedby":"dms","#
  + #""previoushash":"0000000000000000000000000000000000000000000000000000000000000000"}"#

private func record(_ line: String) throws(RecordError) -> Record { try Record(line: Array(line.utf8)) }

private func recordError(_ line: String) -> RecordError? {
  do throws(RecordError) {
    _ = try record(line)
    return nil
  } catch {
    return error
  }
}

@Suite struct RecordTests {
  @Test("Every member is read")
  func reading() throws {
    let record = try record(fullLine)
    #expect(
      record.id == "d3-4711" && record.source == "urn:nwm:dms:d3" && record.type == "de.aktenspur.vertrag.erfasst")
    #expect(record.subject == "vertrag/2022-0815" && record.time == "2022-12-31T12:00:00+01:00")
    #expect(record.authid == "clerk-7")
    #expect(
      record.extensions == [
        Extension("authid", .string("clerk-7")), Extension("flag", .boolean(true)), Extension("number", .integer(-7)),
      ])
    #expect(record.sequence == 812 && record.subjectVersion == 3 && record.batchEnd == 815)
    #expect(record.recordedTime == "2022-12-31T11:00:00.000001Z" && record.recordedBy == "dms")
    #expect(record.previousHash.hex == "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff")
    #expect(record.dataContentType == "application/json" && record.dataSchema == "urn:schema")
    #expect(record.data?["titel"]?.string == "Übersicht" && record.data?["betrag"]?.numberText == "1.50")
    #expect(record.line == Array(fullLine.utf8))
    let short = try LogFormatTests.record(shortLine)
    #expect(
      short.time == nil && short.batchEnd == nil && short.data == nil && short.dataBase64 == nil
        && short.extensions.isEmpty)
  }

  @Test(
    "Whatever is not exactly as the format says is refused",
    arguments: [
      ("space", "{\"specversion\"", "{ \"specversion\""), ("space at the end", "}}", "}} "),
      ("specversion", #""1.0""#, #""1.1""#), ("id no string", #""id":"d3-4711""#, #""id":4711"#),
      ("id missing", #""id":"d3-4711","#, ""), ("source missing", #""source":"urn:nwm:dms:d3","#, ""),
      ("subject missing", #""subject":"vertrag/2022-0815","#, ""),
      ("sequence missing", #""sequence":"00000000000000000812","#, ""),
      ("recordedby missing", #""recordedby":"dms","#, ""), ("subjectversion missing", #""subjectversion":3,"#, ""),
      ("order", #""id":"d3-4711","source":"urn:nwm:dms:d3","#, #""source":"urn:nwm:dms:d3","id":"d3-4711","#),
      ("order of extensions", #""authid":"clerk-7","flag":true"#, #""flag":true,"authid":"clerk-7""#),
      ("extension behind sequence", #""recordedby":"dms""#, #""recordedby":"dms","zext":"x""#),
      ("extension's name", #""flag":true"#, #""Flag":true"#), ("extension an object", #""flag":true"#, #""flag":{}"#),
      ("extension a fraction", #""number":-7"#, #""number":-7.5"#),
      ("extension null", #""flag":true"#, #""flag":null"#),
      ("extension minus zero", #""number":-7"#, #""number":-0"#),
      ("sequence of 19 digits", "00000000000000000812", "0000000000000000812"),
      ("sequence with a sign", "00000000000000000812", "+0000000000000000812"),
      ("sequence beyond 64 bits", "00000000000000000812", "99999999999999999999"),
      ("sequence a number", #""00000000000000000812""#, "812"),
      ("version 0", #""subjectversion":3"#, #""subjectversion":0"#),
      ("version a string", #""subjectversion":3"#, #""subjectversion":"3""#),
      ("version with fraction", #""subjectversion":3"#, #""subjectversion":3.0"#),
      ("time with offset", "11:00:00.000001Z", "11:00:00.0001+00:00"), ("no microseconds", "00:00.000001Z", "00:00Z"),
      ("nanoseconds", "000001Z", "000001000Z"), ("a small t", "31T11", "31t11"),
      ("no such day", "2022-12-31T11", "2022-11-31T11"),
      ("a leap second", "11:00:00.000001Z", "23:59:60.000001Z"),
      ("hash in capitals", "aabbccddeeff00", "AABBCCDDEEFF00"), ("hash short", "aabbccddeeff\"", "aabbccddee\""),
      ("batchend short", #""00000000000000000815""#, #""815""#),
      ("batchend before the record", #""00000000000000000815""#, #""00000000000000000811""#),
      ("id in long form", "d3-4711", #"d3\u002d4711"#),
      ("type in long form", "vertrag.erfasst", #"vertrag.\u0065rfasst"#),
      ("extension in long form", "clerk-7", #"clerk\/7"#), ("name in long form", #""flag""#, #""\u0066lag""#),
      ("name of a member in long form", #""subject""#, #""\u0073ubject""#),
      ("data and data_base64", #"1.50}}"#, #"1.50},"data_base64":"AA=="}"#),
      ("member behind data", "1.50}}", #"1.50},"x":1}"#),
      ("expectedversion stored", #""sequence""#, #""expectedversion":1,"sequence""#),
      ("member twice", #""flag":true"#, #""authid":"clerk-7""#), ("cut off", "}}", "}"), ("two values", "}}", "}}{}"),
      ("data_base64 no string", #""data":{"titel":"\u00dcbersicht","betrag":1.50}"#, #""data_base64":7"#),
    ])
  func refused(_ what: String, _ part: String, _ replacement: String) throws {
    #expect(recordError(fullLine) == nil)
    let line = fullLine.replacing(part, with: replacement, maxReplacements: 1)
    try #require(line != fullLine, "\(what)")
    #expect(recordError(line) != nil, "\(what) is accepted")
  }

  @Test("A line that is no object is refused as what it is", arguments: ["[]", "1", "\"x\"", "null"])
  func noObject(_ line: String) {
    #expect(recordError(line) == .notAnObject)
  }

  @Test("A line is at most 65,535 bytes")
  func length() throws {
    let room = Event.maximumLineLength - shortLine.utf8.count - #","data":"""#.utf8.count
    func line(_ count: Int) -> String {
      shortLine.dropLast() + #","data":""# + String(repeating: "x", count: count) + "\"}"
    }
    #expect(line(room).utf8.count == 65_535)
    #expect(recordError(line(room)) == nil)
    #expect(recordError(line(room + 1)) == .tooLong(65_536))
  }

  @Test("Sequences are 20 digits")
  func sequenceText() {
    #expect(SequenceText.string(0) == "00000000000000000000")
    #expect(SequenceText.string(812) == "00000000000000000812")
    #expect(SequenceText.string(.max) == "18446744073709551615")
    #expect(SequenceText.parse("18446744073709551615") == .max)
    #expect(SequenceText.parse("18446744073709551616") == nil)
    #expect(SequenceText.parse("0000000000000000081") == nil)
    #expect(SequenceText.parse("0000000000000000081x") == nil)
    #expect(SequenceText.parse("+0000000000000000081") == nil)
  }

  // MARK: Writing

  @Test("The members of a line stand in the order of the format")
  func golden() throws {
    let event = Event(
      id: "d3-4711", source: "urn:nwm:dms:d3", type: "de.aktenspur.vertrag.erfasst", subject: "vertrag/2022-0815",
      time: "2022-12-31T12:00:00+01:00",
      extensions: [
        Extension("number", .integer(-7)), Extension("authid", .string("clerk-7")), Extension("flag", .boolean(true)),
      ],
      dataContentType: "application/json", dataSchema: "urn:schema",
      payload: .json(try json(#" { "titel" : "\u00dcbersicht", "betrag" : 1.50 } "#)), expectedVersion: 2)
    var line: [UInt8] = []
    event.writeLine(
      stamp: Stamp(
        sequence: 812, subjectVersion: 3, recordedTime: Timestamp("2022-12-31T11:00:00.000001Z")!, recordedBy: "dms",
        batchEnd: 815, previousHash: Digest(hex: "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff")!),
      to: &line)
    #expect(String(decoding: line, as: UTF8.self) == fullLine)
  }

  @Test("Nothing is written for what is absent")
  func goldenShort() throws {
    var line: [UInt8] = []
    Event(id: "1", source: "urn:a", type: "t", subject: "s").writeLine(
      stamp: Stamp(
        sequence: 0, subjectVersion: 1, recordedTime: Timestamp("2022-12-31T11:00:00Z")!, recordedBy: "dms",
        batchEnd: nil,
        previousHash: .zero),
      to: &line)
    #expect(String(decoding: line, as: UTF8.self) == shortLine)
  }

  @Test("What an event says is what its record says")
  func roundTrip() throws {
    var generator = SeededGenerator(seed: 11)
    let texts = ["a", "ä \"x\" \\ /", "€😀", "e\u{301}", ",\"subject\":\"", "}", "\u{2028}"]
    func text() -> String { (0..<3).map { _ in texts.randomElement(using: &generator)! }.joined() }
    func maybe<Value>(_ value: @autoclosure () -> Value) -> Value? { Bool.random(using: &generator) ? value() : nil }
    var json = JSONGenerator(seed: 12)
    for number in 0..<2000 {
      let payload: Event.Payload
      switch number % 3 {
      case 0: payload = .none
      case 1: payload = .base64("AAAA")
      default: payload = (try? JSONDocument(json.input(mutated: false))).map { .json($0.root) } ?? .none
      }
      let event = Event(
        id: text(), source: "urn:a", type: text(), subject: text(), time: maybe("2022-12-31T11:00:00Z"),
        extensions: [
          Extension("authid", .string(text())), Extension("b", .boolean(.random(using: &generator))),
          Extension("a9", .integer(.random(in: .min ... .max, using: &generator))),
        ], dataContentType: maybe("text/plain"), dataSchema: maybe("urn:s"), payload: payload)
      let stamp = Stamp(
        sequence: .random(in: 0...UInt64.max / 2, using: &generator),
        subjectVersion: .random(in: 1...1_000_000, using: &generator),
        recordedTime: Timestamp(microseconds: .random(in: 0...4_000_000_000_000_000, using: &generator)),
        recordedBy: text(),
        batchEnd: nil, previousHash: SHA256.hash("\(number)"))
      var line: [UInt8] = []
      event.writeLine(stamp: stamp, to: &line)
      let record = try Record(line: line)
      #expect(event.hasContent(of: record) { _, _ in false })
      #expect(record.sequence == stamp.sequence && record.subjectVersion == stamp.subjectVersion)
      #expect(record.recordedTime == stamp.recorded.time.text && record.recordedBy == stamp.recorded.by)
      #expect(record.previousHash == stamp.previousHash && record.line == line)
    }
  }
}
