import Foundation
import Testing
import TransparencyLog

@testable import Witness

/// The state machine of a witness.
struct WitnessTests {
  @Test("A log that only grows is cosigned, each time from the size cosigned last")
  func growing() throws {
    let scene = try Scene()
    var old: UInt64 = 0
    for size: UInt64 in [1, 2, 5, 5, 8, 100, 1000] {
      let request = try scene.request(from: old, to: size)
      let answer = try scene.witness.addCheckpoint(request)
      guard case .cosigned(let line) = answer else {
        Issue.record("\(size): \(answer)")
        continue
      }
      var note = try scene.note(size: size)
      try note.append(signatureLines: line)
      #expect(try note.cosignature(by: scene.witness.key) != nil)
      #expect(try scene.witness.checkpoint(of: SHA256.hash(Scene.origin)) == note.encoded)
      old = size
    }
  }

  @Test("Each refusal has its status, and nothing is remembered of it")
  func refusals() throws {
    let scene = try Scene()
    try scene.expect(200, scene.request(from: 0, to: 10))
    let before = try scene.witness.checkpoint(of: SHA256.hash(Scene.origin))
    // 400: no request, or a smaller tree than the one it is proved from.
    try scene.expect(400, Array("hello".utf8))
    try scene.expect(400, Array("old 10\n\nledger.example/akten\nten\n\n\n— a AAAAAAA=\n".utf8))
    try scene.expect(400, scene.request(old: 11, proof: [], note: scene.note(size: 10)))
    // 403: nobody trusted has signed.
    let stranger = try Scene.note(scene.checkpoint(size: 12), by: SigningKey.generate(name: Scene.origin))
    try scene.expect(403, scene.request(old: 10, proof: scene.proof(from: 10, to: 12), note: stranger))
    var forged = try scene.note(size: 12)
    let line = try #require(try scene.note(size: 13).signatures.first)
    try forged.append(signatureLines: line.line)
    try scene.expect(403, scene.request(old: 10, proof: scene.proof(from: 10, to: 12), note: forged))
    // 404: another log.
    let other = try SigningKey.generate(name: "ledger.example/andere")
    let foreign = try Checkpoint(origin: other.name, size: 12, root: scene.root(12)).signed(by: other)
    try scene.expect(404, scene.request(old: 0, proof: [], note: foreign))
    // 409: from another size, whether smaller or larger.
    for old: UInt64 in [0, 9, 11] {
      let answer = try scene.expect(409, scene.request(from: old, to: 12))
      #expect(answer.body == "10\n")
      #expect(answer.contentType == "text/x.tlog.size")
    }
    // 422: not the tree that was there, or no proof of it.
    try scene.expect(422, scene.request(old: 10, proof: [], note: scene.note(size: 12)))
    try scene.expect(422, scene.request(old: 10, proof: scene.proof(from: 9, to: 12), note: scene.note(size: 12)))
    try scene.expect(422, scene.request(old: 10, proof: [], note: scene.note(size: 10, of: 1)))
    let proof = scene.proof(from: 10, to: 12)
    try scene.expect(422, scene.request(old: 10, proof: proof, note: scene.note(size: 12, of: 1)))
    #expect(try scene.witness.checkpoint(of: SHA256.hash(Scene.origin)) == before)
  }

  @Test("An empty log is cosigned with the root of the empty tree alone, and no proof starts at nothing")
  func empty() throws {
    let scene = try Scene()
    try scene.expect(422, scene.request(old: 0, proof: scene.proof(from: 1, to: 3), note: scene.note(size: 3)))
    let wrong = Checkpoint(origin: Scene.origin, size: 0, root: .zero)
    try scene.expect(422, scene.request(old: 0, proof: [], note: Scene.note(wrong, by: scene.key)))
    try scene.expect(200, scene.request(old: 0, proof: [], note: scene.note(size: 0)))
    try scene.expect(200, scene.request(from: 0, to: 3))
  }

