import EventLog
import Foundation
import LogFormat
import Privacy
import Testing

@testable import Ledger

@Suite struct ErasingTests {
  private func request(by authid: String) -> ErasureRequest {
    ErasureRequest(persons: ["rad/1"], reason: "Antrag", legalBasis: "Art. 17 DSGVO", authid: authid)
  }

  private func key(sealedIn record: Record) -> Substring? {
    record.data?["schloss"]?["sealed"]?.string?.split(separator: ".").first
  }

  @Test("Nothing is recorded whose key is gone: sent while it goes, it is sealed with the next one or refused")
  func race() async throws {
    try await withLedger { ledger in
      let open = try await ledger.open()
      let first = try event("0", data: #"{"marke":"Diamant","schloss":"1"}"#)
      try await ledger.append(first)
      for round in 0..<8 {
        let erasures = try await withThrowingTaskGroup(of: UInt64?.self) { group in
          for number in 0..<40 {
            let event = try event(
              "\(round)-\(number)", "uebergeben", data: #"{"schloss":"\#(round)-\#(number)"}"#)
            group.addTask {
              do {
                _ = try await open.append([[event]], by: TestLedger.clerk).results[0].get()
              } catch let error as Refusal {
                #expect(error.kind == .unavailable, "\(error)")
              }
              return nil
            }
            if number == 20 {
              group.addTask {
                _ = try await open.erase(request(by: "anna"), by: TestLedger.portal)
                return try await open.erase(request(by: "bernd"), by: TestLedger.portal).first?.receipt.sequence
              }
            }
          }
          return try await group.reduce(into: [UInt64]()) { if let sequence = $1 { $0.append(sequence) } }
        }
        let erasure = try #require(erasures.first)
        let records = try ledger.records
        let gone = records[Int(erasure)].data?["schluessel"]?.string
        #expect(records[(Int(erasure) + 1)...].allSatisfy { key(sealedIn: $0).map(String.init) != gone })
        // The next round has somebody to erase again.
        try await ledger.append(event("\(round)-last", "uebergeben", data: #"{"schloss":"x"}"#))
      }
    }
  }

  @Test("A key goes only when everything sealed with it has been answered")
  func settles() async throws {
    try await withLedger { ledger in
      let open = try await ledger.open()
      try await ledger.append(event("0", data: #"{"marke":"Diamant","schloss":"1"}"#))
      _ = try await open.erase(request(by: "anna"), by: TestLedger.portal)
      let sealed = open.sealing.enter()
      async let erased = open.erase(request(by: "bernd"), by: TestLedger.portal).first?.receipt.sequence
      // An erasure that waits for nobody would be recorded long before the last of these.
      var last: UInt64 = 0
      for number in 0..<100 { last = try await ledger.append(event("b-\(number)", on: "rad/b\(number)"))[0].sequence }
      open.sealing.leave(sealed)
      #expect(try #require(await erased) > last)
    }
  }

  @Test("Two who ask at the same moment are the first and the second")
  func together() async throws {
    try await withLedger { ledger in
      let open = try await ledger.open()
      try await ledger.append(event("0", data: #"{"marke":"Diamant","schloss":"1"}"#))
      async let one = open.erase(request(by: "anna"), by: TestLedger.portal)
      async let other = open.erase(request(by: "bernd"), by: TestLedger.portal)
      let states = try await [one, other].flatMap { $0 }.map(\.state)
      #expect(Set(states) == [.requested, .erased])
    }
  }

  @Test("Opening carries out what is recorded, also where the index is gone")
  func opening() async throws {
    try await withLedger { ledger in
      try await ledger.open()
      try await ledger.append(event("0", data: #"{"marke":"Diamant","schloss":"1"}"#))
      let keys = URL(fileURLWithPath: ledger.directory.personKeys)
      let copy = ledger.folder.appending(path: "copy")
      try FileManager.default.copyItem(at: keys, to: copy)
      for authid in ["anna", "bernd"] {
        _ = try await ledger.ledger.erase(request(by: authid), by: TestLedger.portal)
      }
      try ledger.close()
      for isIndexed in [true, false] {
        try FileManager.default.removeItem(at: keys)
        try FileManager.default.copyItem(at: copy, to: keys)
        if !isIndexed { try FileManager.default.removeItem(atPath: ledger.directory.cache) }
        try await ledger.open()
        let left = try FileManager.default.contentsOfDirectory(atPath: keys.path).filter { $0.hasSuffix(".key") }
        #expect(left.isEmpty)
        try ledger.close()
      }
    }
  }

  /// A ledger that a crash has left right behind the record of an erasure, with the folder of keys as it was then.
  private func withBrokenOffErasure(_ scenario: (TestLedger, _ keys: URL) async throws -> Void) async throws {
    try await withLedger { ledger in
      let open = try await ledger.open()
      try await ledger.append(event("0", data: #"{"marke":"Diamant","schloss":"Zahlen 4711"}"#))
      _ = try await open.erase(request(by: "anna"), by: TestLedger.portal)
      let asked = try #require(try ledger.records(of: ErasureRecord.requested).first)
      let key = try ErasureRecord.key(asked).hex
      let data = String(decoding: asked.data?.text ?? [], as: UTF8.self)
      try await Ledger.record(ErasureRecord.carriedOut, id: key, data, open.log)
      try ledger.close()
      try await scenario(ledger, URL(fileURLWithPath: ledger.directory.personKeys))
    }
  }

  @Test("After a crash between the record and the key, opening searches for what is left, and once")
  func searchesAtOpening() async throws {
    try await withBrokenOffErasure { ledger, keys in
      try Data("Zahlen 4711".utf8).write(to: URL(fileURLWithPath: ledger.directory.cache + "/forgotten"))
      try await ledger.open()
      try await ledger.reopen()
      let searched = try ledger.records(of: ErasureRecord.searched)
      #expect(searched.map { $0.data?["reste"]?.integer } == [1])
      #expect(searched.first?.data?["werte"]?.integer == 1)
      #expect(searched.first?.data?["person"]?.string == "rad/1")
      #expect(try FileManager.default.contentsOfDirectory(atPath: keys.path).allSatisfy { !$0.hasSuffix(".key") })
    }
  }

  @Test("After a crash between the key and the search, it is recorded that nobody knows what to look for")
  func cannotSearchAtOpening() async throws {
    try await withBrokenOffErasure { ledger, keys in
      for name in try FileManager.default.contentsOfDirectory(atPath: keys.path) where name.hasSuffix(".key") {
        try FileManager.default.removeItem(at: keys.appending(path: name))
      }
      try await ledger.open()
      let searched = try ledger.records(of: ErasureRecord.searched)
      #expect(searched.count == 1)
      #expect(searched.first?.data?["reste"] == nil)
      #expect(searched.first?.data?["nicht_gesucht"]?.string?.isEmpty == false)
    }
  }
}
