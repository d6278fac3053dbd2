import HTTPTypes
import LogFormat
import NIOCore
import TransparencyLog

/// The head of an event in the binary mode of the CloudEvents HTTP binding (1.0.2 §3.1): its attributes are headers, its
/// payload is the body.
struct BinaryEvent: Sendable {
  /// Without their prefix `ce-`, decoded.
  private var attributes: [(name: String, value: String)] = []
  /// As it stands in the header; nil means JSON (CloudEvents 1.0.2 §3.1, `datacontenttype`).
  private var contentType: String?

  static func isMode(of headers: HTTPFields) -> Bool {
    headers.contains { $0.name.canonicalName.hasPrefix("ce-") }
  }

  init(_ headers: HTTPFields) throws(Problem) {
    contentType = headers[.contentType]
    for field in headers {
      let name = field.name.canonicalName
      guard name.hasPrefix("ce-") else { continue }
      // §3.1.3.2: quoted-strings of older senders first, then one round of percent-decoding.
      guard let value = percentDecoded(unquoted(field.value)) else {
        throw .malformed(
          Query.pointer(name), "expected UTF-8, percent-encoded (CloudEvents HTTP binding §3.1.3.2)")
      }
      attributes.append((String(name.dropFirst(3)), value))
    }
  }

  /// The event with this body: JSON where the content type says so, base64 otherwise.
  ///
  /// `datacontenttype` is left out where it is exactly `application/json`, which is its default.
  func event(body: ByteBuffer) throws(Problem) -> Event {
    var payload = Event.Payload.none
    if body.readableBytes > 0 {
      if contentType.flatMap({ MediaType($0) })?.isJSON ?? true {
        payload = .json(try JSONDocument.read(body).root)
      } else {
        payload = .base64(Base64.encode(body.readableBytesView))
      }
    }
    do {
      return try Event(
        headers: attributes, contentType: contentType == "application/json" ? nil : contentType, body: payload)
    } catch {
      throw Problem(error)
    }
  }
}
