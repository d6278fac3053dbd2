import DomainPacks
import ReadModels
import Testing

@Suite("What SQL of packs may do")
struct SandboxTests {
  private static let bought = "-- on de.aktenspur.rad.angeschafft\n"
  private static let table = "CREATE TABLE eigen (a, b);\n"

  private func refusal(_ projection: String) throws -> PackSQLError? {
    let packs = try TestPacks.two(counts: projection)
    return #expect(throws: PackSQLError.self) { try ProjectionPlan(packs) }
  }

  @Test(
    "a statement that is not allowed is refused when the packs are loaded",
    arguments: [
      ("INSERT INTO rad (subject) VALUES ('x');", "belongs to the pack \"raeder\""),
      ("UPDATE rad SET preis = 0;", "belongs to the pack \"raeder\""),
      ("DELETE FROM rad;", "belongs to the pack \"raeder\""),
      ("INSERT INTO vorhanden VALUES (1);", "vorhanden"),
      ("ATTACH DATABASE ':memory:' AS andere;", "ATTACH is not allowed"),
      ("DETACH DATABASE main;", "DETACH is not allowed"),
      ("PRAGMA writable_schema = 1;", "PRAGMA is not allowed"),
      ("PRAGMA user_version;", "PRAGMA is not allowed"),
      ("SELECT * FROM pragma_database_list;", "not allowed"),
      ("CREATE TABLE neu (a);", "changing the schema is not allowed"),
      ("CREATE TEMP TABLE neu (a);", "changing the schema is not allowed"),
      ("DROP TABLE eigen;", "changing the schema is not allowed"),
      ("ALTER TABLE eigen ADD COLUMN c;", "ALTER TABLE is not allowed"),
      ("BEGIN;", "a transaction of its own"),
      ("COMMIT;", "a transaction of its own"),
      ("SAVEPOINT s;", "a transaction of its own"),
      ("ANALYZE;", "not allowed"),
      ("REINDEX;", "not allowed"),
      ("VACUUM;", "not allowed"),
      ("VACUUM INTO '/tmp/kopie';", "not allowed"),
      ("INSERT INTO sqlite_master VALUES (1, 2, 3, 4, 5);", "sqlite_master"),
      ("SELECT * FROM sqlite_master;", "sqlite_master"),
      ("SELECT * FROM _aktenspur_position;", "_aktenspur_position"),
      ("UPDATE _aktenspur_position SET size = 0;", "_aktenspur_position"),
      ("SELECT load_extension('x');", "load_extension"),
      ("INSERT INTO eigen VALUES (random(), 1);", "the same log must always give the same rows"),
      ("INSERT INTO eigen VALUES (hex(randomblob(4)), 1);", "the same log must always give the same rows"),
      ("INSERT INTO eigen VALUES (CURRENT_TIMESTAMP, 1);", "the same log must always give the same rows"),
      ("INSERT INTO eigen VALUES (sqlite_version(), changes());", "the same log must always give the same rows"),
      ("INSERT INTO eigen VALUES (:unbekannt, 1);", "unknown parameter :unbekannt"),
      ("INSERT INTO eigen VALUES (?, 1);", "unknown parameter ?"),
      ("INSERT INTO eigen VALUES (1);", "table eigen has 2 columns but 1 values were supplied"),
      ("INSERT INTO gibtsnicht VALUES (1);", "no such table: gibtsnicht"),
      ("INSERT INTO eigen VALUES (\"kein Text\", 1);", "no such column: kein Text"),
      ("WITH w AS (SELECT 1) DELETE FROM rad;", "belongs to the pack \"raeder\""),
      ("REPLACE INTO rad (subject) SELECT a FROM eigen;", "belongs to the pack \"raeder\""),
      ("INSERT INTO eigen VALUES (readfile('/etc/passwd'), 1);", "readfile"),
      ("INSERT INTO eigen VALUES (writefile('/tmp/x', 'x'), 1);", "writefile"),
      ("INSERT INTO eigen VALUES (edit('x', 'sh'), 1);", "edit"),
      ("INSERT INTO eigen VALUES (fts3_tokenizer('x'), 1);", "fts3_tokenizer"),
      ("INSERT INTO eigen VALUES (load_extension('x', 'y'), 1);", "load_extension"),
      ("INSERT INTO eigen SELECT name, 1 FROM pragma_function_list;", "not allowed"),
      ("INSERT INTO eigen SELECT data, 1 FROM sqlite_dbpage;", "sqlite_dbpage"),
      ("INSERT INTO eigen SELECT 1, name FROM sqlite_temp_master;", "sqlite_temp_master"),
      ("UPDATE sqlite_sequence SET seq = 0;", "sqlite_sequence"),
      ("CREATE TEMP TRIGGER t AFTER INSERT ON rad BEGIN DELETE FROM rad; END;", "not allowed"),
      ("CREATE TEMP VIEW rad AS SELECT 1;", "not allowed"),
      ("EXPLAIN DELETE FROM rad;", "belongs to the pack \"raeder\""),
      ("DELETE FROM main.rad;", "belongs to the pack \"raeder\""),
      ("UPDATE eigen SET a = 1 FROM rad RETURNING (SELECT name FROM sqlite_schema);", "sqlite_"),
    ])
  func handler(sql: String, reason: String) throws {
    let error = try refusal(
      SandboxTests.table + "CREATE VIEW vorhanden AS SELECT subject FROM rad;\n" + SandboxTests.bought + sql)
    #expect(error?.pack == "zaehlung")
    #expect(error?.file == "projection.sql")
    #expect(error?.place == "on de.aktenspur.rad.angeschafft")
    #expect(error?.message.contains(reason) == true, "\(error?.message ?? "not refused")")
  }

