import Foundation
import Testing
import TransparencyLog

@testable import Audit

/// What somebody with access to the files, or even to the signing key, may try.
@Suite struct AttackTests {
  @Test("A removed record is missing, at the place where it should stand", arguments: [1, 7, 14, 20, 27, 33, 38])
  func removed(sequence: Int) throws {
    let ledger = try SampleLedger()
    let segment = ledger.place(of: sequence).segment
    var lines = ledger.segments[[0, 14, 28].firstIndex(of: segment)!]
    lines.remove(at: sequence - segment)
    try ledger.set(segment: segment, lines: lines)
    let place = ledger.place(of: sequence)
    let expected =
      sequence == 27
      ? "missing 27 \(SampleLedger.segmentName(28)):0"
      : "missing \(sequence) \(SampleLedger.segmentName(place.segment)):\(place.offset)"
    #expect(try ledger.verify().summary == [expected])
  }

  @Test("Removed records are missing as a run")
  func removedRun() throws {
    let ledger = try SampleLedger()
    var lines = ledger.segments[1]
    lines.removeSubrange(3...5)
    try ledger.set(segment: 14, lines: lines)
    #expect(try ledger.verify().summary == [ledger.expectation(.missing, 17)])
  }

  @Test("A removed segment is missing")
  func removedSegment() throws {
    let ledger = try SampleLedger()
    try ledger.remove(segment: 14)
    #expect(try ledger.verify().summary == ["missing 14 \(SampleLedger.segmentName(28)):0"])
  }

  @Test("The removed first record is missing, and with it the key")
  func removedFirst() throws {
    let ledger = try SampleLedger()
    try ledger.set(segment: 0, lines: Array(ledger.segments[0].dropFirst()))
    let summary = try ledger.verify().summary
    #expect(summary.contains("missing 0 \(SampleLedger.segmentName(0)):0"))
    #expect(summary.filter { !$0.hasPrefix("signature - ") } == ["missing 0 \(SampleLedger.segmentName(0)):0"])
  }

  @Test("Two swapped neighbours are reordered", arguments: [2, 16, 36])
  func swapped(sequence: Int) throws {
    let ledger = try SampleLedger()
    let start = ledger.place(of: sequence).segment
    var lines = ledger.segments[[0, 14, 28].firstIndex(of: start)!]
    lines.swapAt(sequence - start, sequence - start + 1)
    try ledger.set(segment: start, lines: lines)
    #expect(try ledger.verify().summary == [ledger.expectation(.reordered, sequence + 1, at: sequence)])
  }

  @Test("Two swapped records far apart are both named, and no third")
  func swappedFar() throws {
    let ledger = try SampleLedger()
    var lines = ledger.segments[1]
    lines.swapAt(2, 9)
    try ledger.set(segment: 14, lines: lines)
    let report = try ledger.verify()
    #expect(report.findings.map(\.kind) == [.reordered, .reordered])
    #expect(report.findings.map(\.sequence) == [16, 23])
    #expect(report.findings[1].place == LogPlace(segmentSequence: 14, offset: UInt64(ledger.place(of: 16).offset)))
  }

  @Test(
    "However genuine records are shuffled, none of them is called altered",
    arguments: [[18, 17, 19, 16], [17, 19, 16, 18], [19, 18, 17, 16], [17, 18, 19, 16], [19, 16, 17, 18]])
  func shuffled(order: [Int]) throws {
    let ledger = try SampleLedger()
    var lines = ledger.segments[1]
    lines.replaceSubrange(2..<6, with: order.map { ledger.segments[1][$0 - 14] })
    try ledger.set(segment: 14, lines: lines)
    #expect(Set(try ledger.verify().findings.map(\.kind)) == [.reordered])
  }

  @Test("The last record moved forward is reordered, and the log no shorter", arguments: [1, 2, 5])
  func lastMovedForward(distance: Int) throws {
    let ledger = try SampleLedger()
    var lines = try #require(ledger.segments.last)
    let last = lines.removeLast()
    lines.insert(last, at: lines.count - distance)
    try ledger.set(segment: 28, lines: lines)
    let report = try ledger.verify()
    #expect(report.findings.map(\.kind) == [.reordered])
    #expect(report.findings.map(\.sequence) == [39])
    #expect(report.records == 40)
  }

  @Test("A record moved to a later place is reordered")
  func moved() throws {
    let ledger = try SampleLedger()
    var lines = ledger.segments[1]
    lines.insert(lines.remove(at: 2), at: 9)
    try ledger.set(segment: 14, lines: lines)
    let report = try ledger.verify()
    #expect(report.findings.map(\.kind) == [.reordered])
    #expect(report.findings.map(\.sequence) == [16])
  }

