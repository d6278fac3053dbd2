import Testing

@testable import DomainPacks

/// `holds.sql`: what a pack says must be kept.
@Suite struct HoldTests {
  private let pack = #"{"title":"Räder","subject":"rad/{id}","events":{"de.aktenspur.rad.angeschafft":{}}}"#

  private func packs(_ holds: String, other: String? = nil) throws -> PackSet {
    var files = ["raeder": ["pack.json": Array(pack.utf8), "holds.sql": Array(holds.utf8)]]
    if let other {
      files["andere"] = ["pack.json": Array(#"{"title":"Andere"}"#.utf8), "holds.sql": Array(other.utf8)]
    }
    return try PackSet(files: files)
  }

  @Test("Each section is a hold with its title and one SELECT")
  func sections() throws {
    let holds = try packs(
      """
      -- hold raeder.gewaehrleistung: Gewährleistung läuft
      SELECT 'a' AS text, 1 AS sequences WHERE :person IS NOT NULL;
      -- hold raeder.verfahren: Verfahren anhängig
      SELECT 'b' AS text, NULL AS sequences;
      """
    ).packs[0].holds
    #expect(holds.map(\.name) == ["raeder.gewaehrleistung", "raeder.verfahren"])
    #expect(holds.map(\.title) == ["Gewährleistung läuft", "Verfahren anhängig"])
    #expect(holds[0].sql == "SELECT 'a' AS text, 1 AS sequences WHERE :person IS NOT NULL")
  }

  @Test(
    "What is no hold is refused with the line",
    arguments: [
      ("SELECT 1;", 1), ("-- hold x\nSELECT 1;", 1), ("-- hold x: Titel\n", 1),
      ("-- hold x: Titel\nDELETE FROM rad;", 2),
      ("-- hold x: Titel\nSELECT 1;\nSELECT 2;", 1),
    ])
  func refused(text: String, line: Int) {
    let error = #expect(throws: PackError.self) { try packs(text) }
    #expect(error?.file == "holds.sql")
    #expect(error?.description.contains("line \(line):") == true)
  }

  @Test("A name that another pack has given is refused")
  func repeated() {
    #expect(throws: PackError.self) {
      try packs("-- hold x: A\nSELECT 1;", other: "-- hold x: B\nSELECT 1;")
    }
  }
}
