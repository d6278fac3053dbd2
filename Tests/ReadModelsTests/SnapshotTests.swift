import DomainPacks
import Foundation
import GRDB
@testable import ReadModels
import Synchronization
import Testing
import TransparencyLog

@Suite("Snapshots")
struct SnapshotTests {
  private let folder: TemporaryFolder
  private let log = TestLog()
  private let plan: ProjectionPlan
  private var policy = SnapshotPolicy()
  private var snapshots: String { folder.path + "/snapshots" }

  /// Some years of a log: 100 records in each half-year, with bikes sold long after they were bought.
  init() throws {
    folder = try TemporaryFolder()
    plan = try ProjectionPlan(TestPacks.two())
    for year in 2020...2022 {
      for day in ["03-01", "09-01"] {
        for place in 0..<100 {
          let bike = Int(log.size)
          let isSale = place % 4 == 3
          try log.append(
            "de.aktenspur.rad." + (isSale ? "verkauft" : "angeschafft"),
            "rad/\(isSale ? bike * 7 % (bike - 1) : bike)",
            data: "{\"marke\":\"\(String(repeating: "M", count: 300))\"}", recorded: "\(year)-\(day)T00:00:00Z")
        }
      }
    }
    policy.step = 20
    policy.parts = 1_000_000
    policy.recent = 100
    policy.pages = 0
  }

  private func open() throws -> Projections {
    try Projections(
      directory: folder.path, plan: plan, source: log, timeZone: "Europe/Berlin", policy: policy)
  }

  /// Takes the log in, ten records in a transaction.
  private func live(_ size: UInt64? = nil) throws -> Projections {
    let projections = try open()
    let size = size ?? log.size
    while projections.position.size < size { try projections.catchUp(to: min(projections.position.size + 10, size)) }
    return projections
  }

  /// The rows as of a size, as the tables of nothing but the log have them, and how many records were read for them.
  private func asOf(_ size: UInt64, _ log: TestLog? = nil) throws -> (content: [String: [[SQLValue]]], read: UInt64) {
    if FileManager.default.fileExists(atPath: folder.path + "/asof") {
      try FileManager.default.removeItem(atPath: folder.path + "/asof")
    }
    let source = CountingSource(log ?? self.log)
    let past = try Projections.asOf(
      directory: folder.path, plan: plan, source: source, size: size, timeZone: "Europe/Berlin", policy: policy)
    #expect(past.head == (log ?? self.log).head(size))
    return (try past.content(), source.read)
  }

  private func fromLog(_ size: UInt64, _ log: TestLog? = nil) throws -> [String: [[SQLValue]]] {
    let file = folder.path + "/straight.sqlite"
    return try Projections.build(
      at: file, plan: plan, source: log ?? self.log, size: size, timeZone: "Europe/Berlin"
    ).content()
  }

