public import LogFormat
public import TransparencyLog

/// The packs that a ledger uses together.
public struct PackSet: Sendable {
  /// Event types with this prefix are the ledger's own: packs may project them, not declare them.
  static let ledgerPrefix = "de.aktenspur.ledger."

  /// By name.
  public let packs: [Pack]
  /// The version of the whole: SHA-256 over lines `<digest of the pack>  <name>`, by name.
  public let digest: Digest
  private let types: [String: EventType]

  /// Reads the packs of a folder, one in each folder inside it.
  public static func load(directory: String) throws(PackError) -> PackSet {
    try PackSet(files: try PackFolder.read(directory))
  }

  /// Reads packs from their files: pack name → path → content.
  public init(files: [String: [String: [UInt8]]]) throws(PackError) {
    var packs: [Pack] = []
    for name in files.keys.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
      packs.append(try Pack(name: name, files: files[name] ?? [:]))
    }
    self.packs = packs
    digest = SHA256.hash(packs.map { "\($0.digest.hex)  \($0.name)\n" }.joined())
    var types: [String: EventType] = [:]
    for type in packs.flatMap(\.eventTypes) { types[type.name] = type }
    for (name, objections) in Dictionary(grouping: packs.flatMap(\.objections), by: \.eventType) {
      types[name] = types[name]?.with(objections)
    }
    self.types = types
    try Uses(of: packs).refuseRepeated()
    try refuseUnknownTypes()
  }

  public func eventType(_ name: String) -> EventType? {
    // The dictionary takes Unicode forms of one text for the same, a type's name is what its bytes are.
    guard let type = types[name], type.name.isExactly(name) else { return nil }
    return type
  }

  /// The state of its subject after a record; nil where it is as it was.
  public func state(after record: Record) -> String? {
    eventType(record.type)?.stateRule.state(after: record.data)
  }

  /// The form of that name; names are given once among all packs.
  public func form(_ name: String) -> Form? { packs.lazy.flatMap(\.forms).first { $0.name == name } }

  /// The mapping of that name; names are given once among all packs.
  public func mapping(_ name: String) -> ImportMapping? { packs.lazy.flatMap(\.mappings).first { $0.name == name } }

  /// Checks an event against its pack: the type is known, the subject fits, the data is as the schema says.
  ///
  /// What depends on other events (`from`, `second`) is the sequencer's.
  ///
  /// - Parameter likely: a type of these packs that it may well be of, such as the one of the event before.
  public func check(_ event: Event, likely: EventType? = nil) throws(EventRefusal) -> EventType {
    if let likely, event.withBytes(of: .type, { $0.isExactly(likely.name) }) {
      try likely.check(event)
      return likely
    }
    guard let type = eventType(event.type) else {
      let name = JSONText.string(event.type)
      throw EventRefusal(
        pointer: "/type",
        BilingualText(en: "no pack knows the event type \(name)", de: "kein Fachpaket kennt die Ereignisart \(name)"))
    }
    try type.check(event)
    return type
  }

  /// A type that is misspelt would never be met: its section would never run, its second person never be there.
  private func refuseUnknownTypes() throws(PackError) {
    for pack in packs {
      for type in pack.eventTypes {
        guard let second = type.stateRule.second, types[second] == nil else { continue }
        throw PackError(
          pack: pack.name, file: PackDocument.file,
          place: .pointer("/events/\(JSONText.pointerToken(type.name))/second"),
          "no pack knows the event type \(JSONText.string(second))")
      }
      for objection in pack.objections where types[objection.eventType]?.pack != pack.name {
        throw PackError(
          pack: pack.name, file: Objection.file, place: .line(objection.line),
          "expected an event type of this pack, found \(JSONText.string(objection.eventType))")
      }
      for mapping in pack.mappings {
        for event in mapping.events where types[event.type] == nil {
          throw PackError(
            pack: pack.name, file: "\(ImportMapping.folder)\(mapping.name).json",
            place: .pointer(event.pointer + "/type"),
            "no pack knows the event type \(JSONText.string(event.type))")
        }
      }
      for form in pack.forms {
        try form.check(types) { pointer, detail in
          PackError(pack: pack.name, file: Form.file, place: .pointer(pointer), detail)
        }
      }
      for (handler, line) in zip(pack.projection.handlers, pack.projection.handlerLines)
      where types[handler.eventType] == nil && !handler.eventType.hasPrefix(PackSet.ledgerPrefix) {
        throw PackError(
          pack: pack.name, file: Projection.file, place: .line(line),
          "no pack knows the event type \(JSONText.string(handler.eventType))")
      }
    }
  }
}

/// Where each name of the packs is given, to refuse those given twice.
private struct Uses {
  private struct Use {
    var pack: String
    var file: String
    var place: PackError.Place
    var kind: String
    var name: String

    /// What must be there once. SQLite takes names that differ only in ASCII case for one.
    var key: String {
      kind == "table" || kind == "trigger" ? "\(kind) \(name.lowercased())" : "\(kind) \(name)"
    }
  }

  private var uses: [Use] = []

  init(of packs: [Pack]) {
    for pack in packs {
      func add(_ kind: String, _ name: String, _ file: String, _ place: PackError.Place) {
        uses.append(Use(pack: pack.name, file: file, place: place, kind: kind, name: name))
      }
      for type in pack.eventTypes {
        add("event type", type.name, PackDocument.file, .pointer("/events/\(JSONText.pointerToken(type.name))"))
      }
      for statement in pack.projection.schema {
        // Tables, views and indexes share one space of names in SQLite; triggers have their own.
        add(statement.kind == .trigger ? "trigger" : "table", statement.name, Projection.file, .line(statement.line))
      }
      for table in pack.tables { add("table", table.name, "tables/\(table.name).csv", .file) }
      for figure in pack.figures { add("figure", figure.name, Figure.file, .line(figure.line)) }
      for note in pack.notes { add("note", note.name, Note.file, .line(note.line)) }
      for finding in pack.findings { add("finding", finding.name, Finding.file, .line(finding.line)) }
      for form in pack.forms { add("form", form.name, Form.file, .pointer(form.pointer)) }
      for mapping in pack.mappings {
        add("mapping", mapping.name, "\(ImportMapping.folder)\(mapping.name).json", .file)
      }
      for hold in pack.holds { add("hold", hold.name, Hold.file, .line(hold.line)) }
      for report in pack.reports.keys.sorted() { add("report", report, "berichte/\(report)", .file) }
    }
  }

  func refuseRepeated() throws(PackError) {
    var first: [String: Use] = [:]
    for use in uses {
      if let other = first.updateValue(use, forKey: use.key) {
        throw PackError(
          pack: use.pack, file: use.file, place: use.place,
          "\(use.kind) \(use.name) is already in pack \(other.pack), \(other.file)")
      }
    }
  }
}
