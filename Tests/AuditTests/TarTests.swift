import Foundation
import Testing

@testable import Audit

@Suite struct TarTests {
  /// A folder of the test's own, gone behind it.
  final class Folder {
    let url = FileManager.default.temporaryDirectory.appending(path: "tar-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appending(path: name).path() }
  }

  private static let members: [(String, [UInt8])] = [
    ("leer", []), ("kurz.txt", Array("ä\n".utf8)), ("ein/block", [UInt8](repeating: 7, count: 512)),
    ("viel/name-" + String(repeating: "x", count: 80), (0..<300_001).map { UInt8(truncatingIfNeeded: $0 / 7) }),
  ]

  private func archive(_ path: String) throws {
    let output = try BundleOutput(creating: path)
    var tar = TarWriter(output)
    for (name, bytes) in TarTests.members { try tar.add(name, bytes) }
    try tar.finish()
    try output.flush()
  }

  private func members(of path: String) throws -> [(String, [UInt8])] {
    let input = try BundleInput(path)
    var reader = TarReader(input)
    var members: [(String, [UInt8])] = []
    while let member = try reader.next() { members.append((member.name, try input.bytes(member.contents))) }
    return members
  }

  @Test("The system's tar unpacks what was written, byte for byte")
  func written() throws {
    let folder = try Folder()
    try archive(folder.path("a.tar"))
    #expect(
      try BundleUnderTest.tar("-tf", folder.path("a.tar")).split(separator: "\n").map(String.init)
        == TarTests.members.map(\.0))
    try BundleUnderTest.tar("-xf", folder.path("a.tar"), "-C", folder.url.path())
    for (name, bytes) in TarTests.members {
      #expect(try Data(contentsOf: folder.url.appending(path: name)) == Data(bytes))
    }
    // Nothing says who wrote it, or when.
    let listing = try BundleUnderTest.tar("--utc", "--numeric-owner", "-tvf", folder.path("a.tar"))
    for line in listing.split(separator: "\n") {
      #expect(line.hasPrefix("-rw-r--r-- 0/0 ") && line.contains(" 1970-01-01 00:00 "), "\(line)")
    }
  }

