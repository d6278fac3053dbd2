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

  /// One object, shared by all copies of the event: on its way to the log an event is handed on many times.
  private final class Content: Sendable {
    let id: String
    let source: String
    let type: String
    let subject: String
    let time: String?
    let extensions: [Extension]
    let dataContentType: String?
    let dataSchema: String?
    let payload: Payload
    let expectedVersion: UInt64?
    /// Whether in the attributes before the stamp, but for the extensions, nothing must be escaped in JSON.
    let isPlain: Bool

    init(
      id: String, source: String, type: String, subject: String, time: String?, extensions: [Extension],
      dataContentType: String?, dataSchema: String?, payload: Payload, expectedVersion: UInt64?, isPlain: Bool
    ) {
      self.id = id
      self.source = source
      self.type = type
      self.subject = subject
      self.time = time
      self.extensions = extensions
      self.dataContentType = dataContentType
      self.dataSchema = dataSchema
      self.payload = payload
      self.expectedVersion = expectedVersion
      self.isPlain = isPlain
    }
  }

  private let content: Content

  public var id: String { content.id }
  public var source: String { content.source }
  public var type: String { content.type }
  public var subject: String { content.subject }
  /// When it happened (business time), RFC 3339 as sent.
  public var time: String? { content.time }
  /// In ASCII order of their names.
  public var extensions: [Extension] { content.extensions }
  public var dataContentType: String? { content.dataContentType }
  public var dataSchema: String? { content.dataSchema }
  public var payload: Payload { content.payload }
  /// The version the subject must have before this event; 0 means that it must be new. Not stored.
  public var expectedVersion: UInt64? { content.expectedVersion }

  var isPlain: Bool { content.isPlain }

  public init(
    id: String, source: String, type: String, subject: String, time: String? = nil, extensions: [Extension] = [],
    dataContentType: String? = nil, dataSchema: String? = nil, payload: Payload = .none, expectedVersion: UInt64? = nil
  ) {
    self.init(
      id: id, source: source, type: type, subject: subject, time: time, extensions: extensions,
      dataContentType: dataContentType, dataSchema: dataSchema, payload: payload, expectedVersion: expectedVersion,
      isPlain: [id, source, type, subject, time ?? ""].allSatisfy { JSONText.isPlain($0) })
  }

  /// - Parameter isPlain: whether nothing in the five attributes with a place of their own must be escaped in JSON.
  init(
    id: String, source: String, type: String, subject: String, time: String?, extensions: [Extension],
    dataContentType: String?, dataSchema: String?, payload: Payload, expectedVersion: UInt64?, isPlain: Bool
  ) {
    content = Content(
      id: id, source: source, type: type, subject: subject, time: time,
      extensions: extensions.count < 2
        ? extensions : extensions.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) },
      dataContentType: dataContentType, dataSchema: dataSchema, payload: payload, expectedVersion: expectedVersion,
      isPlain: isPlain)
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
    Event(
      id: id, source: source, type: type, subject: subject, time: time, extensions: extensions,
      dataContentType: dataContentType, dataSchema: dataSchema, payload: payload, expectedVersion: expectedVersion,
      isPlain: isPlain)
  }
}
