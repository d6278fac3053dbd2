import Foundation
import FoundationXML
import LogFormat
import Testing
import TransparencyLog

@testable import Audit

@Suite struct BundleTests {
  static let selections: [BundleSelection] = [.all, .subject("anfrage/2022-3"), .range(from: 12, to: 20)]

  @Test("A bundle of a sound ledger is sound", arguments: selections)
  func sound(selection: BundleSelection) throws {
    let bundle = try BundleUnderTest(.aged(), selection)
    let report = try bundle.verify(.init(key: bundle.ledger.key.verifierKey))
    #expect(report.summary == [])
    #expect(report.origin == SampleLedger.origin)
    #expect(report.keys == ["\(bundle.ledger.key.verifierKey)"])
    #expect(report.root == (try bundle.ledger.verify().root))
    #expect(report.checkpoints == 3)
    #expect(report.signed == report.records && report.unsigned == 0)
    #expect(try bundle.verify().summary == [])
  }

  @Test("The whole log is in its bundle, cut at the checkpoint")
  func whole() throws {
    let ledger = try SampleLedger.aged()
    try ledger.seal(size: 33)
    let bundle = try BundleUnderTest(ledger, .all)
    #expect(
      try bundle.names() == [
        "bundle.json", "LIESMICH.html", "verifier.key", "checkpoint", "checkpoints/00000000000000000017",
        "checkpoints/00000000000000000030", "log/00000000000000000000.ndjson", "log/00000000000000000014.ndjson",
        "log/00000000000000000028.ndjson",
      ] + documents())
    let lines = try [0, 14, 28].flatMap {
      try bundle.text("log/" + SampleLedger.segmentName($0)).split(separator: "\n").map(String.init)
    }
    #expect(lines == Array(ledger.lines.prefix(33)))
    #expect(try bundle.verify().records == 33)
    // Unpacked, it is a ledger that can be verified as such.
    #expect(
      try LedgerVerifier(ledger: bundle.url("").path(), options: .init(documents: true)).run().summary == [])
  }

  private func documents() -> [String] {
    [SampleLedger.packFile, SampleLedger.manifest].map { SampleLedger.digest($0).hex }.sorted()
      .map { "documents/sha256/\($0.prefix(2))/\($0.dropFirst(2))" }
  }

  @Test("A selection holds the records asked for and those that are always there, each with a proof that holds")
  func selected() throws {
    let ledger = try SampleLedger.aged()
    for (selection, expected) in [
      (BundleSelection.subject("anfrage/2022-3"), [0, 3, 10, 17, 24, 31, 38]),
      (.range(from: 12, to: 14), [0, 10, 12, 13, 14]), (.range(from: 0, to: 0), [0, 10]),
      (.range(from: 39, to: 39), [0, 10, 39]),
    ] {
      let bundle = try BundleUnderTest(ledger, selection)
      #expect(try bundle.records() == expected.map { ledger.lines[$0] })
      let proofs = expected.map { "proofs/\(SampleLedger.pad($0, 20)).tlog-proof" }
      #expect(
        try bundle.names() == [
          "bundle.json", "LIESMICH.html", "verifier.key", "checkpoint", "checkpoints/00000000000000000017",
          "checkpoints/00000000000000000030", "consistency/00000000000000000017-00000000000000000040",
          "consistency/00000000000000000030-00000000000000000040", "records.ndjson",
        ] + proofs + documents())
      for (sequence, name) in zip(expected, proofs) {
        let proof = try TlogProof(parsing: Array(bundle.text(name).utf8))
        let leaf = RFC6962.leafHash(Array(ledger.lines[sequence].utf8))
        #expect(proof.index == UInt64(sequence))
        #expect(try proof.verify(leaf: leaf, by: ledger.key.verifierKey).size == 40)
      }
    }
  }

  @Test("Proofs hold in trees of every shape", arguments: [1, 2, 3, 4, 5, 7, 8, 9, 31, 33])
  func shapes(size: Int) throws {
    let ledger = try SampleLedger()
    try ledger.seal(size: size)
    for older in 1..<size { try ledger.seal(size: older, as: "checkpoints/" + SampleLedger.pad(older, 20)) }
    let bundle = try BundleUnderTest(ledger, .range(from: 0, to: UInt64(size - 1)))
    let report = try bundle.verify()
    #expect(report.summary == [])
    #expect(report.records == UInt64(size) && report.checkpoints == size)
  }

  @Test("The same ledger gives the same bytes", arguments: selections)
  func deterministic(selection: BundleSelection) throws {
    let ledger = try SampleLedger.aged()
    let (first, second) = (try BundleUnderTest(ledger, selection), try BundleUnderTest(ledger, selection))
    #expect(try Data(contentsOf: URL(filePath: first.path)) == Data(contentsOf: URL(filePath: second.path)))
  }

  @Test("Signatures that witnesses left are in the bundle's checkpoint")
  func cosigned() throws {
    let ledger = try SampleLedger.aged()
    var note = try SignedNote(parsing: Array(ledger.checkpoint(size: 40).utf8))
    let witness = try SigningKey.generate(name: "zeuge.example")
    try note.append(signatureLines: try witness.signatureLine(for: note.text))
    try Data(note.encoded.utf8).write(to: ledger.folder.appending(path: "checkpoints/" + SampleLedger.pad(40, 20)))
    let bundle = try BundleUnderTest(ledger, .range(from: 3, to: 4))
    #expect(try bundle.text("checkpoint") == note.encoded)
    #expect(try bundle.text("proofs/\(SampleLedger.pad(3, 20)).tlog-proof").hasSuffix("\n" + note.encoded))
    #expect(try bundle.verify().summary == [])
    #expect(try BundleUnderTest(ledger, .all).verify().summary == [])
  }

  @Test("A bundle that cannot be proved is not written")
  func refused() throws {
    let ledger = try SampleLedger.aged()
    func refusal(_ selection: BundleSelection = .all) -> BundleError? {
      let path = ledger.folder.appending(path: "paket").path()
      defer { #expect(!FileManager.default.fileExists(atPath: path)) }
      do {
        _ = try BundleWriter(ledger: ledger.path, selection: selection).write(to: path)
      } catch let error as BundleError {
        return error
      } catch {
        Issue.record(error)
      }
      return nil
    }
    #expect(refusal(.subject("anfrage/x")) == .nothingSelected(.subject("anfrage/x"), size: 40))
    #expect(refusal(.range(from: 3, to: 40)) == .nothingSelected(.range(from: 3, to: 40), size: 40))
    #expect(refusal(.range(from: 4, to: 3)) == .nothingSelected(.range(from: 4, to: 3), size: 40))
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: ledger.path).allSatisfy { !$0.hasPrefix(".aktenspur") })

    let sound = try ledger.bytes(segment: 14)
    var altered = sound
    altered[altered.count / 2] ^= 1
    try ledger.set(segment: 14, to: altered)
    guard case .brokenLog = refusal() else {
      Issue.record("an altered log was exported")
      return
    }
    try ledger.set(segment: 14, to: sound)
    try ledger.seal(size: 40, key: .generate(name: SampleLedger.origin))
    guard case .checkpoint(name: "checkpoint", _) = refusal() else {
      Issue.record("a log with a foreign checkpoint was exported")
      return
    }
    try FileManager.default.removeItem(at: ledger.folder.appending(path: "checkpoint"))
    #expect(refusal() == .noCheckpoint)
  }

  @Test("The description is read as it was written, and not otherwise")
  func description() throws {
    let checkpoint = Checkpoint(origin: "a\"b", size: 12, root: RFC6962.emptyRoot)
    for selection in BundleTests.selections + [.subject("a/\"\\ä")] {
      let description = BundleDescription(checkpoint, selection)
      #expect(BundleDescription(json: Array(description.json.utf8)) == description)
    }
    let sound = BundleDescription(checkpoint, .range(from: 1, to: 2)).json
    for (old, new) in [
      ("bundle/1", "bundle/2"), ("\"size\":12", "\"size\":-12"), ("\"from\":1", "\"from\":3"),
      ("\"to\":2", "\"all\":true"),
      ("\"origin\"", "\"Origin\""), ("=\",", "\","), ("{\"format\"", "{\"x\":1,\"format\""),
    ] {
      #expect(BundleDescription(json: Array(sound.replacing(old, with: new).utf8)) == nil, "\(new)")
    }
  }

  @Test("The page is whole, names the log and claims nothing that nobody has checked", arguments: selections)
  func page(selection: BundleSelection) throws {
    let html = try BundleUnderTest(.aged(), selection).text("LIESMICH.html")
    let document = try XMLDocument(
      xmlString: html.replacing("<!DOCTYPE html>", with: "").replacing(/<meta [^>]*>/, with: ""))
    #expect(try document.nodes(forXPath: "/html[@lang='de']/body/main/h1").count == 1)
    #expect(html.contains(SampleLedger.origin))
    // Every table says what it is of and what its cells mean.
    #expect(
      try document.nodes(forXPath: "//table").count == document.nodes(forXPath: "//table[caption][.//th[@scope]]").count
    )
    #expect(try document.nodes(forXPath: "//th[not(@scope)]").isEmpty)
    #expect(!html.contains("qualifiziert"))
  }

  @Test("A subject on the page stays text, also where combining characters follow its brackets and quotes")
  func pageEscapes() throws {
    let subject = "projekt/<\u{338}i>\"\u{338}&\u{338}"
    let ledger = try SampleLedger { entries in
      entries[33].subject = subject.replacing(scalar: "\"", with: "\\\"")
      entries[33].version = 1
    }
    let html = try BundleUnderTest(ledger, .subject(subject)).text("LIESMICH.html")
    #expect(html.utf8.contains("projekt/&lt;\u{338}i&gt;&quot;\u{338}&amp;\u{338}".utf8))
  }
}
