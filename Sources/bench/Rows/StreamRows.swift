/// Many events at a time: batches, and streams of lines.
extension Session {
  func appendBatches() throws {
    try appendMany("append-batch", connections: 4) { streams, records in
      try BatchLoad(socket: self.daemon.socket, streams: streams, recordsOfStream: records).run()
    }
  }

  func appendLines() throws {
    try appendMany("append-ndjson", connections: 2) { streams, records in
      try LineLoad(socket: self.daemon.socket, streams: streams, recordsOfStream: records).run()
    }
  }

  /// Sends in slices, each followed by its floors over the very bytes that it has added to the log.
  private func appendMany(
    _ name: String, connections: Int, _ load: (Range<Int>, Int) throws -> Measurement
  ) throws {
    let file = try AppendFloor(folder: folder.path)
    let database = try SQLiteFloor(folder: folder.path)
    let records = max(1, size.records / size.slices / connections)
    var values: [Measurement] = []
    var appended: [Measurement] = []
    var stored: [Measurement] = []
    var usages: [Usage] = []
    var groups: [Double] = []
    var projections = ProjectionPace()
    for slice in 1...size.slices {
      progress("\(name) \(slice)/\(size.slices)")
      let start = try log.size()
      let before = try daemon.metrics()
      let streams = sent.newStreams(connections)
      let (value, usage) = try daemon.measuring { try load(streams, records) }
      for stream in streams { sent.answered(records, of: stream) }
      let group = try daemon.metrics().recordsInGroup(since: before)
      groups.append(Double(group))
      projections.add(value, catchUp: try daemon.catchUp())
      try daemon.settle()
      let range = start..<(try log.size())
      appended.append(try file.run(log, range, recordsInGroup: group))
      stored.append(try database.run(log, range))
      values.append(value)
      usages.append(usage)
    }
    report.add(Row(name, rates: values, floors: appended, target: 0.5, usages: usages))
    let rates = values.map { Measurement(count: $0.count, seconds: $0.seconds) }
    report.add(Row(name + "-sqlite", rates: rates, floors: stored, target: 2.5, usages: []))
    report.note("\(name): \(Report.text(groups.median)) records became durable with one sync; the floor does the same")
    report.note("\(name): projections \(projections)")
  }
}

/// How projections followed the slices of a stream.
private struct ProjectionPace: CustomStringConvertible {
  private var lags: [Double] = []
  private var seconds: [Double] = []
  private var rates: [Double] = []

  mutating func add(_ stream: Measurement, catchUp: (lag: Int, seconds: Double)) {
    lags.append(Double(catchUp.lag))
    seconds.append(catchUp.seconds)
    rates.append(Double(stream.count) / (stream.seconds + catchUp.seconds))
  }

  var description: String {
    let rate = seconds.median > 0 ? lags.median / seconds.median : 0
    return "lacked \(Report.text(lags.median)) records at the end of a part (median) and had them after "
      + "\(Report.text(seconds.median)) s, \(Report.text(rate)) records/s; "
      + "with the stream beside them they took \(Report.text(rates.median)) records/s"
  }
}