  private func files() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: snapshots).filter { $0 != "lock" }.sorted()
  }

  @Test(
    "the end of a half-year, and any of the last records, is made from the live file and few records",
    arguments: [100, 200, 300, 400, 500, 510, 555, 600])
  func states(size: UInt64) throws {
    let projections = try live()
    let (content, read) = try asOf(size)
    #expect(try content == fromLog(size))
    // The record that shows whether it is the log's, and those behind the state: of two states one may have had to go,
    // lest all are larger than the live file.
    #expect(read <= 41)
    withExtendedLifetime(projections) {}
  }

  @Test(
    "what is not near a state that is kept is made of a copy of it, once, and kept; the live file does not wait for it",
    arguments: [100, 300, 510, 599])
  mutating func far(size: UInt64) throws {
    policy.near = 0
    let projections = try live()
    let (content, read) = try asOf(size)
    #expect(try content == fromLog(size))
    #expect(read <= 41)
    let source = CountingSource(log)
    let again = try Projections.asOf(
      directory: folder.path, plan: plan, source: source, size: size, timeZone: "Europe/Berlin", policy: policy)
    // Whether it is of this log.
    #expect(source.read == 1)
    #expect(try again.content() == content)
    #expect(SnapshotLock(snapshots, isShared: false, waits: false) != nil)
    withExtendedLifetime(projections) {}
  }

  @Test("where the log of changes has become long, no past state keeps it waiting")
  mutating func longChangeLog() throws {
    let projections = try live(500)
    // No longer than it is now.
    policy.waiting = try #require(FileIdentity(folder.database + "-wal")).bytes
    let past = try past(455)
    for bike in 0..<500 where bike % 4 != 3 { try log.sell(bike) }
    try projections.catchUp(to: log.size)
    #expect(SnapshotLock(snapshots, isShared: false, waits: false) == nil)
    // Read as long as it takes; the next one is made of a copy.
    _ = try self.past(460)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/asof").count == 1)
    #expect(try past.content() == fromLog(455))
  }

  @Test("where somebody changes the live file in spite of all, reading a past state fails, and gives no other rows")
  func changedInSpite() throws {
    let projections = try live()
    let past = try past(555)
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: folder.database))
    let size = try file.seekToEnd()
    try file.write(contentsOf: Data(count: 4096))
    try file.truncate(atOffset: size)
    #expect(throws: ReadModelError.self) { try past.content() }
    #expect(try self.past(555).content() == fromLog(555))
    withExtendedLifetime(projections) {}
  }

  @Test("a day within an older half-year begins at the end of the one before")
  func anyDay() throws {
    let projections = try live()
    let (content, read) = try asOf(270)
    #expect(try content == fromLog(270))
    #expect(read < 100)
    withExtendedLifetime(projections) {}
  }

  @Test("states outlast the program, however it ends its work, and more are kept behind them")
  func reopened() throws {
    _ = try live(450)
    _ = try live(480)
    _ = try live()
    for size: UInt64 in [100, 400, 520] {
      let (content, read) = try asOf(size)
      #expect(try content == fromLog(size))
      #expect(read <= 41)
    }
  }

  /// A past state as whoever asks for it has it, to be read later.
  private func past(_ size: UInt64) throws -> ProjectionSnapshot {
    try Projections.asOf(
      directory: folder.path, plan: plan, source: log, size: size, timeZone: "Europe/Berlin", policy: policy)
  }

  @Test("whoever has a past state goes on reading it, whatever becomes of the live file meanwhile")
  func liveFileGoesOn() throws {
    let projections = try live()
    let past = try past(555)
    // Nearly every page is changed.
    for bike in 0..<600 where bike % 4 != 3 { try log.sell(bike) }
    try projections.catchUp(to: log.size)
    // SQLite would take its log of changes over when the last connection closes.
    _ = consume projections
    let reopened = try live()
    #expect(try reopened.snapshot().content() == fromLog(log.size))
    #expect(try past.content() == fromLog(555))
    #expect(past.head == log.head(555))
    withExtendedLifetime(reopened) {}
  }

  @Test("whoever has a past state goes on reading it when the live file is made anew, and the snapshots are gone")
  func liveFileIsReplaced() throws {
    _ = try live()
    let past = try past(455)
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
      try FileManager.default.removeItem(atPath: folder.path + "/" + name)
    }
    let anew = try live(100)
    #expect(try past.content() == fromLog(455))
    withExtendedLifetime(anew) {}
  }

  @Test("a past state near the live file leaves nothing on the disk, and the live file goes on when it has been read")
  func nothingIsLeft() throws {
    let projections = try live(500)
    func opened() throws -> [String] {
      let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
      return descriptors.compactMap {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + $0)
      }
      .filter { $0.hasPrefix(folder.path + "/asof") || $0.hasPrefix(snapshots) }
    }
    do {
      let past = try past(455)
      #expect(try past.content() == fromLog(455))
      #expect(try !opened().isEmpty)
    }
    #expect(try opened().isEmpty)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/asof").isEmpty)
    while projections.position.size < log.size { try projections.catchUp(to: projections.position.size + 10) }
    // States are marked where the log of changes has been taken over.
    #expect(try asOf(580).read <= 41)
  }

  @Test("two may have past states of the same size, and others, at the same time")
  func several() throws {
    let projections = try live()
    let states = try [455, 455, 300, 599].map { ($0, try past($0)) }
    for (size, state) in states { #expect(try state.content() == fromLog(size)) }
    withExtendedLifetime(projections) {}
  }

  @Test("a rotten file of a snapshot never changes an answer", arguments: [0, 1, 2, 3], [0.0, 0.3, 0.999])
  func rot(file: Int, place: Double) throws {
    let projections = try live()
    let names = try files()
    try #require(names.count > 4)
    // The list itself and the files of pages.
    let name = file == 0 ? "chain.json" : names[file * (names.count - 2) / 3]
    let path = URL(fileURLWithPath: snapshots + "/" + name)
    var bytes = try Data(contentsOf: path)
    if !bytes.isEmpty { bytes[Int(Double(bytes.count) * place)] ^= 1 }
    try bytes.write(to: path)
    for size: UInt64 in [100, 270, 500, 555] { #expect(try asOf(size).content == fromLog(size)) }
    withExtendedLifetime(projections) {}
  }

  @Test("a file of a snapshot that is cut short, gone or another one never changes an answer", arguments: 0..<3)
  func damaged(_ damage: Int) throws {
    let projections = try live()
    let pages = try files().filter { $0.hasSuffix(".pages") }.map { URL(fileURLWithPath: snapshots + "/" + $0) }
    let other = try Data(contentsOf: pages[1])
    for file in pages {
      switch damage {
      case 0: try Data(try Data(contentsOf: file).dropLast(100)).write(to: file)
      case 1: try FileManager.default.removeItem(at: file)
      default: try other.write(to: file)
      }
    }
    for size: UInt64 in [100, 270, 500, 555] { #expect(try asOf(size).content == fromLog(size)) }
    withExtendedLifetime(projections) {}
  }

  @Test("snapshots of another log are not believed")
  func foreign() throws {
    _ = try live()
    let other = TestLog()
    for bike in 0..<600 { try other.buy(bike) }
    for size: UInt64 in [100, 500, 555] { #expect(try asOf(size, other).content == fromLog(size, other)) }
  }

  @Test("where somebody else has written into the live file, it is no way back")
  func otherWriter() throws {
    _ = try live()
    let queue = try DatabaseQueue(path: folder.database)
    try queue.inDatabase { try $0.execute(sql: "UPDATE rad SET marke = 'von Hand'") }
    try queue.close()
    #expect(try asOf(500).content == fromLog(500))
    // The next ones begin anew, from the file as it is.
    for bike in 5000..<5100 { try log.buy(bike) }
    _ = try live()
    #expect(try asOf(500).content == fromLog(500))
  }

  @Test("snapshots may be deleted at any time and are made again")
  func deleted() throws {
    let projections = try live(450)
    try FileManager.default.removeItem(atPath: snapshots)
    try projections.catchUp(to: 460)
    _ = consume projections
    _ = try live()
    for size: UInt64 in [100, 470, 500, 555] { #expect(try asOf(size).content == fromLog(size)) }
    #expect(try asOf(555).read <= 41)
  }

  @Test("together they are no larger than the live tables; the states at the ends of half-years go last")
  mutating func bounded() throws {
    policy.step = 1
    policy.recent = 1_000_000
    _ = try live()
    let sizes = try files().map {
      try #require(try FileManager.default.attributesOfItem(atPath: snapshots + "/" + $0)[.size] as? Int)
    }
    let database = try FileManager.default.attributesOfItem(atPath: folder.database)[.size] as? Int
    // The pages since the newest state come on top until the next one is marked.
    #expect(try sizes.reduce(0, +) <= #require(database) * 5 / 4)
    for size: UInt64 in [500, 600] { #expect(try asOf(size).read <= 41) }
  }

  @Test("a rebuild that finds nothing to replace leaves them, one that does ends them")
  func rebuilt() throws {
    let projections = try live()
    #expect(try projections.rebuild(to: log.size).isEqual)
    #expect(try asOf(500).read <= 41)
    let queue = try DatabaseQueue(path: folder.database)
    try queue.inDatabase { try $0.execute(sql: "DELETE FROM rad WHERE sequence % 2") }
    try queue.close()
    #expect(try !projections.rebuild(to: log.size).isEqual)
    for size: UInt64 in [100, 500, 600] { #expect(try asOf(size).content == fromLog(size)) }
  }
}

/// A log that counts what is read of it.
private final class CountingSource: RecordSource {
  private let log: TestLog
  private let count = Mutex<UInt64>(0)

  init(_ log: TestLog) {
    self.log = log
  }

  var read: UInt64 { count.withLock { $0 } }

  func forEachLine(from: UInt64, below: UInt64, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    try log.forEachLine(from: from, below: below) { line in
      count.withLock { $0 += 1 }
      try body(line)
    }
  }
}
