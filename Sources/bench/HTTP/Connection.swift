import Foundation

/// One connection to the daemon's socket: requests are written as bytes, answers read without copying them.
///
/// Used by one thread at a time for reading and one for writing.
final class Connection: @unchecked Sendable {
  /// How long an answer may take, in seconds; a daemon that hangs ends the run.
  private static let patience = 120

  let descriptor: Int32
  private let input = Bytes(capacity: 1 << 18)
  /// What of ``input`` has been read before.
  private var consumed = 0
  private let decoded = Bytes()
  private var decodedStart = 0
  private var body = BodyState.none

  private enum BodyState {
    case none
    /// So many bytes are still to come.
    case plain(Int)
    /// So many bytes of the chunk are still to come; zero before a chunk's head.
    case chunk(Int)
  }

  struct Head {
    var status: Int
    /// Nil for a body in chunks.
    var length: Int?
  }

  init(_ path: String) throws {
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw BenchError.system("socket") }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard connected == 0 else {
      let error = BenchError.system("connect \(path)")
      close(descriptor)
      throw error
    }
    var patience = timeval(tv_sec: Connection.patience, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit {
    close(descriptor)
  }

  func send(_ bytes: Bytes) throws {
    try withExtendedLifetime(bytes) { try send(bytes.contents) }
  }

  private func send(_ bytes: UnsafeRawBufferPointer) throws {
    var done = 0
    while done < bytes.count {
      let count =
        bytes.baseAddress.map {
          Foundation.send(descriptor, $0 + done, bytes.count - done, Int32(MSG_NOSIGNAL))
        } ?? 0
      guard count > 0 else { throw BenchError.system("write to the daemon") }
      done += count
    }
  }

  func get(_ path: String) throws {
    var text = "GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n"
    try text.withUTF8 { try send(UnsafeRawBufferPointer($0)) }
  }

  private var unread: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: input.contents[consumed...]) }

  /// Waits for bytes and takes them.
  private func fill() throws {
    if consumed > 0 {
      input.removeFirst(consumed)
      consumed = 0
    }
    let count = read(descriptor, input.room(1 << 16), 1 << 16)
    guard count > 0 else {
      throw count == 0 ? BenchError("the daemon closed the connection") : BenchError.system("read from the daemon")
    }
    input.grow(by: count)
  }

  private static let lengthField: StaticString = "content-length:"

  /// Names of fields may be written in capitals.
  private static func isLength(_ line: UnsafeRawBufferPointer) -> Bool {
    (0..<lengthField.utf8CodeUnitCount).allSatisfy { line[$0] | 0x20 == lengthField.utf8Start[$0] | 0x20 }
  }

  /// The head of an answer, if it is there.
  private func takeHead() throws -> Head? {
    let bytes = unread
    var start = 0
    var head = Head(status: 0, length: nil)
    while let end = bytes.firstIndex(of: UInt8(ascii: "\n"), from: start) {
      let line = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
      if start == 0 {
        guard line.starts(with: "HTTP/1.1 "), line.count > 12 else { throw BenchError("no answer: \(line.text)") }
        head.status = line[9..<12].reduce(0) { $0 * 10 + Int($1 &- UInt8(ascii: "0")) }
      } else if line.count <= 1 {
        consumed += end + 1
        return head
      } else if line.count > Connection.lengthField.utf8CodeUnitCount, Connection.isLength(line) {
        head.length = line[Connection.lengthField.utf8CodeUnitCount...].reduce(0) {
          $1 &- UInt8(ascii: "0") < 10 ? $0 * 10 + Int($1 - UInt8(ascii: "0")) : $0
        }
      }
      start = end + 1
    }
    return nil
  }

  /// Waits for the head of the next answer.
  func head() throws -> Head {
    while true {
      if let head = try takeHead() {
        body = head.length.map { .plain($0) } ?? .chunk(0)
        decoded.clear()
        decodedStart = 0
        return head
      }
      try fill()
    }
  }

  /// Takes what has come, once, and the next answer where it is whole.
  ///
  /// - Returns: its status; nil where more must come.
  func receiveShort() throws -> Int? {
    try fill()
    let before = consumed
    guard let head = try takeHead() else { return nil }
    guard let length = head.length else { throw BenchError("an answer without Content-Length") }
    guard unread.count >= length else {
      consumed = before
      return nil
    }
    consumed += length
    return head.status
  }

  /// Takes some of the body into ``decoded``; false at its end.
  private func decodeMore() throws -> Bool {
    while true {
      switch body {
      case .none, .plain(0):
        body = .none
        return false
      case .plain(let rest):
        if unread.isEmpty { try fill() }
        let count = min(rest, unread.count)
        take(count)
        body = .plain(rest - count)
        return true
      case .chunk(0):
        guard let end = unread.firstIndex(of: UInt8(ascii: "\n"), from: 0) else {
          try fill()
          continue
        }
        let line = UnsafeRawBufferPointer(rebasing: unread[..<end]).text.trimmingCharacters(in: .whitespacesAndNewlines)
        consumed += end + 1
        // The line break behind the chunk before.
        if line.isEmpty { continue }
        guard let size = Int(line, radix: 16) else { throw BenchError("no chunk: \(line)") }
        if size > 0 {
          body = .chunk(size)
          continue
        }
        while unread.count < 2 { try fill() }
        consumed += 2
        body = .none
        return false
      case .chunk(let rest):
        if unread.isEmpty { try fill() }
        let count = min(rest, unread.count)
        take(count)
        body = .chunk(rest - count)
        return true
      }
    }
  }

  private func take(_ count: Int) {
    decoded.append(UnsafeRawBufferPointer(rebasing: unread[..<count]))
    consumed += count
  }

  /// The whole body of the answer whose head was read; valid until the next is.
  func wholeBody() throws -> UnsafeRawBufferPointer {
    while try decodeMore() {}
    return UnsafeRawBufferPointer(rebasing: decoded.contents[decodedStart...])
  }

  /// The next line of the body, without its LF, valid until the next is read; nil at the end.
  func nextLine() throws -> UnsafeRawBufferPointer? {
    var searched = decodedStart
    while true {
      if let end = decoded.contents.firstIndex(of: UInt8(ascii: "\n"), from: searched) {
        defer { decodedStart = end + 1 }
        return UnsafeRawBufferPointer(rebasing: decoded.contents[decodedStart..<end])
      }
      if decodedStart > 0 {
        decoded.removeFirst(decodedStart)
        decodedStart = 0
      }
      searched = decoded.count
      guard try decodeMore() else { return nil }
    }
  }

  /// Asks and waits for the whole answer, which must have status 200.
  func ask(_ path: String) throws -> UnsafeRawBufferPointer {
    try get(path)
    let status = try head().status
    let body = try wholeBody()
    guard status == 200 else { throw BenchError("GET \(path) was answered \(status): \(body.text)") }
    return body
  }
}
