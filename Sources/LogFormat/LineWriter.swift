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
    output.append(contentsOf: #"{"specversion":"1.0","id":"#.utf8)
    JSONText.append(id, to: &output)
    output.append(contentsOf: #","source":"#.utf8)
    JSONText.append(source, to: &output)
    output.append(contentsOf: #","type":"#.utf8)
    JSONText.append(type, to: &output)
    output.append(contentsOf: #","subject":"#.utf8)
    JSONText.append(subject, to: &output)
    if let time {
      output.append(contentsOf: #","time":"#.utf8)
      JSONText.append(time, to: &output)
    }
    for attribute in extensions {
      output.append(contentsOf: ",\"".utf8)
      output.append(contentsOf: attribute.name.utf8)
      output.append(contentsOf: "\":".utf8)
      switch attribute.value {
      case .string(let text): JSONText.append(text, to: &output)
      case .integer, .boolean: output.append(contentsOf: attribute.value.text.utf8)
      }
    }
    stamp.write(to: &output)
    if let dataContentType {
      output.append(contentsOf: #","datacontenttype":"#.utf8)
      JSONText.append(dataContentType, to: &output)
    }
    if let dataSchema {
      output.append(contentsOf: #","dataschema":"#.utf8)
      JSONText.append(dataSchema, to: &output)
    }
    switch payload {
    case .none: break
    case .json(let value):
      output.append(contentsOf: #","data":"#.utf8)
      output.append(contentsOf: value.text)
    case .base64(let text):
      output.append(contentsOf: #","data_base64":"#.utf8)
      JSONText.append(text, to: &output)
    }
    output.append(UInt8(ascii: "}"))
  }
}

extension Stamp {
  fileprivate func write(to output: inout [UInt8]) {
    output.append(contentsOf: #","sequence":""#.utf8)
    SequenceText.append(sequence, to: &output)
    output.append(contentsOf: #"","subjectversion":"#.utf8)
    output.append(contentsOf: String(subjectVersion).utf8)
    output.append(contentsOf: #","recordedtime":""#.utf8)
    output.append(contentsOf: recordedTime.utf8)
    output.append(contentsOf: #"","recordedby":"#.utf8)
    JSONText.append(recordedBy, to: &output)
    if let batchEnd {
      output.append(contentsOf: #","batchend":""#.utf8)
      SequenceText.append(batchEnd, to: &output)
      output.append(UInt8(ascii: "\""))
    }
    output.append(contentsOf: #","previoushash":""#.utf8)
    previousHash.appendHex(to: &output)
    output.append(UInt8(ascii: "\""))
  }
}

/// Sequences as the log writes them: 20 digits, zero-padded, so that they order as text.
public enum SequenceText {
  public static let length = 20

  public static func append(_ sequence: UInt64, to output: inout [UInt8]) {
    let start = output.count
    output.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: length))
    var rest = sequence
    var place = start + length - 1
    while rest > 0 {
      output[place] = UInt8(ascii: "0") + UInt8(rest % 10)
      rest /= 10
      place -= 1
    }
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
