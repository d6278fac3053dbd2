import Foundation
import Synchronization
import Testing
import TransparencyLog

@testable import Witness

/// A witness in a folder of its own, and a log to show it: its leaves are numbers, and a second history of the same
/// log has others from the second leaf on.
final class Scene {
  static let origin = "ledger.example/akten"

  let path: String
  let key: SigningKey
  let logs: [WitnessedLog]
  private let clock: @Sendable () -> UInt64
  private var opened: Witness?

  init(times: [UInt64] = [], further: [WitnessedLog] = []) throws {
    path = FileManager.default.temporaryDirectory.appending(path: "witness-\(UUID().uuidString)").path
    key = try SigningKey.generate(name: Scene.origin)
    logs = [WitnessedLog(origin: Scene.origin, keys: [key.verifierKey])] + further
    let rest = Times(times)
    clock = { rest.next() ?? Witness.now() }
    _ = try Witness.create(at: path, name: "witness.example/w")
    try reopen()
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  var witness: Witness {
    guard let opened else { preconditionFailure("it is closed") }
    return opened
  }

  func close() { opened = nil }

  func reopen() throws {
    close()
    opened = try Witness.open(at: path, logs: logs, clock: clock)
  }

  @discardableResult
  func expect(
    _ status: Int, _ request: [UInt8], sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> WitnessAnswer {
    let answer = try witness.addCheckpoint(request)
    #expect(answer.status == status, "\(answer)", sourceLocation: sourceLocation)
    return answer
  }

  // MARK: The log

  private func node(_ level: Int, _ index: UInt64, _ history: Int) -> Digest {
    guard level > 0 else {
      let leaf = Array("\(index == 0 ? 0 : history)-\(index)".utf8)
      return leaf.withUnsafeBytes { RFC6962.leafHash($0) }
    }
    return RFC6962.nodeHash(node(level - 1, 2 * index, history), node(level - 1, 2 * index + 1, history))
  }

  func root(_ size: UInt64, of history: Int = 0) -> Digest {
    var frontier = Frontier()
    for index in 0..<size { frontier.append(node(0, index, history)) }
    return frontier.root
  }

  func proof(from old: UInt64, to new: UInt64, of history: Int = 0) -> [Digest] {
    ConsistencyProof.make(from: old, to: new) { node($0, $1, history) }
  }

  func checkpoint(size: UInt64, of history: Int = 0) -> Checkpoint {
    Checkpoint(origin: Scene.origin, size: size, root: root(size, of: history))
  }

  func note(size: UInt64, of history: Int = 0) throws -> SignedNote {
    try Scene.note(checkpoint(size: size, of: history), by: key)
  }

  static func note(_ checkpoint: Checkpoint, by key: SigningKey) throws -> SignedNote {
    try SignedNote.sign(checkpoint.text, by: [key])
  }

  func request(old: UInt64, proof: [Digest], note: SignedNote) -> [UInt8] {
    Array(AddCheckpointRequest(old: old, proof: proof, checkpoint: note).encoded.utf8)
  }

  func request(from old: UInt64, to new: UInt64, of history: Int = 0) throws -> [UInt8] {
    request(old: old, proof: proof(from: old, to: new, of: history), note: try note(size: new, of: history))
  }
}

/// A clock that says what it is told, and the last of it for ever; nothing where it is told nothing.
private final class Times: Sendable {
  private let rest: Mutex<[UInt64]>

  init(_ times: [UInt64]) {
    rest = Mutex(times)
  }

  func next() -> UInt64? {
    rest.withLock { $0.count > 1 ? $0.removeFirst() : $0.first }
  }
}
