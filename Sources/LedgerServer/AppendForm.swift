import HTTPTypes
import LogFormat
import NIOCore

/// How events come in the body of `POST /v1/events`.
enum AppendForm: Sendable {
  /// One event in the JSON format (`application/cloudevents+json`).
  case structured
  /// One event whose attributes are headers.
  case binary(BinaryEvent)
  /// An array of events, all of which are recorded or none (`application/cloudevents-batch+json`).
  case batch
  /// One event a line, each on its own (`application/x-ndjson`).
  ///
  /// - summary: one summary at the end in place of a line for each event (`Prefer: return=minimal`, RFC 7240 §4.2).
  case lines(summary: Bool)

  static let mediaTypes = [
    "application/cloudevents+json", "application/cloudevents-batch+json", "application/x-ndjson",
  ]

  /// Chooses the form by the headers: `Content-Type` where it is one of CloudEvents, else the binary mode where there are
  /// `ce-` headers (CloudEvents 1.0.2, HTTP binding §3), else NDJSON.
  ///
  /// - Throws: 415 for anything else, 413 where the length stated is over the form's limit, 400 for a bad `ce-` header.
  init(_ headers: HTTPFields) throws(Problem) {
    let contentType = headers[.contentType]
    // As nearly every service writes it; taking it apart costs as much as reading the event.
    let type =
      contentType == "application/cloudevents+json"
      ? MediaType.structuredEvent : contentType.flatMap { MediaType($0) }
    switch type?.essence {
    case "application/cloudevents+json": self = .structured
    case "application/cloudevents-batch+json": self = .batch
    case let essence?
    where essence.hasPrefix("application/cloudevents+") || essence.hasPrefix("application/cloudevents-batch+"):
      throw .unsupportedMediaType("of CloudEvents only the JSON format is read here", accepted: AppendForm.mediaTypes)
    case let essence:
      if BinaryEvent.isMode(of: headers) {
        if contentType != nil, type == nil {
          throw .unsupportedMediaType("Content-Type is no media type", accepted: AppendForm.mediaTypes)
        }
        self = .binary(try BinaryEvent(headers))
      } else if essence == "application/x-ndjson" {
        self = .lines(summary: AppendForm.prefersSummary(headers))
      } else {
        let found = contentType.map { "found \"\($0)\"" } ?? "no Content-Type"
        throw .unsupportedMediaType(found, accepted: AppendForm.mediaTypes)
      }
    }
    if case .binary = self {
    } else if let type, !type.isUTF8 {
      throw .unsupportedMediaType("JSON is UTF-8 (RFC 8259 §8.1)", accepted: AppendForm.mediaTypes)
    }
    if let limit = bodyLimit, let length = headers[.contentLength].flatMap({ Int($0) }), length > limit {
      throw AppendForm.tooLarge(limit)
    }
  }

  /// The longest body in bytes; nil for a stream, which may go on for ever.
  var bodyLimit: Int? {
    switch self {
    case .structured, .binary: Limits.event
    case .batch: Limits.batch
    case .lines: nil
    }
  }

  static func tooLarge(_ limit: Int) -> Problem {
    .tooLarge("the body may have \(limit) bytes at most")
  }

  private static func prefersSummary(_ headers: HTTPFields) -> Bool {
    headers[values: .prefer].contains { value in
      splitUnquoted(value, at: ",").contains { preference in
        splitUnquoted(preference, at: ";").first?.lowercased().filter { $0 != " " } == "return=minimal"
      }
    }
  }
}

extension HTTPField.Name {
  /// RFC 7240 §2.
  static let prefer = HTTPField.Name("Prefer") ?? .accept
  /// RFC 7240 §3.
  static let preferenceApplied = HTTPField.Name("Preference-Applied") ?? .accept
}
