import COpenSSL
import Foundation

/// Read accesses to documents: each is a record, durable before the first byte is handed out, and most of what is ever
/// recorded. What they take on the disk, how fast they are taken, and what it costs to ask for those of one Akte and of one
/// person among them.
extension Session {
  private static let documentsOfFile = 20

  func measureAccesses(_ count: Int) throws {
    let documents = max(Session.documentsOfFile, min(100_000, count / 50))
    let persons = max(10, min(1_000, count / 1_000))
    try daemon.start()
    progress("filing \(documents) documents")
    let content = try file(documents: documents)
    try daemon.settle()
    let before = try records()
    progress("\(count) accesses")
    let floor = try emptyHandler(connections: 64, seconds: size.seconds)
    var load = SingleLoad(socket: daemon.socket, connections: 64, seconds: .infinity)
    load.total = count
    let (result, usage) = try daemon.measuring {
      try load.run(.read(content: content, documents: documents, persons: persons))
    }
    report.add(Row("accesses", rates: [result.measurement], floors: [floor], target: nil, usages: [usage]))
    let lag = try daemon.catchUp()
    report.note(
      "accesses: the projections were \(lag.lag) records behind, and there \(Report.text(lag.seconds)) s later")
    let recorded = try records() - before
    guard recorded >= count else { throw BenchError("\(count) accesses gave \(recorded) records") }

    let akte = try ask(
      "file-accesses",
      "SELECT count(*) AS anzahl FROM akte_zugriff WHERE akte = 'akte/\(documents / Session.documentsOfFile / 2)'")
    let all = try ask("all-accesses", "SELECT count(*) AS anzahl FROM zugriff", isReported: false)
    guard all == recorded else { throw BenchError("\(recorded) accesses are recorded, and \(all) projected") }
    let person = try ask(
      "person-accesses",
      "SELECT count(*) AS anzahl FROM person_zugriff WHERE person = 'person-1' AND sekunde BETWEEN "
        + "unixepoch('now', '-1 day') AND unixepoch('now')")
    report.note("accesses: \(akte) of one Akte, \(person) of one person, among \(recorded)")
    func bytes(_ path: String, _ prefixes: [String] = []) -> String {
      Report.text(Double(Folder.bytes(below: daemon.ledger + "/" + path, prefixes: prefixes)) / Double(recorded))
    }
    report.note(
      "on the disk, bytes/access: log \(bytes("log")), index \(bytes("cache/index")), "
        + "projections \(bytes("cache", ["projections."])), tiles \(bytes("tile"))")
    try daemon.stop()
  }

  /// Opens the Akten with their documents, and files the content that all of them have.
  ///
  /// - Returns: the content's name.
  private func file(documents: Int) throws -> String {
    let connection = try Connection(daemon.socket)
    let body = Array("Inhalt\n".utf8)
    var digest = [UInt8](repeating: 0, count: 32)
    SHA256(body, body.count, &digest)
    let name = "sha256:" + digest.map { String(format: "%02x", $0) }.joined()
    let request = Bytes()
    request.append(contentsOf: "PUT /v1/documents/\(name) HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n")
    request.append(contentsOf: "Content-Length: \(body.count)\r\n\r\nInhalt\n")
    try connection.send(request)
    var status = try connection.receiveShort()
    while status == nil { status = try connection.receiveShort() }
    guard status == 201 || status == 200 else { throw BenchError("filing a content was answered \(status ?? 0)") }
    var next = 0
    while next < documents {
      let end = min(documents, next + 2_000)
      var events: [String] = []
      for number in next..<end {
        let akte = "akte/\(number / Session.documentsOfFile)"
        if number % Session.documentsOfFile == 0 { events.append(Session.event("akte.angelegt", akte, "{}")) }
        events.append(
          Session.event("dokument.angelegt", "dokument/\(number)", #"{"akte":"\#(akte)"}"#))
      }
      let text = Array("[\(events.joined(separator: ","))]".utf8)
      let batch = Bytes()
      batch.appendPost("application/cloudevents-batch+json", length: text.count)
      text.withUnsafeBytes { batch.append($0) }
      try connection.send(batch)
      guard try connection.head().status == 201 else { throw BenchError("opening files was refused") }
      _ = try connection.wholeBody()
      next = end
    }
    return name
  }

  private static func event(_ type: String, _ subject: String, _ data: String) -> String {
    #"{"specversion":"1.0","id":"\#(subject)","source":"urn:bench:akten","type":"de.aktenspur.\#(type)","#
      + #""subject":"\#(subject)","data":\#(data)}"#
  }

  /// What a count comes to, and how long the whole command takes.
  private func ask(_ name: String, _ sql: String, isReported: Bool = true) throws -> Int {
    var times: [Double] = []
    var usages: [Usage] = []
    var answer = 0
    for _ in 1...size.repetitions {
      let result = try command.run(["query", "--ledger", daemon.ledger, "--format", "json", sql])
      let rows = try JSONSerialization.jsonObject(with: result.output) as? [[String: Int]]
      guard let count = rows?.first?["anzahl"] else { throw BenchError("\(name): no answer") }
      answer = count
      times.append(result.usage.seconds * 1000)
      usages.append(result.usage)
    }
    if isReported { report.add(Row(name, value: times.median, unit: "ms", limit: nil, usages: usages)) }
    return answer
  }
}
