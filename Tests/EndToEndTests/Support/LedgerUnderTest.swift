import Foundation
import Testing

/// A ledger of a test's own: its directory, and the daemon that holds it, reached over a real socket.
final class LedgerUnderTest {
  static let origin = "ledger.example/akten"

  let folder: ScratchFolder
  let packs: String
  /// What `init` printed.
  let verifierKey: String
  private var daemon: RunningProgram?
  /// The file that says who may do what; without it the daemon has no configuration.
  private var configuration: URL?

  private init(packs: String, in place: URL? = nil) throws {
    folder = try ScratchFolder()
    self.packs = packs
    if let place {
      try FileManager.default.createSymbolicLink(
        at: folder.file("ledger"), withDestinationURL: place.appending(path: "ledger"))
    }
    let path = place?.appending(path: "ledger").path ?? folder.file("ledger").path
    let made = try Program.run(Repository.program, ["init", "--ledger", path, "--origin", LedgerUnderTest.origin])
    try #require(made.status == 0, "init: \(made.errors)")
    verifierKey = made.text.trimmingCharacters(in: .newlines)
  }

  /// A new ledger without a daemon, for a scenario that ends as it likes.
  ///
  /// - Parameter place: the folder that the ledger's directory is made in; nil: one of the test's own.
  static func new(in place: URL? = nil) throws -> LedgerUnderTest {
    try LedgerUnderTest(packs: Repository.packs, in: place)
  }

  /// Runs a scenario on a new ledger with its daemon. Whatever it did, the daemon then stops cleanly and the whole
  /// ledger is verified.
  ///
  /// - Parameter seeded: whether the events of the Statusbericht are in the ledger at the beginning.
  static func run(
    packs: String = Repository.packs, seeded: Bool = false, sourceLocation: SourceLocation = #_sourceLocation,
    _ scenario: (LedgerUnderTest) throws -> Void
  ) throws {
    let ledger = try LedgerUnderTest(packs: packs)
    try ledger.start()
    if seeded { try ledger.appendSeed() }
    try scenario(ledger)
    if ledger.isRunning { ledger.stop(sourceLocation: sourceLocation) }
    try ledger.expectSound(sourceLocation: sourceLocation)
  }

  /// As ``run(packs:seeded:sourceLocation:_:)`` for a scenario that damages the ledger after its daemon has stopped:
  /// it is sound before, and then what the scenario makes of it.
  static func damage(
    seeded: Bool, sourceLocation: SourceLocation = #_sourceLocation,
    before preparation: (LedgerUnderTest) throws -> Void = { _ in }, _ scenario: (LedgerUnderTest) throws -> Void
  ) throws {
    let ledger = try LedgerUnderTest(packs: Repository.packs)
    try ledger.start()
    if seeded { try ledger.appendSeed() }
    try preparation(ledger)
    ledger.stop(sourceLocation: sourceLocation)
    try ledger.expectSound(sourceLocation: sourceLocation)
    try scenario(ledger)
  }

  var path: String { folder.file("ledger").path }
  var socket: String { folder.file("socket").path }
  var curl: Curl { Curl(socket: socket) }
  var isRunning: Bool { daemon != nil }

  // MARK: The daemon