  @Test(
    "tables, views, indexes and triggers a pack may not create are refused when the packs are loaded",
    arguments: [
      ("CREATE TABLE _aktenspur_packs (a);", "reserved"),
      ("CREATE TABLE sqlite_eigen (a);", "reserved"),
      ("CREATE INDEX fremd ON rad (marke);", "belongs to the pack \"raeder\""),
      ("CREATE TRIGGER fremd AFTER INSERT ON rad BEGIN SELECT 1; END;", "belongs to the pack \"raeder\""),
      ("CREATE VIRTUAL TABLE suche USING fts5(text);", "a virtual table is not allowed"),
      ("CREATE VIEW kaputt AS SELECT gibtsnicht FROM rad;", "no such column: gibtsnicht"),
      ("CREATE VIEW zufall AS SELECT random() AS r;", "the same log must always give the same rows"),
      ("CREATE VIEW innen AS SELECT * FROM sqlite_master;", "sqlite_master"),
      ("CREATE TABLE eigen (a);\nCREATE INDEX eigen_a ON eigen (gibtsnicht);", "no such column: gibtsnicht"),
      ("CREATE TABLE eigen AS SELECT random() AS a;", "the same log must always give the same rows"),
      (
        "CREATE TABLE eigen AS WITH RECURSIVE z(n) AS (SELECT 1 UNION ALL SELECT n FROM z) SELECT * FROM z;",
        "broken off"
      ),
    ])
  func schema(sql: String, reason: String) throws {
    let error = try refusal(sql)
    #expect(error?.pack == "zaehlung")
    #expect(error?.message.contains(reason) == true, "\(error?.message ?? "not refused")")
  }

  @Test("a trigger of a pack cannot write where the pack may not")
  func trigger() throws {
    let error = try refusal(
      """
      CREATE TABLE eigen (a);
      CREATE TRIGGER hintenrum AFTER INSERT ON eigen BEGIN DELETE FROM rad; END;
      -- on de.aktenspur.rad.angeschafft
      INSERT INTO eigen VALUES (1);
      """)
    #expect(error?.message.contains("belongs to the pack \"raeder\"") == true)
  }

  @Test("figures and findings are checked with the projection, and may only read")
  func readers() throws {
    func refusal(_ file: String, _ sql: String) throws -> PackSQLError? {
      var files = TestPacks.files(TestPacks.bikeEvents, TestPacks.bikeProjection)
      files[file] = sql
      let packs = try TestPacks.set(["raeder": files])
      return #expect(throws: PackSQLError.self) { try ProjectionPlan(packs) }
    }
    let figure = try refusal("figures.sql", "-- figure raeder.alle: Alle [Räder]\nSELECT sequenz FROM rad;")
    #expect(figure?.file == "figures.sql")
    #expect(figure?.place == "figure raeder.alle")
    #expect(figure?.message.contains("no such column: sequenz") == true)
    let finding = try refusal(
      "findings.sql", "-- finding raeder.alle: Alle\nWITH w AS (SELECT 1) DELETE FROM rad WHERE :jetzt;")
    #expect(finding?.message.contains("only reading is allowed") == true)
    let parameter = try refusal(
      "figures.sql", "-- figure raeder.alle: Alle [Räder]\nSELECT sequence FROM rad WHERE seit < :heute;")
    #expect(parameter?.message.contains("unknown parameter :heute") == true)
  }

  @Test(
    "the clock cannot be read in ways that show only when the statement runs",
    arguments: [
      "date('now')", "datetime('no' || 'w')", "strftime('%s', 'now')", "julianday()", "unixepoch('NOW')",
      "time(:time, 'localtime')", "datetime(:time, 'utc')",
    ])
  func clock(expression: String) throws {
    let projection = SandboxTests.table + SandboxTests.bought + "INSERT INTO eigen VALUES (\(expression), 1);"
    let log = TestLog()
    try log.buy(1)
    let projections = try Projections(try TemporaryFolder(), TestPacks.two(counts: projection), log)
    let error = #expect(throws: ProjectionError.self) { try projections.catchUp(to: 1) }
    #expect(error?.pack == "zaehlung")
    #expect(error?.sequence == 0)
    #expect(error?.message.contains("the same log must always give the same rows") == true, "\(error?.message ?? "")")
  }

