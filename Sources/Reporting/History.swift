public import DomainPacks
public import LogFormat
public import ReadModels

/// What was done to a subject and what belongs to it, by whom and when, told from the records: a row for each field that
/// an event changed, with the value before and after.
///
/// The rows have the seven fields of xdomea's `HistorienProtokollInformation`: actor, time, action, field, old value, new
/// value, remark. Old values are not what a sender claims but what the record before said. Sealed values stay sealed.
public struct History: Sendable {
  /// One row: a change of a field, or an action that changed none.
  public struct Entry: Sendable, Hashable {
    public let sequence: UInt64
    public let subject: String
    public let type: String
    /// Who acted: `authid`, else who sent it.
    public let actor: String
    public let recordedBy: String
    /// When it happened as the sender says, else when it was recorded; RFC 3339.
    public let time: String
    public let recordedTime: String
    /// The event type's title.
    public let action: String
    /// Names of members joined by `.`; `zustand` is the subject's state. Nil where no field was changed.
    public let field: String?
    /// JSON; nil where there was no value, or none is left.
    public let old: String?
    public let new: String?
    public let remark: String?
  }

  public let subject: String
  /// The subjects told with it.
  public let parts: [String]
  public let asof: LogHead
  /// In the order of the log.
  public let entries: [Entry]

  /// - Parameter records: all records on the subject and its parts in the order of the log, and what else concerns them.
  public init(of subject: String, parts: [String], records: [Record], packs: PackSet, asof: LogHead) {
    self.subject = subject
    self.parts = parts
    self.asof = asof
    var telling = Telling(packs: packs)
    for record in records { telling.add(record) }
    entries = telling.entries
  }
}

/// Tells records one after the other, knowing each subject's fields as they were before.
private struct Telling {
  private struct Subject {
    /// By the part of the subject that they belong to.
    var fields: [Part: [String: String]] = [:]
    var state: String?
  }

  /// The subject itself, or one of the things it has several of.
  private struct Part: Hashable {
    var name = ""
    var key = ""
  }

  private static let remarks = ["bemerkung", "grund", "begruendung"]
  private static let ledgerPrefix = "de.aktenspur.ledger."
  private static let ledgerActions = [
    "dokument-gelesen": "Inhalt gelesen", "personendaten-gelesen": "Personenbezogene Angaben gelesen",
    "loeschung-beantragt": "Löschung beantragt", "geloescht": "Personenbezogene Daten gelöscht",
    "loeschung-geprueft": "Löschung geprüft",
    "dokument-abgelegt": "Inhalt abgelegt", "dokument-vernichtet": "Inhalt vernichtet",
  ]

  let packs: PackSet
  private(set) var entries: [History.Entry] = []
  private var subjects: [String: Subject] = [:]

  init(packs: PackSet) {
    self.packs = packs
  }

  mutating func add(_ record: Record) {
    let isOwn = record.type.hasPrefix(Telling.ledgerPrefix)
    // What the ledger records of itself names the subject in its data.
    let subject = isOwn ? record.data?["subject"]?.string ?? record.subject : record.subject
    let eventType = packs.eventType(record.type)
    let part = eventType?.part.map { Part(name: $0.name, key: record.data?[$0.key]?.string ?? "") } ?? Part()
    let remark = Telling.remarks.first { record.data?[$0]?.string != nil }
    var fields: [(name: String, value: String?)] = []
    if let data = record.data, data.kind == .object {
      for member in data.members where member.name != remark && !(isOwn && member.name == "subject") {
        Telling.flatten(member.value, member.name, into: &fields)
      }
    }
    var before = subjects[subject] ?? Subject()
    var changes: [(field: String, old: String?, new: String?)] = []
    for field in fields {
      var old = isOwn ? nil : before.fields[part]?[field.name]
      // What an event says the state is now, the state was before, whichever event made it that.
      if case .property(field.name) = eventType?.stateRule.after { old = before.state.map { JSONText.string($0) } }
      guard old != field.value else { continue }
      changes.append((field.name, old, field.value))
      if !isOwn { before.fields[part, default: [:]][field.name] = field.value }
    }
    if let rule = eventType?.stateRule, let state = rule.state(after: record.data) {
      if state != before.state, case .state = rule.after {
        changes.append(("zustand", before.state.map { JSONText.string($0) }, JSONText.string(state)))
      }
      before.state = state
    }
    if !isOwn { subjects[subject] = before }
    func entry(_ field: String?, _ old: String?, _ new: String?) -> History.Entry {
      History.Entry(
        sequence: record.sequence, subject: subject, type: record.type, actor: record.authid ?? record.recordedBy,
        recordedBy: record.recordedBy, time: record.time ?? record.recordedTime, recordedTime: record.recordedTime,
        action: action(record.type), field: field, old: old, new: new,
        remark: remark.flatMap { record.data?[$0]?.string })
    }
    entries += changes.isEmpty ? [entry(nil, nil, nil)] : changes.map { entry($0.field, $0.old, $0.new) }
  }