  /// Starts the daemon and returns when the ledger is open.
  ///
  /// - Parameters:
  ///   - fault: a system call on the last segment that is made to fail.
  ///   - options: further options of `serve`.
  func start(with fault: SegmentFault? = nil, options: [String] = []) throws {
    var tracing: [String] = []
    if let fault { tracing = fault.arguments(try #require(try segments().last)) }
    try launch(tracing: tracing, options: options)
    try waitFor("ready")
  }

  /// Starts the daemon and returns when it listens, with a system call on a file that takes long: so it is for a while
  /// that it is not ready.
  func startSlowly(_ delay: SlowCall) throws {
    try launch(tracing: delay.arguments, options: [])
    try waitFor("listening")
  }

  /// Starts the daemon, which is killed when it makes that call, and returns when the ledger is open.
  func start(killedAt call: DeadlyCall) throws {
    try launch(tracing: call.arguments, options: [])
    try waitFor("ready")
  }

  /// Starts the daemon and returns when the ledger is open; which calls it makes is written down.
  func start(noting calls: NotedCalls) throws {
    try launch(tracing: calls.arguments, options: [])
    try waitFor("ready")
  }

  private func launch(tracing: [String], options: [String]) throws {
    let program = tracing.isEmpty ? Repository.program : SegmentFault.tracer
    daemon = try RunningProgram(
      program, tracing + (tracing.isEmpty ? [] : [Repository.program.path]) + serving + options, lines: .errors)
  }

  /// Returns when the daemon has logged a message.
  func waitFor(_ message: String) throws {
    let lines = try #require(daemonLog)
    let hasCome = lines.wait { lines in
      lines.contains { line in
        let text = String(decoding: line, as: UTF8.self)
        return text.contains("] \(message)") || text.contains(#""message":"\#(message)""#)
      }
    }
    if !hasCome { daemon = nil }
    try #require(hasCome, "the daemon did not say \"\(message)\": \(lines.text)")
  }

  private var serving: [String] {
    let options = configuration.map { ["--config", $0.path] } ?? []
    return ["serve", "--ledger", path, "--socket", socket, "--packs", packs] + options
  }

  /// Gives the daemon a configuration from its next start on, and lets other users of this machine come to its socket.
  func configure(_ yaml: String) throws {
    let file = folder.file("config.yaml")
    try Data(yaml.utf8).write(to: file)
    configuration = file
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.url.path)
  }

  /// What a daemon says that does not start.
  func failedStart() throws -> Program.Result {
    try Program.run(Repository.program, serving)
  }

  /// The daemon's, while it runs.
  var processIdentifier: Int32? { daemon?.processIdentifier }

  /// What the daemon has logged so far.
  var daemonLog: LineFeed? { daemon?.lines }

  /// Calls as somebody else on this machine.
  func curl(as user: UInt32, group: UInt32 = 65_534) -> Curl {
    Curl(socket: socket, as: Curl.User(number: user, group: group))
  }

  /// Ends the daemon as an administrator does.
  func stop(sourceLocation: SourceLocation = #_sourceLocation) {
    let status = daemon?.terminate()
    #expect(status == 0, "exit status after SIGTERM", sourceLocation: sourceLocation)
    daemon = nil
  }

  /// Another ledger with the same files, whose daemon is not started.
  func copy() throws -> LedgerUnderTest { try LedgerUnderTest(copyOf: self) }

  private init(copyOf other: LedgerUnderTest) throws {
    folder = try ScratchFolder()
    packs = other.packs
    verifierKey = other.verifierKey
    try FileManager.default.copyItem(atPath: other.path, toPath: folder.file("ledger").path)
  }

  /// Takes over a ledger that the command has made.
  static func adopting(_ directory: URL, verifierKey: String, packs: String) throws -> LedgerUnderTest {
    try LedgerUnderTest(adopting: directory, verifierKey: verifierKey, packs: packs)
  }

  private init(adopting directory: URL, verifierKey: String, packs: String) throws {
    folder = try ScratchFolder()
    self.packs = packs
    self.verifierKey = verifierKey
    try FileManager.default.moveItem(atPath: directory.path, toPath: folder.file("ledger").path)
  }

  /// Starts the daemon, which may not be able to.
  ///
  /// - Returns: its exit status and what it said, where it has ended by itself.
  func tryToStart() -> (status: Int32?, errors: String) {
    do {
      try launch(tracing: [], options: [])
    } catch {
      return (-1, "\(error)")
    }
    guard let program = daemon else { return (-1, "no program") }
    let isReady = program.lines.wait { lines in
      lines.contains { String(decoding: $0, as: UTF8.self).contains("] ready") }
    }
    if isReady { return (nil, "") }
    daemon = nil
    return (program.waitForExit(), program.lines.text)
  }

  /// Whether the daemon that was started has not ended.
  var isAlive: Bool { daemon?.isRunning ?? false }

  /// Ends the daemon in whatever state the ledger is.
  ///
  /// - Returns: its exit status, also where it had ended by itself.
  @discardableResult func end() -> Int32? {
    defer { daemon = nil }
    return daemon?.terminate()
  }

  /// Ends the daemon as a power failure does.
  func kill() {
    daemon?.kill()
    daemon = nil
  }

  func deleteCache() throws {
    try FileManager.default.removeItem(at: folder.file("ledger/cache"))
  }

  // MARK: Calls

  /// Runs the command on this ledger.
  func command(_ name: String..., arguments: [String] = [], input: Data = Data()) throws -> Program.Result {
    try Program.run(Repository.program, name + ["--ledger", path] + arguments, input: input)
  }

  func get(_ path: String, headers: [String] = []) throws -> Answer {
    try curl.send(path, headers: headers)
  }

  /// `POST /v1/events` with a body of a content type.
  func post(_ body: Data, as contentType: String, headers: [String] = []) throws -> Answer {
    try curl.send("/v1/events", headers: ["Content-Type: \(contentType)"] + headers, body: body)
  }

  func post(_ event: SampleEvent) throws -> Answer {
    try post(event.json, as: ContentType.event)
  }

  func postBatch(_ events: [SampleEvent]) throws -> Answer {
    try post(SampleEvent.batch(events), as: ContentType.batch)
  }

  /// Records an event that must be new.
  @discardableResult
  func record(_ event: SampleEvent, sourceLocation: SourceLocation = #_sourceLocation) throws -> Receipt {
    let answer = try post(event)
    try #require(answer.status == 201, "\(answer.text)", sourceLocation: sourceLocation)
    return try answer.decoded()
  }

  @discardableResult
  func appendSeed() throws -> [Receipt] {
    let answer = try post(Data(contentsOf: Repository.seed), as: ContentType.lines)
    try #require(answer.status == 200, "\(answer.text)")
    return try answer.lines.map { try JSONDecoder().decode(Receipt.self, from: $0) }
  }

  // MARK: What is on the disk

  /// The segments in their order.
  func segments() throws -> [URL] {
    try FileManager.default.contentsOfDirectory(atPath: folder.file("ledger/log").path).sorted()
      .map { folder.file("ledger/log/\($0)") }
  }

  /// The bytes of the whole log.
  func log() throws -> Data {
    try segments().reduce(into: Data()) { try $0.append(Data(contentsOf: $1)) }
  }

  /// The lines of the whole log, without their LF.
  func logLines() throws -> [Data] {
    try log().split(separator: 0x0A).map { Data($0) }
  }

  // MARK: Verification

  func verify(_ arguments: String...) throws -> (status: Int32, report: Verification) {
    let result = try command("verify", "--json", arguments: arguments)
    return (result.status, try JSONDecoder().decode(Verification.self, from: result.output))
  }

  /// The ledger is sound, and every byte of its log has been looked at.
  func expectSound(sourceLocation: SourceLocation = #_sourceLocation) throws {
    let (status, report) = try verify("--documents", "--key", verifierKey)
    #expect(status == 0, sourceLocation: sourceLocation)
    #expect(report.ok, sourceLocation: sourceLocation)
    #expect(report.findings.isEmpty, sourceLocation: sourceLocation)
    #expect(report.keys == [verifierKey], sourceLocation: sourceLocation)
    #expect(report.origin == LedgerUnderTest.origin, sourceLocation: sourceLocation)
    let log = try log()
    #expect(report.bytes == log.count, sourceLocation: sourceLocation)
    #expect(report.records == log.count { $0 == 0x0A }, sourceLocation: sourceLocation)
    #expect(report.signed + report.unsigned == report.records, sourceLocation: sourceLocation)
  }
}

enum ContentType {
  static let event = "application/cloudevents+json"
  static let batch = "application/cloudevents-batch+json"
  static let lines = "application/x-ndjson"
  static let problem = "application/problem+json"
}
