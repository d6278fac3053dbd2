import EventLog
import HTTPTypes
import HummingbirdCore
import Ledger
import LogFormat
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// The log lines that `GET /v1/events` sends: a range of sequences, filtered, perhaps never ending.
struct RecordFeed: Sendable {
  enum Format: Sendable {
    /// The exact log lines.
    case lines
    /// Server-sent events (HTML Living Standard §9.2): `id` is the sequence, `data` the log line.
    case eventStream
  }

  var filter: LineFilter
  /// The first sequence to send.
  var from: UInt64
  /// One past the last sequence to send.
  var end: UInt64
  /// Whether to wait for records that are not there yet.
  var follows: Bool
  var format: Format

  /// Without a comment so often proxies take a silent stream for dead.
  static let heartbeat = Duration.seconds(15)

  /// - Parameter size: the number of durable records, where `from=head` begins.
  init(_ query: Query, headers: HTTPFields, size: UInt64) throws(Problem) {
    from = query["from"] == "head" ? size : try query.sequence("from") ?? 0
    let last = try query.sequence("to")
    end = last.map { $0 == .max ? .max : $0 + 1 } ?? .max
    follows = try query.flag("follow")
    format = MediaType.prefersEventStream(accept: headers[.accept]) ? .eventStream : .lines
    if format == .eventStream, let id = headers[.lastEventID] {
      guard let seen = Query.sequence(id), seen < .max else {
        throw .malformed("/last-event-id", "expected the sequence of the last event seen")
      }
      from = seen + 1
    }
    filter = LineFilter(subject: try query.text("subject"), type: try query.text("type"))
  }

  func response(
    from ledger: Ledger, on threads: Threads, logger: Logger, to request: Request, channel: any Channel
  ) -> Response {
    var headers: HTTPFields = [.cacheControl: "no-cache"]
    headers[.contentType] = format == .lines ? "application/x-ndjson" : "text/event-stream"
    guard follows else {
      return Response(
        status: .ok, headers: headers,
        body: ResponseBody { writer in
          try await send(from: ledger, on: threads, logger, to: &writer)
          try await writer.finish(nil)
        })
    }
    // Watching for the client to go away reads whatever it sends, so the connection serves nothing after this.
    headers[.connection] = "close"
    return Response(
      status: .ok, headers: headers,
      body: ResponseBody { writer in
        do {
          try await request.body.consumeWithCancellationOnInboundClose { _ in
            try await send(from: ledger, on: threads, logger, to: &writer)
          }
        } catch is CancellationError {
          // The client has gone, or the server is closing: then it reads a stream that ends in order.
        }
        try await channel.waitUntilSentAtShutdown()
        try await writer.finish(nil)
      })
  }

  private func send(
    from ledger: Ledger, on threads: Threads, _ logger: Logger, to writer: inout any ResponseBodyWriter
  ) async throws {
    var next = from
    while true {
      let size = ledger.durableSize
      let below = min(size, end)
      while next < below {
        let start = next
        let chunk = try await threads.blocking(on: threads.reading, logger) {
          try ledger.log.lines(filter, from: start, below: below, maximumBytes: Limits.readChunk)
        }
        next = chunk.next
        if !chunk.lines.isEmpty { try await writer.write(format.text(of: chunk)) }
      }
      guard follows, next < end else { return }
      try await wait(above: size, in: ledger, writer: &writer)
    }
  }

  /// Returns when there are more than `size` records; at the end, the client's or the server's, it throws a
  /// `CancellationError`.
  private func wait(above size: UInt64, in ledger: Ledger, writer: inout any ResponseBodyWriter) async throws {
    while true {
      let hasGrown = try await cancelWhenGracefulShutdown {
        try await withThrowingTaskGroup(of: Bool.self) { group in
          group.addTask {
            guard await ledger.waitForSize(above: size) != nil else { throw CancellationError() }
            return true
          }
          if format == .eventStream {
            group.addTask {
              try await Task.sleep(for: RecordFeed.heartbeat)
              return false
            }
          }
          defer { group.cancelAll() }
          return try await group.next() ?? false
        }
      }
      if hasGrown { return }
      try await writer.write(ByteBuffer(string: ":\n\n"))
    }
  }
}

extension RecordFeed.Format {
  func text(of chunk: LineChunk) -> ByteBuffer {
    switch self {
    case .lines: return ByteBuffer(bytes: chunk.bytes)
    case .eventStream:
      var buffer = ByteBuffer()
      buffer.reserveCapacity(chunk.bytes.count + 32 * chunk.lines.count)
      for (sequence, range) in chunk.lines {
        // The line's own LF ends the field; the empty line ends the event.
        buffer.writeString("id: \(sequence)\ndata: ")
        buffer.writeBytes(chunk.bytes[range])
        buffer.writeInteger(UInt8(ascii: "\n"))
      }
      return buffer
    }
  }
}

extension HTTPField.Name {
  /// HTML Living Standard §9.2.4.
  static let lastEventID = HTTPField.Name("Last-Event-ID") ?? .ifMatch
}
