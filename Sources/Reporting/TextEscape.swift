import Mustache

/// Escapes for HTML text and quoted attributes by Unicode scalar. The template engine's own escape goes by grapheme
/// cluster and lets a quote pass that a combining mark follows.
struct HTMLEscape: MustacheContentType {
  static let name = "AKTENSPUR-HTML"

  func escapeText(_ text: String) -> String {
    guard text.utf8.contains(where: HTMLEscape.isMark) else { return text }
    var escaped = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "<": escaped.append(contentsOf: "&lt;".unicodeScalars)
      case ">": escaped.append(contentsOf: "&gt;".unicodeScalars)
      case "&": escaped.append(contentsOf: "&amp;".unicodeScalars)
      case "\"": escaped.append(contentsOf: "&quot;".unicodeScalars)
      case "'": escaped.append(contentsOf: "&#39;".unicodeScalars)
      default: escaped.append(scalar)
      }
    }
    return String(escaped)
  }

  private static func isMark(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"), UInt8(ascii: "\""), UInt8(ascii: "'"): true
    default: false
    }
  }
}

/// Escapes for running text and table cells of Markdown (CommonMark §2.4; tables of GitHub Flavored Markdown): nothing
/// of the text is read as a mark, a line break becomes a space.
struct MarkdownEscape: MustacheContentType {
  static let name = "AKTENSPUR-MARKDOWN"

  func escapeText(_ text: String) -> String {
    var escaped = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n", "\r": escaped.append(" ")
      case "\\", "`", "*", "_", "[", "]", "<", ">", "|", "&", "~":
        escaped.append("\\")
        escaped.append(scalar)
      default: escaped.append(scalar)
      }
    }
    return String(escaped)
  }
}
