import DomainPacks
import Foundation
import ReadModels
import Testing

@Suite("Past states")
struct AsOfTests {
  private let folder: TemporaryFolder
  private let log: TestLog
  private let plan: ProjectionPlan

  init() throws {
    folder = try TemporaryFolder()
    log = try TestLog.bikes(60)
    plan = try ProjectionPlan(TestPacks.two())
  }

  private func asOf(_ size: UInt64, _ log: TestLog? = nil) throws -> ProjectionSnapshot {
    try Projections.asOf(
      directory: folder.path, plan: plan, source: log ?? self.log, size: size, timeZone: "Europe/Berlin")
  }

  private func kept() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path + "/asof").sorted()
  }

  @Test("the first N records give what the live tables held when they stood at N", arguments: [0, 1, 5, 44, 80])
  func states(size: UInt64) throws {
    let live = try Projections(try TemporaryFolder(), plan.packs, log)
    try live.catchUp(to: size)
    let past = try asOf(size)
    #expect(past.head == log.head(size))
    #expect(try past.content() == live.snapshot().content())
    let built = try Projections.build(
      at: folder.path + "/eigene.sqlite", packs: plan.packs, source: log, size: size, timeZone: "Europe/Berlin")
    #expect(try built.content() == past.content())
  }

  @Test("a state is kept and used again, also as the start of a later one")
  func reuse() throws {
    let before = try asOf(40).content()
    let files = try kept()
    #expect(files.count == 1)
    let date = try modified(files[0])
    #expect(try asOf(40).content() == before)
    #expect(try kept() == files)
    #expect(try modified(files[0]) >= date)

    let later = try asOf(70)
    #expect(later.head == log.head(70))
    let straight = try Projections.build(
      at: folder.path + "/eigene.sqlite", plan: plan, source: log, size: 70, timeZone: "Europe/Berlin")
    #expect(try later.content() == straight.content())
    #expect(try kept().count == 2)
  }

  @Test("a kept state that is damaged, or of another log, is made anew")
  func unsound() throws {
    let right = try asOf(40).content()
    let path = folder.path + "/asof/" + (try kept()[0])
    try Data("kein SQLite".utf8).write(to: URL(fileURLWithPath: path))
    #expect(try asOf(40).content() == right)

    let other = TestLog()
    for bike in 0..<50 { try other.buy(bike) }
    let state = try asOf(40, other)
    #expect(state.head == other.head(40))
    #expect(try state.value("SELECT count(*) FROM rad") == .integer(40))
  }

  @Test("only some states are kept")
  func pruned() throws {
    for size in 1...12 { _ = try asOf(UInt64(size)) }
    #expect(try kept().count == 8)
    #expect(try asOf(2).head == log.head(2))
  }

  @Test("states larger than the live tables are not kept together; the newest is, however large")
  func prunedBySize() throws {
    _ = try asOf(1)
    for (age, name) in ["7", "8"].enumerated() {
      let path = folder.path + "/asof/\(name)-fremd.sqlite"
      #expect(FileManager.default.createFile(atPath: path, contents: nil))
      let file = try #require(FileHandle(forWritingAtPath: path))
      try file.truncate(atOffset: 40 << 20)
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSince1970: 1000 - Double(age))], ofItemAtPath: path)
    }
    _ = try asOf(2)
    #expect(try kept().map { $0.prefix(2) } == ["1-", "2-", "7-"])
  }

  @Test("a past beyond the end of the log is an error and leaves nothing behind")
  func beyond() throws {
    #expect(throws: ReadModelError.logEnds(at: 80, wanted: 81)) { try asOf(81) }
    #expect(try kept().isEmpty)
  }

  private func modified(_ name: String) throws -> Date {
    let attributes = try FileManager.default.attributesOfItem(atPath: folder.path + "/asof/" + name)
    return try #require(attributes[.modificationDate] as? Date)
  }
}
