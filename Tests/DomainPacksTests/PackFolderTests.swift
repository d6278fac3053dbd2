import Foundation
import Testing

@testable import DomainPacks

@Suite final class PackFolderTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("packs-\(UUID().uuidString)")

  init() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: folder)
  }

  private func write(_ text: String, to path: String) throws {
    let file = folder.appendingPathComponent(path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  @Test("A folder of packs is read with all its files, but not what editors leave and not what is hidden")
  func reading() throws {
    for (path, text) in ServiceBikes.files { try write(text, to: "raeder/\(path)") }
    for path in [".git/x", "pack.json~", ".pack.json.swp", "#pack.json#", "tables/.x", "pack.json.orig"] {
      try write("?", to: "raeder/\(path)")
    }
    try write("nr\n1\n", to: "raeder/tables/art.csv")
    try write("?", to: "liesmich.md")
    try write("?", to: ".versteckt/pack.json")
    let packs = try PackSet.load(directory: folder.path)
    #expect(packs.packs.map(\.name) == ["raeder"])
    #expect(packs.packs[0].files.keys.sorted() == (Array(ServiceBikes.files.keys) + ["tables/art.csv"]).sorted())
    let kept = try PackSet(files: ["raeder": packs.packs[0].files])
    #expect(kept.digest == packs.digest)
  }

  @Test("The manifest is one that sha256sum checks", .enabled(if: Command.exists("sha256sum"), "needs sha256sum"))
  func manifest() throws {
    for (path, text) in ServiceBikes.files { try write(text, to: "raeder/\(path)") }
    try write("a b\n", to: "raeder/tables/ä_1.md")
    let pack = try PackSet.load(directory: folder.path).packs[0]
    let inside = folder.appendingPathComponent("raeder")
    let result = try Command.run("sha256sum", ["-c", "--strict", "-"], input: Data(pack.manifest.utf8), in: inside)
    #expect(result.status == 0)
    #expect(String(decoding: result.output, as: UTF8.self).split(separator: "\n").count == pack.files.count)
  }

  @Test("A folder without pack.json, a bad name, a missing folder, a loop and a pipe are refused")
  func refused() throws {
    try write("", to: "leer/tables/a.csv")
    #expect(
      errorText { () throws(PackError) in try PackSet.load(directory: folder.path) }
        == "pack leer, pack.json: is missing; every folder of packs needs one")
    try FileManager.default.removeItem(at: folder.appendingPathComponent("leer"))

    let missing = folder.path + "/nirgends"
    let text = try #require(errorText { () throws(PackError) in try PackSet.load(directory: missing) })
    #expect(text.hasPrefix("\(missing): the folder cannot be read"))

    try write("{}", to: "a/pack.json")
    let link = folder.appendingPathComponent("a/kreis").path
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: ".")
    #expect(
      errorText { () throws(PackError) in try PackSet.load(directory: folder.path) }?
        .contains("folders nested deeper than 8") == true)
    try FileManager.default.removeItem(atPath: link)

    #expect(mkfifo(link, 0o600) == 0)
    #expect(
      errorText { () throws(PackError) in try PackSet.load(directory: folder.path) }
        == "pack a, kreis: expected a file or a folder")
  }
}
