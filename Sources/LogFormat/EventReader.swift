extension Event {
  /// Reads one event in the JSON format of CloudEvents 1.0.
  ///
  /// - Throws: the first field that is missing, unknown, or not as CloudEvents or the ledger needs it.
  public init(_ json: JSONValue) throws(EventError) {
    guard json.kind == .object else { throw EventError("", "expected a CloudEvent, a JSON object") }
    var draft = EventDraft()
    for member in json.members {
      let value = member.value
      // One name after the other: for names this short that is quicker than a dictionary. Pointers are for errors only.
      if member.hasName("data") {
        try draft.set(payload: .json(value), pointer: "/data")
      } else if member.hasName("data_base64") {
        guard let text = value.string else { throw EventError("/data_base64", "expected a string in base64") }
        try draft.set(payload: .base64(text), pointer: "/data_base64")
      } else if value.kind == .null {
        // CloudEvents 1.0, JSON format §2.2: an attribute that is null is as if absent.
        continue
      } else if member.hasName("expectedversion") {
        guard let version = value.integer, version >= 0 else {
          throw EventError("/expectedversion", "expected the subject's version as a whole number from 0")
        }
        draft.expectedVersion = UInt64(version)
      } else if let known = EventDraft.Slot.named.first(where: { member.hasName($0.name) }) {
        try draft.set(known.slot, try Event.attribute(value, member), pointer: "/" + known.name)
      } else {
        try draft.set(member.name, try Event.attribute(value, member), pointer: Event.pointer(to: member))
      }
    }
    self = try draft.finish { "/" + $0 }
  }

  private static func pointer(to member: JSONValue.Member) -> String { "/" + JSONText.pointerToken(member.name) }

  private static func attribute(
    _ value: JSONValue, _ member: JSONValue.Member
  ) throws(EventError) -> Extension.Value {
    if let text = value.string { return .string(text) }
    if let flag = value.bool { return .boolean(flag) }
    if let number = value.integer.flatMap(Int32.init(exactly:)) { return .integer(number) }
    throw EventError(
      pointer(to: member), "expected a string, a boolean or a 32-bit integer (CloudEvents type system)")
  }

  /// Reads one event in the binary mode of the CloudEvents HTTP binding: `headers` are the `ce-` headers without that
  /// prefix, percent-decoded; the pointers of errors name the header.
  public init(
    headers: [(name: String, value: String)], contentType: String?, body: Payload
  ) throws(EventError) {
    var draft = EventDraft()
    for (name, value) in headers {
      let pointer = "/ce-" + name
      switch name {
      case "datacontenttype", "data", "data_base64":
        throw EventError(pointer, "not a header of the binary mode; the content type is given by Content-Type")
      case "expectedversion":
        guard let version = UInt64(value), !value.hasPrefix("+") else {
          throw EventError(pointer, "expected the subject's version as a whole number from 0")
        }
        guard draft.expectedVersion == nil else { throw EventError(pointer, "given twice") }
        draft.expectedVersion = version
      default:
        try draft.set(name, .string(value), pointer: pointer)
      }
    }
    if let contentType { try draft.set("datacontenttype", .string(contentType), pointer: "/content-type") }
    // The body was read as a text of its own; in the record's line it is nested once more.
    if let depth = body.json?.depth, depth >= JSONReader.maximumDepth {
      throw EventError("/data", "nested deeper than \(JSONReader.maximumDepth - 1)")
    }
    draft.payload = body
    self = try draft.finish { "/ce-" + $0 }
  }
}

/// The attributes of an event as they come in, in whatever order.
private struct EventDraft {
  var specVersion: String?
  var id: String?
  var source: String?
  var type: String?
  var subject: String?
  var time: String?
  var dataContentType: String?
  var dataSchema: String?
  var extensions: [Extension] = []
  var payload = Event.Payload.none
  var expectedVersion: UInt64?

  /// The attributes that have a place of their own.
  enum Slot: String, CaseIterable {
    case id, source, type, subject, time, specversion, datacontenttype, dataschema

    /// With the names at hand: `allCases` and `rawValue` make them anew each time.
    static let named: [(name: String, slot: Slot)] = allCases.map { ($0.rawValue, $0) }
  }

  mutating func set(payload new: Event.Payload, pointer: String) throws(EventError) {
    guard case .none = payload else { throw EventError(pointer, "an event has either data or data_base64") }
    payload = new
  }

