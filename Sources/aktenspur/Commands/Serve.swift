import ArgumentParser
import Foundation
import Ledger
import LedgerServer
import Logging
import NIOCore

struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Hold a ledger and serve it on a Unix socket until SIGTERM or SIGINT.")

  @OptionGroup var ledger: LedgerOption
  @OptionGroup var socket: SocketOption
  @OptionGroup var packs: PacksOption

  func run() async throws {
    // One core is left to the sequencer, the index and the projections: more event loops take from them what they give.
    NIOSingletons.groupLoopCountSuggestion = max(1, ProcessInfo.processInfo.activeProcessorCount - 1)
    LoggingSystem.bootstrap(StreamLogHandler.standardError)
    let logger = Logger(label: "aktenspur")
    let path = try socket.path()
    let opened = try await Ledger.open(at: try ledger.path(), packs: packs.source, logger: logger)
    do {
      try await LedgerServer(ledger: opened, socketPath: path, logger: logger).runUntilSignal()
    } catch let error as SocketError {
      throw Failure(.cannotCreate, "\(error)")
    }
  }
}
