import LogFormat

/// How the rows of a table become events: a named mapping of a pack (`abbildungen/<name>.json`), or a file of its own.
///
/// ```json
/// {"title":"Dienstradliste","source":"urn:kreis:dienstraeder","delimiter":";","key":["nummer"],
///  "columns":{
///   "nummer":{"names":["Nummer","Nr."],"required":true},
///   "marke":{"names":["Marke"],"required":true},
///   "preis":{"names":["Preis"],"format":"euro"},
///   "seit":{"names":["Angeschafft am"],"format":"date"}},
///  "ignore":["Bemerkung"],
///  "events":[
///   {"type":"de.aktenspur.rad.angeschafft","subject":"rad/{nummer}","time":"seit",
///    "data":{"marke":"marke","preis_cent":"preis","art":{"value":"Dienstrad"}}}]}
/// ```
///
/// - `input`: `csv` or `json`; without it the first byte decides (`[` and `{` begin JSON).
/// - CSV (RFC 4180) with a line of names. `delimiter` is one character; without it the line of names decides among
///   comma, semicolon and tab. `encoding` is `utf-8` (the default) or `windows-1252`.
/// - JSON is an array of objects, one object a line (NDJSON), or an object that holds the array at the JSON Pointer
///   `rows`.
/// - `columns`: for each column the `names` it may have in the file beside its own (letter case, spaces, `-` and `_` do
///   not count; in JSON a member's name, or a JSON Pointer into the row), whether it is `required` in
///   every row, its `format` (``ImportColumn/Format``), the `values` that texts stand for, and a `prefix` that is dropped.
///   Which of the columns the file has is free, except for those required.
/// - `ignore`: names of further columns of the file; `["*"]` ignores all others. A column that is neither used nor
///   ignored is an error: it could hold what somebody believes to be recorded.
/// - `key`: columns that together stand once in the file.
/// - `events`: for each row, in this order. `subject` names columns in braces; `time` is a column of format `date`, `time`
///   or `milliseconds` (a day is taken at noon UTC, which is the same day in Europe). `only` takes the rows whose column
///   holds one of these texts; an `optional` event is left out of rows that give it no data from a column, and one that is to be the
///   `first` wherever something is recorded on its subject already, in the ledger or above in the file. In `data` a
///   name with points leads into an object; its content is the name of a column, an array of names of which the first
///   that is not empty counts, or `{"value": …}`. Empty cells are left out.
///
/// An event's `id` is `import-` and 32 hexadecimal digits of the SHA-256 of its type, subject, time and data: the same
/// row is recorded once, however often it is imported.
public struct ImportMapping: Sendable {
  public enum Input: String, Sendable, CaseIterable {
    case csv, json
  }

  public enum Encoding: String, Sendable, CaseIterable {
    case utf8 = "utf-8"
    case windows1252 = "windows-1252"
  }

  struct EventTemplate: Sendable {
    enum Content: Sendable {
      /// The first of these columns that is not empty.
      case columns([Int])
      /// JSON text.
      case value(String)
    }

    var type: String
    var subject: [SubjectPart]
    /// Column.
    var time: Int?
    var only: [(column: Int, texts: [String])]
    /// Only where nothing is recorded on the subject yet.
    var isFirst: Bool
    var isOptional: Bool
    /// Path into the data → content.
    var data: [(path: [String], content: Content)]
    /// JSON Pointer into the mapping, for errors.
    var pointer: String
  }

  enum SubjectPart: Sendable {
    case literal(String)
    case column(Int)
  }

  /// `abbildungen/`.
  static let folder = "abbildungen/"

  public let name: String
  public let title: String
  /// CloudEvents `source` of the events.
  public let source: String
  let input: Input?
  let delimiter: UInt8?
  let encoding: Encoding
  let rows: String
  let columns: [ImportColumn]
  let ignored: [String]
  let key: [Int]
  let events: [EventTemplate]

  /// The types of its events.
  public var eventTypes: [String] { events.map(\.type) }

  /// Reads a mapping.
  ///
  /// - Throws: ``ImportMappingError`` with the place in the file.
  public init(name: String, json: [UInt8]) throws(ImportMappingError) {
    let root: JSONValue
    do throws(JSONError) {
      root = try JSONDocument(json).root
    } catch {
      throw ImportMappingError(pointer: error.pointer, detail: error.description)
    }
    do throws(SchemaError) {
      try self.init(name: name, root)
    } catch {
      throw ImportMappingError(pointer: error.pointer, detail: error.detail)
    }
  }

