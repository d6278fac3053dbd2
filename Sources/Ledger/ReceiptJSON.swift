public import EventLog
import LogFormat
import TransparencyLog

extension Receipt {
  /// Appends `{"sequence":812,"subject":"vertrag/2022-0815",…}`.
  public func writeJSON(to output: inout [UInt8]) {
    var text: [UInt8] = []
    JSONText.append(subject, to: &text)
    placement.writeJSON(subject: text[...], to: &output)
  }
}

extension Placement {
  /// Appends a receipt.
  ///
  /// - Parameter subject: the JSON text of the event's subject.
  func writeJSON(subject: ArraySlice<UInt8>, to output: inout [UInt8]) {
    output.append(upTo: 256 + subject.count) { room in
      room.put(#"{"sequence":"#)
      room.put(sequence)
      room.put(#","subject":"#)
      subject.withUnsafeBytes { room.put($0) }
      room.put(#","subjectversion":"#)
      room.put(subjectVersion)
      room.put(#","leafhash":""#)
      room.put(leafHash)
      room.put(#"","recordedtime":""#)
      room.put(recordedTime)
      room.put(duplicate ? #"","duplicate":true}"# : #"","duplicate":false}"#)
    }
  }
}
