import Foundation
import LogFormat

/// What is wrong in an imported file, and where.
public struct ImportProblem: Error, Sendable, Hashable {
  /// The line of a CSV or NDJSON file, the place of an entry of a JSON array; from 1. 0: the file as a whole.
  public var line: Int
  /// Of a CSV file, from 1.
  public var column: Int?
  /// The column's name in the file.
  public var name: String?
  public var detail: BilingualText

  public init(line: Int, column: Int? = nil, name: String? = nil, _ detail: BilingualText) {
    self.line = line
    self.column = column
    self.name = name
    self.detail = detail
  }
}

/// A cell of an imported table.
struct ImportCell {
  /// Nil where there is none, or JSON that is no text.
  var text: String?
  /// Where the row is JSON.
  var json: JSONValue?

  static let none = ImportCell(text: nil, json: nil)
}

/// The rows of an imported file, in the order of the mapping's columns.
struct ImportTable {
  struct Row {
    var line: Int
    var cells: [ImportCell]
  }

  /// Whether ``ImportProblem/line`` counts entries of an array.
  private(set) var countsEntries = false
  private(set) var rows: [Row] = []
  private(set) var problems: [ImportProblem] = []
  /// For each column of the mapping: its place in the file from 1, and its name there.
  private(set) var places: [(column: Int?, name: String)]
  private let mapping: ImportMapping

  init(_ bytes: [UInt8], _ mapping: ImportMapping) {
    self.mapping = mapping
    places = mapping.columns.map { (nil, $0.names[0]) }
    do throws(ImportProblem) {
      let bytes = try ImportTable.decoded(bytes, mapping.encoding)
      let first = bytes.first { !" \t\r\n".utf8.contains($0) }
      let looksLikeJSON = first == UInt8(ascii: "[") || first == UInt8(ascii: "{")
      switch mapping.input ?? (looksLikeJSON ? .json : .csv) {
      case .csv: try readCSV(bytes)
      case .json: try readJSON(bytes)
      }
    } catch {
      problems.append(error)
    }
  }

  private static func decoded(_ bytes: [UInt8], _ encoding: ImportMapping.Encoding) throws(ImportProblem) -> [UInt8] {
    switch encoding {
    case .windows1252:
      guard let text = String(bytes: bytes, encoding: .windowsCP1252) else {
        throw ImportProblem(line: 0, BilingualText(en: "not windows-1252", de: "nicht windows-1252"))
      }
      return Array(text.utf8)
    case .utf8:
      let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      if let line = lines.firstIndex(where: { String(validating: $0, as: UTF8.self) == nil }) {
        throw ImportProblem(
          line: line + 1,
          BilingualText(
            en: "not UTF-8; save the file as UTF-8, or use a mapping with \"encoding\": \"windows-1252\"",
            de:
              "kein UTF-8; die Datei als UTF-8 speichern oder eine Abbildung mit \"encoding\": \"windows-1252\" nehmen")
        )
      }
      return bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    }
  }

  // MARK: CSV

  private mutating func readCSV(_ bytes: [UInt8]) throws(ImportProblem) {
    var reader = CSVReader(bytes, delimiter: mapping.delimiter ?? ImportTable.delimiter(of: bytes))
    guard let header = try ImportTable.row(&reader) else {
      throw ImportProblem(line: 1, BilingualText(en: "the file is empty", de: "die Datei ist leer"))
    }
    let sources = findColumns(header)
    guard problems.isEmpty else { return }
    while true {
      let line = reader.line
      guard let row = try ImportTable.row(&reader) else { return }
      if row.allSatisfy({ $0.trimmingSpace.isEmpty }) { continue }
      guard row.count == header.count else {
        problems.append(
          ImportProblem(
            line: line,
            BilingualText(
              en: "expected \(header.count) fields as in line 1, found \(row.count)",
              de: "erwartet \(header.count) Felder wie in Zeile 1, gefunden \(row.count)")))
        continue
      }
      rows.append(
        Row(line: line, cells: sources.map { source in source.map { ImportCell(text: row[$0]) } ?? .none }))
    }
  }

  private static func row(_ reader: inout CSVReader) throws(ImportProblem) -> [String]? {
    do throws(TextError) {
      return try reader.readRow()
    } catch {
      throw ImportProblem(line: error.line, BilingualText(en: error.detail, de: error.german))
    }
  }

