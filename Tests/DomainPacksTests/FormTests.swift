import LogFormat
import Testing

@testable import DomainPacks

private let bikeEvents = #"""
  {"title":"Diensträder","subject":"rad/{id}",
   "events":{"de.aktenspur.rad.geprueft":{"data":{"type":"object","properties":{"bremse":{"enum":["gut","schlecht",null]}}}}}}
  """#

private let brakes = #"{"feld":"bremse","frage":"?","art":"auswahl","werte":[{"wert":"gut","text":"sie bremst"}]}"#

/// `formulare.json` with one form of these questions.
private func formFile(_ questions: String, type: String = "de.aktenspur.rad.geprueft") -> String {
  #"{"pruefung":{"titel":"P","subjekt":"rad/{id}","ereignis":"\#(type)","stand":{"sicht":"a","subjekt":"s","spalte":"j"},"#
    + #""ergebnis":{"sicht":"e","subjekt":"s","fehlend":"f","spalten":[]},"fragen":[\#(questions)]}}"#
}

@Suite struct FormTests {
  private func packs(_ form: String) throws(PackError) -> PackSet {
    try packSet(["raeder": ["pack.json": bikeEvents, "formulare.json": form]])
  }

  @Test("A form is found by its name, and takes its subjects")
  func loads() throws {
    let form = try #require(try packs(formFile(brakes)).form("pruefung"))
    #expect(form.accepts(subject: "rad/1") && !form.accepts(subject: "auto/1"))
    #expect(form.questions.map(\.field) == ["bremse"])
  }

  @Test(
    "A form that is wrong is refused with its place",
    arguments: [
      (formFile(brakes, type: "t"), #"at /pruefung/ereignis: no pack knows the event type "t""#),
      (formFile(""), "at /pruefung/fragen: expected at least one question"),
      (formFile(brakes + "," + brakes), "at /pruefung/fragen/1/feld: field bremse is asked for twice"),
      (
        formFile(#"{"feld":"bremse","frage":"?","art":"auswahl","werte":[{"wert":"weg","text":"?"}]}"#),
        #"at /pruefung/fragen/0/werte/0/wert: de.aktenspur.rad.geprueft does not take it: expected "gut" or "schlecht" or null, found "weg""#
      ),
      (
        formFile(#"{"feld":"bremse","frage":"?","art":"auswahl"}"#),
        "at /pruefung/fragen/0/werte: expected the values to choose from"
      ),
      (
        formFile(#"{"feld":"bremse","frage":"?","art":"zahl"}"#),
        #"at /pruefung/fragen/0/art: expected one of auswahl, ja_nein, datum, cent, text; found "zahl""#
      ),
    ])
  func refused(json: String, expected: String) {
    #expect(errorText { () throws(PackError) in try packs(json) } == "pack raeder, formulare.json " + expected)
  }

  private func question(_ json: String) throws -> Question {
    try #require(try packs(formFile(json)).form("pruefung")).questions[0]
  }

  @Test(
    "Answers are read as people write them",
    arguments: [
      (#"{"feld":"x","frage":"?","art":"ja_nein"}"#, "Ja", "true"),
      (#"{"feld":"x","frage":"?","art":"ja_nein"}"#, "n", "false"),
      (#"{"feld":"x","frage":"?","art":"ja_nein"}"#, "2", "false"),
      (#"{"feld":"x","frage":"?","art":"ja_nein"}"#, "3", nil),
      (#"{"feld":"x","frage":"?","art":"datum"}"#, "1.2.2027", "\"2027-02-01\""),
      (#"{"feld":"x","frage":"?","art":"datum"}"#, "30.02.2027", nil),
      (#"{"feld":"x","frage":"?","art":"cent"}"#, "1750000", "1750000"),
      (#"{"feld":"x","frage":"?","art":"cent"}"#, "17.500,00", "1750000"),
      (#"{"feld":"x","frage":"?","art":"cent"}"#, "viel", nil), (brakes, "Sie bremst", "\"gut\""),
    ] as [(String, String, String?)])
  func answers(json: String, input: String, expected: String?) throws {
    #expect(try question(json).read(input) == expected)
  }

  @Test("A question matters while the result waits for it and no answer speaks against it")
  func matters() throws {
    let asked = try question(#"{"feld":"a.b","frage":"?","art":"text","wann":{"x":[true]},"auch":["c"]}"#)
    let independent = try question(#"{"feld":"a","frage":"?","art":"text","wann":{"x":[true]},"unabhaengig":true}"#)
    func json(_ text: String) throws -> JSONValue { try JSONDocument(text).root }
    #expect(try asked.matters(answers: json("{}"), missing: ["a"]))
    #expect(try asked.matters(answers: json(#"{"x":true}"#), missing: ["c"]))
    #expect(try !asked.matters(answers: json(#"{"x":false}"#), missing: ["a"]))
    #expect(try !asked.matters(answers: json("{}"), missing: ["x"]))
    #expect(try independent.matters(answers: json(#"{"x":true}"#), missing: []))
    #expect(try !independent.matters(answers: json("{}"), missing: ["a"]))
  }
}
