import Foundation
import Testing
import TransparencyLog

@testable import Audit

/// A bundle of a sample ledger, unpacked by the system's `tar`, to be changed and packed again.
final class BundleUnderTest {
  let ledger: SampleLedger
  let path: String
  private let folder: URL

  init(_ ledger: SampleLedger, _ selection: BundleSelection) throws {
    self.ledger = ledger
    folder = FileManager.default.temporaryDirectory.appending(path: "bundle-\(UUID().uuidString)")
    path = folder.appending(path: "paket.tar").path()
    try FileManager.default.createDirectory(at: folder.appending(path: "unpacked"), withIntermediateDirectories: true)
    _ = try BundleWriter(ledger: ledger.path, selection: selection).write(to: path)
    try BundleUnderTest.tar("-xf", path, "-C", unpacked)
  }

  deinit {
    try? FileManager.default.removeItem(at: folder)
  }

  private var unpacked: String { folder.appending(path: "unpacked").path() }

  func url(_ name: String) -> URL { folder.appending(path: "unpacked/\(name)") }

  /// The members' names in the archive's order, as `tar` lists them.
  func names() throws -> [String] {
    try BundleUnderTest.tar("-tf", path).split(separator: "\n").map(String.init)
  }

  func text(_ name: String) throws -> String { try String(contentsOf: url(name), encoding: .utf8) }

  func set(_ name: String, _ text: String) throws {
    try FileManager.default.createDirectory(
      at: url(name).deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url(name))
  }

  func remove(_ name: String) throws { try FileManager.default.removeItem(at: url(name)) }

  /// The lines of a selection.
  func records() throws -> [String] {
    try text("records.ndjson").split(separator: "\n").map(String.init)
  }

  func set(records: [String]) throws { try set("records.ndjson", records.map { $0 + "\n" }.joined()) }

  /// Packs what was changed.
  func pack() throws {
    let files = try FileManager.default.subpathsOfDirectory(atPath: unpacked)
      .filter { (try? url($0).resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) == true }.sorted()
    try BundleUnderTest.tar(
      arguments: ["--format=ustar", "--owner=0", "--group=0", "-cf", path, "-C", unpacked] + files)
  }

  func verify(_ options: LedgerVerifier.Options = .init()) throws -> VerificationReport {
    try BundleVerifier(bundle: path, options: options).run()
  }

  @discardableResult
  static func tar(_ arguments: String...) throws -> String { try tar(arguments: arguments) }

  @discardableResult
  static func tar(arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["tar"] + arguments
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "tar \(arguments)")
    return String(decoding: text, as: UTF8.self)
  }
}

extension SampleLedger {
  /// A manifest of a domain pack with one file, and an answer of a time stamp authority: what records name.
  static let packFile = #"{"title":"Anfragen"}"#
  static var manifest: String { "\(digest(packFile))  pack.json\n" }

  static func digest(_ text: String) -> Digest { SHA256.hash(text) }

  /// As a ledger is after some time: packs in force, and checkpoints that left the house at the sizes 17 and 30.
  static func aged() throws -> SampleLedger {
    let ledger = try SampleLedger { entries in
      entries[10].subject = "ledger"
      entries[10].version = 1
      entries[10].type = "de.aktenspur.ledger.fachpakete-gesetzt"
      entries[10].data = #"{"fachpakete":[{"name":"anfragen","digest":"sha256:\#(digest(manifest))"}]}"#
      // Subject 3 goes on behind it.
      for index in stride(from: 17, to: 40, by: 7) { entries[index].version -= 1 }
    }
    for content in [packFile, manifest] {
      let digest = digest(content).hex
      let folder = ledger.folder.appending(path: "documents/sha256/\(digest.prefix(2))")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data(content.utf8).write(to: folder.appending(path: String(digest.dropFirst(2))))
    }
    for size in [17, 30] { try ledger.seal(size: size, as: "checkpoints/" + pad(size, 20)) }
    return ledger
  }
}
