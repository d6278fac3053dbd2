import Foundation

/// Clients that each send one long stream of lines and read the receipts while they send.
struct LineLoad {
  let socket: String
  /// Each connection sends a stream of its own.
  let streams: Range<Int>
  let recordsOfStream: Int

  /// Lines that are written at a time; their latency is that of the last of them.
  private static let group = 128

  /// When each group was sent. The receipts of a group come after it was sent, so its reader finds the time there.
  private final class SendTimes: @unchecked Sendable {
    let seconds: UnsafeMutableBufferPointer<Double>

    init(groups: Int) {
      seconds = .allocate(capacity: groups)
      seconds.initialize(repeating: 0)
    }

    deinit {
      seconds.deallocate()
    }
  }

  func run() throws -> Measurement {
    let start = MonotonicClock.seconds
    let connections = try streams.map { _ in try Connection(socket) }
    let groups = (recordsOfStream + LineLoad.group - 1) / LineLoad.group
    let times = streams.map { _ in SendTimes(groups: groups) }
    let latencies = try parallel(streams.count * 2) { [self] number in
      let place = number / 2
      if number % 2 == 0 {
        try send(streams.lowerBound + place, connections[place], times[place])
        return [Double]()
      }
      return try receive(connections[place], times[place])
    }
    return Measurement(
      count: recordsOfStream * streams.count, seconds: MonotonicClock.seconds - start,
      latencies: latencies.flatMap { $0 }.sorted())
  }

  /// Lines are made in the instant before they are sent, which costs about as much as copying them.
  private func send(_ stream: Int, _ connection: Connection, _ times: SendTimes) throws {
    let lines = Bytes(capacity: 1 << 18)
    let chunk = Bytes(capacity: 1 << 18)
    chunk.appendPost("application/x-ndjson", length: nil)
    var number = 0
    while number < recordsOfStream {
      let group = number / LineLoad.group
      let end = min(number + LineLoad.group, recordsOfStream)
      lines.clear()
      while number < end {
        EventText.write(stream, number, to: lines)
        lines.append("\n")
        number += 1
      }
      chunk.append(hexadecimal: lines.count)
      chunk.append("\r\n")
      chunk.append(lines.contents)
      chunk.append("\r\n")
      times.seconds[group] = MonotonicClock.seconds
      try connection.send(chunk)
      chunk.clear()
    }
    chunk.append("0\r\n\r\n")
    try connection.send(chunk)
  }

  private func receive(_ connection: Connection, _ times: SendTimes) throws -> [Double] {
    let status = try connection.head().status
    guard status == 200 else { throw BenchError("a stream was answered \(status)") }
    var latencies: [Double] = []
    var count = 0
    while let line = try connection.nextLine() {
      guard line.starts(with: #"{"sequence":"#), line.ends(with: #""duplicate":false}"#) else {
        throw BenchError("an event was refused: \(line.text)")
      }
      count += 1
      if count % LineLoad.group == 0 || count == recordsOfStream {
        latencies.append(MonotonicClock.seconds - times.seconds[(count - 1) / LineLoad.group])
      }
    }
    guard count == recordsOfStream else { throw BenchError("\(recordsOfStream) lines were answered with \(count)") }
    return latencies
  }
}
