import LogFormat

/// `pack.json`: what the pack is called and which events it knows.
struct PackDocument {
  static let file = "pack.json"

  var title: String
  var eventTypes: [EventType]
  var materialized: [String]

  init(_ bytes: [UInt8], pack: String) throws(PackError) {
    let root: JSONValue
    do throws(JSONError) {
      root = try JSONDocument(bytes).root
    } catch {
      throw PackError(pack: pack, file: PackDocument.file, place: .pointer(error.pointer), "\(error)")
    }
    do throws(SchemaError) {
      try self.init(root, pack: pack)
    } catch {
      throw PackError(pack: pack, file: PackDocument.file, place: .pointer(error.pointer), error.detail)
    }
  }

  private init(_ root: JSONValue, pack: String) throws(SchemaError) {
    let members = try ObjectMembers(
      root, at: "", what: "pack", allowed: ["title", "description", "subject", "events", "materialized", "$schema"])
    _ = try members.string("description")
    _ = try members.string("$schema")
    title = try members.string("title") ?? pack
    materialized = try members.strings("materialized")
    let subjects = try members.subjects()
    eventTypes = []
    guard let events = root["events"] else { return }
    guard events.kind == .object else {
      throw SchemaError("/events", "expected an object of event types, found \(events.excerpt)")
    }
    for event in events.members {
      let pointer = "/events/" + JSONText.pointerToken(event.name)
      eventTypes.append(
        try PackDocument.eventType(event.name, event.value, at: pointer, pack: pack, subjects: subjects))
    }
  }

  private static func eventType(
    _ name: String, _ json: JSONValue, at pointer: String, pack: String, subjects inherited: [SubjectPattern]
  ) throws(SchemaError) -> EventType {
    guard !name.isEmpty, !name.contains(where: \.isWhitespace) else {
      throw SchemaError(pointer, "expected the name of an event type, found \(JSONText.string(name))")
    }
    guard !name.hasPrefix(PackSet.ledgerPrefix) else {
      throw SchemaError(pointer, "event types \(PackSet.ledgerPrefix)* are the ledger's own")
    }
    let members = try ObjectMembers(
      json, at: pointer, what: "event type",
      allowed: ["title", "description", "subject", "data", "from", "to", "second", "part"])
    _ = try members.string("description")
    let subjects = json["subject"] == nil ? inherited : try members.subjects()
    guard !subjects.isEmpty else {
      throw SchemaError(pointer, "no subject: expected \"subject\" here or for the whole pack")
    }
    let compiled =
      try json["data"].map { data throws(SchemaError) in
        try SchemaCompiler.compile(data, at: pointer + "/data")
      } ?? SchemaCompiler.Compiled(schema: Schema(.init(), source: json, acceptsEverything: true), marks: nil)
    return EventType(
      name: name, title: try members.string("title") ?? name, pack: pack, stateRule: try members.stateRule(),
      part: try members.part(), subjects: subjects,
      schema: compiled.schema, marks: compiled.marks)
  }
}

extension ObjectMembers {
  /// One pattern or several; none where the member is absent.
  fileprivate func subjects() throws(SchemaError) -> [SubjectPattern] {
    guard let value = json["subject"] else { return [] }
    let values = value.kind == .array ? Array(value.elements) : [value]
    guard !values.isEmpty else { throw SchemaError("\(pointer)/subject", "expected one subject pattern or more") }
    var patterns: [SubjectPattern] = []
    for value in values {
      guard let text = value.string else {
        throw SchemaError(
          "\(pointer)/subject", "expected a subject pattern or an array of them, found \(value.excerpt)")
      }
      do throws(PatternError) {
        patterns.append(try SubjectPattern(text))
      } catch {
        throw SchemaError("\(pointer)/subject", error.detail)
      }
    }
    return patterns
  }

  /// `{"wiedervorlage":"kennung"}`.
  fileprivate func part() throws(SchemaError) -> SubjectPart? {
    guard let value = json["part"] else { return nil }
    let members = value.kind == .object ? Array(value.members) : []
    guard members.count == 1, let member = members.first, let key = member.value.string else {
      throw SchemaError(
        "\(pointer)/part", "expected {\"<part>\":\"<property that tells which>\"}, found \(value.excerpt)")
    }
    return SubjectPart(name: member.name, key: key)
  }

  /// `from`, `to` and `second`.
  fileprivate func stateRule() throws(SchemaError) -> StateRule {
    let second = try string("second")
    guard json["to"]?.kind == .object else {
      let to = try string("to")
      if let from = json["from"], from.kind == .object {
        throw SchemaError(
          "\(pointer)/from", "an object goes with \"to\":{\"property\":…}; \(ObjectMembers.expectedStates)")
      }
      return StateRule(
        from: try json["from"].map { value throws(SchemaError) in
          .states(try states(value, at: "\(pointer)/from"))
        } ?? .any,
        after: to.map { .state($0) } ?? .unchanged, second: second)
    }
    let (property, known) = try stateProperty()
    guard let from = json["from"] else { return StateRule(after: .property(property), second: second) }
    guard from.kind == .object else {
      return StateRule(
        from: .states(try states(from, at: "\(pointer)/from")), after: .property(property), second: second)
    }
    var before: [String: [String?]] = [:]
    for member in from.members {
      let place = "\(pointer)/from/" + JSONText.pointerToken(member.name)
      guard known.contains(member.name) else {
        throw SchemaError(place, "\"\(property)\" has no such value; it has \(known.joined(separator: ", "))")
      }
      before[member.name] = try states(member.value, at: place)
    }
    for state in known where before[state] == nil {
      throw SchemaError("\(pointer)/from", "does not say from where \"\(state)\" may be reached")
    }
    return StateRule(from: .before(before), after: .property(property), second: second)
  }

  /// The property of the data that holds the state after the event, and the states it may hold.
  private func stateProperty() throws(SchemaError) -> (name: String, states: [String]) {
    let place = "\(pointer)/to"
    let members = try ObjectMembers(json["to"] ?? json, at: place, what: "state after the event", allowed: ["property"])
    guard let name = try members.string("property") else {
      throw SchemaError(place, "expected the name of a property of the data under \"property\"")
    }
    let data = json["data"]
    guard data?["required"]?.elements.contains(where: { $0.string == name }) == true,
      let values = data?["properties"]?[name]?["enum"], values.kind == .array, values.count > 0,
      values.elements.allSatisfy({ $0.string?.isEmpty == false })
    else {
      throw SchemaError(
        "\(place)/property", "expected a property that the data requires, with the states as its \"enum\"")
    }
    return (name, values.elements.compactMap(\.string))
  }

  private static let expectedStates = "expected an array of states, null for a subject without events"

  /// States, null standing for "no event on the subject yet".
  private func states(_ value: JSONValue, at place: String) throws(SchemaError) -> [String?] {
    guard value.kind == .array, value.count > 0 else {
      throw SchemaError(place, "\(ObjectMembers.expectedStates); found \(value.excerpt)")
    }
    var states: [String?] = []
    for element in value.elements {
      guard element.kind == .null || element.string?.isEmpty == false else {
        throw SchemaError(place, "\(ObjectMembers.expectedStates); found \(element.excerpt)")
      }
      states.append(element.string)
    }
    return states
  }
}
