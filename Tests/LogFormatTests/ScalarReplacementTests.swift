import LogFormat
import Testing

struct ScalarReplacementTests {
  @Test func aScalarIsReplacedAlsoBeforeACombiningCharacter() {
    #expect("a\"b\"\u{338}\r\n\"".replacing(scalar: "\"", with: "\"\"") == "a\"\"b\"\"\u{338}\r\n\"\"")
    #expect("\r\n".replacing(scalar: "\n", with: "\\n") == "\r\\n")
  }
}
