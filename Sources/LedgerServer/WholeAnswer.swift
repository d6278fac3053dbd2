import HTTPTypes
import HummingbirdCore
import NIOCore

/// An answer that is known to its last byte before its first goes out.
struct WholeAnswer: Sendable {
  var status: HTTPResponse.Status
  /// `Content-Type` and what belongs to the status; the length is added.
  var headers: HTTPFields
  var body: ByteBuffer

  init(_ status: HTTPResponse.Status, headers: HTTPFields, _ body: [UInt8]) {
    self.status = status
    self.headers = headers
    self.body = ByteBuffer(bytes: body)
  }

  /// A JSON text.
  static func json(_ status: HTTPResponse.Status, _ text: [UInt8]) -> WholeAnswer {
    WholeAnswer(status, headers: [.contentType: "application/json"], text)
  }

  var response: Response {
    Response(status: status, headers: headers, body: ResponseBody(byteBuffer: body))
  }
}

extension Response {
  /// A JSON text.
  static func json(_ status: HTTPResponse.Status, _ text: [UInt8]) -> Response {
    WholeAnswer.json(status, text).response
  }

  static func whole(_ status: HTTPResponse.Status, _ contentType: String, _ text: [UInt8]) -> Response {
    WholeAnswer(status, headers: [.contentType: contentType], text).response
  }
}
