/// Why figures, findings or a report cannot be drawn up.
public enum ReportingError: Error, Sendable, Hashable {
  /// Not a day of the calendar written `YYYY-MM-DD`.
  case notADay(String)
  /// No pack has a figure of that name.
  case unknownFigures([String])
  /// No pack has a report of that name.
  case unknownReport(String, known: [String])
  /// The report has no table of that name.
  case unknownTable(String, report: String, known: [String])
  /// Two packs have a report of that name.
  case ambiguousReport(String, packs: [String])
  /// No pack of that name is in the set.
  case unknownPacks([String])
  /// A file of a report folder is not as ``ReportDefinition`` says; `place` is a JSON pointer, a line or a tag.
  case definition(pack: String, file: String, place: String, detail: String)
  /// A query of a pack fails, or its rows are not what a figure, finding or table needs.
  case query(pack: String, name: String, detail: String)
}

extension ReportingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notADay(let text): "\"\(text)\" is no day: expected YYYY-MM-DD"
    case .unknownFigures(let names): "no pack has a figure \(ReportingError.quoted(names))"
    case .unknownReport(let name, let known):
      "no pack has a report \"\(name)\"; "
        + (known.isEmpty ? "there are none" : "known: \(known.joined(separator: ", "))")
    case .unknownTable(let name, let report, let known):
      "report \"\(report)\" has no table \"\(name)\"; known: \(known.joined(separator: ", "))"
    case .ambiguousReport(let name, let packs):
      "report \"\(name)\" is in more than one pack: \(packs.joined(separator: ", "))"
    case .unknownPacks(let names): "there is no pack \(ReportingError.quoted(names))"
    case .definition(let pack, let file, let place, let detail):
      "pack \(pack), \(file)\(place.isEmpty ? "" : ", \(place)"): \(detail)"
    case .query(let pack, let name, let detail): "pack \(pack), \(name): \(detail)"
    }
  }

  private static func quoted(_ names: [String]) -> String {
    names.map { "\"\($0)\"" }.joined(separator: ", ")
  }
}
