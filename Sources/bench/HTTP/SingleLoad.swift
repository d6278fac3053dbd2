import Foundation

/// Clients that each keep one connection and send one request after the other, as fast as they are answered.
///
/// One thread serves them all: a thread for each would spend more of the processors that the daemon shares than the
/// requests do.
struct SingleLoad {
  enum Request {
    /// The same server answering without doing anything.
    case emptyHandler
    /// One new event in each request; each connection has a stream of its own.
    case append(streams: Range<Int>)
    /// A content is read for one of so many documents, by one of so many persons.
    case read(content: String, documents: Int, persons: Int)
  }

  let socket: String
  let connections: Int
  let seconds: Double
  /// After so many answers it ends, too.
  var total = Int.max

  struct Result {
    var measurement: Measurement
    /// Events answered by connection.
    var answered: [Int]
  }

  func run(_ request: Request) throws -> Result {
    let clients = try (0..<connections).map { _ in try Connection(socket) }
    var waiting = clients.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
    let message = SingleMessage(request)
    var answered = Array(repeating: 0, count: connections)
    var sentAt = Array(repeating: 0.0, count: connections)
    var latencies: [Double] = []
    latencies.reserveCapacity(1 << 20)
    let start = MonotonicClock.seconds
    var now = start
    for place in clients.indices {
      sentAt[place] = MonotonicClock.seconds
      try clients[place].send(message.bytes(place, 0))
    }
    var open = connections
    while open > 0 {
      let count = poll(&waiting, nfds_t(connections), 120_000)
      guard count > 0 || count < 0 && errno == EINTR else { throw BenchError("no answer for two minutes") }
      for place in waiting.indices where waiting[place].revents != 0 {
        guard let status = try clients[place].receiveShort() else { continue }
        now = MonotonicClock.seconds
        guard status == message.expectedStatus else { throw BenchError("a request was answered \(status)") }
        latencies.append(now - sentAt[place])
        answered[place] += 1
        if now - start >= seconds || latencies.count + open > total {
          open -= 1
          // A negative descriptor is passed over.
          waiting[place].fd = -1
          waiting[place].revents = 0
          continue
        }
        sentAt[place] = now
        try clients[place].send(message.bytes(place, answered[place]))
      }
    }
    return Result(
      measurement: Measurement(count: latencies.count, seconds: now - start, latencies: latencies.sorted()),
      answered: answered)
  }
}

/// The bytes of a request. An event is made in the instant before it is sent, which costs about as much as copying it:
/// making all before would need gigabytes that the page cache should have.
private struct SingleMessage {
  let request: SingleLoad.Request
  let expectedStatus: Int
  private let body = Bytes()
  private let whole = Bytes()

  init(_ request: SingleLoad.Request) {
    self.request = request
    switch request {
    case .emptyHandler: expectedStatus = 200
    case .append: expectedStatus = 201
    case .read: expectedStatus = 200
    }
  }

  func bytes(_ connection: Int, _ number: Int) -> Bytes {
    whole.clear()
    switch request {
    case .emptyHandler: whole.append("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    case .append(let streams):
      body.clear()
      EventText.write(streams.lowerBound + connection, number, to: body)
      whole.appendPost("application/cloudevents+json", length: body.count)
      whole.append(body.contents)
    case .read(let content, let documents, let persons):
      // Documents and persons are met in no order that an index could lean on.
      let place = connection &* 7_919 &+ number
      whole.append("GET /v1/documents/")
      whole.append(contentsOf: content)
      whole.append("?subject=dokument/")
      whole.append(place &* 104_729 % documents)
      whole.append("&grund=Sachbearbeitung&authid=person-")
      whole.append(place &* 15_485_863 % persons)
      whole.append(" HTTP/1.1\r\nHost: localhost\r\n\r\n")
    }
    return whole
  }
}
