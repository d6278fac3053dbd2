import Testing

@testable import TimeStamps

@Suite struct GenerationTimeTests {
  @Test(arguments: [
    ("19700101000000Z", 0, 0, "1970-01-01T00:00:00Z"),
    ("20240229235959.5Z", 1_709_251_199, 500_000_000, "2024-02-29T23:59:59.5Z"),
    ("20000301000000.000000001Z", 951_868_800, 1, "2000-03-01T00:00:00.000000001Z"),
    ("20190412090032.6130Z", 1_555_059_632, 613_000_000, "2019-04-12T09:00:32.613Z"),
    ("19691231235959.1234567891Z", -1, 123_456_789, "1969-12-31T23:59:59.123456789Z"),
    ("99991231235959Z", 253_402_300_799, 0, "9999-12-31T23:59:59Z"),
  ])
  func `Times`(text: String, seconds: Int, nanoseconds: Int, printed: String) throws {
    let time = try #require(GenerationTime(generalizedTime: Array(text.utf8)))
    #expect(time == GenerationTime(secondsSinceEpoch: Int64(seconds), nanoseconds: Int32(nanoseconds)))
    #expect(time.description == printed)
  }

  @Test(arguments: [
    "", "Z", "20240230000000Z", "20230229000000Z", "20241301000000Z", "20240101240000Z", "20240101006000Z",
    "20240101000060Z", "2024010100000Z", "20240101000000", "20240101000000.Z", "20240101000000,5Z",
    "20240101000000+0100", "20240101000000.5xZ", "2024010100000aZ", "20240100000000Z",
  ])
  func `Texts that are no time`(text: String) {
    #expect(GenerationTime(generalizedTime: Array(text.utf8)) == nil)
  }

  @Test func `Times order by second, then by fraction`() {
    let times = [(1, 5), (1, 6), (2, 0)].map { GenerationTime(secondsSinceEpoch: $0.0, nanoseconds: $0.1) }
    #expect(times == times.reversed().sorted())
  }
}
