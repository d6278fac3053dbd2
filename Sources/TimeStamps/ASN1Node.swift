import SwiftASN1

extension ASN1Node {
  /// The nodes inside a constructed one; nil for a primitive one.
  var children: [ASN1Node]? {
    guard case .constructed(let nodes) = content else { return nil }
    return Array(nodes)
  }

  /// The content of an OCTET STRING; nil for anything else.
  var octets: [UInt8]? {
    guard identifier == .octetString, case .primitive(let bytes) = content else { return nil }
    return Array(bytes)
  }

  /// The dotted form of an OBJECT IDENTIFIER; nil for anything else.
  var objectIdentifier: String? {
    guard identifier == .objectIdentifier, let value = try? ASN1ObjectIdentifier(derEncoded: self) else { return nil }
    return value.description
  }
}
