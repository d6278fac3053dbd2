extension SignedNote {
  /// One signature of a note: who claims to have made it, and its bytes.
  public struct Signature: Sendable, Hashable {
    public let name: String
    public let keyID: UInt32
    /// What follows the key ID; its form depends on the key's signature type.
    public let bytes: [UInt8]

    init(name: String, keyID: UInt32, bytes: [UInt8]) {
      self.name = name
      self.keyID = keyID
      self.bytes = bytes
    }

    /// `— name base64(key ID ‖ signature)` and a newline.
    public var line: String {
      let identifier = withUnsafeBytes(of: keyID.bigEndian) { Array($0) }
      return "— \(name) \(Base64.encode(identifier + bytes))\n"
    }

    /// Reads one signature line or more, each ended by a newline.
    public static func parse(_ block: String) throws(NoteError) -> [Signature] {
      guard block.utf8.last == newline else {
        throw .malformedSignatureLine(number: 1, expected: "a newline at the end of the line")
      }
      let lines = block.utf8.dropLast().split(separator: newline, omittingEmptySubsequences: false)
      guard lines.count <= SignedNote.maximumSignatureCount else {
        throw .malformedNote(expected: "at most \(SignedNote.maximumSignatureCount) signatures, found \(lines.count)")
      }
      var signatures: [Signature] = []
      for (index, line) in lines.enumerated() {
        signatures.append(try Signature(line: line, number: index + 1))
      }
      return signatures
    }

    private init(line: Substring.UTF8View, number: Int) throws(NoteError) {
      let dash = "— ".utf8
      guard line.starts(with: dash) else {
        throw .malformedSignatureLine(number: number, expected: "an em dash and a space")
      }
      let parts = line.dropFirst(dash.count).split(
        separator: UInt8(ascii: " "), maxSplits: 1, omittingEmptySubsequences: false)
      let name = Substring(parts[0])
      guard KeyName.isValid(name) else {
        throw .malformedSignatureLine(number: number, expected: "a key name without spaces and \"+\"")
      }
      guard parts.count == 2, let decoded = Base64.decode(utf8: parts[1]), decoded.count > 4 else {
        throw .malformedSignatureLine(number: number, expected: "key ID and signature in base64")
      }
      self.init(
        name: String(name), keyID: decoded.prefix(4).reduce(0) { $0 << 8 | UInt32($1) },
        bytes: Array(decoded.dropFirst(4)))
    }
  }
}
