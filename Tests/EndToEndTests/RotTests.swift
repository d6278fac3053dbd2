import Foundation
import Testing

/// Every file of a ledger, damaged in every way that disks and people have: no crash, no wrong answer, no truth repaired
/// in silence.
///
/// The directory is listed, so a new kind of file is covered by itself. A seeded sample of the cases runs here;
/// `AKTENSPUR_TEST_ROT=all` runs them all.
@Suite(.serialized) struct RotTests {
  enum Damage: String, CaseIterable {
    case flippedFirst, flippedMiddle, flippedLast, deleted, emptied, truncated, swapped, folder

    /// - Returns: whether there was anything to damage.
    func make(of path: String, in files: [String]) throws -> Bool {
      let manager = FileManager.default
      let old = try Data(contentsOf: URL(filePath: path))
      switch self {
      case .flippedFirst, .flippedMiddle, .flippedLast:
        guard !old.isEmpty else { return false }
        let place = self == .flippedFirst ? 0 : self == .flippedMiddle ? old.count / 2 : old.count - 1
        var data = old
        data[place] ^= 0x04
        try overwrite(path, data)
      case .deleted: try manager.removeItem(atPath: path)
      case .emptied:
        guard !old.isEmpty else { return false }
        try overwrite(path, Data())
      case .truncated:
        guard old.count > 1 else { return false }
        try overwrite(path, old.prefix(old.count / 2))
      case .swapped:
        let kind = URL(filePath: path).pathExtension
        let other = try files.first {
          try $0 != path && URL(filePath: $0).pathExtension == kind && Data(contentsOf: URL(filePath: $0)) != old
        }
        guard let other else { return false }
        let data = try Data(contentsOf: URL(filePath: other))
        try overwrite(path, data)
        try overwrite(other, old)
      case .folder:
        try manager.removeItem(atPath: path)
        try manager.createDirectory(atPath: path, withIntermediateDirectories: false)
      }
      return true
    }

    /// In place, as a disk does it: the file stays the same one.
    private func overwrite(_ path: String, _ data: Data) throws {
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
      let handle = try FileHandle(forWritingTo: URL(filePath: path))
      try handle.truncate(atOffset: 0)
      try handle.write(contentsOf: data)
      try handle.close()
    }
  }

  /// What the ledger says of its log, by question.
  private static let questions =
    ["/v1/events", "/v1/events?subject=projekt/A7", "/v1/events/0", "/v1/events/7", "/v1/events/99"]
    + ["/v1/subjects/projekt/A7", "/v1/subjects/ledger", "/v1/events/7/proof", "/v1/consistency?from=50&to=100"]

  /// Answers that are not errors.
  private func answers(_ ledger: LedgerUnderTest) -> [String: Data] {
    var answers: [String: Data] = [:]
    for question in Self.questions {
      guard let answer = try? ledger.get(question), answer.status == 200, answer.isWhole else { continue }
      answers[question] = answer.body
    }
    return answers
  }

