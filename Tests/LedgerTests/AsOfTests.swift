import Foundation
import LogFormat
import Testing

@testable import Ledger

@Suite struct AsOfTests {
  @Test("A number of records, a moment or a day is read")
  func parsing() {
    #expect(AsOf("0") == .size(0))
    #expect(AsOf("4711") == .size(4711))
    #expect(AsOf("2022") == .size(2022))
    #expect(AsOf("18446744073709551615") == .size(.max))
    #expect(AsOf("2022-12-31") == .day("2022-12-31"))
    #expect(AsOf("2022-12-31T12:00:00+01:00") == .time(Timestamp("2022-12-31T11:00:00Z")!))
    for text in [
      "", " 1", "+5", "-1", "1.0", "18446744073709551616", "2022-02-29", "2022-13-01", "31.12.2022", "2022-12-31T12:00",
      "heute",
    ] {
      #expect(AsOf(text) == nil, "\(text)")
    }
  }

  @Test(
    "A day ends where the next begins, in Europe/Berlin",
    arguments: [
      ("2022-12-31", "2022-12-31T22:59:59.999999Z"), ("2022-07-01", "2022-07-01T21:59:59.999999Z"),
      // Summer time begins: the day has 23 hours.
      ("2022-03-26", "2022-03-26T22:59:59.999999Z"), ("2022-03-27", "2022-03-27T21:59:59.999999Z"),
      // Summer time ends: 25 hours.
      ("2022-10-29", "2022-10-29T21:59:59.999999Z"), ("2022-10-30", "2022-10-30T22:59:59.999999Z"),
      ("2024-02-28", "2024-02-28T22:59:59.999999Z"), ("2024-02-29", "2024-02-29T22:59:59.999999Z"),
      ("9999-12-31", "9999-12-31T22:59:59.999999Z"),
    ])
  func endOfDay(_ day: String, _ expected: String) {
    #expect(AsOf.end(of: day, timeZone: "Europe/Berlin")?.text == expected)
  }

  @Test("Other zones, and none")
  func zones() {
    #expect(AsOf.end(of: "2022-12-31", timeZone: "UTC")?.text == "2022-12-31T23:59:59.999999Z")
    #expect(AsOf.end(of: "2022-12-31", timeZone: "Asia/Kathmandu")?.text == "2022-12-31T18:14:59.999999Z")
    #expect(AsOf.end(of: "2022-12-31", timeZone: "Nirgends/Nie") == nil)
  }
}
