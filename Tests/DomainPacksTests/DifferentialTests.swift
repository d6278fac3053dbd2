import Foundation
import LogFormat
import Testing

@testable import DomainPacks

/// Python's `jsonschema`, where it is installed: the formats of ours that it checks.
private let checkedFormats: [String] = {
  guard Command.exists("python3"),
    let result = try? Command.run(
      "python3",
      [
        "-c",
        """
        from jsonschema import Draft202012Validator as V
        print(*[name for name in ("date", "date-time", "uri") if name in V.FORMAT_CHECKER.checkers])
        """,
      ]), result.status == 0
  else { return [] }
  return String(decoding: result.output, as: UTF8.self).split(whereSeparator: \.isWhitespace).map(String.init)
}()

@Suite struct DifferentialTests {
  private static let schemaCount = 3000
  private static let documentsPerSchema = 12

  /// Reads lines `{"schema": …, "documents": [texts]}`, answers each with a line of 0 and 1.
  private static let program = """
    import json, sys
    from jsonschema import Draft202012Validator as V
    for line in sys.stdin:
        case = json.loads(line)
        V.check_schema(case["schema"])
        validator = V(case["schema"], format_checker=V.FORMAT_CHECKER)
        print("".join("1" if validator.is_valid(json.loads(text)) else "0" for text in case["documents"]))
    """

  @Test(
    "Our validator and Python's jsonschema agree on generated schemas and documents",
    .enabled(if: !checkedFormats.isEmpty, "needs python3 with the package jsonschema"))
  func agreement() throws {
    var generator = SchemaGenerator(seed: 20_221_231, formats: checkedFormats)
    var cases: [(schema: String, documents: [String])] = []
    for _ in 0..<DifferentialTests.schemaCount {
      let schema = generator.schema()
      cases.append((schema, (0..<DifferentialTests.documentsPerSchema).map { _ in generator.value() }))
    }
    let input = cases.map { schema, documents in
      "{\"schema\":\(schema),\"documents\":[\(documents.map(JSONText.string).joined(separator: ","))]}\n"
    }.joined()
    let result = try Command.run("python3", ["-c", DifferentialTests.program], input: Data(input.utf8))
    #expect(result.status == 0, "\(result.errors)")
    let answers = String(decoding: result.output, as: UTF8.self).split(separator: "\n")
    #expect(answers.count == cases.count)

    var validCount = 0
    for ((schema, documents), answer) in zip(cases, answers) {
      let compiled = try compile(schema)
      for (document, digit) in zip(documents, answer) {
        let isValid = compiled.accepts(try JSONDocument(document).root)
        #expect(isValid == (digit == "1"), "schema \(schema), document \(document)")
        validCount += isValid ? 1 : 0
      }
    }
    // Neither verdict may be rare, or agreement would say little.
    let share = Double(validCount) / Double(DifferentialTests.schemaCount * DifferentialTests.documentsPerSchema)
    #expect((0.25...0.75).contains(share), "\(share) of the documents are valid")
  }
}
