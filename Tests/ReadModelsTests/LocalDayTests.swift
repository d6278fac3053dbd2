import ReadModels
import Testing

@Suite("Days")
struct LocalDayTests {
  @Test(
    ":day is the calendar day in the ledger's time zone",
    arguments: [
      // Year's end, in Berlin an hour before UTC.
      ("2022-12-31T22:59:59Z", "2022-12-31"), ("2022-12-31T23:00:00Z", "2023-01-01"),
      ("2022-12-31T23:59:59+01:00", "2022-12-31"), ("2023-01-01T00:00:00+01:00", "2023-01-01"),
      ("2022-12-31T20:00:00-05:00", "2023-01-01"),
      // Summer time is two hours ahead.
      ("2026-06-30T21:59:59Z", "2026-06-30"), ("2026-06-30T22:00:00Z", "2026-07-01"),
      // The clock goes forward on 2026-03-29 and back on 2026-10-25, at 01:00 UTC.
      ("2026-03-28T22:59:59Z", "2026-03-28"), ("2026-03-28T23:00:00Z", "2026-03-29"),
      ("2026-03-29T21:59:59Z", "2026-03-29"), ("2026-03-29T22:00:00Z", "2026-03-30"),
      ("2026-10-24T21:59:59.999999Z", "2026-10-24"), ("2026-10-24T22:00:00Z", "2026-10-25"),
      ("2026-10-25T22:59:59Z", "2026-10-25"), ("2026-10-25T23:00:00Z", "2026-10-26"),
      // Leap day, leap second, before 1970.
      ("2024-02-28T23:30:00Z", "2024-02-29"), ("2016-12-31T23:59:60Z", "2017-01-01"),
      ("1969-12-31T22:59:59Z", "1969-12-31"), ("1969-12-31T23:00:00Z", "1970-01-01"),
      ("1955-08-01T23:30:00Z", "1955-08-02"),
      // The last day that has a name.
      ("9999-12-31T23:59:59Z", "9999-12-31"),
    ])
  func berlin(time: String, day: String) throws {
    #expect(try days([time], "Europe/Berlin") == [day])
  }

  @Test("each record has its own day, whatever day the one before had")
  func mixed() throws {
    let times = ["2026-10-25T22:59:59Z", "2026-03-29T22:00:00Z", "2026-10-25T23:00:00Z", "2026-10-25T22:59:59Z"]
    #expect(try days(times, "Europe/Berlin") == ["2026-10-25", "2026-03-30", "2026-10-26", "2026-10-25"])
  }

  @Test("another time zone gives other days, an unknown one is refused")
  func zones() throws {
    #expect(
      try days(["2026-01-01T04:59:59Z", "2026-01-01T05:00:00Z"], "America/New_York") == ["2025-12-31", "2026-01-01"])
    #expect(throws: ReadModelError.unknownTimeZone("Europe/Wismar")) { try days([], "Europe/Wismar") }
  }

  private func days(_ times: [String], _ zone: String) throws -> [String] {
    let log = TestLog()
    for (bike, time) in times.enumerated() { try log.buy(bike, time: time) }
    let projections = try Projections(try TemporaryFolder(), TestPacks.bikes(), log, timeZone: zone)
    try projections.catchUp(to: log.size)
    return try projections.snapshot().rows("SELECT seit FROM rad ORDER BY sequence").rows.map { row in
      guard case .text(let day) = row[0] else { return "" }
      return day
    }
  }
}
