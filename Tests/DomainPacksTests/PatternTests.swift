import LogFormat
import Testing

@testable import DomainPacks

@Suite struct PatternTests {
  static let cases: [(pattern: String, found: [String], notFound: [String])] = [
    ("b", ["abc"], ["ac", ""]),
    ("^a", ["ab"], ["ba", "b\na"]),
    ("c$", ["bc"], ["cb", "c\n", "c\nd"]),
    ("^\\d+$", ["123"], ["٣", "12a", ""]),
    ("^\\D$", ["a", "٣"], ["1"]),
    ("^\\w+$", ["a_1"], ["ä", "a-b"]),
    ("^\\W$", ["ä", "-"], ["a"]),
    ("^\\s$", [" ", "\u{A0}", "\u{2028}", "\u{FEFF}", "\u{B}"], ["a", "\u{200B}"]),
    ("^\\S$", ["a"], [" ", "\u{A0}"]),
    ("^.$", ["a", "😀", "\u{85}"], ["\n", "\r", "\u{2028}", "ab"]),
    ("^[a-c]+$", ["abc"], ["abd"]),
    ("^[^a-c]$", ["d", "\n"], ["a"]),
    ("^[\\d-]+$", ["12-3"], ["a"]),
    ("^[-a]+$", ["-a"], ["b"]),
    ("^[a-]+$", ["-a"], ["b"]),
    ("^[[&]+$", ["[&"], ["a"]),
    ("^[\\]\\\\]+$", ["]\\"], ["["]),
    ("^[\\w.]+$", ["a.b"], ["ä"]),
    ("^[\\b]$", ["\u{8}"], ["b"]),
    ("^[^\\W_]+$", ["ab1"], ["_", "ä"]),
    ("^a{2}$", ["aa"], ["a", "aaa"]),
    ("^a{2,}$", ["aa", "aaa"], ["a"]),
    ("^a{1,2}?$", ["a", "aa"], ["aaa"]),
    ("^(?:ab|cd)*$", ["", "abcd"], ["abc"]),
    ("^(ab)+?$", ["abab"], ["aba"]),
    ("^(?<jahr>\\d{4})-H[12]$", ["2022-H2"], ["2022-H3"]),
    ("^(?!x)", ["y", ""], ["x"]),
    ("(?<=a)b", ["ab"], ["b"]),
    ("(?<!a)b", ["b"], ["ab"]),
    ("\\bx\\b", ["a x b", "äx"], ["axb"]),
    ("a\\Bb", ["ab"], ["a b"]),
    ("^\\u00e4\\x41\\u{1F600}$", ["äA😀"], ["äA"]),
    ("^\\uD83D\\uDE00$", ["😀"], [""]),
    ("^\\p{Lu}\\P{Lu}$", ["Äb"], ["ab"]),
    ("^[\\p{L} ]+$", ["Straße ä"], ["1"]),
    ("^\\t\\n\\r\\f\\v$", ["\t\n\r\u{C}\u{B}"], [""]),
    ("^\\/\\-\\.\\*\\+\\?\\(\\)\\[\\]\\{\\}\\|\\^\\$$", ["/-.*+?()[]{}|^$"], [""]),
    ("^a]b}$", ["a]b}"], ["ab"]),
    ("^# &~@,;:'\"$", ["# &~@,;:'\""], ["#"]),
    ("é", ["é"], ["e\u{301}"]),
    ("", ["", "x"], []),
  ]

  @Test("A pattern is searched as ECMA-262 has it", arguments: cases)
  func search(pattern: String, found: [String], notFound: [String]) throws {
    let compiled = try Pattern(pattern)
    for text in found { #expect(compiled.isFound(in: text), "\(pattern) in \(text.debugDescription)") }
    for text in notFound { #expect(!compiled.isFound(in: text), "\(pattern) not in \(text.debugDescription)") }
  }

  @Test(
    "A pattern that goes back and forth without end on a text does not fit it",
    arguments: ["^(a+)+$", "^(a|aa)+$", "^(a|a)*$", "(?:a*)*b$", "^(?:(?:a+)+)+$", "(x+x+)+y|^(a?){60}a{60}$"])
  func backtracking(pattern: String) throws {
    let compiled = try Pattern(pattern)
    #expect(!compiled.isFound(in: String(repeating: "a", count: 50) + "!"))
  }

  @Test("A long text is searched to its end")
  func longText() throws {
    let text = String(repeating: "Straße 7, ", count: 6_000)
    #expect(try Pattern("(?:[0-9]+|[a-z]+)!$").isFound(in: text + "x!"))
    #expect(try Pattern("^(?:[^!]*, )*!$").isFound(in: text + "!"))
  }

  @Test(
    "What is not ECMA-262 is refused at load",
    arguments: [
      "\\A", "\\Z", "\\1", "\\h", "\\Q.\\E", "a++", "a*+", "a{2}{3}", "(?i)a", "(?>a)", "(?#x)", "[", "[]", "[^]",
      "[z-a]", "[a-\\d]", "a{", "a{x}", "*a", "(a", "a)", "\\", "\\u12", "\\u{110000}", "\\uD83D", "\\p",
      "\\p{Quatsch}",
    ])
  func refused(pattern: String) throws {
    #expect(throws: PatternError.self) { try Pattern(pattern) }
  }

  @Test("The schema's error repeats the pattern")
  func error() throws {
    #expect(
      try violation(of: #""x""#, by: #"{"pattern":"^projekt/"}"#) == #": expected text matching ^projekt/, found "x""#)
    let text = try #require(try loadError(of: #"{"pattern":"a++"}"#))
    #expect(text == "/pattern: a++ is no regular expression (ECMA-262): a quantifier follows a quantifier")
  }
}
