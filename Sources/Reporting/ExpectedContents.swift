import DomainPacks
import LogFormat
import ReadModels
import TransparencyLog

/// What a pack's `expected.json` says must hold after its examples.
struct ExpectedContents {
  private struct Figure {
    var name: String
    var effective: String
    var from: String?
    var to: String?
    var value: JSONValue
  }

  private let pack: String
  private let tables: [(name: String, rows: [JSONValue])]
  private let figures: [Figure]
  private let findings: [(name: String, count: Int64)]

  var count: Int { tables.count + figures.count + findings.count }

  init(_ document: JSONDocument, pack: String) throws(ReportingError) {
    self.pack = pack
    let reader = DefinitionReader(pack: pack, file: "expected.json")
    let root = document.root
    try reader.check(root, "", members: ["tables", "figures", "findings"])
    tables = try ExpectedContents.tables(root, reader)
    figures = try ExpectedContents.figures(root, reader)
    findings = try ExpectedContents.findings(root, reader)
  }

  func differences(
    from snapshot: ProjectionSnapshot, lastDay: String
  ) throws(ReportingError) -> [ProjectionDifference] {
    var differences: [ProjectionDifference] = []
    for (name, rows) in tables { differences += try compare(table: name, rows, snapshot) }
    for figure in figures { differences += try compare(figure, snapshot) }

    let effective = figures.map(\.effective).max() ?? lastDay
    let found = findings.isEmpty ? [] : try Findings.compute(snapshot: snapshot, effective: effective)
    let known = Set(snapshot.packs.packs.flatMap(\.findings).map(\.name))
    for (name, count) in findings {
      guard known.contains(name) else {
        differences.append(difference("finding \(name)", "a finding of that name", "none"))
        continue
      }
      let texts = found.filter { $0.name == name }.map(\.text)
      if texts.count != count {
        let list = texts.isEmpty ? "" : ": " + texts.joined(separator: "; ")
        differences.append(difference("finding \(name) on \(effective)", "\(count)", "\(texts.count)\(list)"))
      }
    }
    return differences
  }

  private func compare(_ figure: Figure, _ snapshot: ProjectionSnapshot) throws(ReportingError)
    -> [ProjectionDifference]
  {
    let what = "figure \(figure.name) on \(figure.effective)"
    let computed: [FigureValue]
    do {
      computed = try Figures.compute(
        snapshot: snapshot, effective: figure.effective, from: figure.from, to: figure.to, names: [figure.name])
    } catch .unknownFigures {
      return [difference(what, "a figure of that name", "none")]
    }
    let expected = figure.value.numberText ?? ""
    return computed.filter { Double($0.value.text) != Double(expected) }.map {
      difference(what, expected, $0.value.text)
    }
  }

  /// Every expected row takes one row of the table that agrees with it in the columns it names, the rows that name most
  /// columns first.
  private func compare(
    table: String, _ expected: [JSONValue], _ snapshot: ProjectionSnapshot
  ) throws(ReportingError) -> [ProjectionDifference] {
    let what = "table \(table)"
    let quoted = "\"" + table.replacing(scalar: "\"", with: "\"\"") + "\""
    let result: QueryResult
    do {
      result = try snapshot.rows("SELECT * FROM \(quoted)", arguments: [:], limits: .report)
    } catch {
      return [difference(what, "a table or view of that name", "\(error)")]
    }
    var differences: [ProjectionDifference] = []
    var rest = result.rows
    for row in expected.sorted(by: { $0.count > $1.count }) {
      let unknown = row.members.map(\.name).filter { !result.columns.contains($0) }
      if let name = unknown.first {
        differences.append(difference(what, "a column \(name)", "only \(result.columns.joined(separator: ", "))"))
        continue
      }
      if let index = rest.firstIndex(where: { agrees($0, with: row, columns: result.columns) }) {
        rest.remove(at: index)
      } else {
        differences.append(difference(what, "a row \(String(decoding: row.text, as: UTF8.self))", "none"))
      }
    }
    let named = Set(expected.flatMap { $0.members.map(\.name) })
    for row in rest {
      var json = JSONWriter()
      json.object { json in
        for (column, value) in zip(result.columns, row) where named.isEmpty || named.contains(column) {
          json.name(column)
          json.value(value)
        }
      }
      differences.append(difference(what, "no further row", String(decoding: json.line().dropLast(), as: UTF8.self)))
    }
    return differences
  }

