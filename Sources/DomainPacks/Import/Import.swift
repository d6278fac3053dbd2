public import LogFormat
import TransparencyLog

/// A file read by a mapping: its events, or everything that is wrong with it.
public struct Import: Sendable {
  public struct Entry: Sendable {
    public var event: Event
    /// The event as a CloudEvent, JSON on one line.
    public var text: String
    /// See ``ImportProblem/line``.
    public var line: Int
    /// Meant only for a subject on which nothing is recorded.
    public var isFirst: Bool
  }

  /// Whether lines are entries of a JSON array.
  public let countsEntries: Bool
  /// In the order of the rows; an event that several rows give alike stands once.
  public private(set) var entries: [Entry]
  /// All of them; where there is one, nothing of the file may be recorded.
  public let problems: [ImportProblem]

  /// Reads a file and checks each event against the packs.
  public init(_ bytes: [UInt8], by mapping: ImportMapping, packs: PackSet) {
    let table = ImportTable(bytes, mapping)
    var reading = Reading(mapping: mapping, packs: packs, table: table)
    for row in table.rows { reading.read(row) }
    countsEntries = table.countsEntries
    entries = reading.entries
    // Two events of a row may be refused for the same cell.
    var seen: Set<ImportProblem> = []
    problems = (table.problems + reading.problems).filter { seen.insert($0).inserted }
      .sorted { ($0.line, $0.column ?? 0) < ($1.line, $1.column ?? 0) }
  }

  /// The subjects of which somebody must say whether something is recorded on them.
  public var subjectsToKnow: Set<String> { Set(entries.lazy.filter(\.isFirst).map(\.event.subject)) }

  /// Leaves out what is meant only for subjects on which nothing is recorded, of those that are known.
  public mutating func leaveOutFirst(on known: Set<String>) {
    entries.removeAll { $0.isFirst && known.contains($0.event.subject) }
  }

  /// What the ledger says of the event at a place of ``entries``, as a problem of its row.
  public func problem(ofEntry index: Int, detail: String) -> ImportProblem {
    ImportProblem(line: entries[index].line, BilingualText(en: detail, de: detail))
  }
}

private struct Reading {
  let mapping: ImportMapping
  let packs: PackSet
  let table: ImportTable
  var entries: [Import.Entry] = []
  var problems: [ImportProblem] = []
  /// Values of the key → line.
  private var keys: [[String]: Int] = [:]
  private var ids: Set<String> = []
  /// The subjects of entries.
  private var subjects: Set<String> = []

  init(mapping: ImportMapping, packs: PackSet, table: ImportTable) {
    self.mapping = mapping
    self.packs = packs
    self.table = table
  }

  mutating func read(_ row: ImportTable.Row) {
    let known = problems.count
    var values: [String?] = []
    for (index, column) in mapping.columns.enumerated() {
      var value: String?
      do throws(BilingualText) {
        value = try column.json(row.cells[index])
      } catch {
        report(row, index, error)
        values.append(nil)
        continue
      }
      if column.isRequired, value == nil {
        report(row, index, BilingualText(en: "must not be empty", de: "darf nicht leer sein"))
      }
      values.append(value)
    }
    checkKey(row, values)
    // Of a row that is refused anyway, the rest is read for what else is wrong in it.
    let isRefused = problems.count > known
    for template in mapping.events { append(template, row, values, isRefused: isRefused) }
  }

  private mutating func checkKey(_ row: ImportTable.Row, _ values: [String?]) {
    guard let first = mapping.key.first else { return }
    let key = mapping.key.map { values[$0] ?? "" }
    guard key.contains(where: { !$0.isEmpty }) else { return }
    if let line = keys[key] {
      let what = table.countsEntries ? ("entry", "Eintrag") : ("line", "Zeile")
      report(
        row, first,
        BilingualText(en: "stands in \(what.0) \(line) already", de: "steht schon in \(what.1) \(line)"))
    } else {
      keys[key] = row.line
    }
  }

  private mutating func append(
    _ template: ImportMapping.EventTemplate, _ row: ImportTable.Row, _ values: [String?], isRefused: Bool
  ) {
    var isRefused = isRefused
    for condition in template.only {
      guard let value = values[condition.column] else { return }
      let isWanted = condition.texts.contains { value == JSONText.string($0) || value == $0 }
      if !isWanted { return }
    }
    var fields: [(path: [String], json: String)] = []
    var hasContent = false
    for (path, content) in template.data {
      switch content {
      case .value(let json): fields.append((path, json))
      case .columns(let columns):
        let filled = columns.filter { values[$0] != nil }
        guard let first = filled.first, let value = values[first] else { continue }
        for other in filled.dropFirst() where values[other] != value {
          let name = table.places[first].name
          report(
            row, other, BilingualText(en: "contradicts column \"\(name)\"", de: "widerspricht der Spalte „\(name)“"))
          isRefused = true
        }
        hasContent = true
        fields.append((path, value))
      }
    }
    if template.isOptional, !hasContent { return }
    var subject = ""
    for part in template.subject {
      switch part {
      case .literal(let text): subject += text
      case .column(let column):
        guard let value = values[column] else {
          if isRefused { return }
          report(
            row, column,
            BilingualText(
              en: "must not be empty: it names the subject", de: "darf nicht leer sein: sie benennt den Gegenstand"))
          return
        }
        subject += Reading.plain(value)
      }
    }
    if template.isFirst, subjects.contains(subject) { return }
    var time = template.time.flatMap { values[$0] }.map(Reading.plain)
    if let day = time, CivilDate.isDate(day) { time = day + "T12:00:00Z" }
    add(template, row, subject: subject, time: time, fields, isRefused: isRefused)
  }

