import Foundation

/// Single answers out of the whole ledger, asked for at places that chance names, one after the other.
extension Session {
  func proofs() throws {
    try daemon.settle()
    let records = try records()
    var generator = SystemRandomNumberGenerator()
    let connection = try Connection(daemon.socket)
    let streams = sent.answered.indices.filter { sent.answered[$0] > 0 }
    guard !streams.isEmpty else { throw BenchError("nothing was sent") }
    var proofs: [(sequence: Int, text: String)] = []
    try answers("proof", connection) {
      let sequence = Int.random(in: 0..<records, using: &generator)
      let start = MonotonicClock.seconds
      let text = try connection.ask("/v1/events/\(sequence)/proof")
      let seconds = MonotonicClock.seconds - start
      if proofs.count < InclusionCheck.checked { proofs.append((sequence, text.text)) }
      return seconds
    }
    for proof in proofs {
      try InclusionCheck(proof.text).check(proof.sequence, try connection.ask("/v1/events/\(proof.sequence)"))
    }
    func subject() -> (stream: Int, number: Int, subject: String) {
      let stream = streams.randomElement(using: &generator) ?? 0
      let number = Int.random(in: 0..<sent.answered[stream], using: &generator)
      return (stream, number, EventText.subject(stream, number))
    }
    try answers("subject-events", connection) {
      let asked = subject()
      let start = MonotonicClock.seconds
      let lines = try connection.ask("/v1/events?subject=\(asked.subject)")
      let seconds = MonotonicClock.seconds - start
      let expected = EventText.countOfSubject(asked.number, answered: sent.answered[asked.stream])
      var found = 0
      lines.forEachLine { if LineFields($0)?.text(.subject) == asked.subject { found += 1 } }
      guard found == expected else { throw BenchError("\(asked.subject) has \(found) records instead of \(expected)") }
      return seconds
    }
    try answers("subject-state", connection) {
      let asked = subject()
      let start = MonotonicClock.seconds
      let state = try connection.ask("/v1/subjects/\(asked.subject)")
      let seconds = MonotonicClock.seconds - start
      let expected = EventText.countOfSubject(asked.number, answered: sent.answered[asked.stream])
      let object = try JSONSerialization.jsonObject(with: Data(state)) as? [String: Any]
      guard object?["version"] as? Int == expected else {
        throw BenchError("\(asked.subject) should have version \(expected): \(state.text)")
      }
      return seconds
    }
  }

  /// - Parameter ask: asks once and says how many seconds that took.
  private func answers(_ name: String, _ connection: Connection, _ ask: () throws -> Double) throws {
    var values: [Measurement] = []
    var floors: [Measurement] = []
    var usages: [Usage] = []
    for repetition in 1...size.repetitions {
      progress("\(name) \(repetition)/\(size.repetitions)")
      floors.append(try emptyHandler(connections: 1, seconds: size.seconds / 4))
      let (latencies, usage) = try daemon.measuring {
        var latencies: [Double] = []
        let end = MonotonicClock.seconds + size.seconds / 2
        while MonotonicClock.seconds < end { latencies.append(try ask()) }
        return latencies
      }
      values.append(Measurement(count: latencies.count, seconds: latencies.reduce(0, +), latencies: latencies.sorted()))
      usages.append(usage)
    }
    report.add(Row(name, rates: values, floors: floors, target: nil, usages: usages))
  }
}
