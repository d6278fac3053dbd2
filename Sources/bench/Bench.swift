import ArgumentParser
import Foundation

/// Measures the daemon and the command, always beside a floor measured in the same run.
@main
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure the ledger beside the floors of this machine.",
    discussion: """
      Every measurement alternates with its floor and is repeated; the medians are compared. At the end the whole log \
      is verified and every event that was sent is looked up in it. Exit status 0 when everything was measured and \
      verified, whatever the ratios.

      A whole run stores more than ten million records and needs some 20 GB on the disk for a while.
      """)

  @Option(help: "The aktenspur program to measure.") var program: String
  @Option(help: "The folder of the domain packs.") var packs: String
  @Option(help: "Where the ledger is made; its disk is measured.") var directory: String
  @Flag(help: "Shorter runs, under a minute in all.") var quick = false
  @Option(help: "Measure so many read accesses to documents, and nothing else.") var accesses: Int?
  @Flag(help: "Print the rows as JSON.") var json = false
  @Option(help: "Events sent in batches, and again as many in streams of lines.") var records: Int?
  @Option(help: "Seconds of a measurement that goes on as long as one likes.") var seconds: Double?
  @Option(help: "How often each measurement is repeated.") var repetitions: Int?

  @Option(help: "Measure a register of so many contracts with ten events each instead, e.g. 100000.") var contracts:
    Int?

  func validate() throws {
    if let contracts, contracts < 20 { throw ValidationError("--contracts must be at least 20") }
    if let accesses, accesses < 100 { throw ValidationError("--accesses must be at least 100") }
    if let repetitions, repetitions < 1 { throw ValidationError("--repetitions must be at least 1") }
    if let records, records < 1 { throw ValidationError("--records must be at least 1") }
    if let seconds, seconds <= 0 { throw ValidationError("--seconds must be more than 0") }
  }

  func run() throws {
    var size = quick ? RunSize.quick : .whole
    if let records { size.records = records }
    if let seconds { size.seconds = seconds }
    if let repetitions { (size.repetitions, size.wholeRepetitions) = (repetitions, repetitions) }
    let session = try Session(program: program, packs: packs, directory: directory, size: size)
    defer { session.remove() }
    if let contracts {
      try session.contracts(contracts)
    } else if let accesses {
      try session.measureAccesses(accesses)
    } else {
      try session.run()
    }
    print(json ? session.report.json : session.report.table)
  }
}

extension Session {
  func run() throws {
    try daemon.start()
    try append64()
    try append1()
    try appendBatches()
    try appendLines()
    report.note("To compare with: immudb says of itself that it stores 222,000 records/s.")
    try proofs()
    try follow()
    try startDaemon()
    let past = try asOf()
    let records = try records()
    try daemon.stop()
    try rebuild(asOf: (past.measurements, past.usages), records: records)
    try verify(records: records)
    noteSize(records)
    progress("comparing what was sent with what is stored")
    let counts = try ContentCheck(log: log, sent: sent).run(sizes: Set(past.answers.map(\.size)))
    for answer in past.answers where counts[answer.size] != answer.count {
      throw BenchError("as of \(answer.size) there are \(counts[answer.size] ?? 0) rows, answered were \(answer.count)")
    }
    report.note("verified: \(records) records, of which \(sent.total) were sent; each was found with its content")
  }

  private func noteSize(_ records: Int) {
    func bytes(_ path: String, _ prefixes: [String] = []) -> String {
      Report.text(Double(Folder.bytes(below: daemon.ledger + "/" + path, prefixes: prefixes)) / Double(records))
    }
    report.note(
      "on the disk, bytes/record: log \(bytes("log")), index \(bytes("cache/index")), "
        + "projections \(bytes("cache", ["projections."])), tiles \(bytes("tile"))")
  }
}
