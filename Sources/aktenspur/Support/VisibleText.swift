extension String {
  /// With what would move the cursor, end the line or turn the direction of writing written as `\u{1B}`: whoever records
  /// a title or a reason must not write the lines of a history.
  var onOneLine: String { visible { _ in true } }

  /// The same for text of several lines.
  var onTerminal: String { visible { $0 != "\n" && $0 != "\t" } }

  private func visible(_ isHidden: (Unicode.Scalar) -> Bool) -> String {
    guard unicodeScalars.contains(where: { String.acts($0) && isHidden($0) }) else { return self }
    var text = ""
    for scalar in unicodeScalars {
      if String.acts(scalar), isHidden(scalar) {
        text += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  private static func acts(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
