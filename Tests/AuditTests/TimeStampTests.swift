import Foundation
import LogFormat
import Testing
import TimeStamps
import TransparencyLog

@testable import Audit

/// What the log says that time stamp authorities have confirmed, and how these time stamps were renewed.
@Suite struct TimeStampTests {
  private static let size = 20
  /// The records of the anchors, one behind the other.
  private static let firstAnchor = 25

  let key: SigningKey
  let authority: StampingAuthority

  init() throws {
    key = try SigningKey.generate(name: SampleLedger.origin)
    authority = try StampingAuthority()
  }

  // MARK: What is stamped

  /// The data objects of the first time stamp: the checkpoint of the first 20 records, and these. None names a document.
  private func objects() throws -> [[UInt8]] {
    let ledger = try SampleLedger(key: key)
    let note = try ledger.checkpoint(size: Self.size)
    let text = try SignedNote(parsing: Array(note.utf8)).text
    return ([text] + ledger.lines.prefix(Self.size)).map { Array($0.utf8) }
  }

  /// A time stamp as its anchor has it.
  private struct Stamp {
    var answer: [UInt8]
    var renewed: Int?
    /// Members that say something else.
    var changes: [String: String] = [:]

    var token: TimeStampToken {
      get throws { try #require(try TimeStampResponse(der: answer).token) }
    }
  }

  private func stamp(_ imprint: Imprint, renewing renewed: Int? = nil) throws -> Stamp {
    Stamp(answer: try authority.answer(for: imprint), renewed: renewed)
  }

  private func firstStamp() throws -> Stamp {
    try stamp(EvidenceTree(.sha256, leaves: objects().map { Imprint(of: $0) }).root)
  }

  private func timeStampRenewal(of old: Stamp, at renewed: Int, _ algorithm: HashAlgorithm = .sha256) throws -> Stamp {
    try stamp(Imprint(of: old.token.bytes, algorithm), renewing: renewed)
  }

  /// The evidence record of each object, made link by link with the hashes of each.
  private func records(_ stamps: [Stamp], of objects: [[UInt8]]) throws -> [EvidenceRecord] {
    let tree = try EvidenceTree(.sha256, leaves: objects.map { Imprint(of: $0) })
    var records = try objects.map {
      EvidenceRecord(try ArchiveTimeStamp(stamps[0].token, over: tree, for: Imprint(of: $0)))
    }
    for stamp in stamps.dropFirst() {
      let token = try stamp.token
      let algorithm = token.imprint.algorithm
      if algorithm == records[0].renewalImprint.algorithm {
        for place in records.indices { try records[place].renew(with: ArchiveTimeStamp(token)) }
      } else {
        let leaves = leaves(of: objects, records, algorithm)
        let tree = try EvidenceTree(algorithm, leaves: leaves)
        for place in records.indices {
          try records[place].renewHashTree(
            with: ArchiveTimeStamp(token, over: tree, for: leaves[place]), for: Imprint(of: objects[place], algorithm))
        }
      }
    }
    return records
  }

  private func leaves(
    of objects: [[UInt8]], _ records: [EvidenceRecord], _ algorithm: HashAlgorithm
  ) -> [Imprint] {
    zip(objects, records).map { $1.hashTreeRenewalImprint(for: Imprint(of: $0, algorithm)) }
  }

  private func hashTreeRenewal(
    of stamps: [Stamp], at renewed: Int, _ algorithm: HashAlgorithm, over objects: [[UInt8]]? = nil
  ) throws -> Stamp {
    let all = try self.objects()
    let covered = objects ?? all
    let records = try records(stamps, of: all)
    let tree = try EvidenceTree(algorithm, leaves: leaves(of: covered, Array(records.prefix(covered.count)), algorithm))
    return try stamp(tree.root, renewing: renewed)
  }

  // MARK: The ledger

