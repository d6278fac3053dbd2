import Dispatch
import DomainPacks
import Foundation
import GRDB
import ReadModels
import Synchronization
import Testing
import TransparencyLog

@Suite("Rebuild")
struct RebuildTests {
  /// What a projection told beside its work.
  final class Notices: Sendable {
    private let all = Mutex<[Projections.Notice]>([])

    func add(_ notice: Projections.Notice) { all.withLock { $0.append(notice) } }

    var reports: [RebuildReport] {
      all.withLock { $0.compactMap { if case .rebuilt(let report) = $0 { report } else { nil } } }
    }

    var reasons: [String] {
      all.withLock { $0.compactMap { if case .discarded(_, let reason) = $0 { reason } else { nil } } }
    }
  }

  private func open(
    _ folder: TemporaryFolder, _ packs: PackSet, _ log: TestLog, _ notices: Notices
  ) throws -> Projections {
    try Projections(folder, packs, log, notify: { notices.add($0) })
  }

  @Test("a pack that changed is rebuilt when the file is opened, the others stay as they are")
  func changedPack() throws {
    let folder = try TemporaryFolder()
    let log = try TestLog.bikes(30)
    let notices = Notices()
    try open(folder, try TestPacks.two(), log, notices).catchUp(to: log.size)
    // A row that no record gives shows whether the table was touched.
    try write("INSERT INTO zaehler VALUES ('von Hand', 1)", folder)

    let changed = TestPacks.bikeProjection.replacingOccurrences(
      of: "marke    TEXT NOT NULL,", with: "marke TEXT, farbe TEXT,")
    let projections = try open(folder, try TestPacks.two(bikes: changed), log, notices)
    #expect(projections.position == log.head())
    #expect(notices.reports.map(\.packs) == [["raeder"]])
    #expect(notices.reports.first?.tables.map(\.name) == ["rad"])
    let snapshot = try projections.snapshot()
    #expect(try snapshot.value("SELECT count(farbe) || ' ' || count(*) FROM rad") == .text("0 30"))
    #expect(try snapshot.value("SELECT anzahl FROM zaehler WHERE type = 'von Hand'") == .integer(1))
    #expect(try snapshot.value("SELECT count(*) FROM vorhanden") == .integer(20))
  }

  @Test("a pack whose handlers read a changed pack's rows is rebuilt with it")
  func dependents() throws {
    let reading = """
      CREATE TABLE stand (sequence INTEGER PRIMARY KEY, raeder INTEGER);
      -- on de.aktenspur.rad.angeschafft
      INSERT INTO stand SELECT :sequence, count(*) FROM rad;
      """
    let folder = try TemporaryFolder()
    let log = try TestLog.bikes(12)
    let notices = Notices()
    let first = try open(folder, try TestPacks.two(counts: reading), log, notices)
    try first.catchUp(to: log.size)
    let before = try first.snapshot().rows("SELECT * FROM stand").rows
    #expect(before.last == [.integer(14), .integer(12)])

    let changed = TestPacks.bikeProjection.replacingOccurrences(of: "preis    INTEGER", with: "preis INTEGER")
    let second = try open(folder, try TestPacks.two(bikes: changed, counts: reading), log, notices)
    #expect(notices.reports.map(\.packs) == [["raeder", "zaehlung"]])
    #expect(notices.reports.first?.isEqual == true)
    // Rebuilding the reader alone needs the other's rows as they were at each record, and leaves them in place.
    let report = try second.rebuild(packs: ["zaehlung"], to: log.size)
    #expect(report.packs == ["zaehlung"])
    #expect(report.isEqual)
    #expect(try second.snapshot().rows("SELECT * FROM stand").rows == before)
  }

  @Test("a pack that is added gets its tables, one that is gone loses them")
  func packsComeAndGo() throws {
    let folder = try TemporaryFolder()
    let log = try TestLog.bikes(9)
    let notices = Notices()
    try open(folder, try TestPacks.bikes(), log, notices).catchUp(to: log.size)
    let both = try open(folder, try TestPacks.two(), log, notices)
    #expect(notices.reports.map(\.packs) == [["zaehlung"]])
    #expect(try both.snapshot().value("SELECT sum(anzahl) FROM zaehler") == .integer(12))
    let one = try open(folder, try TestPacks.bikes(), log, notices)
    let snapshot = try one.snapshot()
    #expect(snapshot.objects.map(\.name) == ["rad"])
    #expect(throws: QueryError.sql("no such table: zaehler")) { try snapshot.rows("SELECT * FROM zaehler") }
  }