  private mutating func add(
    _ template: ImportMapping.EventTemplate, _ row: ImportTable.Row, subject: String, time: String?,
    _ fields: [(path: [String], json: String)], isRefused: Bool
  ) {
    var fields = fields
    var isRefused = isRefused
    // A schema names the first field that is wrong. Without it the next one shows, so that all are reported.
    while true {
      let (id, text) = event(template, subject: subject, time: time, fields)
      do {
        let event = try Event(JSONDocument(text).root)
        _ = try packs.check(event)
        if !isRefused, ids.insert(id).inserted {
          subjects.insert(subject)
          entries.append(Import.Entry(event: event, text: text, line: row.line, isFirst: template.isFirst))
        }
        return
      } catch {
        let refusal =
          (error as? EventRefusal)
          ?? (error as? EventError).map { EventRefusal(pointer: $0.pointer, BilingualText($0.detail)) }
          ?? EventRefusal(pointer: "", BilingualText("\(error)"))
        let culprit = fields.firstIndex { Reading.isWithin(refusal.pointer, $0.path) }
        if !isRefused || culprit != nil { report(row, template, refusal) }
        isRefused = true
        guard let culprit else { return }
        fields.remove(at: culprit)
      }
    }
  }

  private func event(
    _ template: ImportMapping.EventTemplate, subject: String, time: String?, _ fields: [(path: [String], json: String)]
  ) -> (id: String, text: String) {
    var object = ObjectText()
    for field in fields { object.set(field.path, field.json) }
    let data = object.json
    let digest = SHA256.hash(
      [template.type, subject, time ?? "", data].map { JSONText.string($0) }.joined(separator: ","))
    let id = "import-" + digest.hex.prefix(32)
    var members = [
      #""specversion":"1.0""#, #""id":"\#(id)""#, #""source":\#(JSONText.string(mapping.source))"#,
      #""type":\#(JSONText.string(template.type))"#, #""subject":\#(JSONText.string(subject))"#,
    ]
    if let time { members.append(#""time":\#(JSONText.string(time))"#) }
    members += [#""datacontenttype":"application/json""#, #""data":\#(data)"#]
    return (id, "{" + members.joined(separator: ",") + "}")
  }

  /// Whether a pointer into the event leads to the field of its data, or into it.
  private static func isWithin(_ pointer: String, _ path: [String]) -> Bool {
    let field = "/data/" + path.map { JSONText.pointerToken($0) }.joined(separator: "/")
    return pointer == field || pointer.hasPrefix(field + "/")
  }

  /// A refusal of the pack, at the column that the field came from.
  private mutating func report(
    _ row: ImportTable.Row, _ template: ImportMapping.EventTemplate, _ refusal: EventRefusal
  ) {
    var column: Int?
    if refusal.pointer == "/subject" {
      column = template.subject.lazy.compactMap { if case .column(let column) = $0 { column } else { nil } }.first
    } else if refusal.pointer == "/time" {
      column = template.time
    } else {
      let field = template.data.first { Reading.isWithin(refusal.pointer, $0.path) }
      // Of several columns the one that is filled, so that the cell is named that holds the value.
      if case .columns(let columns)? = field?.content {
        column = columns.first { row.cells[$0].text?.isEmpty == false } ?? columns.first
      }
    }
    guard let column else {
      problems.append(
        ImportProblem(
          line: row.line,
          BilingualText(
            en: "\(template.type) \(refusal.pointer): \(refusal.text.en)",
            de: "\(template.type) \(refusal.pointer): \(refusal.text.de)")))
      return
    }
    report(row, column, refusal.text)
  }

  private mutating func report(_ row: ImportTable.Row, _ column: Int, _ detail: BilingualText) {
    let place = table.places[column]
    problems.append(ImportProblem(line: row.line, column: place.column, name: place.name, detail))
  }

  /// The text that JSON text stands for: a string decoded, all else as it is.
  private static func plain(_ json: String) -> String {
    (try? JSONDocument(json).root.string) ?? json
  }
}

/// A JSON object put together from paths.
private struct ObjectText {
  private indirect enum Node {
    case value(String)
    case object([(name: String, node: Node)])
  }

  private var root: [(name: String, node: Node)] = []

  mutating func set(_ path: [String], _ json: String) {
    ObjectText.set(path[...], json, in: &root)
  }

  private static func set(_ path: ArraySlice<String>, _ json: String, in members: inout [(name: String, node: Node)]) {
    guard let name = path.first else { return }
    var inner: [(name: String, node: Node)] = []
    let index = members.firstIndex { $0.name == name }
    if let index, case .object(let known) = members[index].node { inner = known }
    if path.count > 1 { set(path.dropFirst(), json, in: &inner) }
    let node = path.count > 1 ? Node.object(inner) : .value(json)
    if let index { members[index].node = node } else { members.append((name, node)) }
  }

  var json: String { ObjectText.text(root) }

  private static func text(_ members: [(name: String, node: Node)]) -> String {
    let texts = members.map { member in
      let value =
        switch member.node {
        case .value(let json): json
        case .object(let inner): text(inner)
        }
      return JSONText.string(member.name) + ":" + value
    }
    return "{" + texts.joined(separator: ",") + "}"
  }
}
