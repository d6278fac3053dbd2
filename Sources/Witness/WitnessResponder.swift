import Foundation
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import TransparencyLog

/// Answers the requests of all connections of a witness.
struct WitnessResponder: Sendable {
  let witness: Witness
  let logger: Logger

  @Sendable
  func respond(to request: Request, writer: consuming ResponseWriter, channel: any Channel) async throws {
    let path = request.uri.path
    var response: Response
    switch (request.method, path) {
    case (.post, "/add-checkpoint"):
      if request.headers[.expect]?.lowercased() == "100-continue" {
        try await writer.writeInformationalHead(HTTPResponse(status: .continue))
      }
      response = try await addCheckpoint(request.body)
    case (_, "/add-checkpoint"): response = .text(.methodNotAllowed, "this path takes POST", [.allow: "POST"])
    default:
      guard let log = WitnessResponder.log(of: path) else {
        response = .text(.notFound, "there is nothing at \(path)")
        break
      }
      switch request.method {
      case .get: response = try await checkpoint(of: log)
      case .head: response = try await checkpoint(of: log).createHeadResponse()
      default: response = .text(.methodNotAllowed, "this path takes GET", [.allow: "GET, HEAD"])
      }
    }
    let isClosing = response.status == .contentTooLarge
    if isClosing { response.headers[.connection] = "close" }
    try await writer.write(response: response.head, body: response.body)
    // What is still being sent is not read.
    if isClosing { try await channel.close(mode: .output) }
  }

  private func addCheckpoint(_ body: RequestBody) async throws -> Response {
    guard let bytes = try await body.collect(atMost: AddCheckpointRequest.maximumByteCount) else {
      return .text(.contentTooLarge, "a request has at most \(AddCheckpointRequest.maximumByteCount) bytes")
    }
    return try await blocking {
      let answer = try witness.addCheckpoint(bytes)
      if answer.status != 200 {
        logger.notice("refused", metadata: ["status": "\(answer.status)", "reason": "\(answer.body)"])
      }
      return .text(HTTPResponse.Status(code: answer.status), answer.body, [.contentType: answer.contentType])
    }
  }

  private func checkpoint(of log: Digest) async throws -> Response {
    try await blocking {
      guard let note = try witness.checkpoint(of: log) else {
        return .text(.notFound, "no checkpoint of that log has been cosigned")
      }
      return .text(.ok, note, [.cacheControl: "no-cache"])
    }
  }

  /// Files are read and synced on a thread that may wait for them.
  private func blocking(_ body: @escaping @Sendable () throws -> Response) async throws -> Response {
    do {
      return try await NIOThreadPool.singleton.runIfActive(body)
    } catch {
      logger.error("not answered", metadata: ["reason": "\(error)"])
      return .text(.internalServerError, "the witness could not answer; its log says why")
    }
  }

  /// `/<64 hex digits>/checkpoint`
  private static func log(of path: String) -> Digest? {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].isEmpty, parts[2] == "checkpoint" else { return nil }
    return Digest(hex: parts[1])
  }
}

extension Response {
  /// A text; a sentence gets its line feed.
  fileprivate static func text(
    _ status: HTTPResponse.Status, _ text: String, _ headers: HTTPFields = [:]
  ) -> Response {
    var headers = headers
    if headers[.contentType] == nil { headers[.contentType] = "text/plain; charset=utf-8" }
    let whole = text.hasSuffix("\n") ? text : text + "\n"
    return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: whole)))
  }
}

extension RequestBody {
  /// The whole body; nil where it is longer.
  fileprivate func collect(atMost limit: Int) async throws -> [UInt8]? {
    var bytes: [UInt8] = []
    for try await buffer in self {
      guard bytes.count + buffer.readableBytes <= limit else { return nil }
      bytes += buffer.readableBytesView
    }
    return bytes
  }
}
