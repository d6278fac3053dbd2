import Testing

@testable import LogFormat

@Suite struct JSONViewTests {
  private static let text = #"{"a":[1,"x\n",null],"é":"ü","":{"b":true,"c":{}},"\u0061b":"plain","n":-1.5e3}"#

  @Test("A view says of each value in a document what the value itself says")
  func sameAsValue() throws {
    var count = 0
    func compare(_ value: JSONValue, _ view: JSONView) {
      count += 1
      #expect(view.kind == value.kind && view.string == value.string)
      #expect(view.isEscaped == (view.kind == .string && view.text.contains(UInt8(ascii: "\\"))))
      #expect(view.text.elementsEqual(value.text))
      #expect(view.held.range == value.range && view.held.document === value.document)
      #expect(view.scalarCount == value.string?.unicodeScalars.count)
      for (element, elementView) in zip(value.elements, view.elements) { compare(element, elementView) }
      for (member, memberView) in zip(value.members, view.members) {
        #expect(memberView.name.string == member.name)
        compare(member.value, memberView.value)
      }
      #expect(Array(view.elements).count == (value.kind == .array ? value.count : 0))
      #expect(Array(view.members).count == (value.kind == .object ? value.count : 0))
    }
    let root = try json(JSONViewTests.text)
    root.withView { compare(root, $0) }
    #expect(count == 11)
  }

  @Test(
    "Plain ASCII is printable and written without escapes",
    arguments: [
      (#""""#, true), (#""abcdefgh""#, true), (#""abcdefghi ~""#, true), (#""é""#, false), (#""abcdefghé""#, false),
      (#""a\n""#, false), ("\"abcdefg\u{7F}\"", false), ("\"\u{7F}\"", false), ("1", false),
    ])
  func plainASCII(_ text: String, _ isPlain: Bool) throws {
    #expect(try json(text).withView(\.isPlainASCII) == isPlain)
  }

  @Test(
    "A string is compared decoded, code point by code point",
    arguments: [
      (#""ab""#, "ab", true), (#""\u0061b""#, "ab", true), (#""ab""#, "abc", false), (#""abc""#, "ab", false),
      (#""é""#, "e\u{301}", false), ("1", "1", false), (#""""#, "", true),
    ])
  func isString(_ text: String, _ wanted: String, _ isSame: Bool) throws {
    #expect(try json(text).isString(wanted) == isSame)
  }
}
