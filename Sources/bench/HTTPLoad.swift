import Foundation

/// Clients that each keep one connection and send one request after the other, as fast as they are answered.
struct HTTPLoad {
  /// About the size of a record of the events sent here, in bytes.
  static let recordBytes = 900

  enum Request {
    /// The same server answering without doing anything.
    case emptyHandler
    /// One new event in each request; the name keeps the ids of runs apart.
    case append(run: String)
  }

  let socket: String
  let connections: Int
  let seconds: Double

  func run(_ request: Request) throws -> Measurement {
    let clients = try (0..<connections).map { try Client(socket: socket, number: $0, request: request) }
    let group = DispatchGroup()
    let start = Date()
    let end = start.addingTimeInterval(seconds)
    for client in clients {
      group.enter()
      let thread = Thread {
        client.run(until: end)
        group.leave()
      }
      thread.stackSize = 1 << 19
      thread.start()
    }
    group.wait()
    if let failure = clients.compactMap(\.failure).first { throw failure }
    let elapsed = Date().timeIntervalSince(start)
    let latencies = clients.flatMap(\.latencies)
    return Measurement(count: latencies.count, seconds: elapsed, latencies: latencies.sorted())
  }
}

/// One connection. Its variables belong to its thread while it runs, and to the caller afterwards.
private final class Client: @unchecked Sendable {
  private let descriptor: Int32
  private let number: Int
  private let request: HTTPLoad.Request
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)
  private(set) var latencies: [Double] = []
  private(set) var failure: BenchError?

  init(socket path: String, number: Int, request: HTTPLoad.Request) throws {
    self.number = number
    self.request = request
    descriptor = Foundation.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard connected == 0 else { throw BenchError("connect \(path): \(String(cString: strerror(errno)))") }
  }

  deinit {
    close(descriptor)
  }

  func run(until end: Date) {
    latencies.reserveCapacity(1 << 16)
    var count = 0
    do {
      while true {
        let start = Date()
        if start >= end { return }
        try send(message(count))
        let status = try receive()
        switch request {
        case .emptyHandler: guard status == 200 else { throw BenchError("answered \(status)") }
        case .append: guard status == 201 else { throw BenchError("answered \(status)") }
        }
        latencies.append(Date().timeIntervalSince(start))
        count += 1
      }
    } catch {
      failure = error as? BenchError ?? BenchError("\(error)")
    }
  }

  private func message(_ count: Int) -> [UInt8] {
    switch request {
    case .emptyHandler: return Array("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)
    case .append(let run):
      let body = SentEvents.event(run: run, client: number, count: count)
      return Array(
        """
        POST /v1/events HTTP/1.1\r
        Host: localhost\r
        Content-Type: application/cloudevents+json\r
        Content-Length: \(body.utf8.count)\r
        \r
        \(body)
        """.utf8)
    }
  }

  private func send(_ bytes: [UInt8]) throws {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress.map { $0 + done }, bytes.count - done) }
      guard count > 0 else { throw BenchError("write: \(String(cString: strerror(errno)))") }
      done += count
    }
  }

  /// Reads one whole answer and returns its status.
  private func receive() throws -> Int {
    var filled = 0
    while true {
      let count = buffer.withUnsafeMutableBytes {
        read(descriptor, $0.baseAddress.map { $0 + filled }, $0.count - filled)
      }
      guard count > 0 else { throw BenchError("the daemon closed the connection") }
      filled += count
      guard let (status, length) = Client.head(buffer[..<filled]) else { continue }
      if filled >= length { return status }
    }
  }

  /// The status and the whole length of an answer whose head is there.
  private static func head(_ bytes: ArraySlice<UInt8>) -> (status: Int, length: Int)? {
    guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound else { return nil }
    let head = String(decoding: bytes[..<end], as: UTF8.self).lowercased()
    guard let status = Int(head.dropFirst(9).prefix(3)) else { return nil }
    let field = head.firstRange(of: "content-length: ").map { head[$0.upperBound...].prefix { $0.isNumber } }
    return (status, end + (field.flatMap { Int($0) } ?? 0))
  }
}
