import Testing

@testable import DomainPacks

@Suite struct SQLTests {
  private func projection(_ text: String) throws -> Projection { try Projection(Array(text.utf8)) }

  private func error(_ body: () throws(TextError) -> Void) -> String? {
    do throws(TextError) {
      try body()
      return nil
    } catch {
      return "\(error.line): \(error.detail)"
    }
  }

  private func projectionError(_ text: String) -> String? {
    error { () throws(TextError) in _ = try Projection(Array(text.utf8)) }
  }

  @Test("Statements end at semicolons outside strings, quoted names and comments, and stay as written")
  func splitting() throws {
    let text = """
      -- Kopf; mit Semikolon
      CREATE TABLE a (
        x TEXT DEFAULT 'ein ; '' zwei',  -- Rest; davon
        "spalte;1" TEXT, [spalte;2] TEXT, `spalte;3` TEXT /* auch ; hier
        -- on innen */
      ) ;
      ;
      /* ; */ CREATE VIEW b AS SELECT 1;
      -- on t.eins
      INSERT INTO a VALUES (';--'); DELETE FROM a
      -- Schluss
      -- on t.leer
      -- on t.eins
      UPDATE a SET x = 'on
      -- on t.drei'
      """
    let projection = try projection(text)
    #expect(
      projection.schema.map(\.sql) == [
        """
        CREATE TABLE a (
          x TEXT DEFAULT 'ein ; '' zwei',  -- Rest; davon
          "spalte;1" TEXT, [spalte;2] TEXT, `spalte;3` TEXT /* auch ; hier
          -- on innen */
        )
        """, "CREATE VIEW b AS SELECT 1",
      ])
    #expect(projection.schema.map(\.line) == [2, 8])
    #expect(projection.handlers.map(\.eventType) == ["t.eins", "t.leer", "t.eins"])
    #expect(
      projection.handlers.map(\.statements) == [
        ["INSERT INTO a VALUES (';--')", "DELETE FROM a"], [], ["UPDATE a SET x = 'on\n-- on t.drei'"],
      ])
    #expect(projection.handlerLines == [9, 12, 13])
  }

  @Test("A trigger ends at its END, not at the semicolons of its body")
  func triggers() throws {
    let trigger = """
      CREATE TEMP TRIGGER t AFTER INSERT ON a BEGIN
        UPDATE a SET x = CASE WHEN x THEN 1 ELSE 2 END;
        SELECT 1; -- END;
      END
      """
    let projection = try projection(
      "CREATE TABLE \"begin\" (trigger TEXT);\n\(trigger.replacing("TEMP ", with: ""));\nCREATE INDEX i ON a (x);")
    #expect(
      projection.schema.map(\.sql) == [
        "CREATE TABLE \"begin\" (trigger TEXT)", trigger.replacing("TEMP ", with: ""), "CREATE INDEX i ON a (x)",
      ])
    #expect(projection.schema.map(\.kind) == [.table, .trigger, .index])
    #expect(projection.schema.map(\.name) == ["begin", "t", "i"])
    #expect(
      projectionError("\nCREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1;")?.hasPrefix(
        "2: the trigger that begins here has no") == true)
  }

  @Test(
    "CREATE statements are known by kind and name",
    arguments: [
      ("create table Rad (x)", SQLStatement.Kind.table, "Rad"),
      ("CREATE TABLE IF NOT EXISTS größe (x)", .table, "größe"),
      ("CREATE VIEW \"v w\" AS SELECT 1", .view, "v w"), ("CREATE UNIQUE INDEX [i] ON a (x)", .index, "i"),
      ("CREATE VIRTUAL TABLE IF NOT EXISTS s USING fts5(x)", .table, "s"), ("CREATE /* x */ TABLE t(x)", .table, "t"),
    ])
  func creates(sql: String, kind: SQLStatement.Kind, name: String) throws {
    let statement = try #require(try projection(sql).schema.first)
    #expect(statement.kind == kind)
    #expect(statement.name == name)
    #expect(statement.sql == sql)
  }

  @Test(
    "Errors of projection.sql name the line",
    arguments: [
      (
        "\nINSERT INTO a VALUES (1);",
        "2: expected CREATE TABLE, VIEW, INDEX or TRIGGER before the first \"-- on <event type>\", found INSERT INTO a"
      ),
      (
        "CREATE TEMP TABLE a (x);",
        "1: expected CREATE TABLE, VIEW, INDEX or TRIGGER before the first \"-- on <event type>\", found CREATE TEMP TABLE"
      ),
      ("CREATE TABLE main.a (x);", "1: expected a plain name, found main.…"),
      ("CREATE TABLE (x);", "1: expected the name of what is created"),
      ("\n\nCREATE TABLE a (x TEXT DEFAULT 'abc);", "3: a string that begins here has no end"),
      ("CREATE TABLE a (\n\"x);", "2: a quoted name that begins here has no end"),
      ("/* a\n\nb", "1: a comment that begins here has no end \"*/\""),
      ("CREATE TABLE a\n(x;\n-- on t\nDELETE FROM a;", "2: \"(\" without \")\""),
      ("CREATE TABLE a (x));", "1: \")\" without \"(\""),
      ("-- on the other hand", "1: expected \"-- on <event type>\", found \"-- on the other hand\""),
      ("\n-- on ", "2: expected \"-- on <event type>\", found \"-- on \""),
    ])
  func projectionErrors(text: String, expected: String) {
    #expect(projectionError(text) == expected)
  }

  @Test("A heading may be indented and end with CRLF; other comments are none")
  func headings() throws {
    let projection = try projection(
      "-- onward\r\n--on x\r\nCREATE TABLE a (x); -- on y\r\n  --  on  z \r\nDELETE FROM a;\r\n")
    #expect(projection.handlers.map(\.eventType) == ["z"])
    #expect(projection.handlers.map(\.statements) == [["DELETE FROM a"]])
  }

  @Test("A figure has a name, a title, perhaps a unit, and one SELECT")
  func figures() throws {
    let figures = try Figure.read(
      Array(
        """
        -- Kennzahlen der Räder
        -- figure raeder.wert: Wert: alle [vorhandenen] Räder [Cent]
        SELECT 1; -- Ende
        -- figure raeder.ohne-einheit: Ohne Einheit
        WITH x AS (SELECT ';')
        SELECT * FROM x
        """.utf8))
    #expect(figures.map(\.name) == ["raeder.wert", "raeder.ohne-einheit"])
    #expect(figures.map(\.title) == ["Wert: alle [vorhandenen] Räder", "Ohne Einheit"])
    #expect(figures.map(\.unit) == ["Cent", nil])
    #expect(figures.map(\.sql) == ["SELECT 1", "WITH x AS (SELECT ';')\nSELECT * FROM x"])
  }

  @Test("A finding has a name, a title and one SELECT")
  func findings() throws {
    let findings = try Finding.read(Array("-- finding raeder.ohne-preis: Räder ohne Preis [sic]\nSELECT 1;".utf8))
    #expect(findings == [Finding(name: "raeder.ohne-preis", title: "Räder ohne Preis [sic]", sql: "SELECT 1", line: 1)])
  }

  @Test(
    "Errors of figures.sql name the line",
    arguments: [
      ("SELECT 1;", "1: expected \"-- figure <name>: <title> [unit]\" before the first statement"),
      ("-- figure a\nSELECT 1;", "1: expected \"-- figure <name>: <title> [unit]\", found \"-- figure a\""),
      ("-- figure a b: c\nSELECT 1;", "1: expected \"-- figure <name>: <title> [unit]\", found \"-- figure a b: c\""),
      ("-- figure a:\nSELECT 1;", "1: expected \"-- figure <name>: <title> [unit]\", found \"-- figure a:\""),
      (
        "-- figure a: [x]\nSELECT 1;",
        "1: expected \"-- figure <name>: <title> [unit]\", found no title or an empty unit"
      ),
      (
        "-- figure a: b []\nSELECT 1;",
        "1: expected \"-- figure <name>: <title> [unit]\", found no title or an empty unit"
      ),
      ("\n-- figure a: b\n", "2: expected one SELECT for figure a, found 0 statements"),
      ("-- figure a: b\nSELECT 1; SELECT 2;", "1: expected one SELECT for figure a, found 2 statements"),
      ("-- figure a: b\n\nDELETE FROM x;", "3: expected a SELECT for figure a"),
    ])
  func figureErrors(text: String, expected: String) {
    #expect(error { () throws(TextError) in _ = try Figure.read(Array(text.utf8)) } == expected)
  }
}
