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

  public var id: String
  public var source: String
  public var type: String
  public var subject: String
  /// When it happened (business time), RFC 3339 as sent.
  public var time: String?
  /// In ASCII order of their names.
  public private(set) var extensions: [Extension]
  public var dataContentType: String?
  public var dataSchema: String?
  public var payload: Payload
  /// The version the subject must have before this event; 0 means that it must be new. Not stored.
  public var expectedVersion: UInt64?

  public init(
    id: String, source: String, type: String, subject: String, time: String? = nil, extensions: [Extension] = [],
    dataContentType: String? = nil, dataSchema: String? = nil, payload: Payload = .none, expectedVersion: UInt64? = nil
  ) {
    self.id = id
    self.source = source
    self.type = type
    self.subject = subject
    self.time = time
    self.extensions = extensions.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    self.dataContentType = dataContentType
    self.dataSchema = dataSchema
    self.payload = payload
    self.expectedVersion = expectedVersion
  }

  /// Who acted, as the event says (CloudEvents auth context).
  public var authid: String? {
    extensions.first { $0.name == "authid" }?.value.text
  }

  /// Replaces `authid` (and drops `authtype` with it, which described the old one).
  public mutating func act(as authid: String) {
    extensions.removeAll { $0.name == "authid" || $0.name == "authtype" }
    let place = extensions.firstIndex { "authid".utf8.lexicographicallyPrecedes($0.name.utf8) } ?? extensions.endIndex
    extensions.insert(Extension("authid", .string(authid)), at: place)
  }
}
