import Foundation
import Testing
import TransparencyLog

@testable import Audit

/// What lets the verification of any log do with a little memory.
@Suite struct SortingTests {
  /// The test vectors of the authors' reference implementation (`vectors_sip128`): key 00…0f, message 00 01 02 ….
  @Test("SipHash-2-4 with 128 bits gives the published values")
  func keyedHash() {
    let hash = KeyedHash(key0: 0x0706_0504_0302_0100, key1: 0x0f0e_0d0c_0b0a_0908)
    let expected: [Int: (UInt64, UInt64)] = [
      0: (0xe6a8_25ba_047f_81a3, 0x9302_55c7_1472_f66d), 1: (0x44af_996b_d8c1_87da, 0x45fc_229b_1159_7634),
    ]
    for (count, value) in expected {
      let found = (0..<count).map { UInt8($0) }.withUnsafeBytes { hash.hash($0) }
      #expect(found == value, "\(count) bytes")
    }
  }

  @Test("Texts with other borders, and other kinds of text, have other fingerprints")
  func fingerprints() {
    let fingerprinter = Fingerprinter()
    func identity(_ source: String, _ id: String) -> SortKey {
      fingerprinter.identity(id: id, source: source, offset: 0)
    }
    let subject = Array("abc".utf8).withUnsafeBytes { fingerprinter.subject($0, version: 0, offset: 0) }
    #expect(
      Set([identity("a", "bc"), identity("ab", "c"), identity("", "abc"), identity("abc", ""), subject]).count == 5)
    #expect(identity("a", "bc") == identity("a", "bc"))
    let opening = #"","source":""#
    #expect(identity("b" + opening + "c", "a") != identity("c", "a" + opening + "b"))
    let line = Array(#"a\#(opening)bc"#.utf8)
    #expect(line.withUnsafeBytes { fingerprinter.identity($0, idCount: 1, offset: 0) } == identity("bc", "a"))
  }

  private func keys(_ count: Int, seed: UInt64, range: UInt64) -> [SortKey] {
    var generator = SplitMix(seed: seed)
    return (0..<count).map { index in
      let word = generator.next(below: range) &* 0x9E37_79B9_7F4A_7C15
      return SortKey(word0: word, word1: ~word, word2: UInt64(index) << 40, word3: generator.next())
    }
  }

  @Test(
    "Keys come out in order, in memory or through a file",
    arguments: [(1, 1 << 20), (1000, 1 << 20), (5000, 6 << 10), (5000, 1), (20_000, 40 << 10)])
  func sorting(count: Int, memory: Int) throws {
    for range: UInt64 in [.max, 7, 1] {
      let folder = FileManager.default.temporaryDirectory.appending(path: "sorting-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: folder) } }
      let keys = keys(count, seed: UInt64(count), range: range)
      var sorter = KeySorter(limits: .init(memory: memory, temporaryDirectory: folder.path()))
      try sorter.append(Array(keys.prefix(count / 2)))
      for key in keys.dropFirst(count / 2) { try sorter.append(key) }
      let sorted = sorter.finish()
      for parts in [1, 2, 3] {
        var found: [SortKey] = []
        for part in 0..<parts {
          var merge = sorted.part(part, of: parts)
          while let key = try merge.next() { found.append(key) }
        }
        #expect(found == keys.sorted())
      }
      // What is in the file has no name.
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path()) == [])
    }
  }

  @Test("A folder that is not there is an error when it is needed")
  func noFolder() throws {
    var sorter = KeySorter(limits: .init(memory: 1, temporaryDirectory: "/nowhere/at/all"))
    #expect(throws: VerifierError.io(call: "open", path: "/nowhere/at/all", code: ENOENT)) {
      try sorter.append(keys(1000, seed: 1, range: .max))
      _ = sorter.finish()
    }
  }

  @Test("A repetition and a version far apart are found through files, and in logs of one subject too")
  func farApart() throws {
    let ledger = try SampleLedger(count: 1500) { entries in
      for index in entries.indices.dropFirst() {
        entries[index].subject = "anfrage/eine"
        entries[index].version = index < 1400 ? index : index + 1
      }
      entries[1490].id = entries[5].id
    }
    let expected = [ledger.expectation(.version, 1400), ledger.expectation(.duplicate, 1490)]
    #expect(try LedgerVerifier(ledger: ledger.path).run().summary == expected)
    // Room for 256 keys: those of the subject do not fit, and what holds them is cut again.
    var options = LedgerVerifier.Options(threads: 2)
    options.sortingMemory = 1
    #expect(try LedgerVerifier(ledger: ledger.path, options: options).run().summary == expected)
    options.temporaryDirectory = "/nowhere/at/all"
    #expect(throws: VerifierError.io(call: "open", path: "/nowhere/at/all", code: ENOENT)) {
      try LedgerVerifier(ledger: ledger.path, options: options).run()
    }
  }

  @Test("Many equal keys come out as many")
  func equalKeys() throws {
    let key = SortKey(word0: 1, word1: 2, word2: 3, word3: 4)
    let other = SortKey(word0: 1, word1: 2, word2: 4, word3: 4)
    let keys = Array(repeating: key, count: 3000) + [other]
    var sorter = KeySorter(limits: .init(memory: 1, temporaryDirectory: FileManager.default.temporaryDirectory.path()))
    for key in keys.reversed() { try sorter.append(key) }
    var reader = sorter.finish().part(0, of: 1)
    var found: [SortKey] = []
    while let key = try reader.next() { found.append(key) }
    #expect(found == keys)
  }

  @Test("Rows of subtrees put together give the tree of all leaves")
  func subtrees() throws {
    var generator = SplitMix(seed: 11)
    for _ in 0..<200 {
      var whole = Frontier()
      var joined = Frontier()
      var tileHashes: [TileHash] = []
      while whole.size < 700 {
        var row = SubtreeRow(from: whole.size)
        for _ in 0..<generator.next(below: 1 << generator.next(below: 10)) {
          let leaf = SHA256.hash("\(whole.size)")
          whole.append(leaf)
          row.append(leaf)
        }
        tileHashes += row.tileHashes
        joined = try #require(joined.appending(row, tileHashes: &tileHashes))
        #expect(joined == whole)
      }
      #expect(tileHashes.map(\.index).sorted() == (0..<(whole.size / 256)).map { $0 })
      #expect(Frontier().appending(SubtreeRow(from: 1), tileHashes: &tileHashes) == nil)
    }
  }

  @Test("Hexadecimal digits and times written in words are those written in letters")
  func words() throws {
    for seed in 0..<100 {
      let digest = SHA256.hash("\(seed)")
      #expect(HexText(digest).withBytes { String(decoding: $0, as: UTF8.self) } == digest.hex)
      #expect(Array(digest.hex.utf8).withUnsafeBytes { HexText(digest).isEqual(to: $0) })
      #expect(!Array(Digest.zero.hex.utf8).withUnsafeBytes { HexText(digest).isEqual(to: $0) })
      #expect(SortKey(digest).digest == digest)
    }
    let times = ["2022-12-31T11:00:00.000000Z", "2022-12-31T11:00:00.000001Z", "2022-12-31T11:00:01.000000Z"]
    let texts = times.map { Array($0.utf8).withUnsafeBytes { TimeText($0) } }
    #expect(texts.map(\.text) == times)
    #expect(texts == texts.sorted() && texts[0] < texts[1] && texts[1] < texts[2])
  }
}
