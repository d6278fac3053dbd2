import Foundation
import Logging
import Threads
import TransparencyLog

/// Signs checkpoints over durable records: at most one a second while records come in, and at once when asked.
///
/// A checkpoint is written to a temporary file, synced, renamed and the directory synced before anybody sees it.
final class Checkpointer: @unchecked Sendable {
  // @unchecked: all variables are only touched under `condition`.

  private static let interval: TimeInterval = 1

  private let directory: LedgerDirectory
  private let key: SigningKey
  private let origin: String
  private let logger: Logger
  /// Called after a checkpoint has become durable.
  private let signed: @Sendable (LogEnd, _ note: String) -> Void

  private let condition = NSCondition()
  private var newest: LogEnd
  private var current: (size: UInt64, note: String)?
  private var signedAt: Double = 0
  private var requests: [CheckedContinuation<Result<String, SystemError>, Never>] = []
  private var isClosing = false
  private var isFinished = false

  init(
    directory: LedgerDirectory, key: SigningKey, end: LogEnd, logger: Logger,
    signed: @escaping @Sendable (LogEnd, _ note: String) -> Void
  ) {
    self.directory = directory
    self.key = key
    origin = key.name
    self.logger = logger
    self.signed = signed
    newest = end
  }

  /// Signs the state at opening, and begins to sign as the log grows. The same checkpoint is not written again: a ledger
  /// can be opened on a full disk.
  func start(after checkpoint: Checkpoint?) throws {
    if let checkpoint, checkpoint.size == newest.position.size, checkpoint.root == newest.frontier.root {
      let note = String(decoding: try SystemCall.contents(of: directory.checkpoint), as: UTF8.self)
      current = (checkpoint.size, note)
      signedAt = try SystemCall.modificationTime(of: directory.checkpoint)
      signed(newest, note)
    } else {
      try sign(newest)
    }
    WorkerThread.start("checkpoint") { [self] in run() }
  }

  /// The log has grown; called on the sequencer's thread, so it only notes it.
  func grown(to end: LogEnd) {
    condition.lock()
    newest = end
    condition.signal()
    condition.unlock()
  }

  /// The newest checkpoint, as it stands in the file.
  var note: String {
    condition.lock()
    defer { condition.unlock() }
    return current?.note ?? ""
  }

  /// How many records the newest checkpoint covers, and when it was signed, in seconds since 1970.
  var newestSigned: (size: UInt64, time: Double) {
    condition.lock()
    defer { condition.unlock() }
    return (current?.size ?? 0, signedAt)
  }

  /// A checkpoint that covers every record durable at the call.
  func renewed() async throws(SystemError) -> String {
    let result: Result<String, SystemError> = await withCheckedContinuation { continuation in
      condition.lock()
      if let current, current.size == newest.position.size {
        condition.unlock()
        continuation.resume(returning: .success(current.note))
        return
      }
      if isFinished {
        condition.unlock()
        continuation.resume(
          returning: .failure(SystemError(call: "sign", path: directory.checkpoint, errno: ESHUTDOWN)))
        return
      }
      requests.append(continuation)
      condition.signal()
      condition.unlock()
    }
    return try result.get()
  }

  /// Signs what has not been signed, and returns when the thread is done.
  func close() {
    condition.lock()
    isClosing = true
    condition.broadcast()
    while !isFinished { condition.wait() }
    condition.unlock()
  }

  private func run() {
    var last = Date()
    condition.lock()
    while true {
      while newest.position.size == current?.size, requests.isEmpty, !isClosing { condition.wait() }
      // Clamped, so that a clock that was set back does not put the next one off.
      let due = min(last, Date()).addingTimeInterval(Checkpointer.interval)
      while requests.isEmpty, !isClosing, condition.wait(until: due) {}
      let end = newest
      let asked = requests
      requests.removeAll()
      let isLast = isClosing
      let isSigned = current?.size == end.position.size
      condition.unlock()

      let result: Result<String, SystemError>
      if isSigned {
        result = .success(note)
      } else {
        do {
          try sign(end)
          result = .success(note)
        } catch let error as SystemError {
          logger.error("the checkpoint could not be written", metadata: ["reason": "\(error)"])
          result = .failure(error)
        } catch {
          logger.error("the checkpoint could not be signed", metadata: ["reason": "\(error)"])
          result = .failure(SystemError(call: "sign", path: directory.checkpoint, errno: EINVAL))
        }
      }
      last = Date()
      for request in asked { request.resume(returning: result) }

      condition.lock()
      if isLast {
        isFinished = true
        let late = requests
        requests.removeAll()
        condition.broadcast()
        condition.unlock()
        for request in late { request.resume(returning: result) }
        return
      }
    }
  }

  private func sign(_ end: LogEnd) throws {
    let checkpoint = Checkpoint(origin: origin, size: end.position.size, root: end.frontier.root)
    let note = try checkpoint.signed(by: key).encoded
    try SystemCall.replace(directory.checkpoint, with: Array(note.utf8))
    signed(end, note)
    condition.lock()
    current = (end.position.size, note)
    signedAt = Date().timeIntervalSince1970
    condition.unlock()
  }
}
