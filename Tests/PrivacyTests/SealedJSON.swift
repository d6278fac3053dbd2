import LogFormat
import Privacy

extension SealedValue {
  /// Reads the object that ``KeyStore/seal(_:person:type:subject:field:)`` returns, as it stands in a record.
  init(json: [UInt8]) throws {
    try self.init(JSONDocument(json).root)
  }
}
