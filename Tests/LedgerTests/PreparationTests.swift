import EventLog
import Foundation
import LogFormat
import Privacy
import ReadModels
import Testing
import TransparencyLog

@testable import Ledger

@Suite struct PreparationTests {
  // MARK: Who acts

  @Test("Who may not speak for others acts under the own name, who may is taken at the word")
  func authid() async throws {
    try await withLedger { ledger in
      try await ledger.open()
      try await ledger.append(event("1", by: "somebody"))
      try await ledger.append(event("2", on: "rad/2"))
      try await ledger.append(event("3", on: "rad/3", by: "clerk-7"), by: TestLedger.portal)
      try await ledger.append(event("4", on: "rad/4"), by: TestLedger.portal)
      let records = try ledger.records.filter { $0.source == "urn:test" }
      #expect(records.map(\.authid) == ["dms", "dms", "clerk-7", "portal"])
      #expect(records.map(\.recordedBy) == ["dms", "dms", "portal", "portal"])
      // A claim that was not taken does not make a repetition another event.
      #expect(try await ledger.append(event("1", by: "anybody")).map(\.duplicate) == [true])
    }
  }

  @Test("A description of who acts goes with the name it described")
  func authtype() async throws {
    try await withLedger { ledger in
      try await ledger.open()
      func described(_ id: String, on subject: String) throws -> Event {
        Event(
          id: id, source: "urn:test", type: "de.aktenspur.rad.angeschafft", subject: subject,
          extensions: [Extension("authid", .string("x")), Extension("authtype", .string("user"))],
          payload: .json(try JSONDocument(#"{"marke":"D"}"#).root))
      }
      try await ledger.append(described("1", on: "rad/1"))
      try await ledger.append(described("2", on: "rad/2"), by: TestLedger.portal)
      let records = try ledger.records.filter { $0.source == "urn:test" }
      #expect(records.map { $0.extensions.map(\.name) } == [["authid"], ["authid", "authtype"]])
    }
  }

  @Test("Four eyes hold against one principal that may not speak for others")
  func fourEyes() async throws {
    try await withLedger { ledger in
      try await ledger.open()
      try await ledger.append(event("1"))
      try await ledger.append(event("2", "geprueft", data: "{}", by: "a"))
      // The same principal, under another name it may not use.
      let refusal = await ledger.refusal(of: try event("3", "ausgesondert", data: "{}", by: "b"))
      #expect(refusal?.kind == .conflict && refusal?.pointer == "/authid")
      try await ledger.append(event("3", "ausgesondert", data: "{}"), by: TestLedger.portal)
    }
  }

  // MARK: Refusals

  @Test("Events of the ledger itself cannot be sent")
  func ledgerEvents() async throws {
    try await withLedger { ledger in
      try await ledger.open()
      let size = ledger.ledger.durableSize
      let type = await ledger.refusal(of: try event("1", "de.aktenspur.ledger.wiederhergestellt", on: "ledger"))
      #expect(type?.kind == .unprocessable && type?.pointer == "/type")
      let source = await ledger.refusal(of: try event("1", source: "urn:aktenspur:ledger"))
      #expect(source?.kind == .unprocessable && source?.pointer == "/source")
      let subject = await ledger.refusal(of: try event("1", on: "ledger"))
      #expect(subject?.kind == .unprocessable && subject?.pointer == "/subject")
      #expect(ledger.ledger.durableSize == size)
    }
  }

  @Test("Each refusal has its kind and names the field, in a batch with the event's place")
  func refusals() async throws {
    try await withLedger { ledger in
      try await ledger.open()
      try await ledger.append(event("da"))
      let long = #"{"marke":"\#(String(repeating: "x", count: 66_000))"}"#
      let cases: [(String, Event, Refusal.Kind, String)] = [
        ("unknown type", try event("1", "de.aktenspur.rad.erfunden"), .unprocessable, "/type"),
        ("foreign subject", try event("1", on: "auto/1"), .unprocessable, "/subject"),
        ("missing field", try event("1", on: "rad/2", data: "{}"), .unprocessable, "/data/marke"),
        ("wrong field", try event("1", on: "rad/2", data: #"{"marke":7}"#), .unprocessable, "/data/marke"),
        ("no data", try event("1", on: "rad/2", data: nil), .unprocessable, "/data"),
        ("version", try event("1", "geprueft", data: "{}", expected: 5), .conflict, "/expectedversion"),
        ("state", try event("1"), .conflict, "/type"),
        ("id", try event("da", data: #"{"marke":"Wanderer"}"#), .conflict, "/id"),
        ("four eyes", try event("1", "ausgesondert", data: "{}"), .conflict, "/authid"),
        ("length", try event("1", on: "rad/2", data: long), .tooLarge, "/data"),
      ]
      for (what, event, kind, pointer) in cases {
        let single = await ledger.refusal(of: event)
        #expect(
          single?.kind == kind && single?.pointer.hasPrefix(pointer) == true, "\(what): \(String(describing: single))")
        #expect(single?.detail.isEmpty == false)
        let good = try TestEvents.other()
        let batch = await ledger.refusal(of: good, event, asBatch: true)
        #expect(
          batch?.kind == kind && batch?.pointer.hasPrefix("/1" + pointer) == true,
          "\(what): \(String(describing: batch))")
        #expect(try ledger.ledger.log.isRecorded(source: good.source, id: good.id) == false)
      }
      let twice = await ledger.refusal(of: try event("x", on: "rad/8"), try event("x", on: "rad/8"), asBatch: true)
      #expect(twice?.kind == .conflict && twice?.pointer == "/1/id")
      #expect(ledger.ledger.durableSize == 3)
    }
  }

  private enum TestEvents {
    static func other() throws -> Event { try event("gut", on: "rad/9") }
  }

  @Test("Groups are independent: each gets its own answer, in order")
  func independentGroups() async throws {
    try await withLedger { ledger in
      try await ledger.open()
      let appended = await ledger.ledger.append(
        [[try event("1", on: "rad/1")], [try event("2", on: "auto/1")], [try event("3", on: "rad/3")], []],
        by: TestLedger.clerk)
      #expect(appended.results.map { (try? $0.get())?.count } == [1, nil, 1, 0])
    }
  }

  @Test("Nothing of a refused group gets into the next one")
  func refusedGroupLeavesNothing() async throws {
    try await withLedger { ledger in
      try await ledger.open()
      let appended = await ledger.ledger.append(
        [[try event("1", on: "rad/1"), try event("2", on: "auto/1")], [try event("3", on: "rad/3")]],
        by: TestLedger.clerk)
      #expect(appended.results.map { try? $0.get().receipts.map(\.subject) } == [nil, ["rad/3"]])
      #expect(try ledger.ledger.log.state(of: "rad/1") == nil)
    }
  }

  @Test("Who may not append is told so")
  func rights() async throws {
    try await withLedger { ledger in
      try await ledger.open()
      let reader = Principal(name: "leser", delegates: false, rights: [.read, .audit, .unseal, .administer])
      #expect(await ledger.refusal(of: try event("1"), by: reader)?.kind == .forbidden)
    }
  }

  @Test("The log's refusals have their kinds")
  func kinds() {
    let kinds: [(AppendError, Refusal.Kind)] = [
      (.clockBehind(microseconds: 61_000_000), .unavailable), (.outcomeUnknown("x"), .outcomeUnknown),
      (.stopped("x"), .outcomeUnknown), (.diskFull, .diskFull), (.overloaded, .overloaded), (.closing, .unavailable),
      (.batchTooLarge(bytes: 2, maximum: 1), .tooLarge),
      (.contentUnknown(index: 0, sequence: 1, reason: "x"), .unavailable),
    ]
    for (error, kind) in kinds { #expect(Refusal(error, isBatch: false).kind == kind) }
    #expect(Refusal(.clockBehind(microseconds: 61_000_000), isBatch: false).detail.contains("61 s"))
  }

  @Test("A receipt as JSON")
  func receiptJSON() {
    let receipt = Receipt(
      subject: "rad/\"1\"",
      placement: Placement(
        sequence: 812, subjectVersion: 3, leafHash: .zero, recordedTime: Timestamp(microseconds: 1_672_484_400_000_000),
        duplicate: true))
    var bytes: [UInt8] = []
    receipt.writeJSON(to: &bytes)
    #expect(
      String(decoding: bytes, as: UTF8.self)
        == #"{"sequence":812,"subject":"rad/\"1\"","subjectversion":3,"leafhash":"\#(Digest.zero.hex)","#
        + #""recordedtime":"2022-12-31T11:00:00.000000Z","duplicate":true}"#)
  }

  // MARK: Sealing

  private static let personal =
    #"{"marke":"Diamant","nutzer":{"name":"Erika Geheim","nr":7.50},"schloss":"1234-geheim"}"#

  @Test("Nothing personal is anywhere in the clear")
  func sealed() async throws {
    try await withLedger { ledger in
      try await ledger.open()
      try await ledger.append(event("1", data: PreparationTests.personal))
      let snapshot = try ledger.ledger.snapshot(asOf: nil)
      #expect(try snapshot.rows("SELECT marke FROM rad").rows.count == 1)
      snapshot.close()
      try ledger.close()
      for text in ["Erika", "1234-geheim"] {
        for folder in ["log", "cache", "documents", "run", "keys"] { #expect(try !ledger.holds(text, under: folder)) }
      }
      let record = try #require(try ledger.records.last)
      #expect(record.data?["marke"]?.string == "Diamant")
      #expect(record.data?["nutzer"]?.members.map(\.name) == ["sealed"])
      #expect(record.data?["schloss"]?.members.map(\.name) == ["sealed"])
      let keys = try KeyStore(directory: ledger.directory.personKeys)
      let opened = try keys.unseal(
        SealedValue(try #require(record.data?["nutzer"])), type: record.type, subject: record.subject, field: "/nutzer")
      #expect(String(decoding: opened, as: UTF8.self) == #"{"name":"Erika Geheim","nr":7.50}"#)
    }
  }

  @Test("A repetition is recognized in any spelling, also after a restart; other content is not")
  func repetition() async throws {
    try await withLedger { ledger in
      try await ledger.open()
      try await ledger.append(event("1", data: PreparationTests.personal))
      let respelt = #"{"schloss":"\u0031234-geheim", "nutzer":{"nr":7.50,"name":"Erika Geheim"},"marke":"Diamant"}"#
      for _ in 0..<2 {
        #expect(try await ledger.append(event("1", data: PreparationTests.personal)).map(\.duplicate) == [true])
        #expect(try await ledger.append(event("1", data: respelt)).map(\.duplicate) == [true])
        for (from, to) in [
          ("Geheim", "Anders"), ("7.50", "7.5"), ("1234", "1235"), ("Diamant", "Wanderer"),
          (#","schloss":"1234-geheim""#, ""),
        ] {
          let other = PreparationTests.personal.replacing(from, with: to)
          #expect(await ledger.refusal(of: try event("1", data: other))?.pointer == "/id", "\(other)")
        }
        try await ledger.reopen()
      }
      // Once the key is gone, the field is not compared.
      try ledger.close()
      for file in try FileManager.default.contentsOfDirectory(atPath: ledger.directory.personKeys)
      where file.hasSuffix(".key") {
        try FileManager.default.removeItem(atPath: ledger.directory.personKeys + "/" + file)
      }
      try await ledger.open()
      #expect(try await ledger.append(event("1", data: PreparationTests.personal)).map(\.duplicate) == [true])
      #expect(
        await ledger.refusal(of: try event("1", data: PreparationTests.personal.replacing("Diamant", with: "W")))?
          .pointer == "/id")
    }
  }

  @Test("A value that only looks sealed is refused")
  func looksSealed() async throws {
    try await withLedger { ledger in
      try await ledger.open()
      for value in [#"{"sealed":"a.b.c"}"#, #"{"\u0073ealed":1}"#, #"{"sealed":null,"x":1}"#] {
        let refusal = await ledger.refusal(of: try event("1", data: #"{"marke":"D","nutzer":\#(value)}"#))
        #expect(refusal?.kind == .unprocessable && refusal?.pointer == "/data/nutzer")
      }
    }
  }

  @Test("A refused event's personal values are not in the refusal")
  func refusalWithoutPersonalValues() async throws {
    try await withLedger { ledger in
      try await ledger.open()
      let refused = try event("1", data: #"{"marke":"D","nutzer":"Erika Geheim"}"#)
      let refusal = try #require(await ledger.refusal(of: refused))
      #expect(refusal.pointer.hasPrefix("/data/nutzer"))
      #expect(!refusal.detail.contains("Erika"))
    }
  }

  @Test("Where no key can be had, nothing is recorded")
  func noKeys() async throws {
    try await withLedger { ledger in
      try await ledger.open()
      let size = ledger.ledger.durableSize
      let aside = ledger.directory.personKeys + ".aside"
      try FileManager.default.moveItem(atPath: ledger.directory.personKeys, toPath: aside)
      let refusal = await ledger.refusal(of: try event("1", data: PreparationTests.personal))
      #expect(refusal?.kind == .unavailable)
      #expect(ledger.ledger.durableSize == size)
      try FileManager.default.moveItem(atPath: aside, toPath: ledger.directory.personKeys)
      try await ledger.append(event("1", data: PreparationTests.personal))
    }
  }
}