  @Test("a column's default cannot read the clock", arguments: ["CURRENT_TIMESTAMP", "(random())", "(date('now'))"])
  func defaults(value: String) throws {
    let projection =
      "CREATE TABLE eigen (a, b DEFAULT \(value));\n" + SandboxTests.bought + "INSERT INTO eigen (a) VALUES (1);"
    let log = TestLog()
    try log.buy(1)
    let packs = try TestPacks.two(counts: projection)
    #expect(throws: (any Error).self) {
      try Projections(try TemporaryFolder(), packs, log).catchUp(to: 1)
    }
  }

  @Test("date functions that do not read the clock give what SQLite's own give")
  func dates() throws {
    let expressions = [
      "date('2024-02-29', '+1 year')", "datetime(1092941466, 'unixepoch')", "julianday('2026-01-01')",
      "strftime('%Y-%m', '2026-11-23')", "unixepoch('2026-01-01T00:00:00+01:00')", "time('12:34:56.789', 'subsec')",
      "date(NULL)", "date('heute')", "strftime('%d.%m.%Y', '2026-11-23', 'start of month', '-1 day')",
    ]
    let projection =
      SandboxTests.table + SandboxTests.bought
      + expressions.enumerated().map { "INSERT INTO eigen VALUES (\($0.offset), \($0.element));" }.joined(
        separator: "\n")
    let log = TestLog()
    try log.buy(1)
    let projections = try Projections(try TemporaryFolder(), TestPacks.two(counts: projection), log)
    try projections.catchUp(to: 1)
    let rows = try projections.snapshot().rows("SELECT b FROM eigen ORDER BY a").rows.map { $0[0] }
    #expect(
      rows == [
        .text("2025-03-01"), .text("2004-08-19 18:51:06"), .real(2_461_041.5), .text("2026-11"),
        .integer(1_767_222_000), rows[5], .null, .null, .text("31.10.2026"),
      ])
  }

  @Test("a handler that runs without end is broken off, named, and changes nothing")
  func endless() throws {
    let projection =
      SandboxTests.table + SandboxTests.bought
      + "INSERT INTO eigen WITH RECURSIVE z(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM z) SELECT max(n), 1 FROM z;"
    let log = TestLog()
    try log.buy(1)
    let projections = try Projections(try TemporaryFolder(), TestPacks.two(counts: projection), log)
    let error = #expect(throws: ProjectionError.self) { try projections.catchUp(to: 1) }
    #expect(error?.message.contains("broken off after") == true)
    #expect(projections.position == .empty)
    #expect(try projections.snapshot().value("SELECT count(*) FROM rad") == .integer(0))
  }

  @Test(
    "a single call of a function is broken off too where its texts would keep it busy for hours",
    arguments: [
      "instr(x, substr(x, 1, 500000) || 'b')", "replace(x, substr(x, 1, 500000) || 'b', 'c')", "trim(x, 'b' || x)",
      "ltrim(x, hex(zeroblob(500000)))", "rtrim(x, hex(zeroblob(500000)))",
    ])
  func longTexts(call: String) throws {
    let projection =
      SandboxTests.table + SandboxTests.bought
      + "INSERT INTO eigen SELECT length(\(call)), 1 FROM (SELECT replace(hex(zeroblob(1000000)), '00', 'a') AS x);"
    let log = TestLog()
    try log.buy(1)
    let projections = try Projections(try TemporaryFolder(), TestPacks.two(counts: projection), log)
    let error = #expect(throws: ProjectionError.self) { try projections.catchUp(to: 1) }
    #expect(error?.message.contains("broken off after") == true, "\(error?.message ?? "")")
    #expect(projections.position == .empty)
  }

  @Test("what packs commonly do is allowed")
  func allowed() throws {
    let projection = """
      CREATE TABLE eigen (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT UNIQUE CHECK (length(text) > 0));
      CREATE TABLE teil (eigen INTEGER, wert TEXT);
      CREATE INDEX eigen_text ON eigen (lower(text)) WHERE text IS NOT NULL;
      CREATE TRIGGER eigen_neu AFTER INSERT ON eigen BEGIN UPDATE teil SET wert = wert; END;
      CREATE VIEW alles AS WITH w AS (SELECT count(*) AS n FROM rad) SELECT eigen.*, w.n FROM eigen, w;
      CREATE VIEW daten AS SELECT value FROM teil, json_each(teil.wert);
      -- on de.aktenspur.rad.angeschafft
      INSERT INTO eigen (text) VALUES (:subject) ON CONFLICT (text) DO UPDATE SET text = excluded.text;
      INSERT INTO teil SELECT last_insert_rowid(), value FROM json_each(:data) WHERE value IS NOT NULL;
      INSERT INTO teil SELECT 0, marke FROM rad WHERE subject = :subject AND EXISTS (SELECT 1 FROM alles);
      DELETE FROM teil WHERE wert = (SELECT max(wert) FROM teil WHERE wert LIKE '9%');
      """
    let log = try TestLog.bikes(5)
    let projections = try Projections(try TemporaryFolder(), TestPacks.two(counts: projection), log)
    try projections.catchUp(to: log.size)
    #expect(try projections.snapshot().value("SELECT count(*) FROM alles WHERE n = 5") == .integer(5))
    #expect(try projections.rebuild(packs: nil, to: log.size).isEqual)
  }
}
