/// The bytes that the log has got, appended to another file in groups of as many records as the daemon made durable at
/// a time: what a program does that leaves memory to the system. The file grows from one measurement to the next; one that
/// is made anew is given the memory that the one before has just given back, which costs less than memory that nobody has
/// used. The log itself gives memory back behind its newest gigabyte, so that over many records it has this advantage.
struct AppendFloor {
  private let file: AppendedFile

  init(folder: String) throws {
    file = try AppendedFile(folder + "/floor")
  }

  /// - Parameter range: of the log's bytes, whole lines.
  func run(_ log: LogFiles, _ range: Range<Int>, recordsInGroup: Int) throws -> Measurement {
    let group = Bytes(capacity: 1 << 20)
    var records = 0
    var waiting = 0
    var seconds = 0.0
    func flush() throws {
      guard waiting > 0 else { return }
      // Reading the bytes is not what is compared.
      let start = MonotonicClock.seconds
      try file.append(group.contents)
      seconds += MonotonicClock.seconds - start
      group.clear()
      waiting = 0
    }
    try log.forEachChunk(of: range) { chunk in
      try chunk.forEachLine { line in
        group.append(line)
        group.append("\n")
        records += 1
        waiting += 1
        if waiting == recordsInGroup { try flush() }
      }
    }
    try flush()
    return Measurement(count: records, seconds: seconds)
  }
}
