import ArgumentParser
import Foundation
import LogFormat

struct Append: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Send events to the daemon; print one receipt a line.",
    discussion: """
      A file holds one CloudEvent, a JSON array of them (recorded all together or not at all) or one on each line \
      (each on its own); which of these it is shows in its content. '-' or no file reads stdin. Refused events are \
      reported on stderr; the exit status is 65 if any was refused.
      """)

  @OptionGroup var socket: SocketOption
  @Argument(help: "Files with events; - for stdin.") var files: [String] = ["-"]

  func run() async throws {
    var refused = 0
    try await DaemonClient.withConnection(to: try socket.path()) { client in
      for file in files {
        refused += try await send(try open(file), name: file, client)
      }
    }
    if refused > 0 {
      throw Failure(
        .badInput,
        Language.text(en: "\(refused) refused, see above", de: "\(refused) abgelehnt, siehe oben"))
    }
  }

  private func open(_ file: String) throws -> FileHandle {
    if file == "-" { return .standardInput }
    guard let handle = FileHandle(forReadingAtPath: file) else {
      throw Failure(.inputOutput, "open \(file): \(String(cString: strerror(errno)))")
    }
    return handle
  }

  /// - Returns: how many events or batches were refused.
  private func send(_ handle: FileHandle, name: String, _ client: DaemonClient) async throws -> Int {
    switch try EventInput(handle) {
    case .empty: return 0
    case .event(let bytes): return try await sendWhole(bytes, "application/cloudevents+json", name, client)
    case .batch(let bytes): return try await sendWhole(bytes, "application/cloudevents-batch+json", name, client)
    case .lines(let begun): return try await sendLines(begun, handle, name, client)
    }
  }

  private func sendWhole(
    _ bytes: [UInt8], _ contentType: String, _ name: String, _ client: DaemonClient
  ) async throws -> Int {
    let answer = try await client.send(.post("/v1/events", contentType: contentType, .bytes(bytes)))
    guard answer.isSuccess else {
      // What is wrong with the events is reported and counted; what is wrong with the daemon ends the command.
      guard answer.failure.status == .badInput else { throw answer.failure }
      Terminal.error("\(name): \(answer.failure.message)")
      return 1
    }
    let receipts = try JSONDocument(answer.body).root
    for receipt in receipts.kind == .array ? Array(receipts.elements) : [receipts] {
      Terminal.write(receipt.text + [0x0A])
    }
    return 0
  }

  private func sendLines(
    _ begun: [UInt8], _ rest: FileHandle, _ name: String, _ client: DaemonClient
  ) async throws -> Int {
    let source = ChunkSource(begun, rest)
    var refused = 0
    var answered = 0
    var unavailable: Failure?
    var lines = LineBuffer()
    let answer = try await client.send(
      .post("/v1/events", contentType: "application/x-ndjson", .chunks { try source.next() })
    ) { chunk in
      for line in lines.take(chunk) {
        answered += 1
        if line.starts(with: #"{"sequence":"#.utf8) {
          Terminal.write(line + [0x0A])
          continue
        }
        Terminal.error("\(name): \(String(decoding: line, as: UTF8.self))")
        let status = try JSONDocument(line).root["status"]?.integer ?? 500
        let problem = DaemonClient.Answer(status: Int(status), body: line).failure
        if problem.status == .badInput { refused += 1 } else { unavailable = problem }
      }
    }
    guard answer.isSuccess else { throw answer.failure }
    if let unavailable { throw unavailable }
    guard answered == source.lines else {
      throw Failure(
        .busy,
        Language.text(
          en: "\(name): \(source.lines - answered) events were not answered; send the same file again",
          de: "\(name): \(source.lines - answered) Ereignisse blieben unbeantwortet; dieselbe Datei erneut senden"))
    }
    return refused
  }
}

/// The bytes of a file in chunks, those already read first, and how many lines with something on them it has handed out.
private final class ChunkSource: @unchecked Sendable {
  // @unchecked: the task that writes the request calls `next`; `lines` is read when that task has ended.
  private var begun: [UInt8]
  private let handle: FileHandle
  private var lineIsEmpty = true
  private(set) var lines = 0

  init(_ begun: [UInt8], _ handle: FileHandle) {
    self.begun = begun
    self.handle = handle
  }

  func next() throws -> [UInt8]? {
    var chunk = begun
    begun = []
    if chunk.isEmpty { chunk = try EventInput.read(handle) }
    for byte in chunk {
      if byte == 0x0A {
        lineIsEmpty = true
      } else if lineIsEmpty, byte != 0x20, byte != 0x09, byte != 0x0D {
        lineIsEmpty = false
        lines += 1
      }
    }
    return chunk.isEmpty ? nil : chunk
  }
}
