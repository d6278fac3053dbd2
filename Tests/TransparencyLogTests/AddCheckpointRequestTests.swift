import Testing

@testable import TransparencyLog

/// Requests to a witness (C2SP tlog-witness, "add-checkpoint").
struct AddCheckpointRequestTests {
  /// The example of the specification.
  static let example = """
    old 20852014
    PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
    jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
    5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
    /6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

    example.com/behind-the-sofa
    20852163
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

    — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
    — example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=

    """

  static let checkpoint = String(example.split(separator: "\n\n", maxSplits: 1)[1])

  @Test("A request is read and written as it stands")
  func roundTrip() throws {
    let request = try AddCheckpointRequest(parsing: Array(AddCheckpointRequestTests.example.utf8))
    #expect(request.old == 20_852_014)
    #expect(request.proof.count == 4)
    #expect(request.proof.first?.base64 == "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=")
    #expect(try Checkpoint(text: request.checkpoint.text).size == 20_852_163)
    #expect(request.encoded == AddCheckpointRequestTests.example)
    let first = "old 0\n\n" + AddCheckpointRequestTests.checkpoint
    #expect(try AddCheckpointRequest(parsing: Array(first.utf8)).encoded == first)
  }

  @Test(
    "The head is strict",
    arguments: [
      "old 01\n\n", "old -1\n\n", "old +1\n\n", "old \n\n", "old 1 \n\n", "old  1\n\n", "Old 1\n\n", "old 1\r\n\n",
      "\n", "1\n\n",
      "old 18446744073709551616\n\n", "old 1\nold 1\n\n", "old 1\nKg==\n\n",
      "old 1\nPlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw= \n\n",
      "old 1\nPlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkax=\n\n",
      "old 1\nPlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n",
    ])
  func malformed(_ head: String) {
    #expect(throws: AddCheckpointError.self) {
      try AddCheckpointRequest(parsing: Array((head + AddCheckpointRequestTests.checkpoint).utf8))
    }
  }

  @Test("63 hashes are taken, 64 are not")
  func hashes() throws {
    func request(_ count: Int) -> [UInt8] {
      let line = RFC6962.emptyRoot.base64 + "\n"
      return Array(
        ("old 1\n" + String(repeating: line, count: count) + "\n" + AddCheckpointRequestTests.checkpoint).utf8)
    }
    #expect(try AddCheckpointRequest(parsing: request(63)).proof.count == 63)
    #expect(throws: AddCheckpointError.malformed(line: 65, expected: "at most 63 hashes")) {
      try AddCheckpointRequest(parsing: request(64))
    }
  }

  @Test("A request that is too long, or ends early, is refused")
  func lengths() {
    let long = Array(("old 1\n\n" + String(repeating: "a", count: AddCheckpointRequest.maximumByteCount)).utf8)
    #expect(throws: AddCheckpointError.self) { try AddCheckpointRequest(parsing: long) }
    for count in [0, 3, 12, 60, 240, 290] {
      #expect(throws: AddCheckpointError.self) {
        try AddCheckpointRequest(parsing: Array(AddCheckpointRequestTests.example.utf8.prefix(count)))
      }
    }
  }
}
