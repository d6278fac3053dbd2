import Testing

@testable import Reporting

@Suite struct PeriodTests {
  @Test(arguments: [
    ("2022", "2022-01-01", "2022-12-31", "Jahr 2022"),
    ("2022-H1", "2022-01-01", "2022-06-30", "1. Halbjahr 2022"),
    ("2022-H2", "2022-07-01", "2022-12-31", "2. Halbjahr 2022"),
    ("2022-Q1", "2022-01-01", "2022-03-31", "1. Quartal 2022"),
    ("2022-Q4", "2022-10-01", "2022-12-31", "4. Quartal 2022"),
    ("2022-12", "2022-12-01", "2022-12-31", "Dezember 2022"),
    ("2023-02", "2023-02-01", "2023-02-28", "Februar 2023"),
    ("2024-02", "2024-02-01", "2024-02-29", "Februar 2024"),
    ("0999-04", "0999-04-01", "0999-04-30", "April 999"),
  ])
  func reads(name: String, from: String, to: String, title: String) throws {
    let period = try Period(name)
    #expect(period.name == name)
    #expect(period.from == from)
    #expect(period.to == to)
    #expect(period.germanTitle == title)
  }

  @Test(arguments: [
    "", "22", "22-H2", "2022-", "2022-H3", "2022-H0", "2022-Q5", "2022-13", "2022-00", "2022-1", "2022-h2", "2022-H2-1",
    "2022H2", " 2022", "2022-12-31", "0000", "２０２２", "2022-H12",
  ])
  func refuses(name: String) {
    let error = #expect(throws: PeriodError.self) { try Period(name) }
    #expect(error?.description.contains("2022-H2") == true)
  }

  @Test(arguments: [("2022-06-30", "2022-H1"), ("2022-07-01", "2022-H2"), ("2022-12-31", "2022-H2")])
  func findsHalfYear(day: String, name: String) {
    #expect(Period.halfYear(of: day)?.name == name)
  }

  @Test func halfYearOfNoDay() {
    #expect(Period.halfYear(of: "2022-02-30") == nil)
  }
}
