/// Single events, each durable before it is answered.
extension Session {
  func append64() throws {
    var values: [Measurement] = []
    var floors: [Measurement] = []
    var syncs: [Double] = []
    var usages: [Usage] = []
    for repetition in 1...size.repetitions {
      progress("append-64 \(repetition)/\(size.repetitions)")
      floors.append(try emptyHandler(connections: 64, seconds: size.seconds))
      syncs.append(try syncFloor(seconds: size.seconds / 4).percentile(0.5))
      let (value, usage) = try daemon.measuring { try append(connections: 64) }
      values.append(value)
      usages.append(usage)
      try daemon.settle()
    }
    let row = Row("append-64", rates: values, floors: floors, target: 0.7, usages: usages)
    report.add(row)
    let sync = syncs.median * 1000
    report.note(
      "append-64: p99 \(Report.text(row.latency?.high ?? 0)) ms; limit 20 times the fdatasync of this disk, "
        + "20 × \(Report.text(sync)) ms = \(Report.text(20 * sync)) ms")
  }

  func append1() throws {
    var values: [Measurement] = []
    var floors: [Measurement] = []
    var usages: [Usage] = []
    for repetition in 1...size.repetitions {
      progress("append-1 \(repetition)/\(size.repetitions)")
      // One after the other: the handler's round trip and one sync of a record's bytes.
      let trip = try emptyHandler(connections: 1, seconds: size.seconds / 2)
      floors.append(trip.inSeries(with: try syncFloor(seconds: size.seconds / 2)))
      let (value, usage) = try daemon.measuring { try append(connections: 1) }
      values.append(value)
      usages.append(usage)
      try daemon.settle()
    }
    report.add(Row("append-1", rates: values, floors: floors, target: 0.6, usages: usages))
  }

  private func append(connections: Int) throws -> Measurement {
    let streams = sent.newStreams(connections)
    let result = try SingleLoad(socket: daemon.socket, connections: connections, seconds: size.seconds)
      .run(.append(streams: streams))
    for (stream, count) in zip(streams, result.answered) { sent.answered(count, of: stream) }
    return result.measurement
  }

  /// Syncs of as many bytes as a record has on average.
  private func syncFloor(seconds: Double) throws -> Measurement {
    try SyncFloor(folder: folder.path, seconds: seconds).run(bytes: log.size() / max(1, records()))
  }
}
