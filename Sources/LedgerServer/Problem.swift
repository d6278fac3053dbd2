import HTTPTypes
import Ledger
import LogFormat

/// A refusal as clients see it: a problem document (RFC 9457) and its status.
struct Problem: Error, Sendable {
  var status: HTTPResponse.Status
  /// The last part of `urn:aktenspur:problem:…`.
  var name: String
  var title: String
  var detail: String
  /// JSON Pointer (RFC 6901) to the field of the event; for headers and query parameters `/` and their name.
  var pointer: String?
  /// Headers that belong to the status, such as `Allow`.
  var headers: HTTPFields

  init(
    _ status: HTTPResponse.Status, _ name: String, title: String, _ detail: String, pointer: String? = nil,
    headers: HTTPFields = [:]
  ) {
    self.status = status
    self.name = name
    self.title = title
    self.detail = detail
    self.pointer = pointer
    self.headers = headers
  }

  /// Appends the document as one JSON text without line breaks.
  ///
  /// - Parameter line: of a stream, the number of the line that was refused, from 1.
  func writeJSON(to output: inout [UInt8], line: Int? = nil) {
    output.append(contentsOf: "{\"type\":\"urn:aktenspur:problem:".utf8)
    output.append(contentsOf: name.utf8)
    output.append(contentsOf: "\",\"title\":".utf8)
    JSONText.append(title, to: &output)
    output.append(contentsOf: ",\"status\":".utf8)
    output.append(contentsOf: String(status.code).utf8)
    output.append(contentsOf: ",\"detail\":".utf8)
    JSONText.append(detail, to: &output)
    if let pointer {
      output.append(contentsOf: ",\"pointer\":".utf8)
      JSONText.append(pointer, to: &output)
    }
    if let line {
      output.append(contentsOf: ",\"line\":".utf8)
      output.append(contentsOf: String(line).utf8)
    }
    output.append(UInt8(ascii: "}"))
  }

  var answer: WholeAnswer {
    var body: [UInt8] = []
    writeJSON(to: &body)
    var fields = headers
    fields[.contentType] = "application/problem+json"
    return WholeAnswer(status, headers: fields, body)
  }
}

extension Problem {
  static func malformed(_ pointer: String, _ detail: String) -> Problem {
    Problem(.badRequest, "malformed", title: "Malformed", detail, pointer: pointer)
  }

  static func forbidden(_ detail: String) -> Problem {
    Problem(.forbidden, "forbidden", title: "Not allowed", detail)
  }

  static func notFound(_ detail: String) -> Problem {
    Problem(.notFound, "not-found", title: "Not found", detail)
  }

  static func methodNotAllowed(_ method: HTTPRequest.Method, allowed: [HTTPRequest.Method]) -> Problem {
    let list = allowed.map(\.rawValue).joined(separator: ", ")
    return Problem(
      .methodNotAllowed, "method-not-allowed", title: "Method not allowed",
      "this path takes \(list), not \(method.rawValue)", headers: [.allow: list])
  }

  static func tooLarge(_ detail: String, pointer: String = "") -> Problem {
    Problem(.contentTooLarge, "too-large", title: "Too large", detail, pointer: pointer)
  }

  static func unsupportedMediaType(_ detail: String, accepted: [String]) -> Problem {
    let list = accepted.joined(separator: ", ")
    return Problem(
      .unsupportedMediaType, "unsupported-media-type", title: "Content type not supported",
      "\(detail); expected \(list), or the ce- headers of the binary mode", pointer: "/content-type",
      headers: [.acceptPost: list])
  }

  static func expectationFailed(_ expectation: String) -> Problem {
    Problem(
      .expectationFailed, "expectation-failed", title: "Expectation failed",
      "expected \"100-continue\", found \"\(expectation)\"", pointer: "/expect")
  }

  static func internalError() -> Problem {
    Problem(
      .internalServerError, "internal", title: "Internal error", "the ledger could not answer; its log says why")
  }
}

extension Problem {
  init(_ error: JSONError) {
    if case .tooLarge = error.reason {
      self = .tooLarge(error.description, pointer: error.pointer)
    } else {
      self = .malformed(error.pointer, error.description)
    }
  }

  init(_ error: EventError) {
    self = .malformed(error.pointer, error.detail)
  }

  /// The same problem of the event at `index` of a batch.
  func atIndex(_ index: Int) -> Problem {
    var copy = self
    copy.pointer = "/\(index)" + (pointer ?? "")
    return copy
  }
}

extension HTTPField.Name {
  /// Media types a POST may bring (W3C Linked Data Platform 1.0 §7.1).
  static let acceptPost = HTTPField.Name("Accept-Post") ?? .accept
}