  @Test("A record put in is named; its neighbours are not", arguments: [3, 14, 25, 39])
  func inserted(sequence: Int) throws {
    let ledger = try SampleLedger()
    let start = ledger.place(of: sequence).segment
    let index = [0, 14, 28].firstIndex(of: start)!
    let before = RFC6962.leafHash(Array(ledger.lines[sequence - 1].utf8))
    let forged = SampleLedger.line(
      .init(id: "forged", subject: "anfrage/forged", version: 1, second: sequence), sequence: sequence, previous: before
    )
    var lines = ledger.segments[index]
    lines.insert(forged, at: sequence - start)
    try ledger.set(segment: start, lines: lines)
    #expect(try ledger.verify().summary == [ledger.expectation(.inserted, sequence)])
  }

  @Test("A record written twice, and one copied to a later place, are inserted")
  func copied() throws {
    let ledger = try SampleLedger()
    var lines = ledger.segments[0]
    lines.insert(lines[4], at: 5)
    try ledger.set(segment: 0, lines: lines)
    #expect(try ledger.verify().summary == [ledger.expectation(.inserted, 4, at: 5)])

    lines = ledger.segments[0]
    lines.insert(lines[4], at: 9)
    try ledger.set(segment: 0, lines: lines)
    #expect(try ledger.verify().summary == [ledger.expectation(.inserted, 4, at: 9)])
  }

  @Test("A line of other text put in is inserted", arguments: ["", "x", "{}"])
  func insertedText(text: String) throws {
    let ledger = try SampleLedger()
    var lines = ledger.segments[1]
    lines.insert(text, at: 6)
    try ledger.set(segment: 14, lines: lines)
    #expect(try ledger.verify().summary == [ledger.expectation(.inserted, 20)])
  }

  @Test("A record replaced by another that hangs in the chain is altered", arguments: [6, 20, 39])
  func replaced(sequence: Int) throws {
    let ledger = try SampleLedger()
    let start = ledger.place(of: sequence).segment
    var lines = ledger.segments[[0, 14, 28].firstIndex(of: start)!]
    lines[sequence - start] = SampleLedger.line(
      .init(id: "forged", subject: "anfrage/forged", version: 1, second: sequence), sequence: sequence,
      previous: RFC6962.leafHash(Array(ledger.lines[sequence - 1].utf8)))
    try ledger.set(segment: start, lines: lines)
    #expect(try ledger.verify().summary == [ledger.expectation(.altered, sequence)])
  }

  @Test("Two altered neighbours are both named")
  func neighbours() throws {
    let ledger = try SampleLedger()
    var lines = ledger.segments[1]
    for index in [4, 5] { lines[index] = String(lines[index].dropLast(5)) + "null}" + "}" }
    try ledger.set(segment: 14, lines: lines)
    let report = try ledger.verify()
    #expect(report.findings.map(\.sequence) == [18, 19])
  }

  @Test("A previoushash replaced as a whole is the fault of its own record")
  func foreignPreviousHash() throws {
    for sequence in [5, 39] {
      let ledger = try SampleLedger()
      let start = ledger.place(of: sequence).segment
      let before = RFC6962.leafHash(Array(ledger.lines[sequence - 1].utf8)).hex
      var lines = ledger.segments[[0, 14, 28].firstIndex(of: start)!]
      lines[sequence - start] = lines[sequence - start].replacingOccurrences(of: before, with: Digest.zero.hex)
      try ledger.set(segment: start, lines: lines)
      #expect(try ledger.verify().summary == [ledger.expectation(.altered, sequence)])
    }
  }

  @Test("A log cut behind a record is truncated at the first missing one", arguments: [1, 13, 30, 39])
  func cut(size: Int) throws {
    let ledger = try SampleLedger()
    for (start, segment) in zip([0, 14, 28], ledger.segments) {
      if start >= size {
        try ledger.remove(segment: start)
      } else {
        try ledger.set(segment: start, lines: Array(segment.prefix(size - start)))
      }
    }
    let report = try ledger.verify()
    let last = ledger.place(of: size - 1)
    let offset = last.offset + ledger.lines[size - 1].utf8.count + 1
    #expect(report.summary == ["truncated \(size) \(SampleLedger.segmentName(last.segment)):\(offset)"])
    #expect(report.records == UInt64(size))
  }

  @Test("A log cut in the middle of a record is truncated at that record", arguments: [1, 200])
  func cutInside(count: Int) throws {
    let ledger = try SampleLedger()
    try ledger.set(segment: 28, to: ledger.bytes(segment: 28).dropLast(count))
    #expect(try ledger.verify().summary == [ledger.expectation(.truncated, 39)])
  }

