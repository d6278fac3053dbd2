import Foundation
import Synchronization
public import TransparencyLog

/// A witness (C2SP tlog-witness): it remembers of each log the newest checkpoint it has cosigned, and cosigns another one
/// only when that one is proved to continue it. Whoever asks for its cosignature cannot be shown a second history.
///
/// ```swift
/// let key = try Witness.create(at: path, name: "witness.example/kreis")
/// let witness = try Witness.open(at: path, logs: [WitnessedLog(vkey)])
/// let answer = try witness.addCheckpoint(request)
/// ```
///
/// What it remembers is durable before it answers, and looked at and replaced in one step: of two requests at once the
/// second one sees what the first has left.
public final class Witness: Sendable {
  /// What its cosignatures verify with.
  public let key: VerifierKey

  private let directory: WitnessDirectory
  private let signingKey: CosigningKey
  private let logs: [Digest: WitnessedLog]
  private let clock: @Sendable () -> UInt64
  private let lock: DirectoryLock
  /// Held from the look at what is remembered until its successor is durable.
  private let turn = Mutex(())

  // MARK: Setting up

  /// Makes a witness in a directory that is empty or not there yet, and returns its key.
  public static func create(at path: String, name: String) throws -> VerifierKey {
    let key = try CosigningKey.generate(name: name)
    let directory = WitnessDirectory(path)
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
    guard try FileManager.default.contentsOfDirectory(atPath: path).isEmpty else { throw WitnessError.exists(path) }
    try DurableFile.makeDirectory(directory.logs)
    // Without its key there is no witness: a crash leaves none that is half made.
    try DurableFile.replace(directory.key, with: Array((key.encoded + "\n").utf8), mode: 0o600)
    try DurableFile.synchronizeDirectory(path + "/..")
    return key.verifierKey
  }

  /// Opens a witness for these logs. What it remembers of logs that are not named any more stays.
  ///
  /// - Parameter clock: seconds since 1970.
  public static func open(
    at path: String, logs: [WitnessedLog], clock: @escaping @Sendable () -> UInt64 = Witness.now
  ) throws -> Witness {
    let directory = WitnessDirectory(path)
    let key = try directory.signingKey()
    let lock = try DirectoryLock(directory.lock)
    let witness = Witness(
      directory: directory, signingKey: key, logs: try index(logs), clock: clock, lock: lock)
    for log in witness.logs.keys { _ = try witness.memory(of: log) }
    return witness
  }

  private init(
    directory: WitnessDirectory, signingKey: CosigningKey, logs: [Digest: WitnessedLog],
    clock: @escaping @Sendable () -> UInt64, lock: DirectoryLock
  ) {
    key = signingKey.verifierKey
    self.directory = directory
    self.signingKey = signingKey
    self.logs = logs
    self.clock = clock
    self.lock = lock
  }

  /// The logs by what tells them apart; keys named for the same origin are trusted alike.
  private static func index(_ logs: [WitnessedLog]) throws(WitnessError) -> [Digest: WitnessedLog] {
    var index: [Digest: WitnessedLog] = [:]
    for log in logs {
      for key in log.keys where !key.canVerify || key.isWitness {
        throw .configuration("the key \(key) is of a type that this witness cannot trust to sign for a log")
      }
      let known = index[log.identifier]?.keys ?? []
      index[log.identifier] = WitnessedLog(
        origin: log.origin, keys: known + log.keys.filter { !known.contains($0) })
    }
    return index
  }

  /// The clock of the system.
  public static let now: @Sendable () -> UInt64 = { UInt64(max(0, Date().timeIntervalSince1970)) }

  /// The origins of the logs it looks after.
  public var origins: [String] { logs.values.map(\.origin).sorted() }

  // MARK: Answering

  /// Answers a request's body, in the order of the checks in C2SP tlog-witness.
  ///
  /// - Throws: ``WitnessError`` where it could not read or keep what it remembers. Nothing has been cosigned then.
  public func addCheckpoint(_ body: [UInt8]) throws -> WitnessAnswer {
    let request: AddCheckpointRequest
    let checkpoint: Checkpoint
    do {
      request = try AddCheckpointRequest(parsing: body)
      checkpoint = try Checkpoint(foreign: request.checkpoint.text)
    } catch AddCheckpointError.note(let error) {
      // A signature that cannot even be read holds as little as one that does not fit.
      if case .malformedSignatureLine = error { return .untrusted("invalid signature: \(error)") }
      return .malformed("\(error)")
    } catch let error as AddCheckpointError {
      return .malformed("\(error)")
    } catch let error as NoteError {
      return .malformed("\(error)")
    }
    let identifier = SHA256.hash(checkpoint.origin)
    guard let log = logs[identifier] else { return .unknownLog("unknown log: \(checkpoint.origin)") }
    let signers: Set<VerifierKey>
    do {
      signers = try request.checkpoint.verified(by: log.keys)
    } catch {
      return .untrusted("invalid signature: \(error)")
    }
    guard request.old <= checkpoint.size else {
      return .malformed("the old size \(request.old) is above the checkpoint's, \(checkpoint.size)")
    }
    return try turn.withLock { _ in
      let known = try memory(of: identifier)
      if let refusal = known.refusal(of: checkpoint, request) { return refusal }
      // The clock may have been set back; the statement "nothing larger seen by then" must stay true.
      let time = max(clock(), known.timestamp)
      let cosignature = try signingKey.cosignature(of: request.checkpoint.text, at: time)
      // Only what has been verified is passed on to monitors.
      var note = request.checkpoint.keeping { line in signers.contains { $0.claims(line) } }
      try note.append(signatureLines: cosignature.line)
      try DurableFile.replace(directory.state(of: identifier), with: Array(note.encoded.utf8))
      // Only now anybody learns of it. A crash before this leaves a larger size than was answered: the log asks again
      // from there.
      return .cosigned(cosignature.line)
    }
  }

  /// The newest cosigned checkpoint of a log, with the signatures of the log and the witness; nil where there is none.
  ///
  /// - Parameter log: the SHA-256 of the log's origin.
  public func checkpoint(of log: Digest) throws -> String? {
    try memory(of: log).note?.encoded
  }

  // MARK: Remembering

  private func memory(of log: Digest) throws(WitnessError) -> Memory {
    let path = directory.state(of: log)
    let bytes: [UInt8]
    do throws(WitnessError) {
      bytes = try DurableFile.contents(of: path)
    } catch .system("open", _, ENOENT) {
      return Memory()
    }
    do {
      let note = try SignedNote(parsing: bytes)
      let checkpoint = try Checkpoint(foreign: note.text)
      guard SHA256.hash(checkpoint.origin) == log else {
        throw NoteError.originMismatch(expected: "the origin with SHA-256 \(log)", found: checkpoint.origin)
      }
      guard let line = try note.cosignature(by: key) else { throw NoteError.noKnownSignature(expected: [key.name]) }
      return Memory(
        note: note, size: checkpoint.size, root: checkpoint.root, timestamp: try Cosignature(line).timestamp)
    } catch {
      throw .state(path: path, reason: "\(error)")
    }
  }
}
