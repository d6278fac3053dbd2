/// Where a sealed value stands. It is authenticated with the value, so that no value opens in another place.
///
/// The additional data of the cipher is, for type, subject and field in this order: the length in bytes as 8 bytes,
/// most significant first, then the UTF-8 bytes. The lengths make it unambiguous: no two places have the same bytes.
struct SealedPlace {
  var type: String
  var subject: String
  /// JSON Pointer (RFC 6901) to the field, from `data`: `/nutzer`.
  var field: String

  var additionalData: [UInt8] {
    var bytes: [UInt8] = []
    for part in [type, subject, field] {
      withUnsafeBytes(of: UInt64(part.utf8.count).bigEndian) { bytes.append(contentsOf: $0) }
      bytes.append(contentsOf: part.utf8)
    }
    return bytes
  }
}
