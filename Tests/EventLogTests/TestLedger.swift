import Audit
import Foundation
import LogFormat
import Logging
import Synchronization
import Testing
import TransparencyLog

@testable import EventLog

/// A clock that is set by hand and moves a millisecond each time it is read.
final class TestClock: Sendable {
  private let now = Mutex(Timestamp(microseconds: 1_672_484_400_000_000))

  func read() -> Timestamp {
    now.withLock { now in
      now.microseconds += 1000
      return now
    }
  }

  func move(seconds: Int64) {
    now.withLock { $0.microseconds += seconds * 1_000_000 }
  }

  func set(_ text: String) {
    guard let time = Timestamp(text) else { preconditionFailure("\(text) is no time") }
    now.withLock { $0 = time }
  }
}

/// A ledger in a folder of its own, opened and closed by the test.
///
/// Event types that begin with `nach.` lead to the state that follows: `nach.offen` to `offen`.
final class TestLedger {
  static let origin = "ledger.example/test"
  static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  let directory: LedgerDirectory
  let key: VerifierKey
  let clock = TestClock()
  var limits = Log.Limits()
  var identity = "test"
  private var opened: Log?

  init() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "eventlog-\(UUID().uuidString)").path
    directory = LedgerDirectory(path)
    key = try Log.create(directory, origin: TestLedger.origin, at: clock.read())
  }

  deinit {
    try? FileManager.default.removeItem(atPath: directory.path)
  }

  static func state(after type: String) -> String? {
    type.hasPrefix("nach.") ? String(type.dropFirst(5)) : nil
  }

  var rules: Log.Rules {
    let clock = clock
    return Log.Rules(identity: identity, stateAfter: { TestLedger.state(after: $0.type) }, clock: { clock.read() })
  }

  // MARK: Opening

  var isOpen: Bool { opened != nil }

  var log: Log {
    guard let opened else { preconditionFailure("open it first") }
    return opened
  }

  @discardableResult
  func open() throws -> Log {
    precondition(opened == nil, "it is open")
    let log = try Log.open(directory, rules: rules, limits: limits, logger: TestLedger.logger)
    opened = log
    return log
  }

  func close() throws {
    try opened?.close()
    opened = nil
  }

  func reopen() throws {
    try close()
    try open()
  }

  /// Why opening is refused; an issue where it is not.
  func refusal() -> LedgerOpenError? {
    do {
      try open()
      Issue.record("the ledger opens")
      try close()
    } catch let error as LedgerOpenError {
      return error
    } catch {
      Issue.record("\(error)")
    }
    return nil
  }

  func damage() -> LedgerOpenError.Damage? {
    if case .damaged(let damage) = refusal() { damage } else { nil }
  }

  // MARK: Appending

  /// Appends one group and returns its receipts.
  @discardableResult
  func append(_ events: PreparedEvent...) async throws -> [Receipt] {
    try await log.append([AppendGroup(events, recordedBy: "dms")])[0].get()
  }

  /// Why a group is refused; an issue where it is not.
  func refusal(of events: PreparedEvent...) async -> AppendError? {
    do {
      _ = try await log.append([AppendGroup(events, recordedBy: "dms")])[0].get()
      Issue.record("the group is recorded")
      return nil
    } catch {
      return error
    }
  }

  /// Appends single events, `count` of them, all in flight at once.
  func fill(_ count: Int, prefix: String = "fill", subjects: Int = 3, bytes: Int = 10) async throws {
    let groups = (0..<count).map { number in
      AppendGroup(
        [
          event(
            "\(prefix)-\(number)", on: "akte/\(prefix)-\(number % subjects)",
            data: "\"\(String(repeating: "x", count: bytes))\"")
        ],
        recordedBy: "dms")
    }
    for result in await log.append(groups) { _ = try result.get() }
  }

  // MARK: Files

  var segments: [String] {
    get throws {
      try FileManager.default.contentsOfDirectory(atPath: directory.log).sorted()
    }
  }

  func path(_ segment: String) -> String { directory.log + "/" + segment }

  var lastSegment: String {
    get throws { try #require(segments.last.map(path)) }
  }

  func bytes(_ path: String) throws -> [UInt8] { try Array(Data(contentsOf: URL(fileURLWithPath: path))) }

  func write(_ bytes: [UInt8], to path: String) throws { try Data(bytes).write(to: URL(fileURLWithPath: path)) }

  func appendToLastSegment(_ text: String) throws {
    let path = try lastSegment
    try write(bytes(path) + Array(text.utf8), to: path)
  }

  /// Every line of the log, without LF.
  var lines: [String] {
    get throws {
      try segments.flatMap {
        try String(decoding: bytes(path($0)), as: UTF8.self).split(separator: "\n").map(String.init)
      }
    }
  }

  var records: [Record] {
    get throws { try lines.map { try Record(line: Array($0.utf8)) } }
  }

  /// A copy of files or folders of the ledger, to be put back later.
  func copy(_ names: String...) throws -> [String: URL] {
    var copies: [String: URL] = [:]
    for name in names where FileManager.default.fileExists(atPath: directory.path + "/" + name) {
      let copy = URL(fileURLWithPath: directory.path + "/copy-\(UUID().uuidString)")
      try FileManager.default.copyItem(at: URL(fileURLWithPath: directory.path + "/" + name), to: copy)
      copies[name] = copy
    }
    return copies
  }

  func putBack(_ copies: [String: URL]) throws {
    for (name, copy) in copies {
      remove(name)
      try FileManager.default.copyItem(at: copy, to: URL(fileURLWithPath: directory.path + "/" + name))
    }
  }

  func remove(_ name: String) {
    try? FileManager.default.removeItem(atPath: directory.path + "/" + name)
  }

  func removeIndex() { remove("cache/index") }

  // MARK: Verification

  func verify() throws -> VerificationReport { try LedgerVerifier(ledger: directory.path).run() }
}

