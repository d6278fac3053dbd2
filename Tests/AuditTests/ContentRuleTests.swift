import Testing

@testable import Audit

/// Logs that are chained and sealed soundly, but break a rule between records: what a faulty writer would leave behind.
@Suite struct ContentRuleTests {
  private func expect(
    _ kind: Finding.Kind, _ sequence: Int, _ change: (inout [SampleLedger.Entry]) -> Void,
    at location: SourceLocation = #_sourceLocation
  ) throws {
    let ledger = try SampleLedger(change: change)
    #expect(try ledger.verify().summary == [ledger.expectation(kind, sequence)], sourceLocation: location)
  }

  @Test("A version left out or used twice is found")
  func versions() throws {
    try expect(.version, 37) { $0[37].version = 7 }
    try expect(.version, 36) { $0[36].version = 5 }
    try expect(.version, 3) {
      $0.removeSubrange(4...); $0[3].version = 2
    }
  }

  @Test("A repeated source and id is found at the later record")
  func duplicates() throws {
    try expect(.duplicate, 31) { $0[31].id = "e-5" }
  }

  @Test("Time running backwards is found")
  func time() throws {
    try expect(.time, 17) { $0[17].second = 15 }
  }

  @Test("A batch whose records name different ends, or none, is found")
  func batches() throws {
    try expect(.malformed, 22) { $0[22].batchEnd = nil }
    try expect(.malformed, 21) { $0[21].batchEnd = 24 }
    try expect(.malformed, 9) { $0[9].batchEnd = 3 }
    try expect(.malformed, 28) { for index in 26...29 { $0[index].batchEnd = 29 } }
  }

  @Test("A batch whose end a checkpoint has cut off is truncated")
  func openBatch() throws {
    let ledger = try SampleLedger(count: 22)
    #expect(try ledger.verify().findings.map(\.kind) == [.truncated])
    #expect(try ledger.verify().findings.map(\.sequence) == [22])
  }

  @Test(
    "A line that is JSON but not in the form of the log is malformed",
    arguments: [
      #"{"a":1,"a":2}"#, #"{"a": 1}"#, #"[1,]"#, #"{"a":"\ud800"}"#, String(repeating: "[", count: 70),
    ])
  func form(data: String) throws {
    try expect(.malformed, 11) { $0[11].data = data }
  }

  @Test("An attribute that is escaped more than it must be is malformed")
  func longForm() throws {
    try expect(.malformed, 11) { $0[11].id = #"e\u002d11"# }
    try expect(.malformed, 11) { $0[11].subject = #"anfrage\/2022-4"# }
  }
}