  private func files(under path: String) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: path).sorted().filter { name in
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: "\(path)/\(name)", isDirectory: &isFolder) && !isFolder.boolValue
    }
  }

  private static func isTruth(_ name: String) -> Bool {
    ["log/", "checkpoint", "documents/", "keys/", "ledger.json"].contains { name.hasPrefix($0) }
  }

  /// Proofs are made for the newest checkpoint, which a start may renew; records and versions stay.
  private func check(
    _ found: [String: Data], against sound: [String: Data], _ name: String, _ damage: Damage,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for (question, answer) in found where !question.contains("proof") && question != "/v1/subjects/ledger" {
      let expected = sound[question]
      // Records of the ledger's own may have come behind what was there.
      let isRight = answer == expected || question == "/v1/events" && expected.map { answer.starts(with: $0) } == true
      #expect(isRight, "\(damage) \(name): \(question) has another answer", sourceLocation: sourceLocation)
    }
  }

  private func cases(of names: [String]) -> [(String, Damage)] {
    let all = names.flatMap { name in Damage.allCases.map { (name, $0) } }
    guard ProcessInfo.processInfo.environment["AKTENSPUR_TEST_ROT"] != "all" else { return all }
    var generator = SeededGenerator(seed: 20_261_124)
    // Of every kind of file one, and of the log itself more.
    var taken: [String: Int] = [:]
    return all.shuffled(using: &generator).filter { name, _ in
      let kind = name.split(separator: "/").first.map(String.init) ?? name
      taken[kind, default: 0] += 1
      return taken[kind, default: 0] <= (kind == "log" ? 4 : 1)
    }
  }

  @Test func damageWhileTheDaemonIsDownIsAnErrorOrHarmless() throws {
    let original = try LedgerUnderTest.new()
    try original.start()
    try original.appendSeed()
    try fileAndSeal(original)
    let sound = answers(original)
    #expect(sound.count == Self.questions.count)
    #expect(try original.get("/v1/figures").status == 200)
    original.stop()
    for (name, damage) in cases(of: try files(under: original.path)) {
      let ledger = try original.copy()
      let names = try files(under: ledger.path)
      guard try damage.make(of: "\(ledger.path)/\(name)", in: names.map { "\(ledger.path)/\($0)" }) else { continue }
      let damaged = try truth(ledger)
      let (status, errors) = ledger.tryToStart()
      if let status {
        #expect([1, 73, 74].contains(status), "\(damage) \(name): exit status \(status)")
        #expect(!errors.isEmpty)
      } else {
        check(answers(ledger), against: sound, name, damage)
        _ = try ledger.get("/v1/figures")
        #expect(ledger.isAlive, "\(damage) \(name): the daemon has ended")
        ledger.end()
      }
      if Self.isTruth(name) {
        let now = try truth(ledger)
        for (file, content) in damaged where file != "checkpoint" && !file.hasPrefix("log/") {
          #expect(now[file] == content, "\(damage) \(name): \(file) was changed")
        }
        for (file, content) in damaged where file.hasPrefix("log/") {
          // At the end of the log what is not whole is cut off, and that is recorded.
          let isKept = now[file]?.starts(with: content) == true
          let isCut = now.values.contains { $0.contains("wiederhergestellt") }
          #expect(isKept || isCut, "\(damage) \(name): \(file) was changed in silence")
        }
      }
      let doctor = try ledger.command("doctor")
      #expect([0, 1, 74].contains(doctor.status), "\(damage) \(name): doctor \(doctor.status) \(doctor.errors)")
      #expect(!(doctor.text + doctor.errors).isEmpty)
    }
  }

  @Test func damageUnderARunningDaemonIsAnErrorOrHarmless() throws {
    let original = try LedgerUnderTest.new()
    try original.start()
    try original.appendSeed()
    try fileAndSeal(original)
    let sound = answers(original)
    original.stop()
    for (name, damage) in cases(of: try files(under: original.path)) {
      let ledger = try original.copy()
      try ledger.start()
      let names = try files(under: ledger.path).filter { !$0.hasPrefix("run/") && $0 != "lock" }
      guard names.contains(name),
        try damage.make(of: "\(ledger.path)/\(name)", in: names.map { "\(ledger.path)/\($0)" })
      else {
        ledger.end()
        continue
      }
      check(answers(ledger), against: sound, name, damage)
      // A repeated event has its receipt, or it cannot be told; it is not recorded again.
      if let again = try? ledger.post(.project("A7", id: "of-nobody")) {
        #expect([201, 503, 507].contains(again.status), "\(damage) \(name): \(again.status)")
        #expect(ledger.isAlive, "\(damage) \(name): the daemon has ended")
        ledger.end()
      } else {
        // What is mapped into memory and cut short is gone for this process.
        let log = ledger.daemonLog
        #expect(ledger.end() == 74, "\(damage) \(name)")
        #expect(log?.text.contains("became shorter") == true, "\(damage) \(name)")
        try ledger.start()
        check(answers(ledger), against: sound, name, damage)
        ledger.end()
      }
    }
  }

  private static let content = Data("Bescheid über die Zulassung eines Dienstrades.\n".utf8)
  private static let author = "Wilhelmine Unverwechselbar"

  /// A content and a key of a person, so that there are files of these kinds.
  @discardableResult
  private func fileAndSeal(_ ledger: LedgerUnderTest) throws -> (content: SampleContent, record: Receipt) {
    let content = try SampleContent(Self.content, in: ledger.folder)
    #expect(try ledger.put(content).status == 201)
    let event = SampleEvent(
      id: "sealed", type: "de.aktenspur.dokument.angelegt", subject: "dokument/rot",
      data: #"{"titel":"Vermerk","verfasser":"\#(Self.author)"}"#)
    return (content, try ledger.record(event))
  }

  @Test func damagedContentsAndKeysGiveAnErrorOrTheRightAnswer() throws {
    let original = try LedgerUnderTest.new()
    try original.start()
    let (content, sealed) = try fileAndSeal(original)
    original.stop()
    let names = try files(under: original.path)
    let place = "documents/sha256/\(content.digest.prefix(2))/\(content.digest.dropFirst(2))"
    for name in [place] + names.filter({ $0.hasPrefix("keys/personen/") }) {
      for damage in Damage.allCases {
        let ledger = try original.copy()
        guard try damage.make(of: "\(ledger.path)/\(name)", in: names.map { "\(ledger.path)/\($0)" }) else { continue }
        let (status, errors) = ledger.tryToStart()
        if status != nil {
          #expect(!errors.isEmpty, "\(damage) \(name)")
          continue
        }
        let read = try ledger.read(content)
        #expect(
          read.status != 200 || !read.isWhole || read.body == Self.content, "\(damage) \(name): \(read.status)")
        if name == place { #expect(read.body != Self.content || damage == .swapped, "\(damage) \(name)") }
        let clear = try ledger.get("/v1/events/\(sealed.sequence)?unseal=1")
        #expect(
          clear.status != 200 || clear.text.contains(Self.author) || clear.text.contains("sealed"),
          "\(damage) \(name): \(clear.text)")
        let again = try ledger.put(content)
        #expect(again.status != 201 || name == place, "\(damage) \(name): \(again.status)")
        #expect(ledger.isAlive, "\(damage) \(name): the daemon has ended")
        ledger.end()
        if name == place, damage != .swapped, again.status >= 400 {
          #expect(try ledger.verify("--documents").status != 0, "\(damage) \(name)")
        }
      }
    }
  }

  /// The files of truth with their contents.
  private func truth(_ ledger: LedgerUnderTest) throws -> [String: Data] {
    var contents: [String: Data] = [:]
    for name in try files(under: ledger.path) where Self.isTruth(name) {
      contents[name] = try Data(contentsOf: URL(filePath: "\(ledger.path)/\(name)"))
    }
    return contents
  }

  @Test func mappedFileThatWasCutShortEndsTheDaemonWithAMessageAndLosesNothing() throws {
    try LedgerUnderTest.damage(seeded: true) { ledger in
      try ledger.start()
      try ledger.record(.project("A8", id: "before"))
      let shared = try FileHandle(forWritingTo: URL(filePath: "\(ledger.path)/run/durable"))
      try shared.truncate(atOffset: 0)
      try shared.close()
      _ = answers(ledger)
      _ = try? ledger.post(.project("A8", id: "meanwhile"))
      let log = ledger.daemonLog
      #expect(ledger.end() == 74)
      #expect(log?.text.contains("became shorter") == true)
      try ledger.start()
      #expect(try [200, 201].contains(ledger.post(.project("A8", id: "before")).status))
      let records = try ledger.logLines().count { String(decoding: $0, as: UTF8.self).contains(#""id":"before""#) }
      #expect(records == 1)
      ledger.end()
    }
  }

  @Test func alteredRecordIsNotHandedOut() throws {
    try LedgerUnderTest.damage(seeded: true) { ledger in
      try ledger.start()
      let segment = try #require(try ledger.segments().first)
      var data = try Data(contentsOf: segment)
      let place = try #require(
        data.firstRange(of: Data("Modellprojekt".utf8)) ?? data.firstRange(of: Data("titel".utf8)))
      let sequence = data[..<place.lowerBound].count { $0 == 0x0A }
      data[place.lowerBound] ^= 0x01
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: segment.path)
      let handle = try FileHandle(forWritingTo: segment)
      try handle.write(contentsOf: data)
      try handle.close()
      let answer = try ledger.get("/v1/events/\(sequence)")
      #expect(answer.status == 500)
      #expect(answer.text.contains("urn:aktenspur:problem:damaged"))
      #expect(answer.text.contains("verify"))
      #expect(try ledger.get("/v1/events/\(sequence + 2)").status == 200)
      ledger.end()
    }
  }
}

/// The same numbers each time (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