  @Test("a rebuild reports rows that were lost, added or changed, and puts them right")
  func differences() throws {
    let folder = try TemporaryFolder()
    let log = try TestLog.bikes(30)
    let notices = Notices()
    let projections = try open(folder, try TestPacks.two(), log, notices)
    try projections.catchUp(to: log.size)
    let right = try projections.snapshot().content()
    try write("DELETE FROM rad WHERE subject = 'rad/3'; UPDATE rad SET preis = 1 WHERE subject = 'rad/4'", folder)
    let report = try projections.rebuild(packs: ["raeder"], to: log.size)
    #expect(report.tables.map(\.name) == ["rad"])
    let table = try #require(report.tables.first)
    #expect(table.rowsBefore == 29)
    #expect(table.rowsAfter == 30)
    #expect(table.onlyBefore == 1)
    #expect(table.onlyAfter == 2)
    #expect(!report.isEqual)
    #expect(try projections.snapshot().content() == right)
    #expect(try projections.rebuild(packs: ["raeder"], to: log.size).isEqual)
  }

  @Test("indexes, triggers, generated columns, AUTOINCREMENT and other packs' views survive the swap")
  func wholeSchema() throws {
    let rich = """
      CREATE TABLE rad (
        nr INTEGER PRIMARY KEY AUTOINCREMENT, subject TEXT NOT NULL, preis INTEGER, bis TEXT,
        brutto INTEGER GENERATED ALWAYS AS (preis * 2) STORED);
      CREATE UNIQUE INDEX rad_subject ON rad (subject);
      CREATE TABLE spur (text TEXT);
      CREATE TRIGGER rad_weg AFTER DELETE ON rad BEGIN INSERT INTO spur VALUES (old.subject); END;
      -- on de.aktenspur.rad.angeschafft
      INSERT INTO rad (subject, preis) VALUES (:subject, :data ->> '$.preis_cent');
      -- on de.aktenspur.rad.verkauft
      DELETE FROM rad WHERE subject = :subject;
      """
    let log = try TestLog.bikes(10)
    try log.sell(9)
    let packs = try TestPacks.two(bikes: rich)
    let swapped = try Projections(try TemporaryFolder(), packs, log)
    try swapped.catchUp(to: log.size)
    #expect(try swapped.rebuild(packs: nil, to: log.size).isEqual)
    try log.buy(77, price: 5)
    try log.sell(77)
    try log.buy(78, price: 6)
    try swapped.catchUp(to: log.size)
    let straight = try Projections(try TemporaryFolder(), packs, log)
    try straight.catchUp(to: log.size)
    #expect(try swapped.snapshot().content() == straight.snapshot().content())
    let row = try swapped.snapshot().rows("SELECT nr, brutto FROM rad WHERE subject = 'rad/78'").rows
    #expect(row == [[.integer(12), .integer(12)]])
    let objects = "SELECT type, name FROM sqlite_schema WHERE name NOT LIKE '\\_%' ESCAPE '\\' ORDER BY 1, 2"
    #expect(try swapped.snapshot().rows(objects) == straight.snapshot().rows(objects))
  }

  @Test("a swap that fails leaves the old tables whole, and the next opening puts the file right")
  func failedSwap() throws {
    let indexed = TestPacks.bikeProjection.replacingOccurrences(
      of: "-- on de.aktenspur.rad.angeschafft",
      with: "CREATE INDEX rad_marke ON rad (marke);\n-- on de.aktenspur.rad.angeschafft")
    let folder = try TemporaryFolder()
    let log = try TestLog.bikes(10)
    let notices = Notices()
    let packs = try TestPacks.two(bikes: indexed)
    let projections = try open(folder, packs, log, notices)
    try projections.catchUp(to: log.size)
    let right = try projections.snapshot().content()
    // The name is taken where the swap needs it, after it has dropped the old tables.
    try write("DROP INDEX rad_marke; CREATE INDEX rad_marke ON zaehler (anzahl)", folder)
    #expect(throws: ReadModelError.unusable(path: folder.database, detail: "index rad_marke already exists")) {
      try projections.rebuild(packs: ["raeder"], to: log.size)
    }
    #expect(projections.position == log.head())
    #expect(try projections.snapshot().content() == right)
    try log.buy(500)
    try projections.catchUp(to: log.size)
    #expect(try projections.snapshot().value("SELECT count(*) FROM rad") == .integer(11))

