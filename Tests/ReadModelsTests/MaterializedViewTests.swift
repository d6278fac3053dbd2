import DomainPacks
import ReadModels
import Testing

@Suite("Views that a reader keeps")
struct MaterializedViewTests {
  /// A sum that takes long, a view that rests on it, and one that rests on that.
  private static let projection =
    TestPacks.bikeProjection.replacing(
      "\n-- on de.aktenspur.rad.angeschafft",
      with: """

        CREATE VIEW Teuer (marke, summe) AS
        SELECT a.marke, sum(a.preis + b.preis + c.preis) FROM rad AS a CROSS JOIN rad AS b CROSS JOIN rad AS c
        GROUP BY a.marke;
        CREATE VIEW auswahl AS SELECT marke, summe FROM teuer WHERE summe IS NOT NULL;
        CREATE VIEW anzahl AS SELECT count(*) AS marken, sum(summe) AS summe FROM auswahl;

        -- on de.aktenspur.rad.angeschafft
        """)

  private static func packs(_ materialized: String) throws -> PackSet {
    let pack = TestPacks.bikeEvents.replacing(
      #""subject":"rad/{id}","#, with: #""subject":"rad/{id}","materialized":[\#(materialized)],"#)
    return try TestPacks.set(["raeder": TestPacks.files(pack, projection)])
  }

  private let folder: TemporaryFolder
  private let projections: Projections

  init() throws {
    folder = try TemporaryFolder()
    let log = try TestLog.bikes(100)
    projections = try Projections(folder, MaterializedViewTests.packs(#""teuer""#), log)
    try projections.catchUp(to: log.size)
  }

  /// Enough for a look at rows, not for the sum.
  private var few: QueryLimits {
    var limits = QueryLimits.query
    limits.maximumSteps = 20_000
    return limits
  }

  @Test("what one query has drawn up, the next ones find", arguments: ["teuer", "auswahl", "anzahl"])
  func keeps(view: String) throws {
    let snapshot = try projections.snapshot()
    let sql = "SELECT * FROM \(view)"
    #expect(throws: QueryError.tooManySteps(limit: few.maximumSteps)) { try snapshot.rows(sql, limits: few) }
    let rows = try snapshot.rows("SELECT * FROM auswahl ORDER BY marke").rows
    #expect(!rows.isEmpty)
    for each in ["SELECT marke, summe FROM Teuer ORDER BY marke", "SELECT * FROM auswahl ORDER BY marke"] {
      #expect(try snapshot.rows(each, limits: few).rows == rows)
    }
    #expect(try snapshot.rows("SELECT marken FROM anzahl", limits: few).rows == [[.integer(Int64(rows.count))]])
  }

  @Test("the rows are those of the view, and columns of tables compare as before")
  func sameRows() throws {
    let snapshot = try projections.snapshot()
    let query = "SELECT marke, summe, typeof(summe), 'm' || marke > marke, marke = 7 FROM %teuer ORDER BY marke"
    let before = try snapshot.rows(query.replacing("%", with: "main."))
    #expect(before.rows.count > 0)
    #expect(try snapshot.rows(query.replacing("%", with: "")) == before)
  }

  @Test("each look at the log draws up its own")
  func ownState() throws {
    let first = try projections.snapshot()
    #expect(try first.value("SELECT count(*) FROM teuer") != .integer(0))
    let log = TestLog()
    let empty = try TemporaryFolder()
    let none = try Projections(empty, MaterializedViewTests.packs(#""teuer""#), log).snapshot()
    #expect(try none.value("SELECT count(*) FROM teuer") == .integer(0))
    #expect(try none.value("SELECT marken FROM anzahl") == .integer(0))
  }

  @Test(
    "a pack names views of its own",
    arguments: [#""gibtsnicht""#, #""rad""#])
  func unknown(name: String) throws {
    let packs = try MaterializedViewTests.packs(name)
    let error = #expect(throws: PackSQLError.self) { try ProjectionPlan(packs) }
    #expect(error?.description.contains("is no view of the pack's projection.sql") == true)
  }
}
