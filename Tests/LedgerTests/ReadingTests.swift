import DomainPacks
import EventLog
import Foundation
import GRDB
import LogFormat
import ReadModels
import Testing

@testable import Ledger

@Suite struct ReadingTests {
  private func bikes(_ snapshot: ProjectionSnapshot) throws -> [String] {
    defer { snapshot.close() }
    return try snapshot.rows("SELECT subject || ' ' || marke || ' ' || ausgesondert FROM rad ORDER BY subject").rows.map
    { row in
      if case .text(let text) = row[0] { text } else { "?" }
    }
  }

  /// Three bicycles, the first of them sorted out.
  private func fill(_ ledger: TestLedger) async throws {
    for number in 1...3 { try await ledger.append(event("\(number)", on: "rad/\(number)")) }
    try await ledger.append(event("g", "geprueft", data: "{}"))
    try await ledger.append(event("a", "ausgesondert", data: "{}"), by: TestLedger.portal)
  }

  private let all = ["rad/1 Diamant 1", "rad/2 Diamant 0", "rad/3 Diamant 0"]

  @Test("Beside a daemon and without one a reader has the same answers, with a cache or without")
  func liveAndNot() async throws {
    try await withLedger { ledger in
      try await ledger.open()
      try await fill(ledger)
      #expect(try bikes(ledger.ledger.snapshot(asOf: nil)) == all)
      let live = try LedgerReader(at: ledger.path, packs: ledger.recorded)
      #expect(live.log.isLive && live.packs.digest == ledger.ledger.packs.digest)
      #expect(try bikes(live.snapshot()) == all)
      #expect(throws: LedgerOpenError.busy(ledger.directory.lock)) { try live.rebuild(packs: nil) }
      try ledger.close()
      let alone = try LedgerReader(at: ledger.path, packs: ledger.recorded)
      #expect(!alone.log.isLive)
      #expect(try bikes(alone.snapshot()) == all)
      try FileManager.default.removeItem(atPath: ledger.directory.cache)
      #expect(try bikes(LedgerReader(at: ledger.path, packs: ledger.recorded).snapshot()) == all)
      #expect(try alone.rebuild(packs: nil).tables.allSatisfy(\.isEqual))
      try await ledger.open()
    }
  }

  @Test("After an opening nobody reads tables before they have been found to be what the packs need")
  func alteredTables() async throws {
    try await withLedger { ledger in
      try await ledger.open()
      try await fill(ledger)
      #expect(try bikes(ledger.ledger.snapshot(asOf: nil)) == all)
      try ledger.close()
      let tables = try DatabaseQueue(path: ledger.directory.cache + "/projections.sqlite")
      try await tables.write { db in try db.execute(sql: "ALTER TABLE rad RENAME COLUMN marke TO fabrikat") }
      try tables.close()
      try await ledger.open()
      #expect(try bikes(ledger.ledger.snapshot(asOf: nil)) == all)
    }
  }

  @Test("A daemon that uses other packs does not keep a reader from its own")
  func otherPacks() async throws {
    try await withLedger { ledger in
      try await ledger.open()
      try await fill(ledger)
      let other = ledger.folder.appending(path: "other").path
      try ledger.writePack(
        projection: TestLedger.projection.replacing(":data ->> '$.marke'", with: "upper(:data ->> '$.marke')"),
        in: other)
      let reader = try LedgerReader(at: ledger.path, packs: PackSource(folder: other, installed: nil))
      #expect(try bikes(reader.snapshot()).first == "rad/1 DIAMANT 1")
      #expect(try bikes(ledger.ledger.snapshot(asOf: nil)) == all)
    }
  }