  mutating func set(_ name: String, _ value: Extension.Value, pointer: String) throws(EventError) {
    if let slot = Slot(rawValue: name) { return try set(slot, value, pointer: pointer) }
    try EventDraft.checkString(value, pointer)
    try setExtension(name, value, pointer)
  }

  mutating func set(
    _ slot: Slot, _ value: Extension.Value, pointer: @autoclosure () -> String
  ) throws(EventError) {
    switch slot {
    case .specversion: try EventDraft.put(value, in: &specVersion, pointer())
    case .id: try EventDraft.put(value, in: &id, pointer())
    case .source: try EventDraft.put(value, in: &source, pointer())
    case .type: try EventDraft.put(value, in: &type, pointer())
    case .subject: try EventDraft.put(value, in: &subject, pointer())
    case .time: try EventDraft.put(value, in: &time, pointer())
    case .datacontenttype: try EventDraft.put(value, in: &dataContentType, pointer())
    case .dataschema: try EventDraft.put(value, in: &dataSchema, pointer())
    }
  }

  private static func checkString(
    _ value: Extension.Value, _ pointer: @autoclosure () -> String
  ) throws(EventError) {
    guard case .string(let text) = value, !Attribute.isString(text) else { return }
    throw EventError(pointer(), "expected a string without control characters")
  }

  private static func put(
    _ value: Extension.Value, in slot: inout String?, _ pointer: @autoclosure () -> String
  ) throws(EventError) {
    guard case .string(let text) = value else { throw EventError(pointer(), "expected a string") }
    try checkString(value, pointer())
    guard slot == nil else { throw EventError(pointer(), "given twice") }
    slot = text
  }

  private mutating func setExtension(
    _ name: String, _ value: Extension.Value, _ pointer: String
  ) throws(EventError) {
    guard !Attribute.ofLedger.contains(name) else {
      throw EventError(pointer, "this attribute is written by the ledger and must not be sent")
    }
    guard Attribute.isName(name) else {
      throw EventError(pointer, "expected an attribute name of lower-case letters and digits")
    }
    if name == "authid", case .string(let text) = value, text.isEmpty {
      throw EventError(pointer, "expected a non-empty string")
    }
    guard !extensions.contains(where: { $0.name == name }) else { throw EventError(pointer, "given twice") }
    extensions.append(Extension(name, value))
  }

  func finish(pointer: (String) -> String) throws(EventError) -> Event {
    func required(_ value: String?, _ name: String) throws(EventError) -> String {
      guard let text = value else { throw EventError(pointer(name), "required, and missing") }
      guard !text.isEmpty else { throw EventError(pointer(name), "expected a non-empty string") }
      return text
    }
    guard try required(specVersion, "specversion") == "1.0" else {
      throw EventError(pointer("specversion"), "expected \"1.0\"")
    }
    let id = try required(id, "id")
    let source = try required(source, "source")
    guard Attribute.isURIReference(source) else {
      throw EventError(pointer("source"), "expected a URI-reference, e.g. urn:nwm:dms:d3 (RFC 3986)")
    }
    let type = try required(type, "type")
    let subject = try required(subject, "subject")
    if let time, Timestamp(time) == nil {
      throw EventError(pointer("time"), "expected RFC 3339 with Z or an offset, e.g. 2022-12-31T10:00:00+01:00")
    }
    if let dataSchema, dataSchema.isEmpty || !Attribute.isURIReference(dataSchema) {
      throw EventError(pointer("dataschema"), "expected a URI (RFC 3986)")
    }
    if let dataContentType, dataContentType.isEmpty {
      throw EventError(pointer("datacontenttype"), "expected a media type, e.g. application/json (RFC 2046)")
    }
    if case .base64(let text) = payload, !Event.isBase64(text) {
      throw EventError(pointer("data_base64"), "expected base64 with padding (RFC 4648 §4)")
    }
    return Event(
      id: id, source: source, type: type, subject: subject, time: time, extensions: extensions,
      dataContentType: dataContentType, dataSchema: dataSchema, payload: payload, expectedVersion: expectedVersion)
  }
}

extension Event {
  /// RFC 4648 §4: groups of four, padding at the end only.
  static func isBase64(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard bytes.count % 4 == 0 else { return false }
    let padding = bytes.suffix(2).filter { $0 == UInt8(ascii: "=") }.count
    if padding == 1, bytes.last != UInt8(ascii: "=") { return false }
    return bytes.dropLast(padding).allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
        true
      default: false
      }
    }
  }
}