  @Test("What was written, and what the system's tar writes, is read")
  func read() throws {
    let folder = try Folder()
    try archive(folder.path("a.tar"))
    for (found, expected) in zip(try members(of: folder.path("a.tar")), TarTests.members) { #expect(found == expected) }
    try BundleUnderTest.tar("-xf", folder.path("a.tar"), "-C", folder.url.path())
    try BundleUnderTest.tar(
      arguments: ["--format=ustar", "-cf", folder.path("b.tar"), "-C", folder.url.path()] + TarTests.members.map(\.0))
    let found = try members(of: folder.path("b.tar"))
    #expect(found.count == TarTests.members.count)
    for (found, expected) in zip(found, TarTests.members) { #expect(found == expected) }
  }

  @Test("Archives in other forms than those of regular files are refused")
  func otherForms() throws {
    let folder = try Folder()
    try FileManager.default.createDirectory(atPath: folder.path("ordner"), withIntermediateDirectories: false)
    try FileManager.default.createSymbolicLink(atPath: folder.path("verweis"), withDestinationPath: "/etc/passwd")
    let name = String(repeating: "n", count: 120)
    try Data([1]).write(to: folder.url.appending(path: name))
    for (format, member, expected) in [
      ("ustar", "ordner", TarProblem.notRegular(kind: UInt8(ascii: "5"))),
      ("ustar", "verweis", .notRegular(kind: UInt8(ascii: "2"))), ("gnu", name, .notUstar),
      ("posix", name, .notRegular(kind: UInt8(ascii: "x"))),
    ] {
      let path = folder.path("\(format)-\(member.prefix(8)).tar")
      try BundleUnderTest.tar("--format=\(format)", "-cf", path, "-C", folder.url.path(), member)
      #expect(throws: expected, "\(format) \(member)") { try problem(of: Data(contentsOf: URL(filePath: path))) }
    }
  }

  @Test("An archive that goes on behind its end is refused without being read to its own, however far that is")
  func endlessEnd() throws {
    let folder = try Folder()
    let path = folder.path("a.tar")
    try archive(path)
    // A file with a hole of a terabyte takes no room on a disk.
    try #require(truncate(path, 1 << 40) == 0)
    let error = #expect(throws: TarReader.Failure.self) { try members(of: path) }
    guard case .problem(.trailing, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test(
    "Members that are no files, compressed archives and extended headers without end are refused",
    arguments: ["1", "2", "3", "4", "5", "6", "7", "S", "L", "K", "x", "g", "D", "\u{0}"])
  func kinds(kind: String) throws {
    var block = TarHeader(name: "checkpoint", size: 0o77_777_777_777).block
    block[156] = kind.utf8.first ?? 0
    let sum = block.indices.reduce(0) { $0 + ((148..<156).contains($1) ? 32 : Int(block[$1])) }
    let digits = String(sum, radix: 8)
    block.replaceSubrange(
      148..<156, with: Array((String(repeating: "0", count: 6 - digits.count) + digits + "\u{0} ").utf8))
    #expect(throws: TarProblem.notRegular(kind: block[156])) { try problem(of: Data(block)) }
  }

  @Test("Names that lead elsewhere are no members of a bundle")
  func names() {
    for name in [
      "../checkpoint", "/checkpoint", "./checkpoint", "log/../checkpoint", "checkpoint/", "CHECKPOINT",
      "log/../../00000000000000000000.ndjson", "log/0.ndjson", "log/00000000000000000000.ndjson/x",
      "documents/sha256/../../x", "documents/sha256/ab/\(String(repeating: "A", count: 62))",
      "documents/sha256/..\(String(repeating: "a", count: 63))",
      "documents/sha256/ab/" + String(repeating: "a", count: 63),
      "proofs/-1.tlog-proof", "proofs/99999999999999999999.tlog-proof", "consistency/../checkpoint",
    ] {
      #expect(BundleMember(name: name) == nil, "\(name)")
    }
  }

  @Test("Every header byte counts")
  func alteredHeader() throws {
    let folder = try Folder()
    try archive(folder.path("a.tar"))
    let sound = try Data(contentsOf: URL(filePath: folder.path("a.tar")))
    for offset in 512..<1024 {
      var bytes = sound
      bytes[offset] ^= 1
      #expect(throws: TarProblem.self, "byte \(offset)") { try problem(of: bytes) }
    }
  }

  @Test("A size that leads out of the archive, and an end that is not one, are refused")
  func cut() throws {
    let folder = try Folder()
    try archive(folder.path("a.tar"))
    let sound = try Data(contentsOf: URL(filePath: folder.path("a.tar")))
    for count in [0, 100, 512, 1500, sound.count - 2000, sound.count - 1024, sound.count - 512, sound.count - 1] {
      #expect(throws: TarProblem.cutShort, "\(count) bytes") { try problem(of: sound.prefix(count)) }
    }
    #expect(throws: TarProblem.trailing) { try problem(of: sound + Data(repeating: 0, count: 512) + sound.prefix(512)) }
    #expect(throws: Never.self) { try problem(of: sound + Data(repeating: 0, count: 512)) }
  }

  /// Throws what is wrong with an archive.
  private func problem(of archive: Data) throws {
    let folder = try Folder()
    try archive.write(to: folder.url.appending(path: "archive"))
    do {
      _ = try members(of: folder.path("archive"))
    } catch TarReader.Failure.problem(let problem, _) {
      throw problem
    }
  }

  @Test("The largest size has eleven octal digits")
  func largest() throws {
    let header = TarHeader(name: "a", size: TarHeader.largestSize)
    #expect(try TarHeader(header.block) == header)
    #expect(header.block[124..<135].elementsEqual("77777777777".utf8))
  }
}
