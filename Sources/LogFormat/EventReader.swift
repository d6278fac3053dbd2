extension Event {
  /// Reads one event in the JSON format of CloudEvents 1.0.
  ///
  /// - Throws: the first field that is missing, unknown, or not as CloudEvents or the ledger needs it.
  public init(_ json: JSONValue) throws(EventError) {
    // `withView` does not carry typed errors out, so the result is carried instead.
    self = try json.withView { view in
      Result { () throws(EventError) in try Event(view, text: json.document.bytes) }
    }.get()
  }

  /// - Parameter text: of the document.
  private init(_ json: JSONView, text: [UInt8]) throws(EventError) {
    guard json.kind == .object else { throw EventError("", "expected a CloudEvent, a JSON object") }
    var draft = EventDraft(text: text)
    for member in json.members {
      let value = member.value
      switch member.eventMember {
      case .data: try draft.set(payload: .json(value.held), pointer: "/data")
      case .dataBase64:
        guard let text = value.string else { throw EventError("/data_base64", "expected a string in base64") }
        try draft.set(payload: .base64(text), pointer: "/data_base64")
      // CloudEvents 1.0, JSON format §2.2: an attribute that is null is as if absent.
      case _ where value.kind == .null: continue
      case .expectedVersion:
        guard let version = value.held.integer, version >= 0 else {
          throw EventError("/expectedversion", "expected the subject's version as a whole number from 0")
        }
        draft.expectedVersion = UInt64(version)
      case .attribute(let slot):
        // A name stands in an object once only, so nothing is given twice.
        guard value.kind == .string else { throw EventError("/" + slot.rawValue, "expected a string") }
        if value.isPlainASCII {
          draft.set(slot, asItStandsIn: value.range.dropFirst().dropLast(), of: text)
        } else {
          try draft.set(slot, value.string ?? "", pointer: "/" + slot.rawValue)
        }
      case .other:
        let name = member.name.string ?? ""
        let pointer = "/" + JSONText.pointerToken(name)
        try draft.set(name, try Event.attribute(value.held, pointer), pointer: pointer)
      }
    }
    self = try draft.finish { "/" + $0 }
  }

  private static func attribute(_ value: JSONValue, _ pointer: String) throws(EventError) -> Extension.Value {
    if let text = value.string { return .string(text) }
    if let flag = value.bool { return .boolean(flag) }
    if let number = value.integer.flatMap(Int32.init(exactly:)) { return .integer(number) }
    throw EventError(pointer, "expected a string, a boolean or a 32-bit integer (CloudEvents type system)")
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

/// What a member of an event's JSON object is, by its name.
private enum EventMember {
  case attribute(EventDraft.Slot)
  case data, dataBase64, expectedVersion
  case other
}

extension JSONView.Member {
  fileprivate var eventMember: EventMember {
    name.withStringBytes { name in
      // The length and a letter tell the known names apart; one comparison then says whether it is that one.
      let (wanted, member): (StaticString, EventMember)
      switch (name.count, name.first) {
      case (2, _): (wanted, member) = ("id", .attribute(.id))
      case (4, UInt8(ascii: "d")): (wanted, member) = ("data", .data)
      case (4, UInt8(ascii: "t")) where name[1] == UInt8(ascii: "y"): (wanted, member) = ("type", .attribute(.type))
      case (4, _): (wanted, member) = ("time", .attribute(.time))
      case (6, _): (wanted, member) = ("source", .attribute(.source))
      case (7, _): (wanted, member) = ("subject", .attribute(.subject))
      case (10, _): (wanted, member) = ("dataschema", .attribute(.dataschema))
      case (11, UInt8(ascii: "d")): (wanted, member) = ("data_base64", .dataBase64)
      case (11, _): (wanted, member) = ("specversion", .attribute(.specversion))
      case (15, UInt8(ascii: "d")): (wanted, member) = ("datacontenttype", .attribute(.datacontenttype))
      case (15, _): (wanted, member) = ("expectedversion", .expectedVersion)
      default: return .other
      }
      for place in 0..<name.count where name[place] != wanted.utf8Start[place] { return .other }
      return member
    }
  }
}

/// The attributes of an event as they come in, in whatever order.
private struct EventDraft {
  typealias Piece = EventAttributes.Piece

  /// In which the pieces stand: that of a document, as long as they stand in it as they are; otherwise their own.
  private var text: [UInt8]
  private var isOwnText: Bool
  private var specVersion: Piece?
  private var id: Piece?
  private var source: Piece?
  private var type: Piece?
  private var subject: Piece?
  private var time: Piece?
  private var dataContentType: Piece?
  private var dataSchema: Piece?
  private var extensions: [Extension] = []
  var payload = Event.Payload.none
  var expectedVersion: UInt64?

  /// The attributes that have a place of their own.
  enum Slot: String, CaseIterable {
    case id, source, type, subject, time, specversion, datacontenttype, dataschema
  }

  init() {
    (text, isOwnText) = ([], true)
  }

  /// For attributes that are pieces of a document's text.
  init(text: [UInt8]) {
    (self.text, isOwnText) = (text, false)
  }

  private subscript(slot: Slot) -> Piece? {
    get {
      switch slot {
      case .specversion: specVersion
      case .id: id
      case .source: source
      case .type: type
      case .subject: subject
      case .time: time
      case .datacontenttype: dataContentType
      case .dataschema: dataSchema
      }
    }
    set {
      switch slot {
      case .specversion: specVersion = newValue
      case .id: id = newValue
      case .source: source = newValue
      case .type: type = newValue
      case .subject: subject = newValue
      case .time: time = newValue
      case .datacontenttype: dataContentType = newValue
      case .dataschema: dataSchema = newValue
      }
    }
  }

  mutating func set(payload new: Event.Payload, pointer: String) throws(EventError) {
    guard case .none = payload else { throw EventError(pointer, "an event has either data or data_base64") }
    payload = new
  }

  mutating func set(_ name: String, _ value: Extension.Value, pointer: String) throws(EventError) {
    guard let slot = Slot(rawValue: name) else { return try setExtension(name, value, pointer) }
    guard case .string(let text) = value else { throw EventError(pointer, "expected a string") }
    try EventDraft.check(text, pointer)
    guard self[slot] == nil else { throw EventError(pointer, "given twice") }
    put(text, in: slot)
  }

  /// - Parameters:
  ///   - range: in a document's text, where nothing is escaped.
  ///   - document: its text.
  mutating func set(_ slot: Slot, asItStandsIn range: Range<Int>, of document: [UInt8]) {
    self[slot] = isOwnText ? add(document[range]) : Piece(range)
  }

  mutating func set(_ slot: Slot, _ value: String, pointer: String) throws(EventError) {
    try EventDraft.check(value, pointer)
    put(value, in: slot)
  }

  private mutating func put(_ value: String, in slot: Slot) {
    if !isOwnText { copyText() }
    self[slot] = add(value.utf8)
  }

  private static func check(_ text: String, _ pointer: String) throws(EventError) {
    guard Attribute.isString(text) else {
      throw EventError(pointer, "expected a string without control characters")
    }
  }

  private mutating func add(_ bytes: some Collection<UInt8>) -> Piece {
    let start = text.count
    text.append(contentsOf: bytes)
    return Piece(start..<text.count)
  }

  /// Makes what is there pieces of a text of their own.
  private mutating func copyText() {
    let document = text
    (text, isOwnText) = ([], true)
    for slot in Slot.allCases {
      self[slot] = self[slot].map { add(document[Int($0.start)..<Int($0.end)]) }
    }
  }

  private mutating func setExtension(
    _ name: String, _ value: Extension.Value, _ pointer: String
  ) throws(EventError) {
    if case .string(let text) = value { try EventDraft.check(text, pointer) }
    guard !Attribute.ofLedger.contains(name) else {
      throw EventError(pointer, "this attribute is written by the ledger and must not be sent")
    }
    guard Attribute.isName(name) else {
      throw EventError(pointer, "expected an attribute name of lower-case letters and digits")
    }
    if name == "authid", case .string(let text) = value, !Attribute.isActor(text) {
      throw EventError(pointer, "expected a non-empty string without white space at its ends")
    }
    guard !extensions.contains(where: { $0.name == name }) else { throw EventError(pointer, "given twice") }
    extensions.append(Extension(name, value))
  }

  func finish(pointer: (String) -> String) throws(EventError) -> Event {
    // `withUnsafeBytes` does not carry typed errors out, so the result is carried instead.
    let read = text.withUnsafeBytes { text in
      Result { () throws(EventError) in try self.attributes(in: text, pointer) }
    }
    let attributes = try read.get()
    if case .base64(let text) = payload, !Event.isBase64(text) {
      throw EventError(pointer("data_base64"), "expected base64 with padding (RFC 4648 §4)")
    }
    return Event(
      attributes: attributes, extensions: extensions, dataContentType: dataContentType.map(string),
      dataSchema: dataSchema.map(string), payload: payload, expectedVersion: expectedVersion)
  }

  private func string(_ piece: Piece) -> String {
    String(decoding: text[Int(piece.start)..<Int(piece.end)], as: UTF8.self)
  }

  /// - Parameter text: ``text``.
  private func attributes(
    in text: UnsafeRawBufferPointer, _ pointer: (String) -> String
  ) throws(EventError) -> EventAttributes {
    func bytes(_ piece: Piece) -> UnsafeRawBufferPointer {
      UnsafeRawBufferPointer(rebasing: text[Int(piece.start)..<Int(piece.end)])
    }
    func required(_ piece: Piece?, _ name: String) throws(EventError) -> Piece {
      guard let piece else { throw EventError(pointer(name), "required, and missing") }
      guard piece.count > 0 else { throw EventError(pointer(name), "expected a non-empty string") }
      return piece
    }
    guard bytes(try required(specVersion, "specversion")).isExactly("1.0") else {
      throw EventError(pointer("specversion"), "expected \"1.0\"")
    }
    let id = try required(id, "id")
    let source = try required(source, "source")
    guard Attribute.isURIReference(bytes(source)) else {
      throw EventError(pointer("source"), "expected a URI-reference, e.g. urn:nwm:dms:d3 (RFC 3986)")
    }
    let type = try required(type, "type")
    let subject = try required(subject, "subject")
    if let time, Timestamp(utf8: bytes(time)) == nil {
      throw EventError(pointer("time"), "expected RFC 3339 with Z or an offset, e.g. 2022-12-31T10:00:00+01:00")
    }
    if let dataSchema, dataSchema.count == 0 || !Attribute.isURIReference(bytes(dataSchema)) {
      throw EventError(pointer("dataschema"), "expected a URI (RFC 3986)")
    }
    if let dataContentType, dataContentType.count == 0 {
      throw EventError(pointer("datacontenttype"), "expected a media type, e.g. application/json (RFC 2046)")
    }
    // What stands in a document as it is has no backslash: nothing in it is escaped, and nothing needed to be, since the
    // reader has refused it otherwise.
    let isPlain =
      !isOwnText || [id, source, type, subject, time ?? id].allSatisfy { JSONText.isPlain(bytes($0)) }
    return EventAttributes(
      text: self.text, id: id, source: source, type: type, subject: subject, time: time, isPlain: isPlain)
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
