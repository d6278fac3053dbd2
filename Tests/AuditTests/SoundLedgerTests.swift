import Foundation
import Testing
import TransparencyLog

@testable import Audit

@Suite struct SoundLedgerTests {
  @Test("A sound ledger is found sound, and the report says what was verified")
  func sound() throws {
    let ledger = try SampleLedger()
    try ledger.seal(size: 17, as: "checkpoints/17")
    let report = try ledger.verify()
    #expect(report.summary == [])
    #expect(report.isSound)
    #expect(report.origin == SampleLedger.origin)
    #expect(report.records == 40 && report.signed == 40 && report.unsigned == 0)
    #expect(report.bytes == UInt64(ledger.lines.reduce(0) { $0 + $1.utf8.count + 1 }))
    #expect(report.keys == ["\(ledger.key.verifierKey)"])
    #expect(report.checkpoints == 2)
    #expect(report.text(in: .german).hasPrefix("In Ordnung: 40 Datensätze"))
    #expect(report.text(in: .english).hasPrefix("Sound: 40 records"))
  }

  @Test("The machine output has exactly the documented members")
  func json() throws {
    let ledger = try SampleLedger()
    var bytes = try ledger.bytes(segment: 14)
    bytes[300] ^= 1
    try ledger.set(segment: 14, to: bytes)
    let text = try ledger.verify().json(in: .german)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(
      Set(object.keys) == [
        "ok", "origin", "signed", "unsigned", "root", "keys", "checkpoints", "records", "bytes", "findings",
      ])
    #expect(object["ok"] as? Bool == false)
    let findings = try #require(object["findings"] as? [[String: Any]])
    let finding = try #require(findings.first)
    #expect(Set(finding.keys) == ["kind", "sequence", "segment", "offset", "detail"])
    #expect(finding["sequence"] as? Int == 14)
    #expect(finding["segment"] as? String == "00000000000000000014.ndjson")
    #expect(finding["offset"] as? Int == 0)
  }

  @Test("Records past the newest checkpoint are counted as unsigned and are no finding")
  func unsigned() throws {
    let ledger = try SampleLedger()
    try ledger.seal(size: 33)
    let report = try ledger.verify()
    #expect(report.summary == [])
    #expect(report.signed == 33 && report.unsigned == 7)
  }

  @Test("An empty last segment is sound")
  func emptyLastSegment() throws {
    let ledger = try SampleLedger()
    try ledger.set(segment: 40, to: [])
    #expect(try ledger.verify().summary == [])
    try ledger.remove(segment: 40)
    try ledger.set(segment: 41, to: [])
    #expect(try ledger.verify().summary == ["missing 40 00000000000000000041.ndjson:0"])
  }

  @Test("A write cut short past the checkpoint is no finding: half a line, or a batch without its end")
  func torn() throws {
    let ledger = try SampleLedger()
    try ledger.seal(size: 33)
    var bytes = try ledger.bytes(segment: 28)
    bytes.removeLast(10)
    try ledger.set(segment: 28, to: bytes)
    var report = try ledger.verify()
    #expect(report.summary == [])
    #expect(report.records == 39)
    #expect(report.tornBytes == UInt64(ledger.lines[39].utf8.count + 1 - 10))

    let batched = try SampleLedger(count: 23)
    try batched.seal(size: 20)
    report = try batched.verify()
    #expect(report.summary == [])
    #expect(report.records == 20 && report.unsigned == 0)
    #expect(report.tornBytes == UInt64(batched.lines[20...].reduce(0) { $0 + $1.utf8.count + 1 }))
  }

  @Test("Beside a daemon only what it has declared durable is read")
  func live() throws {
    let ledger = try SampleLedger()
    try ledger.seal(size: 30)
    let place = ledger.place(of: 35)
    var bytes = try ledger.bytes(segment: 28)
    for index in (place.offset + 100)..<bytes.count { bytes[index] = 0 }
    try ledger.set(segment: 28, to: bytes)
    var head = Array("AKSPUR1\n".utf8)
    for value in [UInt64(4), 35, 28, UInt64(place.offset), 0, 0, 0] {
      head += withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
    try Data(head).write(to: ledger.folder.appending(path: "run/durable"))
    let lock = open(ledger.path + "/lock", O_RDWR)
    defer { close(lock) }
    #expect(flock(lock, LOCK_EX) == 0)
    let report = try ledger.verify()
    #expect(report.summary == [])
    #expect(report.records == 35 && report.unsigned == 5)

    head[8] = 5
    try Data(head).write(to: ledger.folder.appending(path: "run/durable"))
    #expect(throws: VerifierError.noDurableHead(path: ledger.path + "/run/durable")) { try ledger.verify() }
  }

  @Test("A directory that is not there is an error, not a finding")
  func noLedger() {
    #expect(throws: VerifierError.noLedger(path: "/nowhere/at/all")) {
      try LedgerVerifier(ledger: "/nowhere/at/all").run()
    }
  }

  @Test("Lines longer than the reader's buffer are read as one, and their place is right")
  func longLine() throws {
    let ledger = try SampleLedger()
    let long = [UInt8](repeating: UInt8(ascii: "x"), count: 3 << 20) + [UInt8(ascii: "\n")]
    try ledger.set(segment: 14, to: long + ledger.bytes(segment: 14))
    #expect(try ledger.verify().summary == ["inserted 14 00000000000000000014.ndjson:0"])
  }
}
