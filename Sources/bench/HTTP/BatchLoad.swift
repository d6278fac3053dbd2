import Foundation

/// Clients that each send one batch after the other, all or nothing, and wait for the receipts.
struct BatchLoad {
  let socket: String
  /// Each connection sends a stream of its own.
  let streams: Range<Int>
  let recordsOfStream: Int

  /// Events in a batch.
  static let batch = 1000

  func run() throws -> Measurement {
    let start = MonotonicClock.seconds
    let latencies = try parallel(streams.count) { [self] number in
      try send(stream: streams.lowerBound + number)
    }
    return Measurement(
      count: recordsOfStream * streams.count, seconds: MonotonicClock.seconds - start,
      latencies: latencies.flatMap { $0 }.sorted())
  }

  /// The next body is made while the daemon works on the one before; making one costs about as much as copying it.
  private func send(stream: Int) throws -> [Double] {
    let connection = try Connection(socket)
    let request = Bytes(capacity: 1 << 20)
    let body = Bytes(capacity: 1 << 20)
    var latencies: [Double] = []
    var made = makeRequest(stream, from: 0, request, body)
    var done = 0
    while done < recordsOfStream {
      let start = MonotonicClock.seconds
      try connection.send(request)
      let expected = made
      made = makeRequest(stream, from: done + expected, request, body)
      let status = try connection.head().status
      let receipts = try connection.wholeBody()
      guard status == 201 else { throw BenchError("a batch was answered \(status): \(receipts.text)") }
      latencies.append(MonotonicClock.seconds - start)
      guard BatchLoad.objects(receipts) == expected else {
        throw BenchError("a batch has not a receipt for each event")
      }
      done += expected
    }
    return latencies
  }

  /// - Returns: how many events are in it.
  private func makeRequest(_ stream: Int, from first: Int, _ request: Bytes, _ body: Bytes) -> Int {
    let count = min(BatchLoad.batch, recordsOfStream - first)
    guard count > 0 else { return 0 }
    body.clear()
    for number in first..<first + count {
      body.append(number == first ? "[" : ",")
      EventText.write(stream, number, to: body)
    }
    body.append("]")
    request.clear()
    request.appendPost("application/cloudevents-batch+json", length: body.count)
    request.append(body.contents)
    return count
  }

  /// Objects in an array of flat objects.
  private static func objects(_ text: UnsafeRawBufferPointer) -> Int {
    var count = 0
    var place = 0
    while let found = text.firstIndex(of: UInt8(ascii: "{"), from: place) {
      count += 1
      place = found + 1
    }
    return count
  }
}
