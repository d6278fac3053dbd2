package import COpenSSL

// Reading what OpenSSL holds into values of ours, and back.

/// Decodes all of `bytes` with one of OpenSSL's `d2i` functions; nil where it fails or bytes are left over.
package func decode<Pointer>(
  _ bytes: [UInt8], by decode: (UnsafeMutablePointer<UnsafePointer<UInt8>?>, Int) -> Pointer?,
  release: (Pointer) -> Void
) -> Pointer? {
  guard !bytes.isEmpty else { return nil }
  defer { ERR_clear_error() }
  return bytes.withUnsafeBufferPointer { buffer in
    var cursor = buffer.baseAddress
    guard let decoded = decode(&cursor, buffer.count) else { return nil }
    guard let start = buffer.baseAddress, cursor == start + buffer.count else {
      release(decoded)
      return nil
    }
    return decoded
  }
}

/// Encodes with one of OpenSSL's `i2d` functions; nil where it fails.
func encode(by encode: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> Int32) -> [UInt8]? {
  let length = Int(encode(nil))
  guard length > 0 else { return nil }
  return [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
    var cursor = buffer.baseAddress
    count = max(0, Int(encode(&cursor)))
  }
}

/// The content of an ASN.1 string type.
package func bytes(of string: UnsafePointer<ASN1_STRING>) -> [UInt8] {
  guard let start = ASN1_STRING_get0_data(string) else { return [] }
  return Array(UnsafeBufferPointer(start: start, count: Int(ASN1_STRING_length(string))))
}

/// An INTEGER in lower-case hexadecimal digits, two for each byte, with a minus sign where it is negative.
package func hexadecimal(_ integer: UnsafePointer<ASN1_INTEGER>) -> String {
  let isNegative = ASN1_STRING_type(integer) & V_ASN1_NEG != 0
  let digits = hexadecimal(bytes(of: integer))
  return (isNegative ? "-" : "") + (digits.isEmpty ? "00" : digits)
}

/// An OBJECT IDENTIFIER in dotted form.
func objectIdentifier(_ object: OpaquePointer) -> String {
  let length = Int(OBJ_obj2txt(nil, 0, object, 1))
  guard length > 0 else { return "" }
  var text = [CChar](repeating: 0, count: length + 1)
  OBJ_obj2txt(&text, Int32(text.count), object, 1)
  return String(decoding: text.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// A distinguished name as RFC 4514 writes it.
package func distinguishedName(_ name: OpaquePointer?) -> String {
  guard let name, let output = BIO_new(BIO_s_mem()) else { return "" }
  defer { BIO_free(output) }
  guard copenssl_print_name(output, name) >= 0 else { return "" }
  var start: UnsafeMutablePointer<CChar>?
  let count = copenssl_memory(output, &start)
  return String(decoding: UnsafeRawBufferPointer(start: start, count: max(0, count)), as: UTF8.self)
}

/// POSIX seconds of an ASN.1 time; nil where it is none.
package func secondsSinceEpoch(_ time: UnsafePointer<ASN1_TIME>) -> Int64? {
  var broken = tm()
  guard ASN1_TIME_to_tm(time, &broken) == 1 else { return nil }
  return CivilTime(
    year: Int(broken.tm_year) + 1900, month: Int(broken.tm_mon) + 1, day: Int(broken.tm_mday),
    hour: Int(broken.tm_hour), minute: Int(broken.tm_min), second: Int(broken.tm_sec))?.secondsSinceEpoch
}

extension HashAlgorithm {
  var nid: Int32 {
    switch self {
    case .sha256: NID_sha256
    case .sha384: NID_sha384
    case .sha512: NID_sha512
    }
  }

  init?(nid: Int32) {
    guard let found = Self.allCases.first(where: { $0.nid == nid }) else { return nil }
    self = found
  }
}

extension Imprint {
  /// Reads a `MessageImprint` (RFC 3161 §2.4.1).
  init(_ imprint: OpaquePointer, of part: TimeStampPart) throws(TimeStampError) {
    var object: OpaquePointer?
    guard let algorithm = TS_MSG_IMPRINT_get_algo(imprint), let message = TS_MSG_IMPRINT_get_msg(imprint)
    else { throw .malformed(part) }
    X509_ALGOR_get0(&object, nil, nil, algorithm)
    guard let object else { throw .malformed(part) }
    guard let known = HashAlgorithm(nid: OBJ_obj2nid(object)) else {
      throw .unsupportedHashAlgorithm(objectIdentifier(object))
    }
    guard let value = Imprint(algorithm: known, bytes: TimeStamps.bytes(of: message)) else { throw .malformed(part) }
    self = value
  }
}
