import TransparencyLog

extension Event {
  /// The longest line, in bytes without its LF: the longest entry of a C2SP tlog-tiles log.
  public static let maximumLineLength = 65_535

  /// Appends the record's line, without LF, to `output`: the members in the order of the log format, in shortest form.
  ///
  /// ```
  /// {"specversion":"1.0","id":"1","source":"urn:nwm:egov","type":"de.aktenspur.anfrage.eingegangen",
  ///  "subject":"anfrage/2022-0001","sequence":"00000000000000000007","subjectversion":1,
  ///  "recordedtime":"2022-12-31T11:00:00.000000Z","recordedby":"egov","previoushash":"…","data":{"titel":"…"}}
  /// ```
  public func writeLine(stamp: Stamp, to output: inout [UInt8]) {
    writeHead(to: &output)
    stamp.write(to: &output)
    writeTail(to: &output)
  }

  /// Appends what stands before the stamp.
  ///
  /// - Parameter actor: the `authid`, in place of the event's own and of the `authtype` that described it; nil: as it is.
  /// - Returns: where in `output` the subject's JSON text stands.
  @discardableResult
  public func writeHead(actor: String? = nil, to output: inout [UInt8]) -> Range<Int> {
    let first = output.count
    var place = 0..<0
    let attributes = content.attributes
    output.append(upTo: JSONText.longest(bytes: attributes.byteCount, isPlain: attributes.isPlain) + 128) { room in
      attributes.text.withUnsafeBytes { text in
        func put(_ piece: EventAttributes.Piece) {
          room.put(
            json: UnsafeRawBufferPointer(rebasing: text[Int(piece.start)..<Int(piece.end)]),
            isPlain: attributes.isPlain)
        }
        room.put(#"{"specversion":"1.0","id":"#)
        put(attributes.id)
        room.put(#","source":"#)
        put(attributes.source)
        room.put(#","type":"#)
        put(attributes.type)
        room.put(#","subject":"#)
        let start = room.count
        put(attributes.subject)
        place = first + start..<first + room.count
        if let time = attributes.time {
          room.put(#","time":"#)
          put(time)
        }
      }
    }
    var actor = actor
    let isReplaced = actor != nil
    for attribute in extensions {
      if isReplaced, attribute.name == "authid" || attribute.name == "authtype" { continue }
      if let name = actor, !attribute.name.utf8.lexicographicallyPrecedes("authid".utf8) {
        Event.write(Extension("authid", .string(name)), to: &output)
        actor = nil
      }
      Event.write(attribute, to: &output)
    }
    if let actor { Event.write(Extension("authid", .string(actor)), to: &output) }
    return place
  }

  private static func write(_ attribute: Extension, to output: inout [UInt8]) {
    output.append(",\"")
    output.append(contentsOf: attribute.name.utf8)
    output.append("\":")
    switch attribute.value {
    case .string(let text): JSONText.append(text, to: &output)
    case .integer, .boolean: output.append(contentsOf: attribute.value.text.utf8)
    }
  }

  /// Appends what stands behind the stamp.
  public func writeTail(to output: inout [UInt8]) {
    let content = content
    if let dataContentType = content.dataContentType {
      output.append(#","datacontenttype":"#)
      JSONText.append(dataContentType, to: &output)
    }
    if let dataSchema = content.dataSchema {
      output.append(#","dataschema":"#)
      JSONText.append(dataSchema, to: &output)
    }
    switch content.payload {
    case .none: break
    case .json(let value):
      output.append(#","data":"#)
      value.withView { output.append(contentsOf: $0.text) }
    case .base64(let text):
      output.append(#","data_base64":"#)
      JSONText.append(text, to: &output)
    }
    output.append(UInt8(ascii: "}"))
  }
}

extension Stamp {
  /// Appends the stamp's members, each with its comma before it.
  public func write(to output: inout [UInt8]) {
    output.append(upTo: 128) { room in
      room.put(#","sequence":""#)
      room.put(sequence, digits: SequenceText.length)
      room.put(#"","subjectversion":"#)
      room.put(subjectVersion)
    }
    output.append(contentsOf: recorded.text)
    output.append(upTo: 128) { room in
      if let batchEnd {
        room.put(#","batchend":""#)
        room.put(batchEnd, digits: SequenceText.length)
        room.put("\"")
      }
      room.put(#","previoushash":""#)
      room.put(previousHash)
      room.put("\"")
    }
  }
}

extension [UInt8] {
  /// A piece of text that is part of the program.
  @inline(__always)
  package mutating func append(_ text: StaticString) {
    append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }
}

/// Sequences as the log writes them: 20 digits, zero-padded, so that they order as text.
public enum SequenceText {
  public static let length = 20

  public static func append(_ sequence: UInt64, to output: inout [UInt8]) {
    output.append(upTo: length) { $0.put(sequence, digits: length) }
  }

  public static func string(_ sequence: UInt64) -> String {
    var bytes: [UInt8] = []
    append(sequence, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  public static func parse(_ text: some StringProtocol) -> UInt64? {
    guard text.utf8.count == length, text.utf8.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }) else { return nil }
    return UInt64(text)
  }
}
