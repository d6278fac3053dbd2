import DomainPacks
import Foundation
import GRDB
import Testing

/// Read accesses are most of what is recorded: what is asked of them must not read them all.
@Suite struct AccessQueryTests {
  private static let packs = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Projections").standardizedFileURL

  /// The steps of SQLite's plan for a query of the pack `akten`.
  private func plan(_ sql: String) throws -> [String] {
    let pack = try #require(
      try PackSet.load(directory: AccessQueryTests.packs.path()).packs.first { $0.name == "akten" })
    let database = try DatabaseQueue()
    return try database.write { db in
      for statement in pack.projection.schema { try db.execute(sql: statement.sql) }
      return try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + sql).map { $0["detail"] }
    }
  }

  @Test(
    "Accesses to one Akte and by one person are found through indexes",
    arguments: [
      "SELECT * FROM akte_zugriff WHERE akte = 'akte/1'",
      "SELECT * FROM person_zugriff WHERE person = 'p' AND sekunde BETWEEN 1 AND 2",
      "SELECT * FROM akte_gegenstand WHERE akte = 'akte/1'",
      "SELECT * FROM akte_gegenstand WHERE subject = 'dokument/1'",
      "SELECT * FROM dokument_inhalt WHERE inhalt = 'sha256:00'",
    ])
  func noScan(sql: String) throws {
    let steps = try plan(sql)
    #expect(!steps.isEmpty)
    #expect(!steps.contains { $0.hasPrefix("SCAN") && !$0.contains("CONSTANT ROW") }, "\(steps)")
  }

  @Test("The plan of a query that reads everything shows it")
  func scan() throws {
    #expect(try plan("SELECT count(*) FROM zugriff WHERE grund = 1").contains { $0.hasPrefix("SCAN") })
  }
}
