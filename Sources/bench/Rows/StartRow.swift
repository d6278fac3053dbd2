import Foundation

/// How soon the daemon takes events on the whole ledger, and how much memory it has then.
extension Session {
  func startDaemon() throws {
    let records = try records()
    var seconds: [Double] = []
    var usages: [Usage] = []
    for repetition in 1...size.repetitions {
      progress("start \(repetition)/\(size.repetitions)")
      try daemon.stop()
      seconds.append(try daemon.start())
      try daemon.settle()
      let status = try daemon.status()
      usages.append(
        Usage(processorSeconds: status.processorSeconds, seconds: seconds.last ?? 0, peakBytes: status.peakBytes))
      guard try self.records() == records else { throw BenchError("the daemon has lost records at a restart") }
    }
    report.add(Row("start", value: seconds.median, unit: "s", limit: 0.3, usages: usages))
    report.note(
      "start: the daemon has \(Report.text(Double(usages.map(\.peakBytes).max() ?? 0) / 1e6)) MB at most until it is "
        + "idle; limit 150 MB")
  }
}
