import ArgumentParser
import Foundation
import TransparencyLog

struct DocumentsGet: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Read a content; who reads it, for what and why is recorded first.",
    discussion: """
      Through the daemon alone: there is no other way to a content. What comes is compared with the digest; exit status 1 \
      where it is not the content, and no file is left then.
      """)

  @OptionGroup var socket: SocketOption
  @Argument(help: "The digest, as events name it: sha256:… or the hexadecimal digits alone.") var digest: String
  @Option(help: "For which Dokument, Vorgang or Akte, e.g. dokument/4711.") var subject: String
  @Option(help: "Why.") var grund: String
  @Option(help: "On whose behalf, where the caller may say so.") var authid: String?
  @Option(name: .customShort("o"), help: "The file to write (default: stdout).") var output: String?

  func run() async throws {
    let digest = try Documents.digest(digest)
    var query = [("subject", subject), ("grund", grund)]
    if let authid { query.append(("authid", authid)) }
    let target = try output.map { try ContentOutput($0) }
    let received = ReceivedContent(target)
    let answer = try await DaemonClient.withConnection(to: try socket.path()) { client in
      try await client.send(.get(Documents.path(of: digest), query: query)) { try received.take($0) }
    }
    guard answer.isSuccess else { throw answer.failure }
    guard received.digest() == digest else {
      throw Failure(
        .checkFailed,
        Language.text(en: "what came is not the content asked for", de: "was kam, ist nicht der gewünschte Inhalt"))
    }
    try target?.commit()
  }
}

/// What comes, hashed and passed on.
private final class ReceivedContent {
  private let target: ContentOutput?
  private var hasher = SHA256Hasher()

  init(_ target: ContentOutput?) {
    self.target = target
  }

  func take(_ bytes: [UInt8]) throws {
    bytes.withUnsafeBytes { hasher.update($0) }
    if let target { try target.write(bytes) } else { Terminal.write(bytes) }
  }

  func digest() -> Digest { hasher.finalize() }
}

/// A file that has its name only when it is whole.
private final class ContentOutput {
  private let path: String
  private let temporary: String
  private let handle: FileHandle
  private var isKept = false

  init(_ path: String) throws {
    self.path = path
    temporary = path + ".\(UUID().uuidString)"
    guard FileManager.default.createFile(atPath: temporary, contents: nil, attributes: [.posixPermissions: 0o600]),
      let handle = FileHandle(forWritingAtPath: temporary)
    else { throw Failure(.cannotCreate, "\(path) cannot be written") }
    self.handle = handle
  }

  deinit {
    if !isKept { unlink(temporary) }
  }

  func write(_ bytes: [UInt8]) throws {
    do {
      try handle.write(contentsOf: bytes)
    } catch {
      throw Failure(.inputOutput, "\(path): \((error as NSError).localizedDescription)")
    }
  }

  func commit() throws {
    try handle.close()
    guard rename(temporary, path) == 0 else {
      throw Failure(.cannotCreate, "\(path): \(String(cString: strerror(errno)))")
    }
    isKept = true
  }
}
