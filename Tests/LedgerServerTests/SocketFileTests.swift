import Foundation
import Testing

@testable import LedgerServer

@Suite final class SocketFileTests {
  private let folder: String

  init() throws {
    // Not the temporary directory of the user: its path may be too long for a socket.
    folder = "/tmp/socket-file-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: folder)
  }

  private func listener(at path: String) -> Int32 {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let bound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    #expect(bound == 0)
    #expect(listen(descriptor, 1) == 0)
    return descriptor
  }

  @Test func refusesALongPathInWords() {
    let path = "/" + String(repeating: "x", count: SocketFile.maximumLength)
    let error = #expect(throws: SocketError.self) { try SocketFile(path) }
    #expect(error == .tooLong(path: path, length: 104))
    #expect(error?.description.contains("104 bytes") == true)
  }

  @Test func leavesOtherFilesAlone() throws {
    let path = folder + "/s"
    try Data("truth".utf8).write(to: URL(fileURLWithPath: path))
    #expect(throws: SocketError.notASocket(path: path)) { try SocketFile(path).claim() }
    #expect(FileManager.default.contents(atPath: path) == Data("truth".utf8))
  }

  @Test func replacesOnlyASocketThatNobodyAnswers() throws {
    let file = try SocketFile(folder + "/s")
    let first = listener(at: file.path)
    #expect(throws: SocketError.inUse(path: file.path)) { try file.claim() }
    close(first)
    try file.claim()

    let second = listener(at: file.bindingPath)
    defer { close(second) }
    let identity = try file.publish()
    let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
    #expect(mode == 0o660)
    #expect(!FileManager.default.fileExists(atPath: file.bindingPath))
    #expect(throws: SocketError.inUse(path: file.path)) { try file.claim() }
    try file.remove(identity)
    #expect(!FileManager.default.fileExists(atPath: file.path))
  }

  @Test func doesNotRemoveAnotherServersFile() throws {
    let file = try SocketFile(folder + "/s")
    let first = listener(at: file.bindingPath)
    defer { close(first) }
    let identity = try file.publish()
    let second = listener(at: file.bindingPath)
    defer { close(second) }
    _ = try file.publish()
    try file.remove(identity)
    #expect(FileManager.default.fileExists(atPath: file.path))
  }
}
