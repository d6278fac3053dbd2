import HTTPTypes
import Testing

@testable import LedgerServer

@Suite struct QueryTests {
  private func problem(_ body: () throws -> Void) -> Problem? {
    do {
      try body()
      return nil
    } catch {
      return error as? Problem
    }
  }

  @Test func readsParameters() throws {
    let query = try Query(
      "from=00000000000000000812&subject=akte%2F1&follow&name=a&name=b",
      names: ["from", "subject", "follow", "name"], repeatable: ["name"])
    #expect(try query.sequence("from") == 812)
    #expect(try query.text("subject") == "akte/1")
    #expect(try query.flag("follow"))
    #expect(query.all("name") == ["a", "b"])
    #expect(query["to"] == nil)
  }

  @Test func keepsThePlusOfAnOffset() throws {
    let query = try Query("as-of=2022-12-31T10:00:00+01:00", names: ["as-of"])
    #expect(query["as-of"] == "2022-12-31T10:00:00+01:00")
  }

  @Test(arguments: [("form=1", "/form"), ("to=1&to=2", "/to"), ("to=%zz", "/to"), ("a/b=1", "/a~1b")])
  func refusesWithThePointerOfTheParameter(text: String, pointer: String) {
    let problem = problem { _ = try Query(text, names: ["from", "to"]) }
    #expect(problem?.status == .badRequest)
    #expect(problem?.pointer == pointer)
  }

  @Test(arguments: ["-1", "+1", " 1", "1.0", "", "x", "18446744073709551616"])
  func refusesWhatIsNoSequence(value: String) throws {
    let query = try Query("from=\(value)", names: ["from"])
    let problem = problem { _ = try query.sequence("from") }
    #expect(problem?.pointer == "/from")
  }

  @Test func refusesWhatIsNoFlag() throws {
    let query = try Query("follow=maybe", names: ["follow"])
    #expect(problem { _ = try query.flag("follow") }?.pointer == "/follow")
  }
}
