import ArgumentParser
import EventLog
import Foundation

struct Events: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print records, exactly as they stand in the log, one a line.")

  @OptionGroup var ledger: LedgerOption
  @OptionGroup var socket: SocketOption
  @Option(help: "First sequence.") var from: UInt64?
  @Option(help: "Last sequence, inclusive.") var to: UInt64?
  @Option(help: "Only this subject.") var subject: String?
  @Option(help: "Only this event type.") var type: String?
  @Flag(help: "Go on with new records as they become durable.") var follow = false

  func run() async throws {
    // Whoever has no right to the directory reads through the daemon.
    if ledger.argument == nil, let path = socket.optionalPath {
      try await readThroughDaemon(path)
    } else {
      try await readDirectory(try ledger.path())
    }
  }

  private func readDirectory(_ path: String) async throws {
    let directory = LedgerDirectory(path)
    let filter = LineFilter(subject: subject, type: type)
    var next = from ?? 0
    let below = to.map { $0 < .max ? $0 + 1 : $0 }
    var output: [UInt8] = []
    while true {
      let reader = try LogReader(directory)
      try reader.forEachLine(from: next, below: below, filter: filter) { line, _ in
        output.append(contentsOf: line)
        output.append(0x0A)
        if output.count > 1 << 16 {
          Terminal.write(output)
          output.removeAll(keepingCapacity: true)
        }
        return true
      }
      Terminal.write(output)
      output.removeAll(keepingCapacity: true)
      next = max(next, reader.size)
      guard follow, next < below ?? .max else { return }
      // The daemon's head is a mapped file without a bell: look again shortly.
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  private func readThroughDaemon(_ path: String) async throws {
    var query: [(String, String)] = []
    if let from { query.append(("from", String(from))) }
    if let to { query.append(("to", String(to))) }
    if let subject { query.append(("subject", subject)) }
    if let type { query.append(("type", type)) }
    if follow { query.append(("follow", "true")) }
    let request = DaemonClient.Request.get("/v1/events", query: query)
    try await DaemonClient.withConnection(to: path) { client in
      let answer = try await client.send(request) { Terminal.write($0) }
      guard answer.isSuccess else { throw answer.failure }
    }
  }
}
