public import EventLog
import LogFormat
import TransparencyLog

extension Receipt {
  /// Appends `{"sequence":812,"subject":"vertrag/2022-0815",…}`.
  public func writeJSON(to output: inout [UInt8]) {
    output.append(contentsOf: #"{"sequence":"#.utf8)
    output.append(contentsOf: String(sequence).utf8)
    output.append(contentsOf: #","subject":"#.utf8)
    JSONText.append(subject, to: &output)
    output.append(contentsOf: #","subjectversion":"#.utf8)
    output.append(contentsOf: String(subjectVersion).utf8)
    output.append(contentsOf: #","leafhash":""#.utf8)
    leafHash.appendHex(to: &output)
    output.append(contentsOf: #"","recordedtime":""#.utf8)
    output.append(contentsOf: recordedTime.utf8)
    output.append(contentsOf: #"","duplicate":"#.utf8)
    output.append(contentsOf: (duplicate ? "true}" : "false}").utf8)
  }
}
