import Foundation

/// What reads the whole log: past states, rebuilding, verifying.
extension Session {
  /// Asks for states that are less than a million records old, each for the first time.
  ///
  /// - Returns: the rows that each of the sizes was answered to have, and seconds of each question.
  func asOf() throws -> (answers: [(size: Int, count: Int)], measurements: [Measurement], usages: [Usage]) {
    try daemon.settle()
    let records = try records()
    var answers: [(size: Int, count: Int)] = []
    var measurements: [Measurement] = []
    var usages: [Usage] = []
    for repetition in 1...size.repetitions {
      progress("as-of \(repetition)/\(size.repetitions)")
      let age = min(1_000_000, records / 2) * repetition / (size.repetitions + 1)
      let result = try command.run([
        "query", "--ledger", daemon.ledger, "--as-of", "\(records - age)", "--format", "json", EventText.countingQuery,
      ])
      let rows = try JSONSerialization.jsonObject(with: result.output) as? [[String: Int]]
      guard let count = rows?.first?["anzahl"] else { throw BenchError("a question about a past state has no answer") }
      answers.append((records - age, count))
      measurements.append(Measurement(count: 1, seconds: result.usage.seconds))
      usages.append(result.usage)
    }
    return (answers, measurements, usages)
  }

  /// - Parameter asOf: the questions about past states, whose floor is a rebuild.
  func rebuild(asOf: (measurements: [Measurement], usages: [Usage]), records: Int) throws {
    let values = try rebuild("rebuild", records: records)
    let rebuilds = values.map { Measurement(count: 1, seconds: $0.seconds) }
    report.add(Row("as-of", rates: asOf.measurements, floors: rebuilds, target: 20, usages: asOf.usages))
  }

  /// - Returns: the repetitions.
  @discardableResult
  func rebuild(_ name: String, records: Int) throws -> [Measurement] {
    let floor = UpsertFloor(
      log: log, packs: packs, projections: daemon.ledger + "/cache/projections.sqlite", folder: folder.path)
    var values: [Measurement] = []
    var floors: [Measurement] = []
    var usages: [Usage] = []
    for repetition in 1...size.wholeRepetitions {
      progress("\(name) \(repetition)/\(size.wholeRepetitions)")
      let result = try command.run(["projections", "rebuild", "--ledger", daemon.ledger, "--packs", packs])
      values.append(Measurement(count: records, seconds: result.usage.seconds))
      usages.append(result.usage)
      floors.append(try floor.run())
    }
    report.add(Row(name, rates: values, floors: floors, target: 0.6, usages: usages))
    return values
  }

  func verify(records: Int) throws {
    let floor = HashFloor(log: log)
    var values: [Measurement] = []
    var floors: [Measurement] = []
    var usages: [Usage] = []
    for repetition in 1...size.wholeRepetitions {
      progress("verify \(repetition)/\(size.wholeRepetitions)")
      floors.append(try floor.run())
      let result = try command.run(["verify", "--ledger", daemon.ledger, "--json"])
      let verdict = try JSONSerialization.jsonObject(with: result.output) as? [String: Any]
      guard verdict?["ok"] as? Bool == true, verdict?["records"] as? Int == records else {
        throw BenchError("verify says of \(records) records: \(String(decoding: result.output, as: UTF8.self))")
      }
      values.append(Measurement(count: records, seconds: result.usage.seconds))
      usages.append(result.usage)
    }
    report.add(Row("verify", rates: values, floors: floors, target: 0.5, usages: usages))
    report.note(
      "verify: \(Report.text(Double(usages.map(\.peakBytes).max() ?? 0) / 1e6)) MB at most; limit 64 MB")
  }
}
