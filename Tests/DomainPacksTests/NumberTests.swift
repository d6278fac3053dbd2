import LogFormat
import Testing

@testable import DomainPacks

@Suite struct NumberTests {
  /// Each smaller than the next.
  static let ascending = [
    "-1e400", "-12345678901234567890.5", "-12345678901234567890.25", "-2", "-1.0000000000000000001", "-1",
    "-0.1", "-1e-400", "0", "1e-400", "0.09999999999999999999", "0.1", "0.10000000000000000001", "0.5", "1",
    "9007199254740992", "9007199254740993", "9007199254740993.5", "1e17", "99999999999999999999", "1e20", "1e400",
  ]

  @Test("Numbers compare by all their digits")
  func order() {
    for (index, number) in NumberTests.ascending.enumerated() {
      for (otherIndex, other) in NumberTests.ascending.enumerated() {
        let (left, right) = (DecimalNumber(number.utf8), DecimalNumber(other.utf8))
        #expect((left < right) == (index < otherIndex), "\(number) < \(other)")
        #expect((left == right) == (index == otherIndex), "\(number) == \(other)")
      }
    }
  }

  @Test(
    "A number is the same however it is written",
    arguments: [
      ["0", "-0", "0.0", "0e5", "-0.00E-7"], ["100", "1e2", "1E+2", "100.0", "0.1e3", "1000e-1"],
      ["-1.5", "-15e-1", "-1.50"], ["0.001", "1e-3", "10E-4"],
    ])
  func spellings(numbers: [String]) {
    #expect(Set(numbers.map { DecimalNumber($0.utf8) }).count == 1)
  }

  @Test("minimum and maximum include their limit and do not round")
  func limits() throws {
    #expect(try fits("0.1", #"{"minimum":0.1}"#))
    #expect(try fits("0.10", #"{"maximum":1e-1}"#))
    #expect(
      try violation(of: "0.09999999999999999999", by: #"{"minimum":0.1}"#)
        == ": expected at least 0.1, found 0.09999999999999999999")
    #expect(
      try violation(of: "0.1000000000000000000001", by: #"{"maximum":0.1}"#)
        == ": expected at most 0.1, found 0.1000000000000000000001")
    #expect(try !fits("9007199254740993", #"{"maximum":9007199254740992}"#))
    #expect(try fits("-0", #"{"minimum":0}"#))
    #expect(try !fits("-1", #"{"minimum":0}"#))
    #expect(try fits("1e2", #"{"maximum":100}"#))
    #expect(try fits("1e-999999999999999999999999", #"{"minimum":0}"#))
    #expect(try !fits("-1e-999999999999999999999999", #"{"minimum":0}"#))
    #expect(try !fits("1e999999999999999999999999", #"{"maximum":5}"#))
  }

  @Test(
    "An integer must be one that I-JSON keeps exact",
    arguments: [
      ("9007199254740991", true), ("-9007199254740991", true), ("9007199254740991.0", true),
      ("9007199254740992", false), ("-9007199254740992", false), ("9.007199254740992e15", false),
      ("100000000000000000000", false), ("1e300", false),
    ])
  func integers(number: String, fitting: Bool) throws {
    #expect(try fits(number, #"{"type":"integer"}"#) == fitting)
    #expect(try fits(number, #"{"type":["integer","string"]}"#) == fitting)
    #expect(try fits(number, #"{"type":"number"}"#))
    #expect(try fits(number, "{}"))
    if !fitting {
      #expect(
        try violation(of: number, by: #"{"type":"integer"}"#)
          == ": expected an integer within ±9007199254740991 (I-JSON), found \(number)")
    }
  }

  @Test(
    "A number must be within a double's range",
    arguments: [
      ("1.7976931348623157e308", true), ("1e309", false), ("-1e309", false), ("1e-999", true),
      ("1" + String(repeating: "0", count: 308), true), ("1" + String(repeating: "0", count: 309), false),
      ("3.14159265358979323846264338327950288", true),
    ])
  func doubles(number: String, fitting: Bool) throws {
    #expect(try fits(number, #"{"type":"number"}"#) == fitting)
    #expect(try fits(number, #"{"type":["number","integer"]}"#) == fitting)
    #expect(try fits(number, #"{"minimum":-1e400}"#))
  }

  @Test("A fraction is no integer", arguments: ["1.5", "1e-1", "0.1", "12345678901234567890.5", "15e-1"])
  func fractions(number: String) throws {
    #expect(try violation(of: number, by: #"{"type":"integer"}"#) == ": expected integer, found \(number)")
  }
}
