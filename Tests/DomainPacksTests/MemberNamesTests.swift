import LogFormat
import Testing

@testable import DomainPacks

@Suite struct MemberNamesTests {
  private func found(_ names: [String], _ object: String) throws -> [Int] {
    try JSONDocument(object).root.withView { MemberNames(names).withPlaces(in: $0) { $0.map { Int($0) } } }
  }

  @Test(
    "Members are found among names in whatever order they stand",
    arguments: [
      (#"{"a":0,"bb":0,"c":0}"#, [0, 1, 2]), (#"{"c":0,"bb":0,"a":0}"#, [2, 1, 0]),
      (#"{"bb":0,"x":0,"a":0}"#, [1, -1, 0]),
      (#"{"c":0,"c ":0,"\u0061":0}"#, [2, -1, 0]), (#"{"b":0,"":0,"ab":0}"#, [-1, 3, -1]), ("{}", []), ("[1]", []),
    ])
  func places(_ object: String, _ places: [Int]) throws {
    #expect(try found(["a", "bb", "c", ""], object) == places)
    #expect(try found([], object) == places.map { _ in -1 })
  }
}
