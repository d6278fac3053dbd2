import LogFormat
import Testing

@testable import DomainPacks

@Suite struct ServiceBikesTests {
  private let packs: PackSet

  init() throws {
    packs = try packSet(["raeder": ServiceBikes.files])
  }

  @Test("The example pack loads as it is written")
  func loads() throws {
    let pack = try #require(packs.packs.first)
    #expect(pack.title == "Diensträder")
    #expect(pack.eventTypes.map(\.title) == ["Rad angeschafft", "Rad verkauft"])
    #expect(pack.eventTypes[0].stateRule == StateRule(from: .states([nil]), after: .state("vorhanden")))
    #expect(
      pack.eventTypes[1].stateRule
        == StateRule(
          from: .states(["vorhanden"]), after: .state("verkauft"), second: "de.aktenspur.rad.angeschafft"))
    #expect(pack.projection.schema.map(\.name) == ["rad"])
    #expect(pack.projection.handlers.map(\.eventType) == pack.eventTypes.map(\.name))
    #expect(pack.projection.handlers[1].statements == ["UPDATE rad\nSET bis = :day\nWHERE subject = :subject"])
    #expect(pack.figures.map(\.name) == ["raeder.vorhanden", "raeder.wert"])
    #expect(pack.figures.map(\.unit) == ["Räder", "Cent"])
    #expect(pack.findings.map(\.title) == ["Diensträder ohne Preis"])
    #expect(pack.expected?.root.value(at: "/figures/raeder.vorhanden/value")?.integer == 1)
  }

  @Test(
    "Its events are accepted or refused field by field",
    arguments: [
      (#"{"marke":"Diamant","preis_cent":89900,"nutzer":"N. N."}"#, nil),
      (#"{"preis_cent":1}"#, "/data/marke: is required"),
      (#"{"marke":""}"#, "/data/marke: expected at least 1 character, found 0"),
      (#"{"marke":"x","preis_cent":-1}"#, "/data/preis_cent: expected at least 0, found -1"),
      (#"{"marke":"x","preis_cent":1.5}"#, "/data/preis_cent: expected integer, found 1.5"),
      (
        #"{"marke":"x","preis_cent":1e30}"#,
        "/data/preis_cent: expected an integer within ±9007199254740991 (I-JSON), found 1e30"
      ),
      (#"{"marke":"x","nutzer":["Geheim"]}"#, "/data/nutzer: expected string, found array"),
    ])
  func events(data: String, expected: String?) throws {
    let bought = try event("de.aktenspur.rad.angeschafft", on: "rad/1", data: data)
    #expect(refusal(bought, by: packs) == expected)
  }

  @Test("The user of a bike is a personal field")
  func personal() throws {
    let type = try #require(packs.eventType("de.aktenspur.rad.angeschafft"))
    let data = try JSONDocument(#"{"marke":"x","nutzer":"N. N."}"#).root
    let field = try #require(type.personalFields(of: data, subject: "rad/1").first)
    #expect(field.pointer == "/nutzer")
    #expect(field.value.string == "N. N.")
    #expect(field.person == "rad/1")
    #expect(packs.eventType("de.aktenspur.rad.verkauft")?.hasPersonalFields == false)
  }
}
