import TransparencyLog

/// The form of the key store's files: a heading that names kind and version, lines `name value` in a fixed order, and
/// a last line `sum` with the SHA-256 of all bytes before it.
///
/// The sum finds damage that would else show only when values no longer open; it is no proof against a forger.
enum SummedText {
  static func bytes(heading: String, _ lines: [(name: String, value: String)]) -> [UInt8] {
    let body = Array(([heading] + lines.map { "\($0.name) \($0.value)" }).map { $0 + "\n" }.joined().utf8)
    return body + Array("sum \(SHA256.hash(body).hex)\n".utf8)
  }

  /// The values of the lines named `names`.
  ///
  /// - Throws: ``PrivacyError/damagedFile(path:expected:)`` unless the file has this heading, these lines in this
  ///   order and nothing else, and the sum fits.
  static func values(
    in bytes: [UInt8], heading: String, names: [String], path: String
  ) throws(PrivacyError) -> [String] {
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.first.map(String.init) == heading else {
      throw .damagedFile(path: path, expected: "the first line '\(heading)'")
    }
    guard lines.count == names.count + 3 else {
      throw .damagedFile(path: path, expected: "\(names.count + 2) lines")
    }
    var fields: [(name: String, value: String)] = []
    for (name, line) in zip(names, lines.dropFirst()) {
      guard line.hasPrefix(name + " ") else { throw .damagedFile(path: path, expected: "a line '\(name) …'") }
      fields.append((name, String(line.dropFirst(name.count + 1))))
    }
    guard bytes == self.bytes(heading: heading, fields) else {
      throw .damagedFile(path: path, expected: "a last line with the SHA-256 of the lines before it")
    }
    return fields.map(\.value)
  }
}