  private init(name: String, _ root: JSONValue) throws(SchemaError) {
    let members = try ObjectMembers(
      root, at: "", what: "mapping",
      allowed: [
        "title", "description", "source", "input", "delimiter", "encoding", "rows", "columns", "ignore", "key",
        "events",
      ])
    _ = try members.string("description")
    self.name = name
    title = try members.string("title") ?? name
    source = try members.requiredString("source")
    input = try members.choice("input", of: Input.self)
    encoding = try members.choice("encoding", of: Encoding.self) ?? .utf8
    rows = try members.string("rows") ?? ""
    delimiter = try members.string("delimiter").map { text throws(SchemaError) in
      guard text.utf8.count == 1, let byte = text.utf8.first, !"\"\r\n".utf8.contains(byte) else {
        throw SchemaError("/delimiter", "expected one ASCII character, no quote and no line break")
      }
      return byte
    }
    let described = try ObjectMembers(root["columns"] ?? .null, at: "/columns", what: "columns")
    var columns: [ImportColumn] = []
    for column in described.all { columns.append(try ImportColumn(column.name, column.value, at: column.pointer)) }
    self.columns = columns
    ignored = try members.strings("ignore").map { $0 == "*" ? $0 : ImportColumn.normal($0) }
    let reader = TemplateReader(columns: columns.map(\.name))
    var key: [Int] = []
    for (index, name) in try members.strings("key").enumerated() {
      key.append(try reader.column(name, at: "/key/\(index)"))
    }
    self.key = key
    var events: [EventTemplate] = []
    for (value, pointer) in try members.array("events") { events.append(try reader.event(value, at: pointer)) }
    guard !events.isEmpty else { throw SchemaError("/events", "expected at least one event") }
    for event in events {
      guard let time = event.time, ![.date, .time, .milliseconds].contains(columns[time].format) else { continue }
      throw SchemaError(event.pointer + "/time", "expected a column of format date, time or milliseconds")
    }
    self.events = events
  }
}

/// What is wrong with a mapping.
public struct ImportMappingError: Error, Sendable, Hashable, CustomStringConvertible {
  /// JSON Pointer (RFC 6901) into the mapping.
  public var pointer: String
  public var detail: String

  public var description: String { pointer.isEmpty ? detail : "at \(pointer): \(detail)" }
}

extension ObjectMembers {
  func choice<Choice: RawRepresentable & CaseIterable>(
    _ name: String, of _: Choice.Type
  ) throws(SchemaError) -> Choice? where Choice.RawValue == String {
    guard let text = try string(name) else { return nil }
    guard let choice = Choice(rawValue: text) else {
      let all = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw SchemaError(pointer(to: name), "expected one of \(all); found \(JSONText.string(text))")
    }
    return choice
  }
}

/// Reads the templates of events, whose columns must be there.
private struct TemplateReader {
  let columns: [String]

  func column(_ name: String, at pointer: String) throws(SchemaError) -> Int {
    guard let index = columns.firstIndex(of: name) else {
      throw SchemaError(pointer, "no column \(JSONText.string(name)); there are \(columns.joined(separator: ", "))")
    }
    return index
  }

  func event(_ json: JSONValue, at pointer: String) throws(SchemaError) -> ImportMapping.EventTemplate {
    let members = try ObjectMembers(
      json, at: pointer, what: "event", allowed: ["type", "subject", "time", "only", "optional", "first", "data"])
    var only: [(column: Int, texts: [String])] = []
    if let json = json["only"] {
      let conditions = try ObjectMembers(json, at: members.pointer(to: "only"), what: "condition")
      for (name, _, pointer) in conditions.all {
        only.append((try column(name, at: pointer), try conditions.strings(name)))
      }
    }
    var data: [(path: [String], content: ImportMapping.EventTemplate.Content)] = []
    if let json = json["data"] {
      let fields = try ObjectMembers(json, at: members.pointer(to: "data"), what: "data")
      for (name, value, pointer) in fields.all {
        data.append((name.split(separator: ".").map(String.init), try content(value, at: pointer)))
      }
    }
    return ImportMapping.EventTemplate(
      type: try members.requiredString("type"),
      subject: try subject(members.requiredString("subject"), at: members.pointer(to: "subject")),
      time: try members.string("time").map { name throws(SchemaError) in
        try column(name, at: members.pointer(to: "time"))
      },
      only: only, isFirst: try members.bool("first"), isOptional: try members.bool("optional"), data: data,
      pointer: pointer)
  }

  private func content(
    _ value: JSONValue, at pointer: String
  ) throws(SchemaError) -> ImportMapping.EventTemplate.Content {
    if let name = value.string { return .columns([try column(name, at: pointer)]) }
    if value.kind == .array {
      var columns: [Int] = []
      for (index, element) in value.elements.enumerated() {
        columns.append(try column(element.string ?? "", at: "\(pointer)/\(index)"))
      }
      return .columns(columns)
    }
    let members = try ObjectMembers(value, at: pointer, what: "constant", allowed: ["value"])
    guard let constant = members.json["value"] else {
      throw SchemaError(pointer, "expected the name of a column, or {\"value\": …}")
    }
    return .value(String(decoding: constant.text, as: UTF8.self))
  }

  private func subject(_ text: String, at pointer: String) throws(SchemaError) -> [ImportMapping.SubjectPart] {
    var parts: [ImportMapping.SubjectPart] = []
    var rest = text[...]
    while let open = rest.firstIndex(of: "{") {
      guard let close = rest[open...].firstIndex(of: "}") else {
        throw SchemaError(pointer, "\"{\" without \"}\"")
      }
      if open > rest.startIndex { parts.append(.literal(String(rest[..<open]))) }
      parts.append(.column(try column(String(rest[rest.index(after: open)..<close]), at: pointer)))
      rest = rest[rest.index(after: close)...]
    }
    if !rest.isEmpty { parts.append(.literal(String(rest))) }
    return parts
  }
}
