extension Event {
  /// Whether the stored record holds this event's content: equal after JSON decoding, where the order of members and
  /// the escapes of strings do not count and numbers compare by their text. The version the event expects is no content.
  ///
  /// - Parameter dataIsEqual: compares the payloads where they differ as they stand; the ledger unseals the stored
  ///   personal fields there.
  public func hasContent(
    of record: Record, dataIsEqual: (JSONValue, JSONValue) throws -> Bool
  ) rethrows -> Bool {
    func contentType(_ type: String?) -> String { type ?? "application/json" }
    // Byte for byte: Swift's `==` also takes the composed and the decomposed form of a letter for the same.
    func same(_ left: String?, _ right: String?) -> Bool {
      guard let left, let right else { return left == nil && right == nil }
      return left.utf8.elementsEqual(right.utf8)
    }
    func same(_ left: Extension, _ right: Extension) -> Bool {
      guard left.name == right.name else { return false }
      guard case .string(let text) = left.value, case .string(let other) = right.value else {
        return left.value == right.value
      }
      return same(text, other)
    }
    guard same(id, record.id), same(source, record.source), same(type, record.type), same(subject, record.subject),
      same(time, record.time), extensions.count == record.extensions.count,
      zip(extensions, record.extensions).allSatisfy({ same($0, $1) }), same(dataSchema, record.dataSchema),
      same(contentType(dataContentType), contentType(record.dataContentType))
    else { return false }
    switch payload {
    case .none: return record.data == nil && record.dataBase64 == nil
    case .base64(let text): return record.dataBase64 == text
    case .json(let value):
      guard let stored = record.data else { return false }
      return try value.isEqual(to: stored) || dataIsEqual(value, stored)
    }
  }
}
