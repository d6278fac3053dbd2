import EventLog
import LogFormat

extension SubjectState {
  /// `{"subject":"vertrag/2022-0815","version":4,"state":"freigegeben","first":17,"last":812}`; `state` is null where
  /// no event type of the subject names states.
  func json(subject: String) -> [UInt8] {
    var text = Array(#"{"subject":"#.utf8)
    JSONText.append(subject, to: &text)
    text.append(contentsOf: #","version":\#(version),"state":"#.utf8)
    if let state {
      JSONText.append(state, to: &text)
    } else {
      text.append(contentsOf: "null".utf8)
    }
    text.append(contentsOf: #","first":\#(first),"last":\#(last)}"#.utf8)
    return text
  }
}
