extension String {
  /// Whether the two are the same byte for byte. `==` takes the composed and the decomposed form of a letter for one.
  package func isExactly(_ other: String) -> Bool {
    guard utf8.count == other.utf8.count else { return false }
    return hasExactPrefix(other)
  }

  /// Whether the text begins with the bytes of another.
  package func hasExactPrefix(_ prefix: String) -> Bool {
    var (text, prefix) = (self, prefix)
    return text.withUTF8 { text in
      prefix.withUTF8 { prefix in
        guard text.count >= prefix.count else { return false }
        return UnsafeRawBufferPointer(text).hasSameBytes(as: UnsafeRawBufferPointer(prefix))
      }
    }
  }
}

extension UnsafeRawBufferPointer {
  /// Whether the first bytes, as many as `other` has, are those of `other`; eight at a time.
  fileprivate func hasSameBytes(as other: UnsafeRawBufferPointer) -> Bool {
    var place = 0
    while place + 8 <= other.count {
      let word = loadUnaligned(fromByteOffset: place, as: UInt64.self)
      guard word == other.loadUnaligned(fromByteOffset: place, as: UInt64.self) else { return false }
      place += 8
    }
    while place < other.count {
      guard self[place] == other[place] else { return false }
      place += 1
    }
    return true
  }
}