  @Test("What is remembered outlives the process; a second one is not let in meanwhile")
  func reopened() throws {
    let scene = try Scene()
    try scene.expect(200, scene.request(from: 0, to: 7))
    #expect(throws: WitnessError.busy(scene.path + "/lock")) {
      try Witness.open(at: scene.path, logs: scene.logs)
    }
    try scene.reopen()
    let answer = try scene.expect(409, scene.request(from: 0, to: 8))
    #expect(answer.body == "7\n")
    try scene.expect(200, scene.request(from: 7, to: 8))
  }

  @Test(
    "A witness whose memory is damaged does not open",
    arguments: ["", "nonsense", "forged", "other log", "stripped"])
  func damaged(_ how: String) throws {
    let scene = try Scene()
    try scene.expect(200, scene.request(from: 0, to: 7))
    let file = URL(filePath: scene.path + "/logs/" + SHA256.hash(Scene.origin).hex)
    let text = try String(contentsOf: file, encoding: .utf8)
    let damaged =
      switch how {
      case "forged": text.replacing("\n7\n", with: "\n1\n")
      case "other log": text.replacing(Scene.origin, with: "ledger.example/andere")
      case "stripped": String(text[..<(try #require(text.range(of: "— witness"))).lowerBound])
      default: how
      }
    scene.close()
    try Data(damaged.utf8).write(to: file)
    let error = #expect(throws: WitnessError.self) { try Witness.open(at: scene.path, logs: scene.logs) }
    guard case .state(file.path, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("A lock that is let go is free, even while a process being started shares its descriptor")
  func sharedDescriptor() throws {
    let scene = try Scene()
    scene.close()
    var lock: DirectoryLock? = try DirectoryLock(scene.path + "/lock")
    let shared = dup(try #require(lock).descriptor)
    defer { close(shared) }
    lock = nil
    try scene.reopen()
    try scene.expect(200, scene.request(from: 0, to: 7))
  }

  @Test("A crash while writing leaves what was there")
  func torn() throws {
    let scene = try Scene()
    try scene.expect(200, scene.request(from: 0, to: 7))
    let file = scene.path + "/logs/" + SHA256.hash(Scene.origin).hex
    try Data("ledger.exam".utf8).write(to: URL(filePath: file + ".new"))
    try scene.reopen()
    try scene.expect(200, scene.request(from: 7, to: 9))
    #expect(!FileManager.default.fileExists(atPath: file + ".new"))
  }

  @Test("An answer that is lost on its way is asked for again, from the size that was kept")
  func lostAnswer() throws {
    let scene = try Scene(times: [1_700_000_000, 1_700_000_100])
    try scene.expect(200, scene.request(from: 0, to: 7))
    // The process ends when the checkpoint is durable, and before anybody has heard of it.
    try scene.reopen()
    #expect(try scene.expect(409, scene.request(from: 0, to: 7)).body == "7\n")
    let answer = try scene.expect(200, scene.request(from: 7, to: 7))
    var note = try scene.note(size: 7)
    try note.append(signatureLines: answer.body)
    #expect(try note.cosignature(by: scene.witness.key).map { try Cosignature($0).timestamp } == 1_700_000_100)
    try scene.expect(422, scene.request(old: 7, proof: [], note: scene.note(size: 7, of: 1)))
  }

  @Test("Replayed requests, and those proved from older sizes, move nothing back")
  func replays() throws {
    let scene = try Scene()
    let requests = try [(0, 7), (7, 9), (9, 40)].map { try scene.request(from: $0, to: $1) }
    for request in requests { try scene.expect(200, request) }
    for request in requests { #expect(try scene.expect(409, request).body == "40\n") }
    // A proof that holds, from a size it has left behind, or one to a smaller tree.
    try scene.expect(409, scene.request(from: 9, to: 50))
    try scene.expect(400, scene.request(old: 40, proof: scene.proof(from: 9, to: 40), note: scene.note(size: 9)))
    try scene.expect(200, scene.request(from: 40, to: 50))
  }

  @Test("A log's key signs for its own log only")
  func otherOrigin() throws {
    let other = try SigningKey.generate(name: "ledger.example/andere")
    let scene = try Scene(further: [WitnessedLog(origin: other.name, keys: [other.verifierKey])])
    let mine = scene.checkpoint(size: 5)
    try scene.expect(403, scene.request(old: 0, proof: [], note: Scene.note(mine, by: other)))
    let theirs = Checkpoint(origin: other.name, size: 5, root: mine.root)
    try scene.expect(403, scene.request(old: 0, proof: [], note: Scene.note(theirs, by: scene.key)))
    let nobodys = Checkpoint(origin: "ledger.example", size: 5, root: mine.root)
    try scene.expect(404, scene.request(old: 0, proof: [], note: Scene.note(nobodys, by: scene.key)))
    // Each has a memory of its own.
    try scene.expect(200, scene.request(old: 0, proof: [], note: Scene.note(theirs, by: other)))
    try scene.expect(200, scene.request(from: 0, to: 3))
  }

  @Test("Nothing is cosigned that could not be kept")
  func diskFails() throws {
    let scene = try Scene()
    try scene.expect(200, scene.request(from: 0, to: 7))
    let logs = scene.path + "/logs"
    // A directory in the way of the temporary file: writing fails as it would on a broken disk.
    let place = logs + "/" + SHA256.hash(Scene.origin).hex + ".new"
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
    #expect(throws: WitnessError.self) { try scene.witness.addCheckpoint(scene.request(from: 7, to: 9)) }
    try FileManager.default.removeItem(atPath: place)
    #expect(try scene.expect(409, scene.request(from: 9, to: 9)).body == "7\n")
  }

  @Test("Of many at once from the same size, only those are cosigned that continue one history")
  func race() async throws {
    let scene = try Scene()
    try scene.expect(200, scene.request(from: 0, to: 1))
    let witness = scene.witness
    let requests = try (2...40).map { try scene.request(from: 1, to: UInt64($0), of: $0 % 2) }
    let answers = try await withThrowingTaskGroup(of: WitnessAnswer.self) { group in
      for request in requests { group.addTask { try witness.addCheckpoint(request) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(answers.count { $0.status == 200 } == 1)
    #expect(answers.allSatisfy { $0.status == 200 || $0.status == 409 })
  }

  @Test("The time of a cosignature does not run backwards with the clock")
  func clock() throws {
    let scene = try Scene(times: [1_700_000_000, 1_600_000_000, 1_800_000_000])
    var times: [UInt64] = []
    for size: UInt64 in 1...3 {
      let answer = try scene.witness.addCheckpoint(scene.request(from: size - 1, to: size))
      guard case .cosigned(let line) = answer else { continue }
      times.append(try Cosignature(SignedNote.Signature.parse(line)[0]).timestamp)
    }
    #expect(times == [1_700_000_000, 1_700_000_000, 1_800_000_000])
  }

  @Test("Several keys of one log are trusted alike; what others signed is not passed on")
  func keys() throws {
    let second = try SigningKey.generate(name: Scene.origin)
    let scene = try Scene(further: [WitnessedLog(origin: Scene.origin, keys: [second.verifierKey])])
    let note = try Scene.note(scene.checkpoint(size: 4), by: second)
    var mixed = note
    try mixed.append(
      signatureLines: SigningKey.generate(name: "stranger").signatureLine(for: note.text))
    try scene.expect(200, scene.request(old: 0, proof: [], note: mixed))
    let newest = try #require(try scene.witness.checkpoint(of: SHA256.hash(Scene.origin)))
    let stored = try SignedNote(parsing: Array(newest.utf8))
    #expect(stored.signatures.map(\.name) == [Scene.origin, "witness.example/w"])
    try scene.expect(200, scene.request(from: 4, to: 6))
  }

  @Test("A witness is made once, its key is nobody else's to read, and it is opened only where it is")
  func creation() throws {
    let scene = try Scene()
    #expect(throws: WitnessError.exists(scene.path)) { try Witness.create(at: scene.path, name: "witness.example/w") }
    let mode = try FileManager.default.attributesOfItem(atPath: scene.path + "/witness.key")[.posixPermissions]
    #expect(mode as? Int == 0o600)
    scene.close()
    chmod(scene.path + "/witness.key", 0o640)
    #expect(throws: WitnessError.self) { try Witness.open(at: scene.path, logs: scene.logs) }
    #expect(throws: WitnessError.noWitness("/nowhere")) { try Witness.open(at: "/nowhere", logs: scene.logs) }
    chmod(scene.path + "/witness.key", 0o600)
    let other = try CosigningKey.generate(name: "w").verifierKey
    #expect(throws: WitnessError.self) {
      try Witness.open(at: scene.path, logs: [WitnessedLog(origin: "w", keys: [other])])
    }
  }

  @Test("A log is named by its vkey, or by its origin and the vkey")
  func names() throws {
    let key = try SigningKey.generate(name: "sum.example").verifierKey
    #expect(try WitnessedLog("\(key)") == WitnessedLog(origin: "sum.example", keys: [key]))
    #expect(
      try WitnessedLog("go.sum database tree \(key)") == WitnessedLog(origin: "go.sum database tree", keys: [key]))
    #expect(throws: NoteError.self) { try WitnessedLog("go.sum database tree") }
  }
}
