import DomainPacks
import Foundation
import ReadModels
import Testing
import TransparencyLog

@Suite("Projections")
struct ProjectionTests {
  @Test("the rows are those the pack's SQL makes of the records")
  func rows() throws {
    let log = TestLog()
    try log.buy(1, price: 120_000, time: "2026-03-01T10:00:00+01:00")
    try log.buy(2)
    try log.sell(1, time: "2026-05-02T00:30:00+02:00")
    let projections = try Projections(try TemporaryFolder(), TestPacks.bikes(), log)
    try projections.catchUp(to: 3)
    let result = try projections.snapshot().rows("SELECT * FROM rad ORDER BY subject")
    #expect(result.columns == ["subject", "marke", "preis", "seit", "bis", "sequence"])
    #expect(
      result.rows == [
        [.text("rad/1"), .text("Marke 1"), .integer(120_000), .text("2026-03-01"), .text("2026-05-02"), .integer(0)],
        [.text("rad/2"), .text("Marke 2"), .integer(0), .text("2026-06-15"), .null, .integer(1)],
      ])
  }

  @Test("every parameter has the record's value, absent ones are NULL and time falls back to recordedtime")
  func parameters() throws {
    let projection = """
      CREATE TABLE alles (
        sequence, id, source, type, subject, version, time, day, recordedtime, recordedby, authid, data);
      -- on de.aktenspur.rad.angeschafft
      INSERT INTO alles VALUES (:sequence, :id, :source, :type, :subject, :subjectversion, :time, :day, :recordedtime,
        :recordedby, :authid, :data);
      """
    let log = TestLog()
    let type = "de.aktenspur.rad.angeschafft"
    try log.append(type, "rad/1", recorded: "2026-06-30T22:30:00Z", id: "a\"\\\nä€😀")
    try log.append(
      type, "rad/1", data: #"{"marke":"\"x\\","n":[1,{"data":"}"}]}"#, time: "2024-12-31T23:30:00Z", authid: "sb-7")
    let projections = try Projections(try TemporaryFolder(), TestPacks.bikes(projection: projection), log)
    try projections.catchUp(to: 2)
    let rows = try projections.snapshot().rows("SELECT * FROM alles ORDER BY sequence").rows
    #expect(
      rows[0] == [
        .integer(0), .text("a\"\\\nä€😀"), .text("urn:test"), .text(type), .text("rad/1"), .integer(1),
        .text("2026-06-30T22:30:00.000000Z"), .text("2026-07-01"), .text("2026-06-30T22:30:00.000000Z"),
        .text("test"), .null, .null,
      ])
    #expect(
      rows[1] == [
        .integer(1), .text("e1"), .text("urn:test"), .text(type), .text("rad/1"), .integer(2),
        .text("2024-12-31T23:30:00Z"), .text("2025-01-01"), .text("2026-06-15T00:00:01.000000Z"), .text("test"),
        .text("sb-7"), .text(#"{"marke":"\"x\\","n":[1,{"data":"}"}]}"#),
      ])
  }

  @Test("the position is the size and root of exactly the lines projected, step by step and after opening again")
  func position() throws {
    let folder = try TemporaryFolder()
    let log = try TestLog.bikes(40)
    let packs = try TestPacks.two()
    do {
      let projections = try Projections(folder, packs, log)
      #expect(projections.position == .empty)
      for size in [1, 2, 3, 7, 8, 31] as [UInt64] {
        try projections.catchUp(to: size)
        #expect(projections.position == log.head(size))
        #expect(try projections.snapshot().head == log.head(size))
      }
    }
    let again = try Projections(folder, packs, log)
    #expect(again.position == log.head(31))
    try again.catchUp(to: log.size, root: log.head().root)
    #expect(again.position == log.head())
  }

  @Test("records without a handler and those of the ledger itself count into the position")
  func otherTypes() throws {
    let projection = """
      CREATE TABLE ereignis (sequence INTEGER PRIMARY KEY, type TEXT);
      -- on de.aktenspur.ledger.eroeffnet
      INSERT INTO ereignis VALUES (:sequence, :type);
      """
    let log = TestLog()
    try log.append("de.aktenspur.ledger.eroeffnet", "ledger", data: "{}")
    try log.buy(1)
    let projections = try Projections(try TemporaryFolder(), TestPacks.bikes(projection: projection), log)
    try projections.catchUp(to: 2)
    #expect(projections.position == log.head())
    #expect(try projections.snapshot().rows("SELECT sequence FROM ereignis").rows == [[.integer(0)]])
  }

  @Test("step by step gives the same tables as all at once, and as a rebuild")
  func incrementalIsRebuild() throws {
    let log = try TestLog.bikes(200)
    let packs = try TestPacks.two()
    let steps = try Projections(try TemporaryFolder(), packs, log)
    for size in stride(from: 0, through: log.size, by: 7) { try steps.catchUp(to: size) }
    try steps.catchUp(to: log.size)
    let once = try Projections(try TemporaryFolder(), packs, log)
    try once.catchUp(to: log.size)
    #expect(try steps.snapshot().content() == once.snapshot().content())

    let report = try steps.rebuild(packs: nil, to: log.size)
    #expect(report.isEqual)
    #expect(report.head == log.head())
    #expect(report.packs == ["raeder", "zaehlung"])
    #expect(report.tables.map(\.name) == ["rad", "zaehler"])
    #expect(report.tables.first?.rowsAfter == 200)
    #expect(try steps.snapshot().content() == once.snapshot().content())
    // Going on after the swap works with the new tables.
    try log.sell(0)
    try steps.catchUp(to: log.size)
    try once.catchUp(to: log.size)
    #expect(try steps.snapshot().content() == once.snapshot().content())
  }

  @Test("deleting the file and opening again gives the same answers")
  func deleted() throws {
    let folder = try TemporaryFolder()
    let log = try TestLog.bikes(50)
    let packs = try TestPacks.two()
    let before = try {
      let projections = try Projections(folder, packs, log)
      try projections.catchUp(to: log.size)
      return try projections.snapshot().content()
    }()
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
      try FileManager.default.removeItem(atPath: folder.path + "/" + name)
    }
    let again = try Projections(folder, packs, log)
    #expect(again.position == .empty)
    try again.catchUp(to: log.size)
    #expect(try again.snapshot().content() == before)
  }

  @Test("a statement that fails names pack, type and record, and undoes its transaction")
  func failingStatement() throws {
    let log = TestLog()
    try log.buy(1)
    try log.buy(2)
    try log.buy(1)
    let projections = try Projections(try TemporaryFolder(), TestPacks.bikes(), log)
    try projections.catchUp(to: 1)
    let error = #expect(throws: ProjectionError.self) { try projections.catchUp(to: 3) }
    #expect(error?.pack == "raeder")
    #expect(error?.eventType == "de.aktenspur.rad.angeschafft")
    #expect(error?.sequence == 2)
    #expect(error?.message.contains("UNIQUE constraint failed: rad.subject") == true)
    #expect(projections.position == log.head(1))
    #expect(try projections.snapshot().value("SELECT count(*) FROM rad") == .integer(1))
    // The tables are as before, so what can be projected still is.
    try projections.catchUp(to: 2)
    #expect(projections.position == log.head(2))
  }

  @Test("a log whose chain does not hold is not projected", arguments: [0, 1, 2])
  func brokenChain(altered: Int) throws {
    let log = try TestLog.bikes(3)
    log.alter(altered) { line in
      if let place = line.firstIndex(of: UInt8(ascii: "M")) { line[place] = UInt8(ascii: "N") }
    }
    let projections = try Projections(try TemporaryFolder(), TestPacks.bikes(), log)
    // The record that follows shows it.
    let error = #expect(throws: ReadModelError.self) { try projections.catchUp(to: log.size) }
    guard case .brokenLog(let sequence, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(sequence == UInt64(altered + 1))
  }

  @Test("a time that is none is an error of the log, with its sequence")
  func wrongTime() throws {
    let log = TestLog()
    try log.buy(1)
    try log.buy(2, time: "2026-05-02")
    let projections = try Projections(try TemporaryFolder(), TestPacks.bikes(), log)
    #expect(throws: ReadModelError.brokenLog(sequence: 1, detail: "time is not an RFC 3339 time")) {
      try projections.catchUp(to: 2)
    }
  }

  @Test("a log shorter than asked for is an error")
  func shortLog() throws {
    let log = try TestLog.bikes(3)
    let projections = try Projections(try TemporaryFolder(), TestPacks.bikes(), log)
    #expect(throws: ReadModelError.logEnds(at: 4, wanted: 9)) { try projections.catchUp(to: 9) }
  }

  @Test("columns of CSV tables are numbers only where every value is written as one")
  func csvTables() throws {
    let packs = try TestPacks.bikes(tables: [
      "grenzen": "schluessel,betrag,satz,code,leer\nklein,100,0.5,0815,\ngross,,19.25,12,\n"
    ])
    let projections = try Projections(try TemporaryFolder(), packs, TestLog())
    let snapshot = try projections.snapshot()
    #expect(
      try snapshot.rows("SELECT * FROM grenzen").rows == [
        [.text("klein"), .integer(100), .real(0.5), .text("0815"), .null],
        [.text("gross"), .null, .real(19.25), .text("12"), .null],
      ])
    #expect(snapshot.objects.map { "\($0.pack) \($0.kind) \($0.name)" } == ["raeder csv grenzen", "raeder table rad"])
  }
}
