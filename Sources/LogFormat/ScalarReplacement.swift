extension StringProtocol {
  /// The text with `text` in place of every `scalar`, also where a combining character follows it: the two are one
  /// `Character` then, which `replacing` of the standard library does not find.
  public func replacing(scalar: Unicode.Scalar, with text: String) -> String {
    var result = String.UnicodeScalarView()
    for found in unicodeScalars {
      if found == scalar {
        result.append(contentsOf: text.unicodeScalars)
      } else {
        result.append(found)
      }
    }
    return String(result)
  }
}
