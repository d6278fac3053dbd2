import ArgumentParser
import EventLog
import Foundation
import Ledger
import LedgerServer
import Logging
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

  func run() async throws {
    // One core is left to the sequencer, the index and the projections: more event loops take from them what they give.
    NIOSingletons.groupLoopCountSuggestion = max(1, ProcessInfo.processInfo.activeProcessorCount - 1)
    LoggingSystem.bootstrap(StreamLogHandler.standardError)
    let logger = Logger(label: "aktenspur")
    let path = try socket.path()
    let access = try config.map { try Serve.access($0) }
    var limits = Log.Limits()
    if let segmentBytes = access?.segmentBytes { limits.segmentBytes = segmentBytes }
    let opened = try await Ledger.open(
      at: try ledger.path(), packs: packs.source, limits: limits, logger: logger)
    do {
      try await LedgerServer(
        ledger: opened, socketPath: path, principals: access ?? OwnUser(),
        connectionsPerUser: access?.connections ?? AccessConfiguration.defaultConnections, logger: logger
      ).runUntilSignal()
    } catch let error as SocketError {
      throw Failure(.cannotCreate, "\(error)")
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
