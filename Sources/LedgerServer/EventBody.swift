import LogFormat
import NIOCore

extension JSONDocument {
  /// Reads a whole body in place.
  static func read(_ body: ByteBuffer) throws(Problem) -> JSONDocument {
    // `withUnsafeReadableBytes` does not carry typed errors out, so the result is carried instead.
    let result = body.withUnsafeReadableBytes { bytes in
      Result { () throws(JSONError) in try JSONDocument(bytes) }
    }
    return try result.mapError { Problem($0) }.get()
  }
}

extension Event {
  /// Reads a body, or a line, in the JSON format of CloudEvents.
  static func read(_ json: JSONValue) throws(Problem) -> Event {
    do {
      return try Event(json)
    } catch {
      throw Problem(error)
    }
  }

  /// Reads a batch: an array of events, which may be empty (CloudEvents 1.0.2, JSON format §4).
  static func readBatch(_ document: JSONDocument) throws(Problem) -> [Event] {
    guard document.root.kind == .array else { throw .malformed("", "expected an array of CloudEvents") }
    var events: [Event] = []
    for element in document.root.elements {
      guard events.count < Limits.batchEvents else {
        throw .tooLarge("a batch may have \(Limits.batchEvents) events at most")
      }
      do {
        events.append(try Event(element))
      } catch {
        throw Problem(error).atIndex(events.count)
      }
    }
    return events
  }
}
