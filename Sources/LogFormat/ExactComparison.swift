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
        for place in 0..<prefix.count where text[place] != prefix[place] { return false }
        return true
      }
    }
  }
}
