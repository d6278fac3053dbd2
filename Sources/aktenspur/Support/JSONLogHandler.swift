import EventLog
import Foundation
import LogFormat
import Logging

/// Writes each log message as one JSON object a line on stderr: `time` (RFC 3339, UTC), `level`, `message`, and the
/// metadata beside them.
struct JSONLogHandler: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.info

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var members = [
      ("time", Timestamp.now.text), ("level", event.level.rawValue), ("message", event.message.description),
    ]
    let all = metadata.merging(event.metadata ?? [:]) { $1 }
    for (name, value) in all.sorted(by: { $0.key < $1.key }) {
      // What the message itself says keeps its name.
      members.append((members.contains { $0.0 == name } ? "metadata.\(name)" : name, value.description))
    }
    let text = members.map { "\(JSONText.string($0.0)):\(JSONText.string($0.1))" }.joined(separator: ",")
    // One write for a line, so that lines of different threads do not mix.
    FileHandle.standardError.write(Data("{\(text)}\n".utf8))
  }
}
