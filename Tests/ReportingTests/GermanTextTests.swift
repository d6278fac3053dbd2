import ReadModels
import Testing

@testable import Reporting

@Suite struct GermanTextTests {
  @Test(arguments: [(0, "0"), (7, "7"), (999, "999"), (1000, "1.000"), (1_234_567, "1.234.567"), (-1000, "−1.000")])
  func integers(number: Int64, text: String) {
    #expect(GermanText.integer(number) == text)
  }

  @Test func longestIntegers() {
    #expect(GermanText.integer(.min) == "−9.223.372.036.854.775.808")
    #expect(GermanText.euros(cents: .max) == "92.233.720.368.547.758,07 €")
  }

  @Test(arguments: [
    (21_500_000, "215.000,00 €"), (18, "0,18 €"), (5, "0,05 €"), (0, "0,00 €"), (-150, "−1,50 €"), (77_500, "775,00 €"),
  ])
  func euros(cents: Int64, text: String) {
    #expect(GermanText.euros(cents: cents) == text)
  }

  @Test(arguments: [("1.333333", "1,333333"), ("-1234.5", "−1.234,5"), ("12", "12"), ("1e+20", "1e+20"), ("1.", "1.")])
  func decimals(text: String, german: String) {
    #expect(GermanText.decimal(text) == german)
  }

  @Test func days() {
    #expect(GermanText.day("2022-12-31") == "31.12.2022")
    #expect(GermanText.day("2022-02-30") == nil)
    #expect(GermanText.day("2022-12-31T00:00") == nil)
  }

  @Test(arguments: [
    ("zum 2022-12-31: gemeldet 82", "zum 31.12.2022: gemeldet 82"),
    ("(2022-11-29, „2022-09-30“).", "(29.11.2022, „30.09.2022“)."),
    ("anfrage/2022-12-31 bleibt", "anfrage/2022-12-31 bleibt"),
    ("2022-02-30 ist kein Tag", "2022-02-30 ist kein Tag"),
    ("", ""),
  ])
  func prose(text: String, german: String) {
    #expect(GermanText.prose(text) == german)
  }

  @Test(arguments: [
    (SQLValue.integer(2022), ReportColumn.Format.automatic, "wert", "2.022"),
    (.integer(2022), .text, "jahr", "2022"),
    (.integer(21_500_000), .automatic, "soll_cent", "215.000,00 €"),
    (.integer(1), .jaNein, "neu", "ja"),
    (.integer(0), .jaNein, "neu", "nein"),
    (.text("2022-12-31"), .automatic, "tag", "31.12.2022"),
    (.text("2022-12-31"), .text, "tag", "2022-12-31"),
    (.text("12/2022"), .datum, "tag", "12/2022"),
    (.real(0.18), .automatic, "preis", "0,18"),
    (.null, .euro, "preis", ""),
  ])
  func cells(value: SQLValue, format: ReportColumn.Format, name: String, text: String) {
    #expect(CellText(value, ReportColumn(name: name, title: name, format: format)).text == text)
  }

  @Test func lists() {
    let column = ReportColumn(name: "ziele", title: "Ziele", format: .liste)
    #expect(CellText(.text(#"["a","b"]"#), column).items == ["a", "b"])
    #expect(CellText(.text("[]"), column).isEmpty)
    #expect(CellText(.text("kein Feld"), column).text == "kein Feld")
    #expect(CellText(.null, column).isEmpty)
  }
}
