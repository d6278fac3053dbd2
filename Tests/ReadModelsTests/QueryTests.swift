import ReadModels
import Testing

@Suite("Queries")
struct QueryTests {
  private let projections: Projections
  private let snapshot: ProjectionSnapshot
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let log = try TestLog.bikes(100)
    projections = try Projections(folder, TestPacks.two(), log)
    try projections.catchUp(to: log.size)
    snapshot = try projections.snapshot()
  }

  @Test("values come back with their types, columns with SQLite's names")
  func values() throws {
    let result = try snapshot.rows("SELECT 1 AS eins, 2.5, 'drei', x'04ff', NULL, count(*) FROM rad;")
    #expect(result.columns == ["eins", "2.5", "'drei'", "x'04ff'", "NULL", "count(*)"])
    #expect(
      result.rows == [[.integer(1), .real(2.5), .text("drei"), .blob([4, 255]), .null, .integer(100)]])
    #expect(try snapshot.rows("VALUES (1), (2)").rows == [[.integer(1)], [.integer(2)]])
    #expect(try snapshot.rows(" -- Frage\n WITH w AS (SELECT 7) SELECT * FROM w").rows == [[.integer(7)]])
    let json = "SELECT atom FROM json_each('[1,2]') UNION ALL SELECT count(*) FROM json_tree('{}')"
    #expect(try snapshot.rows(json).rows == [[.integer(1)], [.integer(2)], [.integer(1)]])
    #expect(try snapshot.rows("SELECT subject FROM rad WHERE 0").columns == ["subject"])
  }

  @Test("parameters are bound by name, and one without a value is named")
  func arguments() throws {
    let sql = "SELECT :from, :to, $wert, @leer, :daten"
    let arguments: [String: SQLValue] = [
      "from": .text("a"), "to": .integer(-5), "wert": .real(0.5), "leer": .null, "daten": .blob([1]), "mehr": .null,
    ]
    #expect(
      try snapshot.rows(sql, arguments: arguments).rows == [[.text("a"), .integer(-5), .real(0.5), .null, .blob([1])]])
    #expect(throws: QueryError.missingArgument("effective")) { try snapshot.rows("SELECT :effective") }
  }

  @Test(
    "anything but one SELECT is refused",
    arguments: [
      "", " ; ", "-- nichts", "SELECT 1; SELECT 2", "EXPLAIN SELECT 1", "EXPLAIN QUERY PLAN SELECT 1",
      "INSERT INTO rad (subject) VALUES ('x')", "UPDATE rad SET preis = 0", "DELETE FROM rad",
      "WITH w AS (SELECT 1) DELETE FROM rad", "CREATE TABLE x (a)", "CREATE TEMP TABLE x (a)", "DROP TABLE rad",
      "ATTACH DATABASE '/tmp/x' AS x", "DETACH DATABASE main", "PRAGMA journal_mode = DELETE", "PRAGMA table_info(rad)",
      "SELECT * FROM pragma_table_info('rad')", "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT s", "VACUUM",
      "VACUUM INTO '/tmp/x'", "ANALYZE", "REINDEX", "SELECT load_extension('x')", "SELECT * FROM gibtsnicht",
      "SELEKT 1",
    ])
  func refused(sql: String) throws {
    #expect(throws: QueryError.self) { try snapshot.rows(sql) }
    // The view is still whole afterwards.
    #expect(try snapshot.value("SELECT count(*) FROM rad") == .integer(100))
  }

  @Test(
    "no query reaches files, other databases or the schema",
    arguments: [
      "SELECT readfile('/etc/passwd')", "SELECT writefile('/tmp/x', 'x')", "SELECT edit('x', 'sh')",
      "SELECT fts3_tokenizer('simple')", "SELECT fts3_tokenizer('simple', x'00')", "SELECT load_extension('x', 'y')",
      "SELECT * FROM fsdir('/')", "SELECT * FROM csv('/etc/passwd')", "SELECT * FROM sqlite_dbpage",
      "SELECT * FROM pragma_writable_schema", "SELECT * FROM PRAGMA_DATABASE_LIST", "PRAGMA writable_schema = ON",
      "PRAGMA temp_store_directory = '/tmp'", "PRAGMA query_only = OFF",
      "CREATE TEMP TRIGGER t AFTER INSERT ON rad BEGIN SELECT 1; END",
      "CREATE VIRTUAL TABLE temp.x USING fts5(a)", "WITH w AS (DELETE FROM rad RETURNING *) SELECT * FROM w",
      "INSERT INTO rad (subject) VALUES ('x') RETURNING subject", "SELECT * FROM rad; ATTACH '/tmp/x' AS x",
      "UPDATE sqlite_master SET sql = ''", "RELEASE s",
    ])
  func outside(sql: String) throws {
    #expect(throws: QueryError.self) { try snapshot.rows(sql) }
    #expect(try snapshot.value("SELECT count(*) FROM rad") == .integer(100))
  }

  @Test(
    "a query that would take too much memory or all time is broken off",
    arguments: [
      "SELECT zeroblob(2000000000)",
      "SELECT hex(randomblob(2000000000))", "SELECT replace(hex(zeroblob(30000000)), '0', '0123456789')",
      "SELECT group_concat(hex(zeroblob(1000000))) FROM rad, rad AS r",
      "SELECT json_group_array(hex(zeroblob(1000000))) FROM rad, rad AS r",
      // One call that is one step.
      "SELECT instr(x, substr(x, 1, 10000000) || 'b') FROM (SELECT replace(hex(zeroblob(30000000)), '00', 'a') AS x)",
      "SELECT trim(x, 'b' || x) FROM (SELECT replace(hex(zeroblob(30000000)), '00', 'a') AS x)",
      // Nesting that a parser on a stack would fall over.
      "SELECT " + String(repeating: "(", count: 100_000) + "1" + String(repeating: ")", count: 100_000),
      "SELECT " + String(repeating: "NOT ", count: 100_000) + "1",
      "SELECT 1" + String(repeating: " UNION ALL SELECT 1", count: 10_000),
      "SELECT " + Array(repeating: "1", count: 10_000).joined(separator: ","),
      "SELECT * FROM rad" + (0..<100).map { ", rad AS r\($0)" }.joined(),
    ])
  func bombs(sql: String) throws {
    var limits = QueryLimits.query
    limits.maximumSteps = 200_000_000
    #expect(throws: QueryError.self) { try snapshot.rows(sql, limits: limits) }
    #expect(try snapshot.value("SELECT count(*) FROM rad") == .integer(100))
  }

  @Test(
    "patterns of LIKE and GLOB that go back and forth end",
    arguments: ["LIKE 'a%a%a%a%a%a%a%a%a%a%a%a%b'", "GLOB '*a*a*a*a*a*a*a*a*a*a*a*b'"])
  func patterns(comparison: String) throws {
    let text = String(repeating: "a", count: 10_000)
    #expect(try snapshot.value("SELECT '\(text)' \(comparison)") == .integer(0))
  }

  @Test("functions of texts that are paid for by their length give what SQLite's own give")
  func textFunctions() throws {
    let result = try snapshot.rows(
      "SELECT instr('abc', 'c'), instr(x'0102', x'02'), replace('aXbX', 'X', 'yz'), trim('xxaxx', 'x'), trim('  a '), "
        + "ltrim('xxa', 'x'), rtrim('axx', 'x'), replace(123, 2, 'z'), instr(NULL, 'a'), trim(NULL, 'x')")
    #expect(
      result.rows == [
        [
          .integer(3), .integer(2), .text("ayzbyz"), .text("a"), .text("a"), .text("a"), .text("a"), .text("1z3"),
          .null,
          .null,
        ]
      ])
  }

  @Test("a query without end is broken off by steps or by time, whichever comes first")
  func endless() throws {
    let sql = "WITH RECURSIVE z(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM z) SELECT max(n) FROM z"
    var limits = QueryLimits.query
    limits.maximumSteps = 100_000
    #expect(throws: QueryError.tooManySteps(limit: 100_000)) { try snapshot.rows(sql, limits: limits) }
    limits = .query
    limits.maximumTime = .milliseconds(50)
    #expect(throws: QueryError.tooLong(limit: .milliseconds(50))) { try snapshot.rows(sql, limits: limits) }
    #expect(try snapshot.value("SELECT count(*) FROM rad") == .integer(100))
  }

  @Test("a result too large for memory is refused, or streamed")
  func large() throws {
    var limits = QueryLimits.query
    limits.maximumRows = 99
    #expect(throws: QueryError.tooManyRows(limit: 99)) { try snapshot.rows("SELECT * FROM rad", limits: limits) }
    limits = .query
    limits.maximumBytes = 10_000
    #expect(throws: QueryError.tooLarge(limitBytes: 10_000)) {
      try snapshot.rows("SELECT hex(zeroblob(1000)) FROM rad", limits: limits)
    }
    var rows = 0
    try snapshot.forEachRow("SELECT * FROM rad, rad AS r") { _ in
    } row: { _ in
      rows += 1
    }
    #expect(rows == 10_000)
    #expect(throws: QueryError.self) { try snapshot.rows("SELECT zeroblob(1000000000)") }
  }

  @Test("users may ask for today, figures and reports may not")
  func clock() throws {
    #expect(try snapshot.value("SELECT date('now') = CURRENT_DATE AND random() IS NOT NULL") == .integer(1))
    let error = #expect(throws: QueryError.self) { try snapshot.rows("SELECT date('now')", limits: .report) }
    #expect("\(try #require(error))".contains("the same log must always give the same rows"))
    #expect(throws: QueryError.self) { try snapshot.rows("SELECT random()", limits: .report) }
  }

  @Test("a snapshot keeps its position while the tables move on, are rebuilt, or go")
  func consistent() throws {
    let log = try TestLog.bikes(20)
    let folder = try TemporaryFolder()
    let projections = try Projections(folder, TestPacks.two(), log)
    try projections.catchUp(to: 10)
    let early = try projections.snapshot()
    let before = try early.content()
    try projections.catchUp(to: log.size)
    _ = try projections.rebuild(packs: nil, to: log.size)
    #expect(early.head == log.head(10))
    #expect(try early.content() == before)
    #expect(try projections.snapshot().content() != before)
  }

  @Test("a snapshot held too long is closed, and one closed by hand answers no more")
  func expiry() throws {
    let short = try projections.snapshot(lifetime: .milliseconds(1))
    let deadline = ContinuousClock.now + .seconds(10)
    while ContinuousClock.now < deadline {
      do {
        _ = try short.rows("SELECT 1")
      } catch ReadModelError.snapshotExpired {
        break
      }
    }
    #expect(throws: ReadModelError.snapshotExpired) { try short.rows("SELECT 1") }
    snapshot.close()
    #expect(throws: ReadModelError.snapshotExpired) { try snapshot.rows("SELECT 1") }
  }
}
