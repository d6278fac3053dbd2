public import TransparencyLog

/// An event as the ledger stored it: one line of the log, the exact bytes that are hashed.
public struct Record: Sendable {
  /// The line, read. Its bytes are the line without LF.
  public let document: JSONDocument

  public let id: String
  public let source: String
  public let type: String
  public let subject: String
  /// Business time as sent; readers use ``recordedTime`` where it is absent.
  public let time: String?
  /// In ASCII order of their names.
  public let extensions: [Extension]
  public let sequence: UInt64
  public let subjectVersion: UInt64
  /// RFC 3339 UTC with microseconds.
  public let recordedTime: String
  public let recordedBy: String
  public let batchEnd: UInt64?
  public let previousHash: Digest
  public let dataContentType: String?
  public let dataSchema: String?
  public let data: JSONValue?
  public let dataBase64: String?

  /// The line without LF.
  public var line: [UInt8] { document.bytes }

  public var authid: String? {
    extensions.first { $0.name == "authid" }?.value.text
  }

  /// Reads a line, without its LF.
  ///
  /// - Throws: ``RecordError`` where the line is not exactly as the log format says: members missing, unknown or out of
  ///   order, white space, a value of another form.
  public init(line: [UInt8]) throws(RecordError) {
    guard line.count <= Event.maximumLineLength else { throw .tooLong(line.count) }
    let document: JSONDocument
    do {
      document = try JSONDocument(line)
    } catch {
      throw .json(error)
    }
    guard document.bytes.count == line.count else { throw .whitespace }
    try self.init(document)
  }

  private init(_ document: JSONDocument) throws(RecordError) {
    guard document.root.kind == .object else { throw .notAnObject }
    var members = MemberReader(document.root)
    guard try members.string("specversion") == "1.0" else { throw .member("specversion", expected: "\"1.0\"") }
    id = try members.string("id")
    source = try members.string("source")
    type = try members.string("type")
    subject = try members.string("subject")
    time = try members.optionalString("time")
    extensions = try members.extensions()
    sequence = try members.sequence("sequence")
    subjectVersion = try members.version("subjectversion")
    recordedTime = try members.string("recordedtime")
    // Only in this one form do times order as text.
    guard Timestamp(recordedTime)?.text == recordedTime else {
      throw .member("recordedtime", expected: "RFC 3339 in UTC with microseconds")
    }
    recordedBy = try members.string("recordedby")
    batchEnd = try members.optionalSequence("batchend")
    guard batchEnd ?? sequence >= sequence else { throw .member("batchend", expected: "this sequence or a later one") }
    guard let previousHash = Digest(hex: try members.string("previoushash")) else {
      throw .member("previoushash", expected: "64 hex digits")
    }
    self.previousHash = previousHash
    dataContentType = try members.optionalString("datacontenttype")
    dataSchema = try members.optionalString("dataschema")
    data = members.optional("data")
    dataBase64 = try members.optionalString("data_base64")
    try members.finish()
    guard data == nil || dataBase64 == nil else { throw .member("data_base64", expected: "either data or data_base64") }
    self.document = document
  }
}

/// Why a line of the log is no record.
public enum RecordError: Error, Sendable, Hashable {
  case json(JSONError)
  case tooLong(Int)
  case whitespace
  case notAnObject
  case member(String, expected: String)
  case unexpectedMember(String)
}

extension RecordError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .json(let error): "not JSON: \(error)"
    case .tooLong(let length): "\(length) bytes, more than \(Event.maximumLineLength)"
    case .whitespace: "white space outside strings"
    case .notAnObject: "expected a JSON object"
    case .member(let name, let expected): "member \"\(name)\": expected \(expected)"
    case .unexpectedMember(let name): "member \"\(name)\" is unknown here or out of order"
    }
  }
}

/// Takes the members of a line one after the other, in the order the format fixes.
private struct MemberReader {
  private var members: JSONValue.Members
  private var current: JSONValue.Member?

  init(_ object: JSONValue) {
    members = object.members
    current = members.next()
  }

  mutating func optional(_ name: String) -> JSONValue? {
    guard let member = current, member.hasName(name), member.isNameInShortestForm else { return nil }
    current = members.next()
    return member.value
  }

  mutating func optionalString(_ name: String) throws(RecordError) -> String? {
    guard let value = optional(name) else { return nil }
    guard let text = value.string else { throw .member(name, expected: "a string") }
    guard value.isStringInShortestForm else { throw .member(name, expected: "a string in shortest form") }
    return text
  }

  mutating func string(_ name: String) throws(RecordError) -> String {
    guard let text = try optionalString(name) else { throw .member(name, expected: "to stand here") }
    return text
  }

  mutating func optionalSequence(_ name: String) throws(RecordError) -> UInt64? {
    guard let text = try optionalString(name) else { return nil }
    guard let sequence = SequenceText.parse(text) else { throw .member(name, expected: "20 digits") }
    return sequence
  }

  mutating func sequence(_ name: String) throws(RecordError) -> UInt64 {
    guard let sequence = try optionalSequence(name) else { throw .member(name, expected: "to stand here") }
    return sequence
  }

  mutating func version(_ name: String) throws(RecordError) -> UInt64 {
    guard let version = optional(name)?.integer, version >= 1 else { throw .member(name, expected: "a number from 1") }
    return UInt64(version)
  }

  mutating func extensions() throws(RecordError) -> [Extension] {
    var extensions: [Extension] = []
    while let member = current, !Attribute.named.contains(member.name) {
      let name = member.name
      guard Attribute.isName(name), member.isNameInShortestForm else { throw .unexpectedMember(name) }
      if let last = extensions.last, !last.name.utf8.lexicographicallyPrecedes(name.utf8) {
        throw .unexpectedMember(name)
      }
      if let text = member.value.string {
        guard member.value.isStringInShortestForm else { throw .member(name, expected: "a string in shortest form") }
        extensions.append(Extension(name, .string(text)))
      } else if let flag = member.value.bool {
        extensions.append(Extension(name, .boolean(flag)))
      } else if let number = member.value.integer.flatMap(Int32.init(exactly:)), member.value.numberText != "-0" {
        extensions.append(Extension(name, .integer(number)))
      } else {
        throw .member(name, expected: "a string, boolean or integer")
      }
      current = members.next()
    }
    return extensions
  }

  func finish() throws(RecordError) {
    if let member = current { throw .unexpectedMember(member.name) }
  }
}