  private func agrees(_ row: [SQLValue], with expected: JSONValue, columns: [String]) -> Bool {
    expected.members.allSatisfy { member in
      columns.firstIndex(of: member.name).map { row[$0].agrees(with: member.value) } ?? false
    }
  }

  private func difference(_ what: String, _ expected: String, _ found: String) -> ProjectionDifference {
    ProjectionDifference(pack: pack, what: what, expected: expected, found: found)
  }
}

extension ExpectedContents {
  private static func tables(
    _ root: JSONValue, _ reader: DefinitionReader
  ) throws(ReportingError) -> [(name: String, rows: [JSONValue])] {
    guard let object = root["tables"] else { return [] }
    guard object.kind == .object else { throw reader.error("/tables", "expected an object: table to rows") }
    var tables: [(name: String, rows: [JSONValue])] = []
    for member in object.members {
      var rows: [JSONValue] = []
      for (pointer, row) in try reader.array(object, "/tables", member.name) {
        guard row.kind == .object else { throw reader.error(pointer, "expected an object: column to value") }
        rows.append(row)
      }
      tables.append((member.name, rows))
    }
    return tables
  }

  private static func figures(_ root: JSONValue, _ reader: DefinitionReader) throws(ReportingError) -> [Figure] {
    guard let object = root["figures"] else { return [] }
    guard object.kind == .object else { throw reader.error("/figures", "expected an object: figure to value") }
    var figures: [Figure] = []
    for member in object.members {
      let pointer = "/figures/" + JSONText.pointerToken(member.name)
      try reader.check(member.value, pointer, members: ["effective", "from", "to", "value"])
      func day(_ name: String) throws(ReportingError) -> String? {
        guard member.value[name] != nil else { return nil }
        let text = try reader.string(member.value, pointer, name)
        guard CivilDate.isDate(text) else { throw reader.error("\(pointer)/\(name)", "expected a day, YYYY-MM-DD") }
        return text
      }
      guard let effective = try day("effective") else { throw reader.error(pointer + "/effective", "missing") }
      guard let value = member.value["value"], value.kind == .number else {
        throw reader.error(pointer + "/value", "expected a number")
      }
      figures.append(
        Figure(name: member.name, effective: effective, from: try day("from"), to: try day("to"), value: value))
    }
    return figures
  }

  private static func findings(
    _ root: JSONValue, _ reader: DefinitionReader
  ) throws(ReportingError) -> [(name: String, count: Int64)] {
    guard let object = root["findings"] else { return [] }
    guard object.kind == .object else { throw reader.error("/findings", "expected an object: finding to count") }
    var findings: [(name: String, count: Int64)] = []
    for member in object.members {
      guard let count = member.value.integer, count >= 0 else {
        throw reader.error("/findings/" + JSONText.pointerToken(member.name), "expected a number of rows")
      }
      findings.append((member.name, count))
    }
    return findings
  }
}

extension SQLValue {
  /// Whether a value of a row is the expected one: numbers by value, text by its characters, `true` and `false` as 1
  /// and 0, arrays and objects as the JSON that a text holds.
  fileprivate func agrees(with expected: JSONValue) -> Bool {
    switch (self, expected.kind) {
    case (.null, .null): true
    case (.integer(let number), .bool): number == (expected.bool == true ? 1 : 0)
    case (.integer(let number), .number):
      expected.integer.map { $0 == number } ?? (expected.numberText.flatMap { Double($0) } == Double(number))
    case (.real(let number), .number): expected.numberText.flatMap { Double($0) } == number
    case (.text(let text), .string): expected.string == text
    case (.text(let text), .array), (.text(let text), .object):
      (try? JSONDocument(text))?.root.isEqual(to: expected) ?? false
    case (.blob(let bytes), .string): expected.string == Base64.encode(bytes)
    default: false
    }
  }
}
