import DocumentStore
import DomainPacks
import EventLog
import Foundation
import LogFormat
import ReadModels
import Testing
import TransparencyLog

@testable import Ledger

@Suite struct PackRecordTests {
  @Test("The packs are recorded at the first opening, and again only when they have changed")
  func recordedOnce() async throws {
    try await withLedger { ledger in
      try await ledger.open()
      let first = try ledger.records(of: "fachpakete-gesetzt")
      #expect(first.map(\.sequence) == [1])
      let digest = ledger.ledger.packs.packs[0].digest
      #expect(
        first[0].data.map { String(decoding: $0.text, as: UTF8.self) }
          == #"{"fachpakete":[{"name":"raeder","digest":"sha256:\#(digest.hex)"}]}"#)
      #expect(first[0].recordedBy == "aktenspur" && first[0].authid == "aktenspur" && first[0].subject == "ledger")
      for _ in 0..<3 { try await ledger.reopen() }
      #expect(try ledger.records(of: "fachpakete-gesetzt").count == 1)

      try ledger.writePack(projection: TestLedger.projection + "\n-- another version\n")
      try await ledger.reopen()
      try await ledger.reopen()
      #expect(try ledger.records(of: "fachpakete-gesetzt").count == 2)
      // Back to the first: a change too.
      try ledger.writePack()
      try await ledger.reopen()
      let all = try ledger.records(of: "fachpakete-gesetzt")
      #expect(all.count == 3 && all[2].data?.text.elementsEqual(all[0].data?.text ?? []) == true)
      // With the recorded ones nothing changes.
      try await ledger.reopen(ledger.recorded)
      #expect(try ledger.records(of: "fachpakete-gesetzt").count == 3)
    }
  }

  @Test("What is recorded loads back from the ledger's documents, byte for byte")
  func loadedBack() async throws {
    try await withLedger { ledger in
      try ledger.writePack("zweites", events: #"{"title":"Zählung","subject":"z/{id}","events":{}}"#, projection: "")
      try await ledger.open()
      let files = ledger.ledger.packs.packs.map(\.files)
      let digest = ledger.ledger.packs.digest
      try await ledger.append(event("1"))
      try FileManager.default.removeItem(atPath: ledger.packs)
      try await ledger.reopen(ledger.recorded)
      #expect(ledger.ledger.packs.digest == digest)
      #expect(ledger.ledger.packs.packs.map(\.files) == files)
      try await ledger.append(event("2", on: "rad/2"))
      #expect(await ledger.refusal(of: try event("3", on: "rad/3", data: "{}"))?.kind == .unprocessable)
      // A manifest is what `sha256sum` prints.
      let manifest = try DocumentStore(directory: ledger.directory.documents).get(ledger.ledger.packs.packs[0].digest)
      #expect(
        String(decoding: manifest, as: UTF8.self).split(separator: "\n").allSatisfy { $0.dropFirst(64).hasPrefix("  ") }
      )
    }
  }

