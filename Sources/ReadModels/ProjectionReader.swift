public import DomainPacks
import Foundation
import TransparencyLog

/// The live projection as seen by another process than the one that writes it.
///
/// Each look opens the file afresh: should the writer have replaced a damaged one, the next look finds the new one.
public struct ProjectionReader: Sendable {
  private let path: String
  private let packs: PackSet

  init(path: String, packs: PackSet) throws {
    self.path = path
    self.packs = packs
    let file = try ReadingFile(path: path)
    let differences = file.state.differences(from: packs)
    if !differences.isEmpty { throw ReadModelError.otherPacks(path: path, names: differences) }
  }

  public func snapshot(lifetime: Duration = Projections.readingTime) throws -> ProjectionSnapshot {
    try ProjectionSnapshot(path: path, packs: packs, lifetime: lifetime)
  }

  /// Waits until the projection stands for at least `size` records.
  ///
  /// - Returns: a view at that position or a later one.
  /// - Throws: ``ReadModelError/behind(size:wanted:)`` after `timeout`.
  public func waitFor(
    size: UInt64, timeout: Duration, lifetime: Duration = Projections.readingTime
  ) throws -> ProjectionSnapshot {
    let deadline = ContinuousClock.now + timeout
    var pause = 0.001
    while true {
      let file = try ReadingFile(path: path)
      let reached = file.state.frontier.size
      if reached >= size { return try ProjectionSnapshot(file, packs: packs, lifetime: lifetime) }
      if ContinuousClock.now > deadline { throw ReadModelError.behind(size: reached, wanted: size) }
      Thread.sleep(forTimeInterval: pause)
      pause = min(pause * 2, 0.02)
    }
  }
}

extension Projections {
  /// Opens the live projection beside its writer, for reading only.
  ///
  /// - Throws: ``ReadModelError/unusable(path:detail:)`` where there is none or SQLite cannot share it, and
  ///   ``ReadModelError/otherPacks(path:names:)`` where it was made by other packs.
  public static func openReadOnly(directory: String, packs: PackSet) throws -> ProjectionReader {
    try ProjectionReader(path: path(in: directory), packs: packs)
  }
}