  @Test("As of a number of records, a moment and a day; more than there are is the asker's mistake")
  func asOf() async throws {
    try await withLedger { ledger in
      try await ledger.open()
      try await fill(ledger)
      let open = ledger.ledger
      let records = try ledger.records
      let reader = try LedgerReader(at: ledger.path, packs: ledger.recorded)
      for asOf in [AsOf.size(4), .time(try #require(Timestamp(records[3].recordedTime)))] {
        #expect(try bikes(open.snapshot(asOf: asOf)) == ["rad/1 Diamant 0", "rad/2 Diamant 0"])
        #expect(try bikes(reader.snapshot(asOf: asOf)) == ["rad/1 Diamant 0", "rad/2 Diamant 0"])
      }
      #expect(try bikes(open.snapshot(asOf: .size(UInt64(records.count)))) == all)
      #expect(try bikes(open.snapshot(asOf: .size(0))).isEmpty)
      #expect(try bikes(open.snapshot(asOf: .day("2000-01-01"))).isEmpty)
      #expect(try bikes(open.snapshot(asOf: .day("9999-12-31"))) == all)
      #expect(try reader.snapshot(asOf: .day("9999-12-31")).head.size == UInt64(records.count))
      for asOf in [AsOf.size(UInt64(records.count) + 1), .size(.max), .day("2022-02-29x")] {
        let error = #expect(throws: Refusal.self) { _ = try open.snapshot(asOf: asOf) }
        #expect(error?.kind == .malformed && error?.pointer == "/as-of")
      }
    }
  }

  @Test("Whoever asks for figures sees what was durable when asking")
  func readYourWrites() async throws {
    try await withLedger { ledger in
      try await ledger.open()
      for number in 1...40 {
        try await ledger.append(event("\(number)", on: "rad/\(number)"))
        #expect(try bikes(ledger.ledger.snapshot(asOf: nil)).count == number)
      }
    }
  }

  /// Puts the derived files of another ledger, of the same name and packs and with other records, in the place of this
  /// one's.
  private func putForeignFiles(_ prefix: String, into ledger: TestLedger) async throws {
    let other = try TestLedger()
    try await other.open()
    for number in 1...5 {
      try await other.append(event("\(number)", on: "rad/\(number + 1)", data: #"{"marke":"Wanderer"}"#))
    }
    try other.ledger.snapshot(asOf: nil).close()
    try other.close()
    let cache = ledger.directory.cache
    for name in try FileManager.default.contentsOfDirectory(atPath: cache) where name.hasPrefix(prefix) {
      try FileManager.default.removeItem(atPath: cache + "/" + name)
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: other.directory.cache).filter {
      $0.hasPrefix(prefix)
    }
    try #require(!names.isEmpty)
    for name in names {
      try FileManager.default.copyItem(atPath: other.directory.cache + "/" + name, toPath: cache + "/" + name)
    }
  }

  // MARK: Doctor

  private func findings(_ ledger: TestLedger) throws -> [LedgerDoctor.Finding] {
    try LedgerDoctor(ledger: ledger.path, packs: ledger.recorded).examine()
  }

  @Test("A sound ledger has nothing to mend, beside a daemon and without one")
  func doctorSound() async throws {
    try await withLedger { ledger in
      try await ledger.open()
      try await fill(ledger)
      let live = try findings(ledger)
      #expect(live.allSatisfy(\.isSound) && live.contains { $0.english.contains("daemon") })
      try ledger.close()
      #expect(try findings(ledger).allSatisfy(\.isSound))
      #expect(try findings(ledger).contains { $0.english.contains("the index says what the log says") })
      // What may be deleted may be missing.
      try FileManager.default.removeItem(atPath: ledger.directory.cache)
      #expect(try findings(ledger).allSatisfy(\.isSound))
      try FileManager.default.removeItem(atPath: ledger.path + "/run")
      #expect(try findings(ledger).allSatisfy(\.isSound))
    }
  }

  @Test("What is wrong in the index is found and made anew")
  func doctorIndex() async throws {
    try await withLedger { ledger in
      try await ledger.open()
      try await fill(ledger)
      try ledger.close()
      try await putForeignFiles("index", into: ledger)
      let wrong = try findings(ledger).filter { !$0.isSound }
      #expect(wrong.count == 1 && wrong[0].english.contains("index") && wrong[0].german.contains("Index"))
      #expect(try findings(ledger).allSatisfy(\.isSound))
      try await ledger.open()
      #expect(try ledger.ledger.log.state(of: "rad/1")?.version == 3)
      try ledger.close()
      #expect(try findings(ledger).allSatisfy(\.isSound))
    }
  }

  @Test("A projection of another log is not used, whoever reads")
  func foreignProjection() async throws {
    try await withLedger { ledger in
      try await ledger.open()
      try await fill(ledger)
      try ledger.close()
      try await putForeignFiles("projection", into: ledger)
      #expect(try bikes(LedgerReader(at: ledger.path, packs: ledger.recorded).snapshot()) == all)
      try await putForeignFiles("projection", into: ledger)
      #expect(try findings(ledger).allSatisfy(\.isSound))
      try await putForeignFiles("projection", into: ledger)
      try await ledger.open()
      #expect(try bikes(ledger.ledger.snapshot(asOf: nil)) == all)
    }
  }

  @Test("What is secret and open to others is named, with the command that closes it")
  func doctorModes() async throws {
    try await withLedger { ledger in
      try await ledger.open()
      try ledger.close()
      for (path, mode) in [
        (ledger.directory.signingKey, 0o644), (ledger.directory.keys, 0o750), (ledger.directory.documents, 0o705),
      ] {
        let before = try #require(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        let wrong = try findings(ledger).filter { !$0.isSound }
        #expect(wrong.count == 1 && wrong[0].english.contains("chmod \(String(before, radix: 8)) \(path)"))
        try FileManager.default.setAttributes([.posixPermissions: before], ofItemAtPath: path)
      }
    }
  }

  @Test("What is damaged and cannot be derived is named, with what to do")
  func doctorTruth() async throws {
    try await withLedger { ledger in
      try await ledger.open()
      try await fill(ledger)
      try ledger.close()
      let directory = ledger.directory
      let folder = directory.documents + "/sha256"
      let first = try #require(FileManager.default.contentsOfDirectory(atPath: folder).sorted().first)
      let document = try #require(FileManager.default.contentsOfDirectory(atPath: folder + "/" + first).first)
      for (path, words) in [
        (directory.checkpoint, "checkpoint and signing key do not fit"),
        ("\(folder)/\(first)/\(document)", "content of its name"),
        (directory.log + "/notes.txt", "no file of the ledger"),
        (directory.personKeys + "/new.txt", "no file of the ledger"),
      ] {
        let before = FileManager.default.contents(atPath: path)
        try Data("damaged".utf8).write(to: URL(fileURLWithPath: path))
        let wrong = try findings(ledger).filter { !$0.isSound }
        #expect(wrong.contains { $0.english.contains(words) }, "\(wrong.map(\.english))")
        if let before {
          try before.write(to: URL(fileURLWithPath: path))
        } else {
          try FileManager.default.removeItem(atPath: path)
        }
        #expect(try findings(ledger).allSatisfy(\.isSound))
      }
    }
  }
}