  @Test("A named folder comes before what is recorded, that before the installed one")
  func order() async throws {
    try await withLedger { ledger in
      let installed = ledger.folder.appending(path: "installed").path
      try ledger.writePack("installiert", in: installed)
      func names(_ source: PackSource) throws -> [String] {
        try source.packs(for: LogReader(ledger.directory)).packs.map(\.name)
      }
      let all = PackSource(folder: ledger.packs, installed: installed)
      let unnamed = PackSource(folder: nil, installed: installed)
      #expect(try names(all) == ["raeder"])
      #expect(try names(unnamed) == ["installiert"])
      #expect(throws: PackSourceError.none) { try names(ledger.recorded) }
      try await ledger.open()
      #expect(try names(unnamed) == ["raeder"])
      try ledger.writePack("anderes", events: #"{"title":"Anderes","subject":"a/{id}","events":{}}"#, projection: "")
      #expect(try names(all) == ["anderes", "raeder"])
      #expect(try names(unnamed) == ["raeder"])
    }
  }

  @Test("A folder that is no pack is refused, and nothing is written")
  func brokenPack() async throws {
    try await withLedger { ledger in
      try ledger.writePack(events: "{")
      await #expect(throws: PackError.self) { try await ledger.open() }
      #expect(try ledger.records.count == 1)
    }
  }

  @Test(
    "A pack whose SQL is wrong is refused, and not recorded",
    arguments: ["CREATE TABLE rad (subject TEXT, FOREIGN);", "CREATE VIEW rad AS SELECT marke FROM keines;"])
  func brokenSQL(projection: String) async throws {
    try await withLedger { ledger in
      try ledger.writePack(projection: projection)
      await #expect(throws: PackSQLError.self) { try await ledger.open() }
      #expect(try ledger.records(of: "fachpakete-gesetzt").isEmpty)
    }
  }

  @Test("A recorded pack whose files are gone is an error, not another pack")
  func missingDocument() async throws {
    let ledger = try TestLedger()
    try await ledger.open()
    let digest = ledger.ledger.packs.packs[0].digest.hex
    try ledger.close()
    try FileManager.default.removeItem(
      atPath: "\(ledger.directory.documents)/sha256/\(digest.prefix(2))/\(digest.dropFirst(2))")
    #expect(throws: DocumentStoreError.self) { try ledger.recorded.packs(for: LogReader(ledger.directory)) }
    // A named folder helps, and puts the files back.
    try await ledger.open()
    try ledger.close()
  }

  @Test(
    "A record that does not name packs says which it is",
    arguments: [
      "{}", #"{"fachpakete":{}}"#, #"{"fachpakete":[{"name":"a"}]}"#, #"{"fachpakete":[{"name":"a","digest":"1f"}]}"#,
    ])
  func malformedRecord(_ data: String) throws {
    let ledger = try TestLedger()
    var line: [UInt8] = []
    try event("1", data: data).writeLine(
      stamp: Stamp(
        sequence: 7, subjectVersion: 1, recordedTime: .now, recordedBy: "x", batchEnd: nil, previousHash: .zero),
      to: &line)
    let record = try Record(line: line)
    let error = #expect(throws: PackSourceError.self) {
      try PackRecord.load(record, from: DocumentStore(directory: ledger.directory.documents))
    }
    guard case .record(7, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  // MARK: States

  @Test("When the packs' transitions change, the states of subjects follow")
  func changedTransitions() async throws {
    try await withLedger { ledger in
      try await ledger.open()
      try await ledger.append(event("1"))
      #expect(try ledger.ledger.log.state(of: "rad/1")?.state == "vorhanden")
      try ledger.writePack(events: TestLedger.events.replacing("vorhanden", with: "da"))
      try await ledger.reopen()
      #expect(try ledger.ledger.log.state(of: "rad/1")?.state == "da")
      try await ledger.append(event("2", "geprueft", data: "{}", by: "a"), by: TestLedger.portal)
      try await ledger.append(event("3", "ausgesondert", data: "{}", by: "b"), by: TestLedger.portal)
      try ledger.writePack()
      try await ledger.reopen()
      #expect(try ledger.ledger.log.state(of: "rad/1")?.state == "ausgesondert")
    }
  }

  @Test("An event that was recorded under earlier packs still gets its receipt")
  func repetitionUnderOtherPacks() async throws {
    try await withLedger { ledger in
      try await ledger.open()
      let receipt = try await ledger.append(event("1"))[0]
      try ledger.writePack(events: TestLedger.events.replacing(#""minLength":1"#, with: #""minLength":100"#))
      try await ledger.reopen()
      let again = try await ledger.append(event("1"))[0]
      #expect(again.duplicate && again.leafHash == receipt.leafHash)
      #expect(await ledger.refusal(of: try event("1", data: #"{"marke":"x"}"#))?.kind == .conflict)
      #expect(await ledger.refusal(of: try event("2", on: "rad/2"))?.kind == .unprocessable)
    }
  }
}