  @Test("A log cut and sealed again with the right key is found by an older checkpoint, and only by that")
  func cutAndResealed() throws {
    let ledger = try SampleLedger()
    let older = ledger.folder.appending(path: "older").path()
    try ledger.seal(size: 40, as: "older")
    try ledger.set(segment: 28, lines: Array(ledger.segments[2].prefix(7)))
    try ledger.seal(size: 35)
    #expect(try ledger.verify().summary == [])
    let report = try ledger.verify(.init(checkpoints: [older]))
    #expect(report.findings.map(\.kind) == [.truncated])
    #expect(report.findings.map(\.sequence) == [35])
  }

  @Test("A log rebuilt and sealed again with the right key is inconsistent with an older checkpoint")
  func rebuilt() throws {
    let ledger = try SampleLedger()
    try ledger.seal(size: 10, as: "before")
    try ledger.seal(size: 30, as: "after")
    let before = ledger.folder.appending(path: "before").path()
    let after = ledger.folder.appending(path: "after").path()
    let forged = try Self.rebuild(ledger, altering: 12)
    try ledger.seal(size: 40, lines: forged)
    #expect(try ledger.verify().summary == [])
    #expect(try ledger.verify(.init(checkpoints: [before])).summary == [])
    let report = try ledger.verify(.init(checkpoints: [before, after]))
    #expect(report.findings.map(\.kind) == [.inconsistent])
    #expect(report.findings.map(\.sequence) == [29])
    #expect(report.findings[0].detail.english.hasSuffix("up to 10 they agree"))
  }

  @Test("A log rebuilt but not sealed again is altered")
  func rebuiltUnsealed() throws {
    let ledger = try SampleLedger()
    _ = try Self.rebuild(ledger, altering: 12)
    #expect(try ledger.verify().findings.map(\.kind) == [.altered])
  }

  /// Writes the whole log anew with another record in it, properly chained.
  static func rebuild(_ ledger: SampleLedger, altering sequence: Int) throws -> [String] {
    var previous = Digest.zero
    var lines: [String] = []
    for (index, line) in ledger.lines.enumerated() {
      let old = index == 0 ? Digest.zero : RFC6962.leafHash(Array(ledger.lines[index - 1].utf8))
      var line = line.replacingOccurrences(of: old.hex, with: previous.hex)
      if index == sequence { line = line.replacingOccurrences(of: "\"offen\":true", with: "\"offen\":false") }
      previous = RFC6962.leafHash(Array(line.utf8))
      lines.append(line)
    }
    for (start, segment) in zip([0, 14, 28], ledger.segments) {
      try ledger.set(segment: start, lines: Array(lines[start..<start + segment.count]))
    }
    return lines
  }

  @Test("A checkpoint by a foreign key is refused, also one of the same name")
  func foreignKey() throws {
    let ledger = try SampleLedger()
    try ledger.seal(size: 40, key: SigningKey.generate(name: SampleLedger.origin))
    #expect(try ledger.verify().summary == ["signature - -"])
  }

  @Test("With a given key the checkpoint must be signed by that key")
  func givenKey() throws {
    let ledger = try SampleLedger()
    #expect(try ledger.verify(.init(key: ledger.key.verifierKey)).isSound)
    let other = try SigningKey.generate(name: SampleLedger.origin).verifierKey
    let report = try ledger.verify(.init(key: other))
    #expect(report.summary == ["signature - -"])
    #expect(report.signed == 0 && report.unsigned == 40)
  }

