import DomainPacks
import LogFormat

/// What stands against removing something: a retention duty or a legal hold, as the packs' `holds.sql` finds it in the
/// projections.
public struct StandingHold: Sendable, Hashable {
  /// As the pack names it, e.g. `akten.aufbewahrung`.
  public var name: String
  public var title: String
  public var text: String
  /// The records it follows from.
  public var sequences: [UInt64]

  /// The whole of it in one sentence.
  public var reason: String {
    let records = sequences.map { "\($0)" }.joined(separator: ", ")
    return "\(title): \(text)" + (sequences.isEmpty ? "" : " (records \(records))")
  }
}

/// Asks the packs whether something must be kept.
public struct Holds: Sendable {
  /// What is about to go.
  public enum Matter: Sendable, Hashable {
    /// The data sealed for a person, which stand in records on these subjects.
    case person(String, subjects: [String])
    /// `sha256:…`
    case content(String)

    fileprivate func arguments(on day: String) -> [String: SQLValue] {
      switch self {
      case .person(let person, let subjects):
        let list = "[" + subjects.map { JSONText.string($0) }.joined(separator: ",") + "]"
        return ["person": .text(person), "subjects": .text(list), "content": .null, "effective": .text(day)]
      case .content(let content):
        return ["person": .null, "subjects": .text("[]"), "content": .text(content), "effective": .text(day)]
      }
    }
  }

  private let snapshot: ProjectionSnapshot
  private let day: String

  /// - Parameter day: today, `YYYY-MM-DD` in the ledger's time zone.
  public init(in snapshot: ProjectionSnapshot, on day: String) {
    self.snapshot = snapshot
    self.day = day
  }

  /// All holds of all packs, in the order of the packs and their files.
  ///
  /// - Throws: ``HoldError`` where a pack's query does not give what it must, and errors of the query.
  public func standing(against matter: Matter) throws -> [StandingHold] {
    var standing: [StandingHold] = []
    for pack in snapshot.packs.packs {
      for hold in pack.holds {
        let result = try snapshot.rows(hold.sql, arguments: matter.arguments(on: day))
        guard let text = result.columns.firstIndex(of: "text"), let records = result.columns.firstIndex(of: "sequences")
        else { throw HoldError(pack: pack.name, name: hold.name, detail: "needs the columns text and sequences") }
        for row in result.rows {
          guard case .text(let reason) = row[text], !reason.isEmpty else {
            throw HoldError(pack: pack.name, name: hold.name, detail: "a row has no text")
          }
          guard let sequences = Holds.sequences(row[records]) else {
            throw HoldError(
              pack: pack.name, name: hold.name,
              detail: "column sequences: expected a number, a JSON array of numbers or NULL")
          }
          standing.append(StandingHold(name: hold.name, title: hold.title, text: reason, sequences: sequences))
        }
      }
    }
    return standing
  }

  private static func sequences(_ value: SQLValue) -> [UInt64]? {
    switch value {
    case .null: return []
    case .integer(let number): return UInt64(exactly: number).map { [$0] }
    case .text(let text):
      guard let list = try? JSONDocument(text).root, list.kind == .array else { return nil }
      let numbers = list.elements.compactMap { $0.integer.flatMap { UInt64(exactly: $0) } }
      return numbers.count == list.count ? numbers : nil
    case .real, .blob: return nil
    }
  }
}

/// A pack's `holds.sql` does not give what it must; nothing is removed then.
public struct HoldError: Error, Sendable, Hashable, CustomStringConvertible {
  public var pack: String
  public var name: String
  public var detail: String

  public var description: String { "pack \(pack), holds.sql, hold \(name): \(detail)" }
}
