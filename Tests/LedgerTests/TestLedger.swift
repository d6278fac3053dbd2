import Audit
import DomainPacks
import EventLog
import Foundation
import LogFormat
import Logging
import ReadModels
import Testing

@testable import Ledger

/// A ledger and a folder of packs, both gone with the test.
final class TestLedger {
  static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
  static let clerk = Principal(name: "dms", delegates: false, rights: .all)
  static let portal = Principal(name: "portal", delegates: true, rights: .all)

  static let events = """
    {"title":"Diensträder","subject":"rad/{id}",
     "events":{
      "de.aktenspur.rad.angeschafft":{"title":"Rad angeschafft","from":[null],"to":"vorhanden",
       "data":{"type":"object","required":["marke"],"properties":{"marke":{"type":"string","minLength":1},
               "nutzer":{"type":"object","x-personal":true},"schloss":{"type":["string","null"],"x-personal":true}}}},
      "de.aktenspur.rad.uebergeben":{"title":"Rad übergeben",
       "data":{"type":"object","properties":{"schloss":{"type":"string","x-personal":true}}}},
      "de.aktenspur.rad.geprueft":{"title":"Rad geprüft","data":{"type":"object"}},
      "de.aktenspur.rad.ausgesondert":{"title":"Rad ausgesondert","from":["vorhanden"],"to":"ausgesondert",
       "second":"de.aktenspur.rad.geprueft","data":{"type":"object"}}}}
    """

  static let projection = """
    CREATE TABLE rad (subject TEXT PRIMARY KEY, marke TEXT NOT NULL, ausgesondert INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;

    -- on de.aktenspur.rad.angeschafft
    INSERT INTO rad (subject, marke)
    VALUES (:subject, :data ->> '$.marke');

    -- on de.aktenspur.rad.ausgesondert
    UPDATE rad
    SET ausgesondert = 1
    WHERE subject = :subject;
    """

  let folder = FileManager.default.temporaryDirectory.appending(path: "ledger-\(UUID().uuidString)")
  let path: String
  let packs: String
  private var opened: Ledger?

  init() throws {
    path = folder.appending(path: "ledger").path
    packs = folder.appending(path: "packs").path
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    _ = try Ledger.create(at: path, origin: "ledger.example/test")
    try writePack()
  }

  deinit {
    try? FileManager.default.removeItem(at: folder)
  }

  var isOpen: Bool { opened != nil }

  var ledger: Ledger {
    guard let opened else { preconditionFailure("open it first") }
    return opened
  }

  var directory: LedgerDirectory { LedgerDirectory(path) }

  /// Where the packs are recorded, or the named folder is used.
  var named: PackSource { PackSource(folder: packs, installed: nil) }
  var recorded: PackSource { PackSource(folder: nil, installed: nil) }

  func writePack(
    _ name: String = "raeder", events: String = events, projection: String = projection, in folder: String? = nil
  ) throws {
    let place = URL(fileURLWithPath: (folder ?? packs) + "/" + name)
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    try Data(events.utf8).write(to: place.appending(path: "pack.json"))
    try Data(projection.utf8).write(to: place.appending(path: "projection.sql"))
  }

  @discardableResult
  func open(_ source: PackSource? = nil) async throws -> Ledger {
    precondition(opened == nil, "it is open")
    let ledger = try await Ledger.open(at: path, packs: source ?? named, logger: TestLedger.logger)
    opened = ledger
    return ledger
  }

  func close() throws {
    try opened?.shutdown()
    opened = nil
  }

  func reopen(_ source: PackSource? = nil) async throws {
    try close()
    try await open(source)
  }

  // MARK: Appending

  @discardableResult
  func append(_ events: Event..., by principal: Principal = clerk) async throws -> [Receipt] {
    try await ledger.append([events], by: principal).results[0].get().receipts
  }

  /// Why a group is refused; an issue where it is not.
  func refusal(of events: Event..., by principal: Principal = clerk, asBatch: Bool = false) async -> Refusal? {
    do {
      _ = try await ledger.append([events], by: principal, asBatch: asBatch).results[0].get()
      Issue.record("the group is recorded")
      return nil
    } catch {
      return error
    }
  }

  // MARK: What is in the files

  var records: [Record] {
    get throws {
      var records: [Record] = []
      try LogReader(directory).forEachLine { line, _ in
        records.append(try Record(line: Array(line)))
        return true
      }
      return records
    }
  }

  func records(of name: String) throws -> [Record] {
    try records.filter { $0.type == "de.aktenspur.ledger." + name }
  }

  /// Every byte of the log and of what is derived from it.
  func holds(_ text: String, under name: String) throws -> Bool {
    let pattern = Data(text.utf8)
    let place = URL(fileURLWithPath: path + "/" + name)
    for case let file as URL in FileManager.default.enumerator(at: place, includingPropertiesForKeys: nil) ?? .init() {
      if let data = try? Data(contentsOf: file), data.firstRange(of: pattern) != nil { return true }
    }
    return false
  }

  func appendToLog(_ text: String) throws {
    let file = try #require(FileManager.default.contentsOfDirectory(atPath: directory.log).max())
    let handle = try #require(FileHandle(forWritingAtPath: directory.log + "/" + file))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data(text.utf8))
    try handle.close()
  }
}

/// Runs a scenario, and verifies the whole ledger, its documents too, while it is open and after it is closed.
func withLedger(_ scenario: (TestLedger) async throws -> Void) async throws {
  let ledger = try TestLedger()
  try await scenario(ledger)
  for isOpen in [true, false] {
    if isOpen, !ledger.isOpen { continue }
    if !isOpen { try ledger.close() }
    let report = try LedgerVerifier(ledger: ledger.path, options: .init(documents: true)).run()
    #expect(report.isSound, "\(report.text(in: .english))")
  }
}

/// An event about a bicycle.
func event(
  _ id: String, _ type: String = "angeschafft", on subject: String = "rad/1", data: String? = #"{"marke":"Diamant"}"#,
  by authid: String? = nil, source: String = "urn:test", expected: UInt64? = nil
) throws -> Event {
  Event(
    id: id, source: source, type: type.contains(".") ? type : "de.aktenspur.rad." + type, subject: subject,
    extensions: authid.map { [Extension("authid", .string($0))] } ?? [],
    payload: try data.map { .json(try JSONDocument($0).root) } ?? .none, expectedVersion: expected)
}
