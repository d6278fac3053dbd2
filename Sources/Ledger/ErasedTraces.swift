import EventLog
import LogFormat
import Privacy

/// What is to be nowhere any more when a person's key is gone. It can be found out only as long as the key is there, and
/// is never written down.
struct ErasedTraces: Sendable {
  private var keyFile: String?
  /// The key's forms.
  private(set) var key: [[UInt8]] = []
  /// The texts of the values that it has sealed.
  private(set) var values: Set<[UInt8]> = []

  /// Of a step that destroys nothing.
  init() {}

  /// Opens everything that the key has sealed.
  init(of key: KeyID, person: String, log: Log, keys: KeyStore) throws {
    self.key = try keys.forms(of: key)
    keyFile = keys.file(of: key)
    try PersonSearch.forEachSealed(person, keys: [key], in: log) { match in
      for field in match.fields {
        let text = try keys.unseal(
          field.value, type: match.record.type, subject: match.record.subject, field: field.pointer)
        collect(try JSONDocument(text).root)
      }
    }
  }

  /// The texts and numbers of a value, as they would stand in a file.
  private mutating func collect(_ value: JSONValue) {
    switch value.kind {
    case .string:
      values.insert(Array((value.string ?? "").utf8))
      // With its escapes, as it was sent.
      values.insert(Array(value.text.dropFirst().dropLast()))
    case .number: values.insert(Array(value.text))
    case .array: for element in value.elements { collect(element) }
    case .object: for member in value.members { collect(member.value) }
    case .null, .bool: break
    }
  }

  /// Everywhere but in the key's own file, which goes when the search is done.
  func search(in directory: LedgerDirectory) -> RemainsSearch {
    RemainsSearch(in: directory.path, key: key, values: values, except: keyFile)
  }
}
