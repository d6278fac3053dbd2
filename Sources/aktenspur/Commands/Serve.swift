import ArgumentParser
import EventLog
import Foundation
import Ledger
import LedgerServer
import Logging
import TimeStamps
import NIOCore

struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Hold a ledger and serve it on a Unix socket until SIGTERM or SIGINT.",
    discussion: """
      Who may do what says the configuration; without one only the user the daemon runs as has access, and may do \
      everything. tools/aktenspur.yaml is an example with explanations.
      """)

  @OptionGroup var ledger: LedgerOption
  @OptionGroup var socket: SocketOption
  @OptionGroup var packs: PacksOption
  @Option(help: "The configuration: principals, their rights, limits.") var config: String?
  @Option(
    help: "Answer /metrics, /healthz and /readyz there too, without asking who it is: 127.0.0.1:PORT or [::1]:PORT.",
    transform: Serve.webAddress)
  var web: WebAddress?
  @Option(help: "How log lines are written to stderr: text or json.") var logFormat = LogFormat.text
  @Option(
    help: "The least level that is logged: debug, info, notice, warning or error.", transform: Serve.logLevel)
  var logLevel = Logger.Level.info

  enum LogFormat: String, ExpressibleByArgument, CaseIterable {
    case text
    case json
  }

  func run() async throws {
    // One core is left to the sequencer, the index and the projections: more event loops take from them what they give.
    NIOSingletons.groupLoopCountSuggestion = max(1, ProcessInfo.processInfo.activeProcessorCount - 1)
    switch logFormat {
    case .text: LoggingSystem.bootstrap(StreamLogHandler.standardError)
    case .json: LoggingSystem.bootstrap { _ in JSONLogHandler() }
    }
    var logger = Logger(label: "aktenspur")
    logger.logLevel = logLevel
    let path = try socket.path()
    let access = try config.map { try Serve.access($0) }
    var limits = Log.Limits()
    if let segmentBytes = access?.segmentBytes { limits.segmentBytes = segmentBytes }
    let anchors = try access.flatMap { try Serve.signatureAnchors($0.signatureAnchors) }
    let directory = try ledger.path()
    let lock = try Ledger.lock(at: directory)
    do {
      try await LedgerServer(
        socketPath: path, web: web, principals: access ?? OwnUser(),
        connectionsPerUser: access?.connections ?? AccessConfiguration.defaultConnections, version: Version.text,
        logger: logger
      ) { [packs = packs.source, limits, logger] in
        try await Ledger.open(
          at: directory, lock: lock, packs: packs, limits: limits, signatureAnchors: anchors, logger: logger)
      }.runUntilSignal()
    } catch let error as SocketError {
      throw Failure(.cannotCreate, "\(error)")
    }
  }

  private static func logLevel(_ text: String) throws -> Logger.Level {
    guard let level = Logger.Level(rawValue: text) else {
      throw ValidationError("expected debug, info, notice, warning or error, found \(text)")
    }
    return level
  }

  private static func webAddress(_ text: String) throws -> WebAddress {
    guard let address = WebAddress(text) else {
      throw ValidationError(
        "expected 127.0.0.1:PORT or [::1]:PORT, found \(text): the web port is for this machine alone")
    }
    return address
  }

  /// All certificates of some files; nil where there are none.
  private static func signatureAnchors(_ paths: [String]) throws -> TrustAnchors? {
    guard !paths.isEmpty else { return nil }
    do {
      return try TrustAnchors(Array(try paths.map { try InputFile.contents(of: $0) }.joined(separator: [0x0A])))
    } catch let error as TimeStampError {
      throw Failure(.badInput, "documents.signature-anchors: \(error)")
    }
  }

  private static func access(_ path: String) throws -> AccessConfiguration {
    let text = String(decoding: try InputFile.contents(of: path), as: UTF8.self)
    do {
      return try AccessConfiguration(yaml: text)
    } catch {
      throw Failure(.badInput, "\(path): \(error)")
    }
  }
}
