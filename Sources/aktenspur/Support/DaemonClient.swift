import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// One connection to the daemon's Unix socket.
struct DaemonClient {
  /// What is asked of the daemon.
  struct Request: Sendable {
    enum Body: Sendable {
      case none
      case bytes([UInt8])
      /// Chunks until nil; sent while the answer is read.
      case chunks(@Sendable () throws -> [UInt8]?)
      /// The same, where it is known how many bytes they come to.
      case sized(UInt64, @Sendable () throws -> [UInt8]?)
    }

    var method: HTTPMethod
    var path: String
    var contentType: String?
    var headers: [(name: String, value: String)] = []
    var body: Body

    /// HEAD of a path without a query.
    static func head(_ path: String) -> Request {
      Request(method: .HEAD, path: path, contentType: nil, body: .none)
    }

    static func get(_ path: String, query: [(String, String)] = []) -> Request {
      var components = URLComponents()
      components.path = path
      if !query.isEmpty { components.queryItems = query.map { URLQueryItem(name: $0.0, value: $0.1) } }
      // A plus sign stands for itself in a query here, and for a space elsewhere.
      let uri = (components.string ?? path).replacingOccurrences(of: "+", with: "%2B")
      return Request(method: .GET, path: uri, contentType: nil, body: .none)
    }

    static func post(_ path: String, contentType: String? = nil, _ body: Body = .none) -> Request {
      Request(method: .POST, path: path, contentType: contentType, body: body)
    }
  }

  /// What the daemon said. `body` is empty where the answer was streamed.
  struct Answer: Sendable {
    var status: Int
    /// By name in lower case.
    var headers: [String: String] = [:]
    var body: [UInt8]

    var isSuccess: Bool { (200..<300).contains(status) }

    /// What a refusal means to the command that asked.
    var failure: Failure {
      let status: Failure.Status =
        switch status {
        case 429, 503: .busy
        case 500..<600: .inputOutput
        default: .badInput
        }
      return Failure(status, String(decoding: body, as: UTF8.self))
    }
  }

  private typealias Channel = NIOAsyncChannel<HTTPClientResponsePart, HTTPPart<HTTPRequestHead, ByteBuffer>>

  private typealias Outbound = NIOAsyncChannelOutboundWriter<HTTPPart<HTTPRequestHead, ByteBuffer>>

  private let inbound: Inbound
  private let outbound: Outbound

  /// The answers' iterator, passed on from one exchange to the next.
  private final class Inbound {
    var iterator: NIOAsyncChannelInboundStream<HTTPClientResponsePart>.AsyncIterator

    init(_ iterator: NIOAsyncChannelInboundStream<HTTPClientResponsePart>.AsyncIterator) {
      self.iterator = iterator
    }
  }

  static func withConnection<Output>(
    to path: String, _ body: (DaemonClient) async throws -> Output
  ) async throws -> Output {
    let channel: Channel
    do {
      channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
        .connect(unixDomainSocketPath: path) { channel in
          channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHTTPClientHandlers()
            try channel.pipeline.syncOperations.addHandler(RequestPartEncoder())
            return try Channel(wrappingChannelSynchronously: channel)
          }
        }
    } catch {
      throw Failure(
        .unavailable,
        Language.text(
          en: "the daemon does not answer at \(path): \(error)",
          de: "der Dienst antwortet nicht unter \(path): \(error)"))
    }
    return try await channel.executeThenClose { inbound, outbound in
      try await body(DaemonClient(inbound: Inbound(inbound.makeAsyncIterator()), outbound: outbound))
    }
  }

  /// Sends a request and reads the whole answer.
  ///
  /// - Parameter stream: takes the body of a successful answer as it comes; without it, the body is collected.
  func send(_ request: Request, stream: (([UInt8]) throws -> Void)? = nil) async throws -> Answer {
    let outbound = outbound
    async let sent: Void = DaemonClient.write(request, to: outbound)
    var status: Int?
    var headers: [String: String] = [:]
    var body: [UInt8] = []
    var isWhole = false
    reading: while let part = try await inbound.iterator.next() {
      switch part {
      // An interim answer (100 Continue) is no answer.
      case .head(let head) where head.status.code < 200: break
      case .head(let head):
        status = Int(head.status.code)
        headers = Dictionary(head.headers.map { ($0.name.lowercased(), $0.value) }) { $1 }
      case .body(let buffer):
        if let stream, (200..<300).contains(status ?? 0) {
          try stream(Array(buffer.readableBytesView))
        } else {
          body.append(contentsOf: buffer.readableBytesView)
        }
      case .end:
        isWhole = true
        break reading
      }
    }
    guard let status else { throw Failure(.unavailable, "the daemon closed the connection without an answer") }
    guard isWhole else { throw Failure(.unavailable, "the daemon closed the connection in the middle of its answer") }
    // A daemon that has refused may have closed the connection before it took the whole body.
    do { try await sent } catch  where !(200..<300).contains(status) {}
    return Answer(status: status, headers: headers, body: body)
  }

  private static func write(_ request: Request, to outbound: Outbound) async throws {
    var headers = HTTPHeaders([("Host", "localhost")])
    if let contentType = request.contentType { headers.add(name: "Content-Type", value: contentType) }
    for header in request.headers { headers.add(name: header.name, value: header.value) }
    switch request.body {
    case .none: if request.method == .POST { headers.add(name: "Content-Length", value: "0") }
    case .bytes(let bytes): headers.add(name: "Content-Length", value: String(bytes.count))
    case .chunks: headers.add(name: "Transfer-Encoding", value: "chunked")
    case .sized(let count, _): headers.add(name: "Content-Length", value: String(count))
    }
    try await outbound.write(
      .head(HTTPRequestHead(version: .http1_1, method: request.method, uri: request.path, headers: headers)))
    switch request.body {
    case .none: break
    case .bytes(let bytes): try await outbound.write(.body(ByteBuffer(bytes: bytes)))
    case .chunks(let next), .sized(_, let next):
      while let chunk = try next() { try await outbound.write(.body(ByteBuffer(bytes: chunk))) }
    }
    try await outbound.write(.end(nil))
  }
}

/// Bodies are plain buffers here; NIO's client takes buffers or file regions.
private final class RequestPartEncoder: ChannelOutboundHandler {
  typealias OutboundIn = HTTPPart<HTTPRequestHead, ByteBuffer>
  typealias OutboundOut = HTTPClientRequestPart

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let part: HTTPClientRequestPart =
      switch unwrapOutboundIn(data) {
      case .head(let head): .head(head)
      case .body(let buffer): .body(.byteBuffer(buffer))
      case .end(let trailers): .end(trailers)
      }
    context.write(wrapOutboundOut(part), promise: promise)
  }
}
