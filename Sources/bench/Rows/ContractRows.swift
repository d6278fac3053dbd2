import Foundation

/// A large register of contracts with the tax check: how soon a list is there, and how long a rebuild takes.
extension Session {
  private static let subject = "vertrag/17"
  private static let period = "2026-H2"

  func contracts(_ count: Int) throws {
    try daemon.start()
    progress("contracts: sending \(count * ContractText.eventsOfEach) events")
    let file = folder.path + "/contracts.ndjson"
    try ContractText.write(count, to: file)
    _ = try command.run(["append", "--socket", daemon.socket, file])
    unlink(file)
    try daemon.settle()
    try lists()
    let records = try records()
    try daemon.stop()
    try rebuild("contracts-rebuild", records: records)
    let result = try command.run(["verify", "--ledger", daemon.ledger, "--json"])
    let verdict = try JSONSerialization.jsonObject(with: result.output) as? [String: Any]
    guard verdict?["ok"] as? Bool == true, verdict?["records"] as? Int == records else {
      throw BenchError("verify says of \(records) records: \(String(decoding: result.output, as: UTF8.self))")
    }
    report.note("verified: \(records) records about \(count) contracts")
  }

  /// Each list of the report alone, and the whole report of one contract, as the command gives them to its user. The
  /// sheets are one contract's each.
  private func lists() throws {
    let tables = try PackSQL.tables(ofReport: "vertraege", in: packs).filter { $0 != "blaetter" }
    guard !tables.isEmpty else { throw BenchError("the report vertraege has no tables") }
    let report = ["report", "vertraege", "--ledger", daemon.ledger, "--period", Session.period]
    var slowest = 0.0
    var usages: [Usage] = []
    for arguments in tables.map({ ["--table", $0] }) + [["--subject", Session.subject]] {
      progress("contracts: " + arguments.joined(separator: " "))
      var seconds: [Double] = []
      var lines = 0
      for _ in 1...size.wholeRepetitions {
        let result = try command.run(report + arguments)
        lines = result.output.count { $0 == UInt8(ascii: "\n") }
        seconds.append(result.usage.seconds)
        usages.append(result.usage)
      }
      self.report.note("\(Report.text(seconds.median)) s, \(lines) lines: \(arguments.joined(separator: " "))")
      slowest = max(slowest, seconds.median)
    }
    self.report.add(Row("contracts-list", value: slowest, unit: "s", limit: 1, usages: usages))
  }
}