    let changed = try TestPacks.two(bikes: indexed + "\n-- Anmerkung")
    let again = try open(folder, changed, log, notices)
    #expect(notices.reasons == ["index rad_marke already exists"])
    try again.catchUp(to: log.size)
    #expect(try again.snapshot().value("SELECT count(*) FROM rad") == .integer(11))
  }

  @Test("tables that have not what the packs need are made anew before the first record, and where there is none")
  func alteredTables() throws {
    let folder = try TemporaryFolder()
    let log = try TestLog.bikes(10)
    let notices = Notices()
    let packs = try TestPacks.two()
    try open(folder, packs, log, notices).catchUp(to: log.size)
    let right = try open(folder, packs, log, notices).snapshot().content()
    try write("ALTER TABLE zaehler RENAME COLUMN anzahl TO menge", folder)
    let projections = try open(folder, packs, log, notices)
    try projections.catchUp(to: log.size)
    #expect(notices.reasons.count == 1)
    #expect(try projections.snapshot().content() == right)
  }

  @Test("rebuilding while records come in and readers read loses nothing")
  func concurrent() throws {
    let log = try TestLog.bikes(2000)
    let packs = try TestPacks.two()
    let projections = try Projections(try TemporaryFolder(), packs, log)
    try projections.catchUp(to: log.size)
    let isDone = Atomic(false)
    DispatchQueue.concurrentPerform(iterations: 3) { worker in
      do {
        switch worker {
        case 0:
          defer { isDone.store(true, ordering: .relaxed) }
          for _ in 0..<5 { #expect(try projections.rebuild(to: log.size).isEqual) }
        case 1:
          var bike = 10_000
          while !isDone.load(ordering: .relaxed) {
            try log.buy(bike)
            bike += 1
            try projections.catchUp(to: log.size)
          }
        default:
          while !isDone.load(ordering: .relaxed) {
            let snapshot = try projections.snapshot()
            let bought = try snapshot.value("SELECT count(*) FROM rad")
            let counted = try snapshot.value("SELECT anzahl FROM zaehler WHERE type LIKE '%angeschafft'")
            #expect(bought == counted)
            #expect(snapshot.head == log.head(snapshot.head.size))
          }
        }
      } catch {
        Issue.record(error)
      }
    }
    let straight = try Projections(try TemporaryFolder(), packs, log)
    try straight.catchUp(to: log.size)
    try projections.catchUp(to: log.size)
    #expect(try projections.snapshot().content() == straight.snapshot().content())
  }

  @Test("what a killed rebuild left behind is no hindrance, and the old tables are whole")
  func leftovers() throws {
    let folder = try TemporaryFolder()
    let log = try TestLog.bikes(10)
    let packs = try TestPacks.two()
    try Projections(folder, packs, log).catchUp(to: log.size)
    try Data("half a file".utf8).write(to: URL(fileURLWithPath: folder.database + ".rebuild"))
    let projections = try Projections(folder, packs, log)
    #expect(projections.position == log.head())
    #expect(try projections.rebuild(packs: nil, to: log.size).isEqual)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).allSatisfy { !$0.contains("rebuild") })
  }

  @Test("a pack that is not there cannot be rebuilt")
  func unknownPack() throws {
    let projections = try Projections(try TemporaryFolder(), TestPacks.bikes(), TestLog())
    #expect(throws: ReadModelError.unknownPack("nichts")) { try projections.rebuild(packs: ["nichts"], to: 0) }
  }

  // MARK: Files that cannot be gone on with

  enum Damage: String, CaseIterable {
    case garbage, empty, truncated, otherApplication, otherFormat, otherTimeZone, otherLog, lostPosition, longerThanLog
  }

  @Test("a damaged or foreign file is reported, made anew and gives the same answers", arguments: Damage.allCases)
  func damaged(_ damage: Damage) throws {
    let folder = try TemporaryFolder()
    let log = try TestLog.bikes(300)
    let packs = try TestPacks.two()
    let right = try {
      let projections = try Projections(folder, packs, log)
      try projections.catchUp(to: log.size)
      return try projections.snapshot().content()
    }()
    let file = URL(fileURLWithPath: folder.database)
    switch damage {
    case .garbage: try Data(repeating: 0x5A, count: 50_000).write(to: file)
    case .empty: try Data().write(to: file)
    case .truncated:
      try write("PRAGMA wal_checkpoint(TRUNCATE)", folder)
      let whole = try Data(contentsOf: file)
      try whole.prefix(whole.count / 2).write(to: file)
    case .otherApplication: try write("PRAGMA application_id = 7", folder)
    case .otherFormat: try write("PRAGMA user_version = 99", folder)
    case .otherTimeZone: try write("UPDATE _aktenspur_position SET timezone = 'America/New_York'", folder)
    case .lostPosition: try write("UPDATE _aktenspur_position SET size = size + 1", folder)
    case .otherLog: break
    case .longerThanLog: break
    }
    let notices = Notices()
    var used = log
    if damage == .otherLog {
      used = TestLog()
      for bike in 0..<400 { try used.buy(bike) }
    } else if damage == .longerThanLog {
      used = try TestLog.bikes(10)
    }
    let projections = try open(folder, packs, used, notices)
    #expect(notices.reasons.count == 1)
    #expect(projections.position == .empty)
    try projections.catchUp(to: used.size)
    #expect(projections.position == used.head())
    if used === log { #expect(try projections.snapshot().content() == right) }
  }

  @Test("pages damaged behind the first are found when they are met, and the file is made anew")
  func damagedPages() throws {
    let folder = try TemporaryFolder()
    let log = try TestLog.bikes(3000)
    let packs = try TestPacks.bikes()
    try Projections(folder, packs, log).catchUp(to: log.size)
    try write("PRAGMA wal_checkpoint(TRUNCATE)", folder)
    let page = try read("SELECT rootpage FROM sqlite_schema WHERE name = 'sqlite_autoindex_rad_1'", folder)
    try overwrite(page: page, folder)
    let notices = Notices()
    do {
      let projections = try open(folder, packs, log, notices)
      try log.buy(5000)
      try projections.catchUp(to: log.size)
      #expect(notices.reasons == ["database disk image is malformed"])
      #expect(projections.position == log.head())
      #expect(try projections.snapshot().value("SELECT count(*) FROM rad") == .integer(3001))
    }

    // The same, met by a rebuild.
    try write("PRAGMA wal_checkpoint(TRUNCATE)", folder)
    let table = try read("SELECT rootpage FROM sqlite_schema WHERE name = 'rad'", folder)
    try overwrite(page: table, folder)
    let second = try open(folder, packs, log, notices)
    let report = try second.rebuild(to: log.size)
    #expect(notices.reasons.count == 2)
    #expect(!report.isEqual)
    #expect(report.tables.first?.rowsAfter == 3001)
    #expect(try second.snapshot().value("SELECT count(*) FROM rad") == .integer(3001))
  }

  @Test(
    "a root other than the caller's means another log: the tables are made anew, and an error if that does not help")
  func otherRoot() throws {
    let log = try TestLog.bikes(5)
    let notices = Notices()
    let projections = try open(try TemporaryFolder(), try TestPacks.bikes(), log, notices)
    try projections.catchUp(to: log.size, root: log.head().root)
    #expect(notices.reasons.isEmpty)
    let wrong = SHA256.hash("another log")
    #expect(throws: ReadModelError.otherRoot(size: log.size, expected: wrong, actual: log.head().root)) {
      try projections.catchUp(to: log.size, root: wrong)
    }
    #expect(notices.reasons.count == 1)
    #expect(projections.position == log.head())
  }

  // MARK: The file from outside

  private func overwrite(page: Int, _ folder: TemporaryFolder) throws {
    var bytes = try Data(contentsOf: URL(fileURLWithPath: folder.database))
    let start = (page - 1) * 4096
    bytes.replaceSubrange(start..<start + 4096, with: Data(repeating: 0xFF, count: 4096))
    try bytes.write(to: URL(fileURLWithPath: folder.database))
  }

  private func write(_ sql: String, _ folder: TemporaryFolder) throws {
    let queue = try DatabaseQueue(path: folder.database)
    try queue.inDatabase { try $0.execute(sql: sql) }
    try queue.close()
  }

  private func read(_ sql: String, _ folder: TemporaryFolder) throws -> Int {
    let queue = try DatabaseQueue(path: folder.database)
    defer { #expect(throws: Never.self) { try queue.close() } }
    return try #require(try queue.inDatabase { try Int.fetchOne($0, sql: sql) })
  }
}
