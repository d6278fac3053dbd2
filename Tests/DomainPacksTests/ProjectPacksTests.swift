import Foundation
import LogFormat
import Testing

@testable import DomainPacks

/// The packs that come with the project.
private let projections = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().appendingPathComponent("Projections")

private let names = ((try? FileManager.default.contentsOfDirectory(atPath: projections.path)) ?? [])
  .filter { FileManager.default.fileExists(atPath: projections.path + "/\($0)/pack.json") }.sorted()

@Suite(.enabled(if: !names.isEmpty, "there are no packs")) struct ProjectPacksTests {
  @Test("All packs load together")
  func together() throws {
    let packs = try PackSet.load(directory: projections.path)
    #expect(packs.packs.map(\.name) == names)
  }

  @Test("The examples of a pack are events that the packs accept", arguments: names)
  func examples(name: String) throws {
    let packs = try PackSet.load(directory: projections.path)
    let pack = try #require(packs.packs.first { $0.name == name })
    for line in (pack.examples ?? []).split(separator: UInt8(ascii: "\n")) {
      let event = try Event(try JSONDocument(Array(line)).root)
      #expect(refusal(event, by: packs) == nil, "\(event.source) \(event.id)")
    }
  }
}
