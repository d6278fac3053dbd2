/// What a service sends: a CloudEvent 1.0, checked for form, before the ledger has given it a place.
public struct Event: Sendable {
  /// The payload as the line will hold it.
  public enum Payload: Sendable {
    case none
    case json(JSONValue)
    case base64(String)

    /// The JSON value, if there is one.
    public var json: JSONValue? {
      if case .json(let value) = self { value } else { nil }
    }
  }

  /// The attributes that every event has.
  @usableFromInline
  package enum Required: Sendable {
    case id, source, type, subject
  }

  /// One object, shared by all copies of the event: on its way to the log an event is handed on many times.
  @usableFromInline
  final class Content: Sendable {
    @usableFromInline let attributes: EventAttributes
    let extensions: [Extension]
    let dataContentType: String?
    let dataSchema: String?
    let payload: Payload
    let expectedVersion: UInt64?

    init(
      attributes: EventAttributes, extensions: [Extension], dataContentType: String?, dataSchema: String?,
      payload: Payload, expectedVersion: UInt64?
    ) {
      self.attributes = attributes
      self.extensions = extensions
      self.dataContentType = dataContentType
      self.dataSchema = dataSchema
      self.payload = payload
      self.expectedVersion = expectedVersion
    }
  }

  @usableFromInline let content: Content

  public var id: String { content.attributes.string(content.attributes.id) }
  public var source: String { content.attributes.string(content.attributes.source) }
  public var type: String { content.attributes.string(content.attributes.type) }
  public var subject: String { content.attributes.string(content.attributes.subject) }
  /// When it happened (business time), RFC 3339 as sent.
  public var time: String? { content.attributes.time.map(content.attributes.string) }
  /// In ASCII order of their names.
  public var extensions: [Extension] { content.extensions }
  public var dataContentType: String? { content.dataContentType }
  public var dataSchema: String? { content.dataSchema }
  public var payload: Payload { content.payload }
  /// How many bytes of the line its data take; 0 where it has none in JSON.
  package var dataLength: Int {
    if case .json(let value) = content.payload { value.range.count } else { 0 }
  }
  /// The version the subject must have before this event; 0 means that it must be new. Not stored.
  public var expectedVersion: UInt64? { content.expectedVersion }

  /// Calls `body` with an attribute's UTF-8 bytes where they stand: no text is made of them.
  @inlinable
  @inline(__always)
  package func withBytes<Output>(of attribute: Required, _ body: (UnsafeRawBufferPointer) -> Output) -> Output {
    let attributes = content.attributes
    let piece =
      switch attribute {
      case .id: attributes.id
      case .source: attributes.source
      case .type: attributes.type
      case .subject: attributes.subject
      }
    return attributes.withBytes(of: piece, body)
  }

  public init(
    id: String, source: String, type: String, subject: String, time: String? = nil, extensions: [Extension] = [],
    dataContentType: String? = nil, dataSchema: String? = nil, payload: Payload = .none, expectedVersion: UInt64? = nil
  ) {
    self.init(
      attributes: EventAttributes(id: id, source: source, type: type, subject: subject, time: time),
      extensions: extensions, dataContentType: dataContentType, dataSchema: dataSchema, payload: payload,
      expectedVersion: expectedVersion)
  }

  init(
    attributes: EventAttributes, extensions: [Extension], dataContentType: String?, dataSchema: String?,
    payload: Payload, expectedVersion: UInt64?
  ) {
    content = Content(
      attributes: attributes,
      extensions: extensions.count < 2
        ? extensions : extensions.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) },
      dataContentType: dataContentType, dataSchema: dataSchema, payload: payload, expectedVersion: expectedVersion)
  }

  /// Who acted, as the event says (CloudEvents auth context).
  public var authid: String? {
    extensions.first { $0.name == "authid" }?.value.text
  }

  /// The event with another `authid`, and without `authtype`, which described the old one.
  public func acting(as authid: String) -> Event {
    var extensions = extensions.filter { $0.name != "authid" && $0.name != "authtype" }
    extensions.append(Extension("authid", .string(authid)))
    return with(extensions: extensions, payload: payload)
  }

  /// The event with another payload.
  public func with(payload: Payload) -> Event { with(extensions: extensions, payload: payload) }

  private func with(extensions: [Extension], payload: Payload) -> Event {
    // What is replaced does not stay in memory with the rest.
    Event(
      attributes: content.attributes.alone, extensions: extensions, dataContentType: dataContentType,
      dataSchema: dataSchema, payload: payload, expectedVersion: expectedVersion)
  }
}
