import ArgumentParser
import EventLog
import Foundation
import TransparencyLog

struct Follow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Keep a verified copy of a log, on another disk or host.",
    discussion: """
      The log is read from the socket of its daemon or from its directory. Every line must fit into the chain, and counts \
      in the copy when a signed checkpoint covers it; a log that was set back or written anew is refused (exit status 1), \
      and the copy keeps what it has. The copy is a directory for 'verify', 'prove' and 'events'. Documents are not \
      followed: 'backup' copies them. It may be stopped at any time, and goes on where it was.
      """)

  @Option(help: "The daemon's socket, or the ledger's directory.") var from: String
  @OptionGroup var ledger: LedgerOption
  @Option(help: "The verifier key that the log must be signed with; else the first copy takes it from record 0.")
  var key: String?
  @Flag(help: "Stop when the copy has what is signed now.") var once = false

  private static let pause = Duration.seconds(1)

  func run() async throws {
    let source = LogOrigin(from)
    guard let opening = try await source.lines(from: 0, to: 0).first else {
      throw Failure(.checkFailed, "\(from): there is no record 0")
    }
    do {
      let copy = try LogCopy(at: try ledger.path(), firstLine: opening, key: try key.map { try VerifierKey($0) })
      while true {
        try await catchUp(copy, with: source)
        if once { return }
        try await Task.sleep(for: Follow.pause)
      }
    } catch let error as LogCopyError {
      if case .anotherLog = error { throw Failure(.cannotCreate, "\(error)") }
      throw Failure(.checkFailed, "\(error)")
    } catch let error as NoteError {
      throw Failure(.checkFailed, "\(error)")
    }
  }

  private func catchUp(_ copy: LogCopy, with source: LogOrigin) async throws {
    let note = try await source.checkpoint()
    let size = try Checkpoint(text: SignedNote(parsing: note).text).size
    guard size >= copy.size else { throw LogCopyError.shorter(copy: copy.size, log: size) }
    // The same size is looked at, too: it may be another log's.
    var next = copy.size
    do {
      while next < size {
        let lines = try await source.lines(from: next, to: min(size, next + Follow.linesAtATime) - 1)
        guard !lines.isEmpty else { throw LogCopyError.damaged(sequence: next) }
        for line in lines { try line.withUnsafeBytes { try copy.append($0) } }
        next += UInt64(lines.count)
      }
      try copy.adopt(note)
    } catch {
      try copy.discard()
      throw error
    }
  }

  private static let linesAtATime: UInt64 = 10_000
}

/// Where a log comes from: a daemon's socket, or a ledger's directory.
private struct LogOrigin {
  private let path: String
  private let isDirectory: Bool

  init(_ path: String) {
    self.path = path
    var isFolder: ObjCBool = false
    isDirectory = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }

  func checkpoint() async throws -> [UInt8] {
    guard isDirectory else { return try await get("/checkpoint") }
    guard let note = try LogReader(LedgerDirectory(path)).checkpoint() else {
      throw Failure(.checkFailed, "\(path) has no checkpoint")
    }
    return Array(note.utf8)
  }

  /// The lines of records, without LF; bounds inclusive.
  func lines(from: UInt64, to: UInt64) async throws -> [[UInt8]] {
    guard isDirectory else {
      return try await get("/v1/events", query: [("from", "\(from)"), ("to", "\(to)")]).split(separator: 0x0A).map {
        Array($0)
      }
    }
    var lines: [[UInt8]] = []
    try LogReader(LedgerDirectory(path)).forEachLine(from: from, below: to + 1) { line, _ in
      lines.append(Array(line))
      return true
    }
    return lines
  }

  private func get(_ path: String, query: [(String, String)] = []) async throws -> [UInt8] {
    try await DaemonClient.withConnection(to: self.path) { client in
      let answer = try await client.send(.get(path, query: query))
      guard answer.isSuccess else { throw answer.failure }
      return answer.body
    }
  }
}
