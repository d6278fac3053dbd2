import ArgumentParser
import EventLog
import TransparencyLog

struct ConsistencyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "consistency",
    abstract: "Print the proof that the log of one size continues that of an earlier one: base64, a hash a line.",
    discussion: "RFC 6962 §2.1.2; the sizes are those of two checkpoints. From 0 or between equal sizes it is empty.")

  @OptionGroup var ledger: LedgerOption
  @OptionGroup var socket: SocketOption
  @Option(help: "The earlier size.") var from: UInt64
  @Option(help: "The later size; without it that of the newest checkpoint.") var to: UInt64?

  func validate() throws {
    if let to, from > to { throw ValidationError("\(to) records do not continue \(from)") }
  }

  func run() async throws {
    if ledger.argument == nil, let path = socket.optionalPath {
      var query = [("from", String(from))]
      if let to { query.append(("to", String(to))) }
      let request = DaemonClient.Request.get("/v1/consistency", query: query)
      try await DaemonClient.withConnection(to: path) { client in
        let answer = try await client.send(request)
        guard answer.isSuccess else { throw answer.failure }
        Terminal.write(answer.body)
      }
      return
    }
    let tree = try LogReader(LedgerDirectory(try ledger.path())).signedTree()
    let to = to ?? tree.size
    guard from <= to else {
      throw Failure(.badInput, "the newest checkpoint covers \(to) records, which do not continue \(from)")
    }
    for hash in try tree.consistencyProof(from: from, to: to) { Terminal.print(hash.base64) }
  }
}
