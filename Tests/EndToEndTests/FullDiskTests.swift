import Foundation
import Testing

/// A disk that is really full: what is refused, what goes on by itself, and that the ledger is closed in order.
@Suite(.enabled(if: SmallDisk.canBe, "needs root and tmpfs, to have a small disk"))
struct FullDiskTests {
  @Test func refusesWith507GoesOnByItselfAndClosesInOrder() throws {
    let disk = try SmallDisk(megabytes: 48)
    let ledger = try LedgerUnderTest.new(in: disk.path)
    try ledger.start()
    try ledger.record(.project("A1", id: "before"))
    try disk.fill()
    var refused: Answer?
    var expected = try ledger.logLines().count
    for number in 0..<2000 where refused == nil {
      let answer = try ledger.postBatch(
        (0..<100).map { .project("A2", id: "\(number)-\($0)", titel: String(repeating: "x", count: 1000)) })
      if answer.status == 201 { expected += 100 } else { refused = answer }
    }
    #expect(refused?.status == 507)
    #expect(refused?.text.contains("urn:aktenspur:problem:disk-full") == true)
    #expect(try ledger.get("/readyz").status == 200)
    // What fitted of the refused ones is not left behind: opening would take it for recorded.
    let records = try ledger.logLines().count
    #expect(try records == expected && ledger.log().last == 0x0A)

    try disk.empty()
    try ledger.record(.project("A3", id: "after"))
    #expect(try ledger.logLines().count == records + 1)

    try disk.fill()
    for number in 0..<100 { _ = try ledger.post(.project("A4", id: "full-\(number)")) }
    ledger.stop()
    let (status, report) = try ledger.verify("--key", ledger.verifierKey)
    #expect(status == 0)
    #expect(report.unsigned == 0)
    try disk.empty()
    try ledger.start()
    try ledger.record(.project("A5", id: "reopened"))
    ledger.stop()
    try ledger.expectSound()
  }
}

/// A file system in memory that holds little, gone with the test.
final class SmallDisk {
  static let canBe: Bool = {
    guard geteuid() == 0, let disk = try? SmallDisk(megabytes: 1) else { return false }
    withExtendedLifetime(disk) {}
    return true
  }()

  private let folder: ScratchFolder
  var path: URL { folder.file("disk") }

  init(megabytes: Int) throws {
    folder = try ScratchFolder()
    try FileManager.default.createDirectory(at: path, withIntermediateDirectories: false)
    let mounted = try Program.run(
      URL(filePath: "/usr/bin/mount"), ["-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs", path.path])
    guard mounted.status == 0 else { throw CocoaError(.fileWriteVolumeReadOnly) }
  }

  deinit {
    _ = try? Program.run(URL(filePath: "/usr/bin/umount"), ["--lazy", path.path])
  }

  /// Leaves no room for another byte.
  func fill() throws {
    let descriptor = open(path.appending(path: "ballast").path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    defer { close(descriptor) }
    for size in [1 << 20, 4096, 1] {
      let bytes = [UInt8](repeating: 0, count: size)
      while write(descriptor, bytes, size) == size {}
    }
  }

  func empty() throws {
    try FileManager.default.removeItem(at: path.appending(path: "ballast"))
  }
}