  @Test("A stripped signature, a missing checkpoint and a checkpoint of another log are never green")
  func checkpointFile() throws {
    let ledger = try SampleLedger()
    let url = ledger.folder.appending(path: "checkpoint")
    let note = try String(contentsOf: url, encoding: .utf8)
    let text = String(note[..<note.range(of: "\n\n")!.lowerBound]) + "\n"
    for stripped in [text, text + "\n", ""] {
      try Data(stripped.utf8).write(to: url)
      #expect(try ledger.verify().summary == ["signature - -"])
    }
    try FileManager.default.removeItem(at: url)
    #expect(try ledger.verify().summary == ["signature - -"])
    #expect(try ledger.verify().signed == 0)

    let foreign = try SigningKey.generate(name: "other.example/log")
    let checkpoint = Checkpoint(origin: "other.example/log", size: 0, root: RFC6962.emptyRoot)
    try Data(checkpoint.signed(by: foreign).encoded.utf8).write(to: url)
    #expect(try ledger.verify().summary == ["signature - -"])
    #expect(
      try ledger.verify(.init(key: foreign.verifierKey)).summary.contains("signature - -"),
      "record 0 names another origin")
  }

  @Test("An empty, a missing and a removed log are never green")
  func empty() throws {
    let ledger = try SampleLedger()
    for start in [14, 28] { try ledger.remove(segment: start) }
    try ledger.set(segment: 0, to: [])
    #expect(!(try ledger.verify().isSound))
    try ledger.remove(segment: 0)
    #expect(try ledger.verify(.init(key: ledger.key.verifierKey)).findings.map(\.kind).contains(.truncated))
    try FileManager.default.removeItem(at: ledger.folder.appending(path: "log"))
    let report = try ledger.verify()
    #expect(report.findings.contains { $0.kind == .truncated && $0.sequence == 0 })

    let fresh = try SampleLedger(count: 0, segmentStarts: [0])
    #expect(try fresh.verify(.init(key: fresh.key.verifierKey)).findings.map(\.kind) == [.truncated])
  }

  @Test("A checkpoint kept in the ledger is compared like any other")
  func keptCheckpoints() throws {
    let ledger = try SampleLedger()
    try ledger.seal(size: 20, as: "checkpoints/20")
    let forged = try Self.rebuild(ledger, altering: 12)
    try ledger.seal(size: 40, lines: forged)
    let report = try ledger.verify()
    #expect(report.findings.map(\.kind) == [.inconsistent])
    #expect(report.findings.map(\.sequence) == [19])
  }

  @Test("A renamed segment is found")
  func renamed() throws {
    let ledger = try SampleLedger()
    try FileManager.default.moveItem(at: ledger.url(segment: 14), to: ledger.url(segment: 15))
    #expect(try ledger.verify().summary == ["altered 14 \(SampleLedger.segmentName(15)):0"])
  }

  @Test("Two segments under each other's names are found")
  func exchanged() throws {
    let ledger = try SampleLedger()
    let (first, second) = (try ledger.bytes(segment: 14), try ledger.bytes(segment: 28))
    try ledger.set(segment: 14, to: second)
    try ledger.set(segment: 28, to: first)
    #expect(try ledger.verify().findings.contains { $0.kind == .reordered })
  }

  @Test("Documents are hashed on request")
  func documents() throws {
    let ledger = try SampleLedger()
    let digest = SHA256.hash("Inhalt").hex
    let folder = ledger.folder.appending(path: "documents/sha256/\(digest.prefix(2))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = folder.appending(path: String(digest.dropFirst(2)))
    try Data("Inhalt".utf8).write(to: file)
    #expect(try ledger.verify(.init(documents: true)).isSound)
    try Data("inhalt".utf8).write(to: file)
    #expect(try ledger.verify().isSound)
    #expect(try ledger.verify(.init(documents: true)).summary == ["document-altered - -"])
  }

  @Test(
    "A forged number, however large, is a finding and nothing worse", arguments: [.max, .max - 1, 1 << 63, 1 << 40])
  func hugeSequence(number: UInt64) throws {
    for length in 1...3 {
      let ledger = try SampleLedger()
      let forged = (0..<length).map { index in
        ledger.lines[39].replacingOccurrences(
          of: "\"sequence\":\"\(SampleLedger.pad(39, 20))",
          with:
            "\"sequence\":\"\(String(String(repeating: "0", count: 20) + String(number &+ UInt64(index))).suffix(20))")
      }
      try ledger.set(segment: 28, lines: ledger.segments[2] + forged)
      #expect(!(try ledger.verify().isSound))
      try ledger.set(segment: 28, lines: forged + ledger.segments[2])
      #expect(!(try ledger.verify().isSound))
    }
  }

  @Test("Whatever is done to the lines, it is found, and the verification ends")
  func anything() throws {
    var generator = SplitMix(seed: 7)
    let ledger = try SampleLedger()
    for round in 0..<300 {
      var lines = ledger.segments[1]
      for _ in 0...generator.next(below: 4) {
        let (from, to) = (generator.next(below: lines.count), generator.next(below: lines.count))
        switch generator.next(below: 6) {
        case 0: lines.remove(at: from)
        case 1: lines.swapAt(from, to)
        case 2: lines.insert(lines[from], at: to)
        case 3: lines.insert(ledger.lines[generator.next(below: 40)], at: to)
        case 4: lines[from] = String(lines[from].dropLast(generator.next(below: 50)))
        default: lines[from] = lines[from].replacingOccurrences(of: "\(generator.next(below: 10))", with: "7")
        }
      }
      try ledger.set(segment: 14, lines: lines)
      #expect(try ledger.verify().isSound == (lines == ledger.segments[1]), "round \(round)")
    }
  }
}