  private func action(_ type: String) -> String {
    guard type.hasPrefix(Telling.ledgerPrefix) else { return packs.eventType(type)?.title ?? type }
    return Telling.ledgerActions[String(type.dropFirst(Telling.ledgerPrefix.count))] ?? type
  }

  /// The values that stand in no further object; nil for `null`, which takes a value away.
  private static func flatten(
    _ value: JSONValue, _ name: String, into fields: inout [(name: String, value: String?)]
  ) {
    guard value.kind == .object, !value.isSealed else {
      fields.append((name, value.kind == .null ? nil : String(decoding: value.text, as: UTF8.self)))
      return
    }
    for member in value.members { flatten(member.value, name + "." + member.name, into: &fields) }
  }
}

extension JSONValue {
  /// Whether it stands where a personal value was sealed.
  var isSealed: Bool { kind == .object && count == 1 && self["sealed"]?.string != nil }
}

extension History {
  /// A value as people read it: texts without quotes, lists in a row, what is sealed as such.
  static func shown(_ json: String?) -> String {
    guard let json, let value = try? JSONDocument(json).root else { return "" }
    return shown(value)
  }

  private static func shown(_ value: JSONValue) -> String {
    if value.isSealed { return "versiegelt" }
    switch value.kind {
    case .string: return value.string ?? ""
    case .array: return value.elements.map { shown($0) }.joined(separator: ", ")
    case .bool: return value.bool == true ? "ja" : "nein"
    case .null: return ""
    case .object, .number: return String(decoding: value.text, as: UTF8.self)
    }
  }

  /// The rows as plain text: number of the record, time, actor, subject, action, field, old value, new value, remark.
  public var rows: [[String]] {
    entries.map { entry in
      [
        String(entry.sequence), GermanText.moment(entry.time), entry.actor, entry.subject, entry.action,
        entry.field ?? "", History.shown(entry.old), History.shown(entry.new), entry.remark ?? "",
      ]
    }
  }

  /// What `history --json` prints: one object, ended by LF.
  public var json: [UInt8] {
    var json = JSONWriter()
    json.object { writer in
      writer.name("subject")
      writer.string(subject)
      writer.name("parts")
      writer.array(parts) { $0.string($1) }
      writer.name("asof")
      writer.head(asof)
      writer.name("entries")
      writer.array(entries) { $0.entry($1) }
    }
    return json.line()
  }
}

extension JSONWriter {
  fileprivate mutating func entry(_ entry: History.Entry) {
    object { writer in
      writer.name("sequence")
      writer.literal(String(entry.sequence))
      writer.name("subject")
      writer.string(entry.subject)
      writer.name("type")
      writer.string(entry.type)
      writer.name("actor")
      writer.string(entry.actor)
      writer.name("recordedby")
      writer.string(entry.recordedBy)
      writer.name("time")
      writer.string(entry.time)
      writer.name("recordedtime")
      writer.string(entry.recordedTime)
      writer.name("action")
      writer.string(entry.action)
      writer.name("field")
      writer.optional(entry.field.map { JSONText.string($0) })
      writer.name("old")
      writer.optional(entry.old)
      writer.name("new")
      writer.optional(entry.new)
      writer.name("remark")
      writer.optional(entry.remark.map { JSONText.string($0) })
    }
  }

  private mutating func optional(_ json: String?) { literal(json ?? "null") }
}