/// Runs a scenario, and verifies the whole ledger at its end: while the log is open, if it is, and after it is closed.
func withLedger(_ scenario: (TestLedger) async throws -> Void) async throws {
  let ledger = try TestLedger()
  try await scenario(ledger)
  if ledger.isOpen {
    try expectSound(ledger)
    try ledger.close()
  }
  try expectSound(ledger)
  let report = try ledger.verify()
  #expect(report.unsigned == 0, "a closed ledger is signed to its end")
}

private func expectSound(_ ledger: TestLedger) throws {
  let report = try ledger.verify()
  #expect(report.isSound, "\(report.text(in: .english))")
  #expect(report.tornBytes == 0)
}

/// Runs a scenario that leaves a ledger that is not sound, which the verification must see as well.
func withDamagedLedger(_ scenario: (TestLedger) async throws -> Void) async throws {
  let ledger = try TestLedger()
  try await scenario(ledger)
  try ledger.close()
  #expect(try !ledger.verify().isSound)
}

/// An event for a group.
struct PreparedEvent {
  var event: Event
  var sent: Event?
  var transition: Transition

  init(_ event: Event, plain: Event? = nil, transition: Transition = Transition()) {
    self.event = event
    sent = plain
    self.transition = transition
  }
}

/// Events that are recorded together or not at all.
struct AppendGroup {
  var events: [PreparedEvent]
  var recordedBy: String

  init(_ events: [PreparedEvent], recordedBy: String) {
    self.events = events
    self.recordedBy = recordedBy
  }
}

extension Log {
  /// Appends groups of one principal.
  func append(_ groups: [AppendGroup]) async -> [Result<[Receipt], AppendError>] {
    var request = AppendRequest(recordedBy: groups.first?.recordedBy ?? "")
    for group in groups {
      for event in group.events { request.add(event.event, sent: event.sent, transition: event.transition) }
      request.closeGroup()
    }
    return await append(request).results
  }
}

/// An event ready to be appended, its state transition as its type says.
func event(
  _ id: String, source: String = "urn:test", type: String = "nach.offen", on subject: String = "akte/1",
  data: String? = nil, expected: UInt64? = nil, by authid: String? = nil, from: [String?]? = nil, second: String? = nil
) -> PreparedEvent {
  let payload = data.map { text in
    guard let document = try? JSONDocument(text) else { preconditionFailure("\(text) is no JSON") }
    return Event.Payload.json(document.root)
  }
  return PreparedEvent(
    Event(
      id: id, source: source, type: type, subject: subject,
      extensions: authid.map { [Extension("authid", .string($0))] } ?? [],
      payload: payload ?? .none, expectedVersion: expected),
    transition: Transition(from: from, to: TestLedger.state(after: type), second: second))
}

extension Record {
  /// The event as it was sent.
  var event: Event {
    Event(
      id: id, source: source, type: type, subject: subject, time: time, extensions: extensions,
      dataContentType: dataContentType, dataSchema: dataSchema, payload: data.map { .json($0) } ?? .none)
  }
}
