import GRDB
import ReadModels
import Testing

@Suite("Reckoning with days")
struct DayArithmeticTests {
  private let folder: TemporaryFolder
  private let snapshot: ProjectionSnapshot

  init() throws {
    folder = try TemporaryFolder()
    let log = TestLog()
    snapshot = try Projections(folder, TestPacks.two(), log).snapshot()
  }

  /// Every call as SQLite's own connection answers it.
  private func expectAsSQLite(_ calls: [String]) throws {
    let queue = try DatabaseQueue()
    for start in stride(from: 0, to: calls.count, by: 200) {
      let sql = "SELECT " + calls[start..<min(start + 200, calls.count)].joined(separator: ", ")
      let expected = try queue.read { db in
        try Row.fetchOne(db, sql: sql).map { row in row.map { $0.1.isNull ? nil : String.fromDatabaseValue($0.1) } }
      }
      let found = try snapshot.rows(sql).rows[0].map { value -> String? in
        if case .text(let text) = value { text } else { nil }
      }
      for (index, pair) in zip(found, try #require(expected)).enumerated() where pair.0 != pair.1 {
        Issue.record("\(calls[start + index]): \(pair.0 ?? "NULL"), SQLite says \(pair.1 ?? "NULL")")
      }
    }
  }

  @Test("what is asked for most gives what SQLite gives")
  func asSQLite() throws {
    var generator = SystemRandomNumberGenerator()
    func pick<Element>(_ elements: [Element]) -> Element {
      elements[Int.random(in: 0..<elements.count, using: &generator)]
    }
    let units = ["days", "day", "months", "month", "years", "year"]
    let calls = (0..<6000).map { _ -> String in
      let day = pick(["01", "15", "28", "29", "30", "31"])
      let date =
        "\(pick(["1999", "2000", "2023", "2024", "2100", "0004", "9990"]))-\(pick(["01", "02", "03", "11", "12"]))-\(day)"
      let modifiers = (0..<Int.random(in: 0...3)).map { _ -> String in
        let count = pick([0, 1, 2, 11, 12, 13, 28, 31, 59, 365, 366, 3652, 123_456])
        return pick(["'start of month'", "'\(pick(["+", "-"]))\(count) \(pick(units))'"])
      }
      return "date(\((["'\(date)'"] + modifiers).joined(separator: ", ")))"
    }
    try expectAsSQLite(calls)
  }

  @Test("so does everything else")
  func otherForms() throws {
    try expectAsSQLite([
      "date('2026-02-30')", "date('2026-02-31', '+1 month')", "date('2026-13-01')", "date('2026-1-1')", "date('')",
      "date('2026-01-01T10:00:00Z', '+1 day')", "date(2460000.5)", "date(NULL)", "date('2026-01-01', NULL)",
      "date('2026-01-01', '+1 DAYS')", "date('2026-01-01', '+1.5 days')", "date('2026-01-01', '1 days')",
      "date('2026-01-01', '+ 1 days')", "date('2026-01-01', '+1  days')", "date('2026-01-01', '+1 days ')",
      "date('2026-01-01', '+-1 days')", "date('2026-01-01', '++1 days')", "date('2026-01-01', '+ days')",
      "date('2026-01-01', '+1234567 days')", "date('2026-01-01', '+1 weeks')", "date('2026-01-01', 'start of year')",
      "date('2026-01-01', 'weekday 0')", "date('2026-01-01', 'unsinn')", "date('2026-01-01', 5)",
      "date(x'323032362d30312d3031')", "date('2026-01-01', x'2b312064617973')", "date('9999-12-31', '+1 day')",
      "date('0000-01-01')", "date('0000-01-01', '-1 day')", "date('0001-01-01', '-1 month')",
      "date('2026-01-01', '+999999 years')", "date('2026-01-01', '-999999 months')", "date('2026-01-01 ')",
    ])
  }
}
