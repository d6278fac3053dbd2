import Foundation
import ReadModels
import Testing

@Suite("Reading beside the writer")
struct ReaderTests {
  @Test("a reader sees what was projected, and waits for what is being projected")
  func waits() throws {
    let folder = try TemporaryFolder()
    let log = try TestLog.bikes(30)
    let packs = try TestPacks.two()
    let projections = try Projections(folder, packs, log)
    try projections.catchUp(to: 10)
    let reader = try Projections.openReadOnly(directory: folder.path, packs: packs)
    #expect(try reader.waitFor(size: 10, timeout: .zero).head == log.head(10))
    let writer = Thread {
      Thread.sleep(forTimeInterval: 0.05)
      do { try projections.catchUp(to: log.size) } catch { Issue.record(error) }
    }
    writer.start()
    let snapshot = try reader.waitFor(size: log.size, timeout: .seconds(20))
    #expect(snapshot.head == log.head())
    #expect(try snapshot.content() == projections.snapshot().content())
  }

  @Test("a reader that waits in vain says how far the projection is")
  func timesOut() throws {
    let folder = try TemporaryFolder()
    let log = try TestLog.bikes(3)
    let packs = try TestPacks.bikes()
    let projections = try Projections(folder, packs, log)
    try projections.catchUp(to: 2)
    let reader = try Projections.openReadOnly(directory: folder.path, packs: packs)
    #expect(throws: ReadModelError.behind(size: 2, wanted: 3)) {
      try reader.waitFor(size: 3, timeout: .milliseconds(30))
    }
  }

  @Test("a projection made by other packs is refused and they are named")
  func otherPacks() throws {
    let folder = try TemporaryFolder()
    _ = try Projections(folder, TestPacks.bikes(), TestLog())
    let path = folder.database
    #expect(throws: ReadModelError.otherPacks(path: path, names: ["zaehlung"])) {
      try Projections.openReadOnly(directory: folder.path, packs: TestPacks.two())
    }
    let changed = TestPacks.bikeProjection + "\n-- Anmerkung"
    #expect(throws: ReadModelError.otherPacks(path: path, names: ["raeder"])) {
      try Projections.openReadOnly(directory: folder.path, packs: TestPacks.bikes(projection: changed))
    }
  }

  @Test("no projection, or no database, is unreadable and no crash")
  func unreadable() throws {
    let folder = try TemporaryFolder()
    let packs = try TestPacks.bikes()
    #expect(throws: ReadModelError.self) { try Projections.openReadOnly(directory: folder.path, packs: packs) }
    try Data(repeating: 1, count: 10_000).write(to: URL(fileURLWithPath: folder.database))
    #expect(throws: ReadModelError.self) { try Projections.openReadOnly(directory: folder.path, packs: packs) }
  }
}
