import Foundation

/// What was sent, to be compared with what is stored.
struct SentEvents {
  private var runs = 0

  /// The next run's requests.
  mutating func next() -> HTTPLoad.Request {
    runs += 1
    return .append(run: "\(runs)")
  }

  /// An event with a payload of about 400 bytes.
  static func event(run: String, client: Int, count: Int) -> String {
    let text = String(repeating: "Anfrage zur Nachnutzung eines Onlinedienstes; ", count: 7)
    return """
      {"specversion":"1.0","id":"\(run)-\(client)-\(count)","source":"urn:nwm:bench",\
      "type":"de.aktenspur.anfrage.eingegangen","subject":"anfrage/\(run)-\(client)-\(count)",\
      "time":"2022-12-31T10:00:00+01:00","data":{"titel":"\(text)","herkunft":"bench","ozg":true}}
      """
  }

  /// Verifies the log, and that it holds exactly the events that were answered: for each client of each run the numbers
  /// from 0 without a gap, with their content.
  func check(_ daemon: Daemon, answered: Int) throws {
    try daemon.verify()
    var next: [String: Int] = [:]
    var stored = 0
    let log = daemon.ledger + "/log"
    for name in try FileManager.default.contentsOfDirectory(atPath: log).sorted() {
      for line in try Data(contentsOf: URL(fileURLWithPath: log + "/" + name)).split(separator: 0x0A) {
        guard let record = try JSONSerialization.jsonObject(with: line) as? [String: Any],
          record["source"] as? String == "urn:nwm:bench"
        else { continue }
        guard let id = record["id"] as? String, let dash = id.lastIndex(of: "-"),
          let number = Int(id[id.index(after: dash)...])
        else { throw BenchError("a record that nobody sent: \(String(decoding: line, as: UTF8.self))") }
        let client = String(id[..<dash])
        guard number == next[client, default: 0] else { throw BenchError("record \(id) is out of order or repeated") }
        next[client] = number + 1
        let parts = client.split(separator: "-")
        let sent = SentEvents.event(run: String(parts[0]), client: Int(parts[1]) ?? -1, count: number)
        let object = try JSONSerialization.jsonObject(with: Data(sent.utf8)) as? [String: Any]
        guard (object?["data"] as? NSDictionary) == (record["data"] as? NSDictionary) else {
          throw BenchError("record \(id) does not hold what was sent")
        }
        stored += 1
      }
    }
    guard stored == answered else { throw BenchError("\(answered) events were answered, \(stored) are stored") }
  }
}
