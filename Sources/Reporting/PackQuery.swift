import LogFormat
import ReadModels

/// The days that every query of a figure, finding or table is given.
struct QueryParameters {
  let effective: String
  let from: String
  let to: String
  /// Of a report about one subject.
  let subject: String?

  init(effective: String, from: String?, to: String?, subject: String? = nil) throws(ReportingError) {
    for day in [effective, from, to].compactMap(\.self) where !CivilDate.isDate(day) { throw .notADay(day) }
    guard let halfYear = Period.halfYear(of: effective) else { throw .notADay(effective) }
    self.effective = effective
    self.from = from ?? halfYear.from
    self.to = to ?? effective
    self.subject = subject
  }

  var arguments: [String: SQLValue] {
    [
      "effective": .text(effective), "from": .text(from), "to": .text(to),
      "subject": subject.map { .text($0) } ?? .null,
    ]
  }
}

/// A query of a pack, with the names its errors need.
struct PackQuery {
  let pack: String
  /// What it is for, e.g. `figure projekte.gesamt`.
  let name: String
  let sql: String

  func run(on snapshot: ProjectionSnapshot, _ parameters: QueryParameters) throws(ReportingError) -> QueryResult {
    do {
      return try snapshot.rows(sql, arguments: parameters.arguments, limits: .report)
    } catch {
      throw self.error(String(describing: error))
    }
  }

  func error(_ detail: String) -> ReportingError {
    .query(pack: pack, name: name, detail: detail)
  }
}

extension SQLValue {
  /// Sequences as a query gives them: one number, a JSON array of numbers, or NULL for none. Nil for anything else.
  var sequences: [UInt64]? {
    switch self {
    case .null: return []
    case .integer(let number): return UInt64(exactly: number).map { [$0] }
    case .text(let text):
      guard let array = try? JSONDocument(text).root, array.kind == .array else { return nil }
      var sequences: [UInt64] = []
      for element in array.elements {
        guard let number = element.integer, let sequence = UInt64(exactly: number) else { return nil }
        sequences.append(sequence)
      }
      return sequences.sortedUnique()
    case .real, .blob: return nil
    }
  }
}

extension [UInt64] {
  func sortedUnique() -> [UInt64] {
    var result: [UInt64] = []
    for element in sorted() where element != result.last { result.append(element) }
    return result
  }
}