  /// The character among `,`, `;` and tab that stands most often in the first line.
  private static func delimiter(of bytes: [UInt8]) -> UInt8 {
    let line = bytes.prefix { $0 != UInt8(ascii: "\n") }
    let counts = ",;\t".utf8.map { candidate in (candidate, line.count { $0 == candidate }) }
    return counts.max { $0.1 < $1.1 }.flatMap { $0.1 > 0 ? $0.0 : nil } ?? UInt8(ascii: ",")
  }

  /// For each column of the mapping its place in the file.
  private mutating func findColumns(_ header: [String]) -> [Int?] {
    var sources = [Int?](repeating: nil, count: mapping.columns.count)
    for (place, name) in header.enumerated() {
      let normal = ImportColumn.normal(String(name.trimmingSpace))
      let known = mapping.columns.firstIndex { $0.names.contains { ImportColumn.normal($0) == normal } }
      if let known {
        if let other = sources[known] {
          report(
            1, place, name, "is the same column as \"\(header[other])\"", "ist dieselbe Spalte wie „\(header[other])“")
        }
        sources[known] = place
        places[known] = (place + 1, name)
      } else if !mapping.ignored.contains("*"), !mapping.ignored.contains(normal) {
        let names = mapping.columns.map { $0.names[0] }.joined(separator: ", ")
        report(
          1, place, name,
          "unknown column; known are \(names). Remove it from the file, or name it in the mapping's \"ignore\"",
          "unbekannte Spalte; bekannt sind \(names). Aus der Datei nehmen oder in der Abbildung unter „ignore“ nennen")
      }
    }
    for (index, column) in mapping.columns.enumerated() where column.isRequired && sources[index] == nil {
      let names = column.names.joined(separator: ", ")
      problems.append(
        ImportProblem(
          line: 1, name: column.names[0],
          BilingualText(
            en: "the column is missing; it may be called \(names)", de: "die Spalte fehlt; sie darf heißen: \(names)")))
    }
    return sources
  }

  private mutating func report(_ line: Int, _ place: Int, _ name: String, _ en: String, _ de: String) {
    problems.append(ImportProblem(line: line, column: place + 1, name: name, BilingualText(en: en, de: de)))
  }

  // MARK: JSON

  private mutating func readJSON(_ bytes: [UInt8]) throws(ImportProblem) {
    if mapping.rows.isEmpty, bytes.first(where: { !" \t\r\n".utf8.contains($0) }) == UInt8(ascii: "{") {
      for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated()
      where !line.allSatisfy({ " \t\r".utf8.contains($0) }) {
        do throws(JSONError) {
          add(try JSONDocument(Array(line)).root, line: index + 1)
        } catch {
          problems.append(ImportProblem(line: index + 1, BilingualText("\(error)")))
        }
      }
      return
    }
    countsEntries = true
    let root: JSONValue
    do throws(JSONError) {
      root = try JSONDocument(bytes).root
    } catch {
      throw ImportProblem(line: 0, BilingualText("\(error)"))
    }
    guard let array = root.value(at: mapping.rows), array.kind == .array else {
      let place = mapping.rows.isEmpty ? "" : " at \(mapping.rows)"
      throw ImportProblem(line: 0, BilingualText(en: "expected an array\(place)", de: "erwartet eine Liste\(place)"))
    }
    for (index, element) in array.elements.enumerated() { add(element, line: index + 1) }
  }

  private mutating func add(_ value: JSONValue, line: Int) {
    guard value.kind == .object else {
      problems.append(
        ImportProblem(line: line, BilingualText(en: "expected an object", de: "erwartet ein Objekt")))
      return
    }
    let cells = mapping.columns.map { column in
      column.names.lazy.compactMap { $0.hasPrefix("/") ? value.value(at: $0) : value[$0] }.first
        .map(ImportCell.init) ?? .none
    }
    rows.append(Row(line: line, cells: cells))
  }
}

extension ImportCell {
  init(text: String) { self.init(text: text, json: nil) }

  init(_ json: JSONValue) {
    let text = json.string ?? json.numberText ?? json.bool.map { $0 ? "true" : "false" }
    self.init(text: text, json: json)
  }
}
