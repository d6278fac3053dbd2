import Testing

@testable import DomainPacks

@Suite struct CSVTests {
  private func table(_ text: String) throws -> CSVTable { try CSVTable(name: "t", Array(text.utf8)) }

  @Test("Fields may be quoted, empty, and hold commas, quotes and line breaks")
  func reading() throws {
    let table = try table("nr,titel,gilt_bis\r\n1,\"a, \"\"b\"\"\r\nc\",\r\n2,,\"\"\n3, x ,ä")
    #expect(table.name == "t")
    #expect(table.columns == ["nr", "titel", "gilt_bis"])
    #expect(table.rows == [["1", "a, \"b\"\r\nc", ""], ["2", "", ""], ["3", " x ", "ä"]])
  }

  @Test("A table may have no rows, and one column")
  func small() throws {
    #expect(try table("a").rows == [])
    #expect(try table("a\n").rows == [])
    #expect(try table("a\n\nb\n").rows == [[""], ["b"]])
  }

  @Test(
    "Errors name the line",
    arguments: [
      ("", "1: expected a line with the names of the columns"), ("a,,b", "1: a column has no name"),
      ("a,A", "1: column A stands twice"), ("a,b\n1\n", "2: expected 2 fields, found 1"),
      ("a,b\n\"x\n\",2\n1,2,3", "4: expected 2 fields, found 3"),
      ("a\nx\"y", "2: a quote inside a field that is not quoted"),
      ("a\n\"x\"y", "2: text follows a closing quote"),
      ("a\n\n\"x\ny", "3: a quoted field that begins here has no closing quote"),
      ("a\rb", "1: a carriage return without line feed"),
    ])
  func errors(text: String, expected: String) {
    do throws(TextError) {
      _ = try CSVTable(name: "t", Array(text.utf8))
      Issue.record("\(text.debugDescription) was read")
    } catch {
      #expect("\(error.line): \(error.detail)" == expected)
    }
  }
}
