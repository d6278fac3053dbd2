import ArgumentParser
import EventLog
import Foundation

struct CheckpointCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "checkpoint", abstract: "Print the newest signed checkpoint (C2SP tlog-checkpoint).")

  @OptionGroup var ledger: LedgerOption
  @OptionGroup var socket: SocketOption
  @Flag(help: "Have the daemon sign one over every record that is durable now.") var new = false

  func run() async throws {
    if new {
      try await DaemonClient.withConnection(to: try socket.path()) { client in
        let answer = try await client.send(.post("/checkpoint"))
        guard answer.isSuccess else { throw answer.failure }
        Terminal.write(answer.body)
      }
      return
    }
    guard let note = try LogReader(LedgerDirectory(try ledger.path())).checkpoint() else {
      throw Failure(.checkFailed, "the ledger has no checkpoint")
    }
    Terminal.write(note.utf8)
  }
}
