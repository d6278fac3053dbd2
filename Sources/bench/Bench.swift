import ArgumentParser
import Foundation

/// Measures the daemon over its socket, always beside a floor measured in the same run.
@main
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure the ledger beside the floors of this machine.",
    discussion: """
      Every measurement alternates with its floor and is repeated; the medians are compared. At the end the whole log \
      is verified and every event that was sent is looked up in it. Exit status 0 when everything was measured and \
      verified, whatever the ratios.
      """)

  @Option(help: "The aktenspur program to measure.") var program: String
  @Option(help: "The folder of the domain packs.") var packs: String
  @Option(help: "Where the ledger is made; its disk is measured.") var directory: String
  @Flag(help: "Shorter runs, under a minute in all.") var quick = false
  @Flag(help: "Print the rows as JSON.") var json = false

  func run() throws {
    let bench = try Directory(directory)
    defer { bench.remove() }
    let daemon = try Daemon(program: program, packs: packs, directory: bench.path)
    defer { daemon.stop() }

    let repetitions = quick ? 3 : 5
    let seconds = quick ? 2.0 : 6.0
    var sent = SentEvents()
    var answered = 0
    func append(_ connections: Int) throws -> Measurement {
      let result = try HTTPLoad(socket: daemon.socket, connections: connections, seconds: seconds).run(sent.next())
      answered += result.count
      return result
    }
    var rows: [Row] = []

    rows.append(
      try Row.compare("append-64", unit: "1/s", target: 0.5, repetitions: repetitions) {
        try append(64)
      } floor: {
        try HTTPLoad(socket: daemon.socket, connections: 64, seconds: seconds).run(.emptyHandler)
      })
    rows.append(
      try Row.compare("append-1", unit: "1/s", target: nil, repetitions: repetitions) {
        try append(1)
      } floor: {
        // One after the other: the handler's round trip and one sync of a record's bytes.
        let trip = try HTTPLoad(socket: daemon.socket, connections: 1, seconds: seconds / 2).run(.emptyHandler)
        let sync = try SyncFloor(directory: bench.path, seconds: seconds / 2).run(bytes: HTTPLoad.recordBytes)
        return trip.inSeries(with: sync)
      })

    daemon.stop()
    try sent.check(daemon, answered: answered)
    json ? print(Row.json(rows)) : print(Row.table(rows))
  }
}

/// A folder of the run's own.
struct Directory {
  let path: String

  init(_ parent: String) throws {
    path = parent + "/aktenspur-bench-\(ProcessInfo.processInfo.processIdentifier)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  func remove() {
    try? FileManager.default.removeItem(atPath: path)
  }
}

struct BenchError: Error, CustomStringConvertible {
  var description: String

  init(_ description: String) {
    self.description = description
  }
}
