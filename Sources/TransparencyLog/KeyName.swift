/// The rule for key names (C2SP signed-note, "Format"), which are also this project's origins: not empty, and without
/// Unicode spaces, `+` and control characters. `example.com/log42` is a good one.
public enum KeyName {
  public static func isValid(_ name: some StringProtocol) -> Bool {
    !name.isEmpty
      && name.unicodeScalars.allSatisfy { scalar in
        !scalar.properties.isWhitespace && scalar != "+" && scalar.value >= 0x20
      }
  }

  /// Throws ``NoteError/invalidKeyName(_:)`` unless `name` keeps the rule.
  public static func check(_ name: String) throws(NoteError) {
    guard isValid(name) else { throw .invalidKeyName(name) }
  }
}

/// Whether two texts are the same bytes. `==` of `String` also takes canonically equivalent ones for equal, which a
/// signature does not.
func sameBytes(_ left: String, _ right: String) -> Bool {
  left.utf8.elementsEqual(right.utf8)
}
