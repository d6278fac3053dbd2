import Foundation

/// The keyword `pattern`: an ECMA-262 regular expression with the `u` flag, searched for anywhere in the string.
///
/// Taken are characters, `.`, classes, the escapes `\d \D \w \W \s \S \b \B \n \r \t \f \v \xHH \uHHHH \u{H…} \p{…} \P{…}`
/// and those of punctuation, groups (capturing, `(?:…)`, `(?<name>…)`), lookaround, alternatives, the anchors `^` and
/// `$`, and the quantifiers `* + ? {n} {n,} {n,m}`, greedy or lazy. Back references and everything that is not ECMA-262
/// (`\A`, `\Z`, possessive quantifiers, inline flags) are refused when the pack is loaded.
///
/// The search is done by ICU, whose dialect differs in places; the pattern is rewritten so that it means there what it
/// means in ECMA-262: `\d` and `\w` are ASCII, `$` is only the very end, `[` and `&` in a class are themselves.
struct Pattern: Sendable {
  /// As the pack writes it.
  let text: String
  private let expression: NSRegularExpression

  init(_ text: String) throws(PatternError) {
    self.text = text
    var translator = PatternTranslator(text)
    let translated = try translator.translate()
    do {
      expression = try NSRegularExpression(pattern: translated)
    } catch {
      throw PatternError("\(text) is no regular expression (ECMA-262)")
    }
  }

  /// How often ICU may report that it is still searching, beyond once for each place the search begins at; it does so every
  /// some ten thousand steps, far more than an honest pattern takes. Counted in steps and not in time, the answer is the
  /// same on every machine.
  private static let patience = 200

  /// Whether the pattern is found. A text on which it goes back and forth without end (`^(a+)+$` on `aaa…b`) is taken for
  /// one that does not fit.
  func isFound(in string: String) -> Bool {
    let range = NSRange(location: 0, length: string.utf16.count)
    var isFound = false
    var reports = 0
    expression.enumerateMatches(in: string, options: .reportProgress, range: range) { match, _, stop in
      if match != nil {
        isFound = true
      } else {
        reports += 1
      }
      if isFound || reports > Pattern.patience + range.length { stop.pointee = true }
    }
    return isFound
  }
}
