import Foundation
import Testing

/// The measuring program measures everything and finds again what it sent. How fast that was is not asked here.
struct BenchTests {
  private struct Output: Decodable {
    struct Row: Decodable {
      var name: String
      var value: Double
      var unit: String
      var floor: Double?
      var ratio: Double?
      var target: Double?
    }

    var rows: [Row]
  }

  @Test func accessesAreRecordedAndFoundAgain() throws {
    let folder = try ScratchFolder()
    let bench = Repository.program.deletingLastPathComponent().appending(path: "bench")
    let result = try Program.run(
      bench,
      [
        "--program", Repository.program.path, "--packs", Repository.packs, "--directory", folder.url.path, "--quick",
        "--seconds", "0.1", "--repetitions", "1", "--accesses", "300", "--json",
      ])
    try #require(result.status == 0, "\(result.errors)")
    let rows = try JSONDecoder().decode(Output.self, from: result.output).rows
    #expect(Set(rows.map(\.name)) == ["accesses", "file-accesses", "person-accesses"])
    for row in rows { #expect(row.value > 0, "\(row)") }
  }

  @Test func everyRowIsMeasured() throws {
    let folder = try ScratchFolder()
    let bench = Repository.program.deletingLastPathComponent().appending(path: "bench")
    let result = try Program.run(
      bench,
      [
        "--program", Repository.program.path, "--packs", Repository.packs, "--directory", folder.url.path, "--quick",
        "--json", "--records", "600", "--seconds", "0.1", "--repetitions", "1",
      ])
    try #require(result.status == 0, "\(result.errors)")
    // Nothing but JSON, or it could not be decoded.
    let rows = try JSONDecoder().decode(Output.self, from: result.output).rows
    let names = rows.map(\.name)
    #expect(Set(names).count == names.count)
    for name in [
      "append-64", "append-1", "append-batch", "append-ndjson", "verify", "rebuild", "as-of", "proof", "follow",
      "start",
    ] {
      #expect(names.contains(name), "\(name) is missing")
    }
    for row in rows {
      #expect(row.value > 0, "\(row)")
      guard let floor = row.floor, let ratio = row.ratio else {
        #expect(row.floor == nil && row.ratio == nil && row.target == nil, "\(row)")
        continue
      }
      #expect(floor > 0 && abs(ratio * floor / row.value - 1) < 0.01, "\(row)")
    }
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
    #expect(left.isEmpty, "left behind: \(left)")
  }

  /// In small: the lists answer, the rebuild and its floor come to the same rows, and the log verifies.
  @Test func registerOfContractsIsMeasured() throws {
    let folder = try ScratchFolder()
    let bench = Repository.program.deletingLastPathComponent().appending(path: "bench")
    let result = try Program.run(
      bench,
      [
        "--program", Repository.program.path, "--packs", Repository.packs, "--directory", folder.url.path, "--quick",
        "--json", "--repetitions", "1", "--contracts", "40",
      ])
    try #require(result.status == 0, "\(result.errors)")
    let rows = try JSONDecoder().decode(Output.self, from: result.output).rows
    #expect(rows.map(\.name) == ["contracts-list", "contracts-rebuild"])
    #expect(rows.allSatisfy { $0.value > 0 })
  }
}
