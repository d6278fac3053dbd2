public import DomainPacks
public import EventLog
import Foundation
public import ReadModels

/// A ledger's directory open for reading, with or without a daemon beside it: what the reading commands use.
public struct LedgerReader: Sendable {
  public let log: LogReader
  public let packs: PackSet

  public init(at path: String, packs source: PackSource) throws {
    log = try LogReader(LedgerDirectory(path))
    packs = try source.packs(for: log)
  }

  /// A view of the projections, of everything durable now or as of a place in the log.
  ///
  /// With a daemon it waits for the daemon's projections. Without one it takes the lock and brings them up; where it
  /// may not write, or the daemon uses other packs, it builds its own in `$TMPDIR`.
  public func snapshot(asOf: AsOf? = nil) throws -> ProjectionSnapshot {
    let source = LogFilesSource(reader: log)
    if let asOf {
      return try Projections.asOf(
        directory: log.directory.cache, plan: plan(), source: source, size: log.size(asOf: asOf),
        timeZone: log.description.timeZone)
    }
    if log.isLive {
      do {
        return try Projections.openReadOnly(directory: log.directory.cache, packs: packs)
          .waitFor(size: log.size, timeout: .seconds(600))
      } catch ReadModelError.otherPacks {
        return try temporary(source)
      } catch ReadModelError.unusable {
        return try temporary(source)
      }
    }
    guard FileManager.default.isWritableFile(atPath: log.directory.path),
      let lock = try WriterLock.acquire(log.directory)
    else { return try temporary(source) }
    return try withExtendedLifetime(lock) {
      do {
        let projections = try projections()
        try projections.catchUp(to: log.size)
        return try projections.snapshot()
      } catch ReadModelError.unusable {
        // No room there, perhaps; the answer can still be given.
        return try temporary(source)
      }
    }
  }

  /// The live projections, to be rebuilt. Only where no daemon holds the ledger.
  public func rebuild(packs names: [String]?) throws -> RebuildReport {
    guard let lock = try WriterLock.acquire(log.directory) else { throw LedgerOpenError.busy(log.directory.lock) }
    return try withExtendedLifetime(lock) { try rebuildHoldingLock(packs: names) }
  }

  func rebuildHoldingLock(packs names: [String]?) throws -> RebuildReport {
    try projections().rebuild(packs: names, to: log.size)
  }

  private func projections() throws -> Projections {
    try FileManager.default.createDirectory(
      atPath: log.directory.cache, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
    return try Projections(
      directory: log.directory.cache, plan: plan(), source: LogFilesSource(reader: log),
      timeZone: log.description.timeZone)
  }

  private func temporary(_ source: LogFilesSource) throws -> ProjectionSnapshot {
    let file = FileManager.default.temporaryDirectory.appending(path: "aktenspur-\(UUID().uuidString).sqlite").path
    // Whoever has it open goes on reading; the file is gone when they are done.
    defer { unlink(file) }
    return try Projections.build(
      at: file, plan: plan(), source: source, size: log.size, timeZone: log.description.timeZone)
  }

  private func plan() throws -> ProjectionPlan { try ProjectionPlan(packs, recordedIn: log) }
}
