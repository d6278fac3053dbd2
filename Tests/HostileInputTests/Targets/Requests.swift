import HTTPTypes
import LogFormat
import NIOCore
import TransparencyLog

@testable import LedgerServer

extension Target {
  /// Bodies of `POST /v1/events`: one event, a batch, a stream of lines.
  static let body = Target(name: "body") { bytes in
    let buffer = ByteBuffer(bytes: bytes)
    if let document = try? JSONDocument.read(buffer) {
      if let event = try? Event.read(document.root) { try checkLine(of: event) }
      if let batch = try? Event.readBatch(document) {
        try hold(batch.count <= Limits.batchEvents, "a batch has its limit")
        for event in batch { try checkLine(of: event) }
      }
    }
    // A stream is cut into the same lines however it comes.
    let whole = lines(of: bytes, pieces: max(bytes.count, 1))
    for pieces in [1, 7, 64] where bytes.count <= 4096 {
      try hold(lines(of: bytes, pieces: pieces) == whole, "lines do not depend on how the bytes come")
    }
    try checkTogether(bytes.split(separator: UInt8(ascii: "\n")).map { Array($0) })
  }

  /// Lines are read into one document, and each of them says what it says alone.
  private static func checkTogether(_ texts: [[UInt8]]) throws {
    var read: [Result<Int, JSONError>] = []
    let document = JSONDocument(room: texts.reduce(0) { $0 + $1.count }) { reader in
      for text in texts {
        text.withUnsafeBytes { text in
          do throws(JSONError) { read.append(.success(try reader.read(text))) } catch { read.append(.failure(error)) }
        }
      }
    }
    for (text, together) in zip(texts, read) {
      let alone = Result { () throws(JSONError) in try JSONDocument(text) }
      switch (alone, together) {
      case (.success(let alone), .success(let root)):
        let (root, alone) = (document.root(at: root), alone.root)
        try hold(Array(root.text) == Array(alone.text), "a text reads the same beside others")
        try hold(root.withView(\.nodeCount) == alone.withView(\.nodeCount), "a text has the same values beside others")
      case (.failure(let alone), .failure(let together)):
        try hold(alone == together, "a text is refused for the same reason beside others")
      default: try hold(false, "a text is read or refused as it is alone")
      }
    }
  }

  /// The head of a request, a line for the target and one for each header: routes, queries, the binary mode.
  static let head = Target(name: "head") { bytes in
    let lines = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 32, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    let target = lines[0].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let path = target.first ?? ""
    if let route = Route(path: path), case .subject(let subject) = route {
      // The subject is a text like any other: decoded once, and never a path.
      if let text = percentDecoded(subject), !subject.utf8.contains(UInt8(ascii: "%")) {
        try hold(text.utf8.elementsEqual(subject.utf8), "what holds no escape stands for itself")
      }
    }
    if target.count > 1 { _ = try? Query(target[1], names: ["subject", "from", "limit"], repeatable: ["subject"]) }
    var headers = HTTPFields()
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, let name = HTTPField.Name(String(parts[0])), HTTPField.isValidValue(String(parts[1]))
      else { continue }
      headers.append(HTTPField(name: name, value: String(parts[1])))
    }
    _ = MediaType.prefersEventStream(accept: headers[.accept])
    guard let form = try? AppendForm(headers), case .binary(let event) = form else { return }
    for body in ["", "{}", "Grüße"] {
      if let event = try? event.event(body: ByteBuffer(string: body)) { try checkLine(of: event) }
    }
  }

  /// The record that an accepted event becomes is one that the log can read.
  private static func checkLine(of event: Event) throws {
    let stamp = Stamp(
      sequence: 7, subjectVersion: 1, recordedTime: Timestamp(microseconds: 0), recordedBy: "egov", batchEnd: nil,
      previousHash: .zero)
    var line: [UInt8] = []
    event.writeLine(stamp: stamp, to: &line)
    // The ledger refuses longer ones before they are written.
    guard line.count <= Event.maximumLineLength else { return }
    let record = try Record(line: line)
    try hold(record.id.utf8.elementsEqual(event.id.utf8), "the record has the event's id")
    try hold(record.subject.utf8.elementsEqual(event.subject.utf8), "the record has the event's subject")
    try hold(record.extensions == event.extensions, "the record has the event's extensions")
  }

  private static func lines(of bytes: [UInt8], pieces: Int) -> [String] {
    var splitter = LineSplitter(limit: 256)
    var lines: [String] = []
    func note(_ number: Int, _ line: LineSplitter.Line) {
      switch line {
      case .text(let bytes): lines.append("\(number):\(String(decoding: bytes, as: UTF8.self))")
      case .tooLong: lines.append("\(number)")
      }
    }
    for start in stride(from: 0, to: bytes.count, by: pieces) {
      let chunk = ByteBuffer(bytes: bytes[start..<min(start + pieces, bytes.count)])
      if !splitter.keepIfWithoutEnd(chunk) { splitter.take(chunk, note) }
    }
    splitter.finish(note)
    return lines
  }
}
