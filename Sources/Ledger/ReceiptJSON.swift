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
    output.append(#"{"sequence":"#)
    JSONText.append(sequence, to: &output)
    output.append(#","subject":"#)
    output.append(contentsOf: subject)
    output.append(#","subjectversion":"#)
    JSONText.append(subjectVersion, to: &output)
    output.append(#","leafhash":""#)
    leafHash.appendHex(to: &output)
    output.append(#"","recordedtime":""#)
    recordedTime.append(to: &output)
    output.append(duplicate ? #"","duplicate":true}"# : #"","duplicate":false}"#)
  }
}
