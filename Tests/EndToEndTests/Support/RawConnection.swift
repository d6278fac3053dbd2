import Foundation

/// A connection to the socket on which a test decides what goes out when, which `curl` does not let it.
final class RawConnection {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  private let descriptor: Int32
  private var received = Data()

  init(socket path: String) throws {
    descriptor = Foundation.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard connected == 0 else { throw Failure(description: "connect: \(String(cString: strerror(errno)))") }
  }

  deinit {
    close(descriptor)
  }

  func send(_ data: Data) throws {
    var rest = data
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { throw Failure(description: "send: \(String(cString: strerror(errno)))") }
      rest = rest.dropFirst(count)
    }
  }

  /// Sends the same again and again until the other side takes no more for two seconds, and no more than `limit` bytes.
  ///
  /// - Returns: how many bytes went out.
  func sendUntilNotTaken(_ data: Data, limit: Int) throws -> Int {
    var sent = 0
    while sent < limit {
      let rest = data.dropFirst(sent % data.count)
      let count = rest.withUnsafeBytes {
        Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
      }
      if count > 0 {
        sent += count
        continue
      }
      guard errno == EAGAIN else { throw Failure(description: "send: \(String(cString: strerror(errno)))") }
      var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      if poll(&request, 1, 2_000) == 0 { return sent }
    }
    return sent
  }

  /// Says that nothing more will be sent; answers can still be read.
  func endSending() {
    shutdown(descriptor, Int32(SHUT_WR))
  }

  /// The status and body of the next answer, whose length is stated; nil where the connection ends before it begins.
  func answer() throws -> (status: Int, body: Data)? {
    while true {
      if let answer = takeAnswer() { return answer }
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count > 0 {
        received.append(contentsOf: buffer[..<count])
      } else if received.isEmpty {
        return nil
      } else {
        throw Failure(
          description: "the connection ended within an answer: \(String(decoding: received, as: UTF8.self))")
      }
    }
  }

  /// The next lines of an answer that comes in chunks, as soon as so many have come: objects of JSON.
  func lines(_ count: Int) throws -> [Data] {
    while true {
      // What follows the last LF may still be on its way. The sizes of chunks stand on lines of their own.
      let lines = received.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast()
        .filter { $0.first == UInt8(ascii: "{") }
      if lines.count >= count {
        received = Data()
        return lines.map { Data($0) }
      }
      var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&request, 1, 60_000) == 1 else {
        throw Failure(description: "\(lines.count) of \(count) lines came within a minute")
      }
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      let read = recv(descriptor, &buffer, buffer.count, 0)
      guard read > 0 else {
        throw Failure(description: "the answer ended: \(String(decoding: received, as: UTF8.self))")
      }
      received.append(contentsOf: buffer[..<read])
    }
  }

  /// Whether nothing has come from the other side, neither an answer nor the end, for so long.
  func isOpen(for time: Duration) throws -> Bool {
    var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&request, 1, Int32(time / .milliseconds(1))) == 0
  }

  private func takeAnswer() -> (status: Int, body: Data)? {
    guard let end = received.firstRange(of: Data("\r\n\r\n".utf8))?.upperBound else { return nil }
    let lines = String(decoding: received[..<end], as: UTF8.self).split(separator: "\r\n")
    let length = lines.compactMap { line -> Int? in
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2, parts[0].lowercased() == "content-length" else { return nil }
      return Int(parts[1].trimmingCharacters(in: .whitespaces))
    }
    let total = end + (length.first ?? 0)
    guard received.count >= total, let status = lines.first?.split(separator: " ").dropFirst().first else { return nil }
    defer { received = Data(received.dropFirst(total)) }
    return (Int(status) ?? 0, Data(received[end..<total]))
  }

  /// One event in the structured mode, its length stated.
  static func post(_ body: Data, headers: [String] = []) -> Data {
    let head = [
      "POST /v1/events HTTP/1.1", "Host: ledger", "Content-Type: application/cloudevents+json",
      "Content-Length: \(body.count)",
    ]
    return Data((head + headers + ["", ""]).joined(separator: "\r\n").utf8) + body
  }

  /// As ``post(_:headers:)``, in chunks.
  static func postInChunks(_ body: Data) -> Data {
    let head = """
      POST /v1/events HTTP/1.1\r
      Host: ledger\r
      Content-Type: application/cloudevents+json\r
      Transfer-Encoding: chunked\r
      \r
      \(String(body.count, radix: 16))\r

      """
    return Data(head.utf8) + body + Data("\r\n0\r\n\r\n".utf8)
  }

  /// The head of a stream of lines, whose chunks follow.
  static var linesHead: Data {
    Data(
      """
      POST /v1/events HTTP/1.1\r
      Host: ledger\r
      Content-Type: application/x-ndjson\r
      Transfer-Encoding: chunked\r
      \r

      """.utf8)
  }

  static func chunk(_ bytes: Data) -> Data {
    Data("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + Data("\r\n".utf8)
  }

  static func get(_ path: String) -> Data {
    Data("GET \(path) HTTP/1.1\r\nHost: ledger\r\n\r\n".utf8)
  }
}
