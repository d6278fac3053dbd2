public import DomainPacks
import Foundation
import LogFormat
import ReadModels

/// What came out when a pack's examples were run.
public struct ProjectionTestResult: Sendable {
  public let pack: String
  /// How many example events the pack has.
  public let events: Int
  /// Tables, figures and findings that were compared.
  public let comparisons: Int
  /// Empty where all is as the pack expects.
  public let differences: [ProjectionDifference]
}

/// One thing that is not as a pack expects it.
public struct ProjectionDifference: Sendable, Hashable, CustomStringConvertible {
  public let pack: String
  /// E.g. `table rad`, `figure raeder.vorhanden`, `examples.ndjson, line 3`.
  public let what: String
  public let expected: String
  public let found: String

  public var description: String { "\(pack): \(what): expected \(expected), found \(found)" }
}

/// Runs the examples of packs: `examples.ndjson` becomes records stamped one after the other from sequence 0, all packs
/// of the set project them into a database of their own, and `expected.json` says what must then hold.
///
/// ```json
/// {"tables":{"rad":[{"subject":"rad/1","marke":"Diamant"}]},
///  "figures":{"raeder.vorhanden":{"effective":"2026-12-31","value":1}},
///  "findings":{"raeder.ohne-preis":0}}
/// ```
///
/// - Tables and views hold exactly these rows, in any order; of a row only the columns named are compared. JSON arrays
///   and objects are compared with text that is JSON.
/// - A figure may also give `from` and `to`.
/// - A finding gives its number of rows, at the latest `effective` of the figures, or on the day of the last example
///   where there are none.
///
/// Each hold of the pack is asked once and must answer.
///
/// Personal fields are replaced by a sealed stand-in, as the ledger stores them; each event must be one its pack allows
/// in the state its subject is in.
public enum ProjectionTest {
  /// - Parameters:
  ///   - names: the packs to test; all where nil. A pack without examples has nothing to differ.
  ///   - timeZone: in which `:day` is told.
  /// - Throws: ``ReportingError/unknownPacks(_:)``, ``ReportingError/definition(pack:file:place:detail:)`` where
  ///   `expected.json` is not of the form above, or what keeps the database from being made.
  public static func run(
    packs: PackSet, names: [String]? = nil, timeZone: String = "Europe/Berlin"
  ) throws -> [ProjectionTestResult] {
    let unknown = (names ?? []).filter { name in !packs.packs.contains { $0.name == name } }
    guard unknown.isEmpty else { throw ReportingError.unknownPacks(unknown) }
    let plan = try ProjectionPlan(packs)
    return try packs.packs.filter { names?.contains($0.name) ?? true }.map { pack in
      try run(pack, of: packs, plan, timeZone: timeZone)
    }
  }

  private static func run(
    _ pack: Pack, of packs: PackSet, _ plan: ProjectionPlan, timeZone: String
  ) throws -> ProjectionTestResult {
    var examples = ExampleRecords(pack: pack.name, packs: packs)
    examples.read(pack.examples ?? [])
    let expected = try pack.expected.map { try ExpectedContents($0, pack: pack.name) }
    guard examples.differences.isEmpty else {
      return ProjectionTestResult(
        pack: pack.name, events: examples.lines.count, comparisons: 0, differences: examples.differences)
    }

    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("aktenspur-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let snapshot: ProjectionSnapshot
    do {
      snapshot = try Projections.build(
        at: folder.appendingPathComponent("examples.sqlite").path, plan: plan, source: examples.source,
        size: UInt64(examples.lines.count), timeZone: timeZone)
    } catch let error as ProjectionError {
      let difference = ProjectionDifference(
        pack: pack.name, what: "projections", expected: "every example to be projected", found: "\(error)")
      return ProjectionTestResult(
        pack: pack.name, events: examples.lines.count, comparisons: 0, differences: [difference])
    }

    let lastDay = try examples.lastDay(timeZone: timeZone)
    var differences = holdDifferences(of: pack, in: snapshot, on: lastDay)
    if let expected { differences += try expected.differences(from: snapshot, lastDay: lastDay) }
    return ProjectionTestResult(
      pack: pack.name, events: examples.lines.count, comparisons: expected?.count ?? 0, differences: differences)
  }
  /// What a hold asks is otherwise known only when somebody is to be erased: so each is asked once, about nobody.
  private static func holdDifferences(
    of pack: Pack, in snapshot: ProjectionSnapshot, on day: String
  ) -> [ProjectionDifference] {
    guard !pack.holds.isEmpty else { return [] }
    do {
      let holds = Holds(in: snapshot, on: day)
      _ = try holds.standing(against: .person("person/0", subjects: ["person/0"]))
      _ = try holds.standing(against: .content("sha256:" + String(repeating: "0", count: 64)))
      return []
    } catch {
      return [
        ProjectionDifference(pack: pack.name, what: "holds", expected: "an answer of each", found: "\(error)")
      ]
    }
  }
}
