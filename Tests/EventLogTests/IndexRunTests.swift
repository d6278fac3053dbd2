import Foundation
import Synchronization
import Testing
import TransparencyLog

@testable import EventLog

@Suite struct IndexRunTests {
  private static func key(_ number: Int) -> IndexKey { IndexKey(subject: "\(number)") }

  /// Writes a run of the records `from..<below`, every record of another subject, each subject's version being `version`.
  private func run(
    in folder: String, from: Int, below: Int, subjects: ClosedRange<Int>? = nil, version: UInt64 = 1
  ) throws -> IndexRun {
    let ids = (from..<below).map { IDEntry(key: Self.key($0), sequence: UInt64($0)) }.sorted { $0.key < $1.key }
    let subjects = (subjects.map { Array($0) } ?? Array(from..<below)).map {
      SubjectEntry(key: Self.key($0), version: version, first: UInt64($0), last: UInt64($0), state: 0)
    }
    let writer = try IndexRunWriter(
      folder: folder, from: UInt64(from), below: UInt64(below), ids: ids.count, subjects: subjects.count,
      names: from == 0 ? [IndexRunDescription.Name(number: 1, text: "notiz")] : [])
    for entry in ids { try writer.add(entry) }
    for entry in subjects.sorted(by: { $0.key < $1.key }) { try writer.add(entry) }
    for number in from..<below {
      try writer.add(EventEntry(subject: 0, sequence: UInt64(number), type: 1, actor: 1))
    }
    for number in stride(from: from, to: below, by: 64) {
      let place = LogPosition(size: UInt64(number), segment: Segment(first: 0), offset: UInt64(number) * 100)
      try writer.add(PlaceEntry(place))
    }
    return try IndexRun(writer.finish(), in: folder)
  }

  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.path + "/runs-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  @Test(
    "The sum is XXH64",
    arguments: [
      (Array(0...255) + Array(0...255), 0, 0x7B3B_FCAA_C034_8AC0),
      (Array(0..<32), 2_654_435_761, 0x7181_3547_74E0_D600),
      (Array(repeating: 0, count: 4064), 7, 0x8697_5836_0231_29D0),
    ] as [([UInt8], UInt64, UInt64)])
  func sum(bytes: [UInt8], seed: UInt64, expected: UInt64) {
    #expect(bytes.withUnsafeBytes { BlockSum.of($0, seed: seed) } == expected)
  }

  @Test("A filter knows every key it was given, and few others")
  func filter() {
    var filter = BloomFilter(keys: 10_000)
    for number in 0..<10_000 { filter.insert(Self.key(number)) }
    func mayContain(_ number: Int) -> Bool {
      filter.bytes.withUnsafeBytes { BloomFilter.View($0).mayContain(Self.key(number)) }
    }
    #expect((0..<10_000).allSatisfy(mayContain))
    #expect((10_000..<110_000).count(where: mayContain) < 1000)
    #expect(BloomFilter.canHave(bytes: filter.bytes.count))
    #expect(!BloomFilter.canHave(bytes: 0) && !BloomFilter.canHave(bytes: 24))
  }

  @Test("A table finds what was put in last under each key, and its places stay")
  func table() {
    var table = KeyTable<IDEntry>()
    #expect(table.value(for: Self.key(1)) == nil)
    for round in 0..<2 {
      for number in 0..<5000 {
        let slot = table.slot(of: Self.key(number))
        #expect(table.set(IDEntry(key: Self.key(number), sequence: UInt64(number + round)), in: slot) == number)
      }
    }
    #expect((0..<5000).allSatisfy { table.value(for: Self.key($0))?.sequence == UInt64($0 + 1) })
    #expect(table.value(for: Self.key(5000)) == nil && table.entries.count == 5000)
    table.removeAll()
    #expect(table.value(for: Self.key(1)) == nil && table.entries.isEmpty)
  }

  @Test("Every entry of a run is found by its key, and no other is", arguments: [1, 2, 168, 169, 170, 3000])
  func lookups(_ count: Int) throws {
    try withFolder { folder in
      let run = try run(in: folder, from: 0, below: count)
      for number in 0..<count {
        #expect(try run.sequence(of: Self.key(number)) == UInt64(number))
        #expect(try run.state(of: Self.key(number))?.first == UInt64(number))
      }
      for number in count..<count + 500 { #expect(try run.sequence(of: Self.key(number)) == nil) }
    }
  }

  @Test("Entries are handed out from any key on, and backwards from any key", arguments: [1, 169, 170, 1000])
  func ranges(_ count: Int) throws {
    try withFolder { folder in
      let run = try run(in: folder, from: 0, below: count)
      for start in Set([0, 1, 168, 169, count / 2, count - 1, count, count + 7]).filter({ $0 >= 0 }) {
        var forwards: [UInt64] = []
        var backwards: [UInt64] = []
        let place = EventEntry.Place(subject: 0, sequence: UInt64(start))
        #expect(
          try run.forEach(in: run.events, from: place) {
            forwards.append($0.key.sequence); return true
          })
        #expect(
          try run.forEachBackwards(in: run.events, below: place) {
            backwards.append($0.key.sequence); return true
          })
        #expect(forwards == (start..<max(start, count)).map(UInt64.init))
        #expect(backwards == (0..<min(start, count)).reversed().map(UInt64.init))
      }
    }
  }

  @Test("Merged runs hand out the entries of all in order, of a key that several have the newest")
  func merging() throws {
    try withFolder { folder in
      let runs = [
        try run(in: folder, from: 0, below: 12_000, version: 1),
        try run(in: folder, from: 12_000, below: 12_001, subjects: 5...900, version: 2),
        try run(in: folder, from: 12_001, below: 13_000, subjects: 800...1000, version: 3),
      ]
      var ids = try IndexMerge(runs, \.ids)
      var sequences: Set<UInt64> = []
      var last: IndexKey?
      while let entry = try ids.next() {
        #expect(last.map { $0 < entry.key } ?? true)
        last = entry.key
        sequences.insert(entry.sequence)
      }
      #expect(sequences == Set(0..<13_000))
      var subjects = try IndexMerge(runs, \.subjects)
      var versions: [UInt64: UInt64] = [:]
      while let entry = try subjects.next() { versions[entry.first] = entry.version }
      #expect(versions.count == 12_000 && versions[4] == 1 && versions[799] == 2 && versions[900] == 3)
    }
  }

  @Test("A block that stands where another should is not taken for it")
  func swappedBlocks() throws {
    try withFolder { folder in
      let run = try run(in: folder, from: 0, below: 1000)
      var bytes = try Data(contentsOf: URL(fileURLWithPath: run.path))
      let (first, second) = (bytes[..<4096], bytes[4096..<8192])
      bytes.replaceSubrange(..<8192, with: second + first)
      try bytes.write(to: URL(fileURLWithPath: run.path))
      let again = try IndexRun(run.description, in: folder)
      #expect(throws: IndexError.self) {
        for number in 0..<1000 { _ = try again.sequence(of: Self.key(number)) }
      }
    }
  }

  @Test("Runs are merged as the log grows, and everything stays found, also after the next opening")
  func growing() throws {
    try withFolder { parent in
      let folder = parent + "/index"
      let (index, start) = LogIndex.open(path: folder, identity: "test", files: IndexFiles(path: folder))
      #expect(start == nil)
      index.startWriting()
      var memory = IndexMemory()
      let name = index.add(name: "notiz")
      func add(_ range: Range<Int>) throws {
        memory.removeAll()
        for number in range {
          let subject = SubjectEntry(
            key: Self.key(number % 50), version: UInt64(number / 50) + 1, first: UInt64(number % 50),
            last: UInt64(number), state: 0)
          memory.add(
            key: Self.key(number), subject: subject, type: name, actor: name, hash: .zero,
            place: LogPosition(size: UInt64(number), segment: Segment(first: 0), offset: UInt64(number)))
        }
        try index.add(memory)
        try index.flush()
      }
      for round in 0..<40 { try add(round * 100..<round * 100 + 100) }
      func check(_ reader: IndexReader) throws {
        for number in stride(from: 0, to: 4000, by: 7) {
          #expect(try reader.sequence(of: Self.key(number)) == UInt64(number))
        }
        #expect(try reader.entry(of: Self.key(3))?.version == 80)
        #expect(
          try reader.sequences(of: "3", from: 1000, below: 1100, limit: 10) == [1003, 1053])
        #expect(try reader.newest(of: "notiz", on: "3", below: 1050) == 1003)
        #expect(try reader.sequences(of: "notiz", on: "3", below: 110) == [3, 53, 103])
        #expect(try reader.place(before: 700)?.size == 640)
      }
      try check(index.reader)
      index.checkpointed(
        IndexStart(
          position: LogPosition(size: 0, segment: Segment(first: 0), offset: 0), frontier: .init(), lastHash: .zero))
      try index.close()
      let files = try #require(IndexFiles(path: folder))
      try check(IndexReader(index: files))
      #expect(files.runs.count < 40 && files.manifest.covered == 4000)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(Set(names) == Set(files.runs.map(\.description.file) + ["manifest"]))
    }
  }

  @Test("Opening removes a run that no manifest names, and nothing else")
  func strangers() throws {
    try withFolder { parent in
      let folder = parent + "/index"
      let (index, _) = LogIndex.open(path: folder, identity: "test", files: IndexFiles(path: folder))
      try add(0..<100, to: index)
      index.checkpointed(Self.start)
      try index.close()
      let before = Set(try FileManager.default.contentsOfDirectory(atPath: folder))
      try Data("half a run".utf8).write(to: URL(fileURLWithPath: folder + "/stray.run"))
      let (again, start) = LogIndex.open(path: folder, identity: "test", files: IndexFiles(path: folder))
      #expect(start != nil)
      #expect(try Set(FileManager.default.contentsOfDirectory(atPath: folder)) == before)
      #expect(try again.reader.sequence(of: Self.key(7)) == 7)
    }
  }

  @Test("While entries move into runs, and runs into larger ones, every look-up finds them, beside the daemon too")
  func lookupsMeanwhile() throws {
    try withFolder { parent in
      let folder = parent + "/index"
      let (index, _) = LogIndex.open(path: folder, identity: "test", files: IndexFiles(path: folder))
      index.startWriting()
      try add(0..<100, to: index)
      try index.flush()
      for round in 1..<40 {
        try add(round * 100..<round * 100 + 100, to: index)
        let flushing = Promise { try index.flush() }
        repeat {
          #expect(try index.reader.sequence(of: Self.key(round * 100 + 7)) == UInt64(round * 100 + 7))
          #expect(IndexFiles(path: folder) != nil)
        } while !flushing.isDone
        try flushing.get()
      }
      try index.close()
    }
  }

  private static let start = IndexStart(
    position: LogPosition(size: 0, segment: Segment(first: 0), offset: 0), frontier: .init(), lastHash: .zero)

  /// Adds entries of records, each of a subject of its own.
  private func add(_ range: Range<Int>, to index: LogIndex) throws {
    var memory = IndexMemory()
    let name = index.add(name: "notiz")
    for number in range {
      let subject = SubjectEntry(
        key: Self.key(number), version: 1, first: UInt64(number), last: UInt64(number), state: 0)
      memory.add(
        key: Self.key(number), subject: subject, type: name, actor: name, hash: .zero,
        place: LogPosition(size: UInt64(number), segment: Segment(first: 0), offset: UInt64(number)))
    }
    try index.add(memory)
  }
}

/// Work on a thread of its own.
private final class Promise: Sendable {
  private let result = Mutex<Result<Void, any Error>?>(nil)

  init(_ body: @escaping @Sendable () throws -> Void) {
    Thread { [self] in
      let outcome = Result { try body() }
      result.withLock { $0 = outcome }
    }.start()
  }

  var isDone: Bool { result.withLock { $0 != nil } }

  func get() throws { try result.withLock { $0 }?.get() }
}