  /// A ledger whose records from 25 on are anchors; it is recorded when they were given.
  private func ledger(_ stamps: [Stamp]) throws -> SampleLedger {
    let certificates = try authority.certificates
    let checkpoint = try Checkpoint(text: String(decoding: objects()[0], as: UTF8.self))
    var data: [String] = []
    for stamp in stamps {
      let token = try stamp.token
      var members: [(String, String)] = [
        ("art", #""zeitstempel""#), ("size", "\(checkpoint.size)"), ("root", #""\#(checkpoint.root.base64)""#),
        ("von", "0"), ("baumwurzel", #""\#(token.imprint.hex)""#),
        ("algorithmus", #""\#(token.imprint.algorithm.rawValue)""#),
        ("antwort", #""sha256:\#(SHA256.hash(stamp.answer))""#),
        ("vertrauensanker", #""sha256:\#(SHA256.hash(certificates))""#), ("zeit", #""\#(token.generationTime)""#),
        ("richtlinie", #""\#(token.policy)""#), ("seriennummer", #""\#(token.serialNumber)""#),
      ]
      if let renewed = stamp.renewed { members.append(("erneuert", "\(renewed)")) }
      data.append(
        "{" + members.map { #""\#($0)":\#(stamp.changes[$0] ?? $1)"# }.joined(separator: ",") + "}")
    }
    let ledger = try SampleLedger(key: key) { entries in
      for (place, text) in data.enumerated() {
        entries[Self.firstAnchor + place].type = "de.aktenspur.ledger.verankert"
        entries[Self.firstAnchor + place].data = text
      }
    }
    for content in [certificates] + stamps.map(\.answer) { try put(content, in: ledger) }
    return ledger
  }

  private func document(_ digest: Digest, in ledger: SampleLedger) -> URL {
    ledger.folder.appending(path: "documents/sha256/\(digest.hex.prefix(2))/\(digest.hex.dropFirst(2))")
  }

  private func put(_ content: [UInt8], in ledger: SampleLedger) throws {
    let url = document(SHA256.hash(content), in: ledger)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(content).write(to: url)
  }

  /// The findings, but for that every one of these records was written years before its time stamp was given.
  private func findings(_ ledger: SampleLedger) throws -> [String] {
    try ledger.verify().summary.filter { !$0.hasPrefix("time ") }
  }

  private func expectation(_ place: Int, in ledger: SampleLedger) -> String {
    ledger.expectation(.signature, Self.firstAnchor + place)
  }

  // MARK: Tests

  @Test("A time stamp that holds is no finding; one for another hash, or with other statements, is")
  func first() throws {
    let genuine = try firstStamp()
    #expect(try findings(ledger([genuine])) == [])
    var wrong = [try stamp(Imprint(of: [1])), try stamp(Imprint(of: [1], .sha512))]
    let other = Imprint(of: [2]).hex
    for (name, value) in [
      ("baumwurzel", #""\#(other)""#), ("algorithmus", #""sha512""#), ("algorithmus", #""md5""#), ("von", "1"),
      ("seriennummer", #""ff""#), ("richtlinie", #""1.2.3""#), ("zeit", #""2022-12-31T11:00:20.000000Z""#),
    ] {
      var changed = genuine
      changed.changes[name] = value
      wrong.append(changed)
    }
    for stamp in wrong {
      let ledger = try ledger([stamp])
      #expect(try findings(ledger) == [expectation(0, in: ledger)], "\(stamp.changes)")
    }
  }

  @Test("Renewals of both kinds, one upon the other, are computed anew from the log")
  func renewals() throws {
    var stamps: [Stamp] = [try firstStamp()]
    stamps.append(try timeStampRenewal(of: stamps[0], at: 25))
    stamps.append(try hashTreeRenewal(of: stamps, at: 26, .sha512))
    stamps.append(try timeStampRenewal(of: stamps[2], at: 27, .sha512))
    stamps.append(try hashTreeRenewal(of: stamps, at: 28, .sha384))
    for count in 1...stamps.count {
      #expect(try findings(ledger(Array(stamps.prefix(count)))) == [], "\(count) time stamps")
    }
    // The records under the first stay what the newest proves.
    let objects = try objects()
    let trust = try TrustAnchors(authority.certificates)
    for (object, record) in zip(objects, try records(stamps, of: objects)) {
      #expect(try record.verify(object, trust: trust).chains.map(\.count) == [2, 2, 1])
    }
  }

  @Test("A renewal of the token that covers another token, or by another function than it says, is found")
  func wrongTimeStampRenewal() throws {
    let stamps = [try firstStamp(), try stamp(Imprint(of: [7]))]
    for wrong in [
      try stamp(Imprint(of: [1]), renewing: 25), try timeStampRenewal(of: stamps[1], at: 25),
      // The token by a longer hash is no hash-tree renewal: it leaves the old hashes of the records standing alone.
      try timeStampRenewal(of: stamps[0], at: 25, .sha512),
    ] {
      let ledger = try ledger([stamps[0], wrong])
      #expect(try findings(ledger) == [expectation(1, in: ledger)])
    }
  }

  @Test("A hash-tree renewal that leaves a record out, takes another, or forgets the older time stamps is found")
  func wrongHashTreeRenewal() throws {
    let stamps = [try firstStamp()]
    let objects = try objects()
    var altered = objects
    altered[7][30] ^= 1
    let withoutEvidence = try EvidenceTree(.sha512, leaves: objects.map { Imprint(of: $0, .sha512) })
    for wrong in [
      try hashTreeRenewal(of: stamps, at: 25, .sha512, over: objects.dropLast()),
      try hashTreeRenewal(of: stamps, at: 25, .sha512, over: altered),
      try stamp(withoutEvidence.root, renewing: 25),
    ] {
      let ledger = try ledger(stamps + [wrong])
      #expect(try findings(ledger) == [expectation(1, in: ledger)])
    }
  }

  @Test("A renewal of what is no earlier time stamp over the same records is found", arguments: [3, 25, 26, 27, 1000])
  func renewsNothing(renewed: Int) throws {
    let stamps = [try firstStamp()]
    var wrong = try timeStampRenewal(of: stamps[0], at: renewed)
    if renewed == 25 { wrong.changes["von"] = "1" }
    let ledger = try ledger(stamps + [wrong])
    #expect(try findings(ledger) == [expectation(1, in: ledger)])
  }

  @Test("A renewal that came when the certificates had expired is found")
  func renewedTooLate() throws {
    try authority.certify(until: Date(timeIntervalSinceNow: 3))
    let old = try firstStamp()
    try authority.certify(until: nil)
    let inTime = try timeStampRenewal(of: old, at: 25)
    #expect(try findings(ledger([old, inTime])) == [])
    Thread.sleep(forTimeInterval: 4)
    let ledger = try ledger([old, timeStampRenewal(of: old, at: 25)])
    #expect(try findings(ledger) == [expectation(1, in: ledger)])
  }

  @Test("An answer that is missing or altered is found once, also where other time stamps renew it")
  func documents() throws {
    var stamps: [Stamp] = [try firstStamp()]
    stamps.append(try timeStampRenewal(of: stamps[0], at: 25))
    stamps.append(try hashTreeRenewal(of: stamps, at: 26, .sha512))
    let ledger = try ledger(stamps)
    let url = document(SHA256.hash(stamps[0].answer), in: ledger)
    try Data("another".utf8).write(to: url)
    #expect(try findings(ledger) == ["document-altered - -"])
    try FileManager.default.removeItem(at: url)
    #expect(try findings(ledger) == [ledger.expectation(.documentMissing, 25)])
  }
}
