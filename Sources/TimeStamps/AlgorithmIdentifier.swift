import SwiftASN1

extension HashAlgorithm {
  /// Reads an `AlgorithmIdentifier`; parameters are absent or NULL (RFC 5754 §2).
  init(_ node: ASN1Node) throws(EvidenceError) {
    guard node.identifier == .sequence, let fields = node.children else { throw .malformed(.algorithmIdentifier) }
    try self.init(contentOf: fields)
  }

  /// Reads the fields of an `AlgorithmIdentifier`, which may stand under a tag of another type.
  init(contentOf fields: [ASN1Node]) throws(EvidenceError) {
    guard let oid = fields.first?.objectIdentifier, fields.count <= 2 else { throw .malformed(.algorithmIdentifier) }
    if fields.count == 2 {
      guard fields[1].identifier == .null, case .primitive(let content) = fields[1].content, content.isEmpty
      else { throw .malformed(.algorithmIdentifier) }
    }
    guard let found = HashAlgorithm(objectIdentifier: oid) else { throw .unsupportedHashAlgorithm(oid) }
    self = found
  }

  /// Writes an `AlgorithmIdentifier` without parameters (RFC 5754 §2).
  func serialize(into coder: inout DER.Serializer) {
    let last: UInt8 =
      switch self {
      case .sha256: 1
      case .sha384: 2
      case .sha512: 3
      }
    coder.appendConstructedNode(identifier: .sequence) { coder in
      coder.appendPrimitiveNode(identifier: .objectIdentifier) {
        // 2.16.840.1.101.3.4.2 and the function's own number.
        $0.append(contentsOf: [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, last])
      }
    }
  }
}
