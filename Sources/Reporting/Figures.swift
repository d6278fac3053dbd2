import DomainPacks
public import ReadModels

/// A figure as it stands: a number and the records it was counted or summed from.
public struct FigureValue: Sendable, Hashable {
  public let name: String
  public let title: String
  public let value: FigureNumber
  /// As the pack writes it, empty where it gives none; `Cent` is an amount of money.
  public let unit: String
  /// The records behind the value, each once, in the order of the log.
  public let sequences: [UInt64]
  /// What was known: the part of the log the figure was drawn from.
  public let asof: LogHead
  /// The Stichtag, `YYYY-MM-DD`: what was valid then is counted.
  public let effective: String
  /// The sentences that go with every figure of the pack.
  public let notes: [String]

  package init(
    name: String, title: String, value: FigureNumber, unit: String, sequences: [UInt64], asof: LogHead,
    effective: String, notes: [String] = []
  ) {
    self.name = name
    self.title = title
    self.value = value
    self.unit = unit
    self.sequences = sequences
    self.asof = asof
    self.effective = effective
    self.notes = notes
  }
}

/// Draws figures from a snapshot.
public enum Figures {
  /// The figures of those names in that order, or all figures of all packs in the order of the packs and their files.
  ///
  /// The value is the sum of the column `value` where the query has one (NULL counts nothing, no rows are 0), else the
  /// number of rows.
  ///
  /// - Parameters:
  ///   - effective: the Stichtag, `YYYY-MM-DD`.
  ///   - from: the first day of the period, by default that of the half-year in which the Stichtag lies.
  ///   - to: the last day of the period, by default the Stichtag.
  /// - Throws: ``ReportingError``: `notADay`, `unknownFigures`, or `query` where a figure's rows have no column
  ///   `sequence` or its values are no numbers.
  public static func compute(
    snapshot: ProjectionSnapshot, effective: String, from: String? = nil, to: String? = nil, names: [String]? = nil
  ) throws(ReportingError) -> [FigureValue] {
    let parameters = try QueryParameters(effective: effective, from: from, to: to)
    return try compute(snapshot: snapshot, parameters: parameters, names: names)
  }

  static func compute(
    snapshot: ProjectionSnapshot, parameters: QueryParameters, names: [String]?
  ) throws(ReportingError) -> [FigureValue] {
    let all = snapshot.packs.packs.flatMap { pack in pack.figures.map { (pack: pack, figure: $0) } }
    var wanted = all
    if let names {
      let byName = Dictionary(all.map { ($0.figure.name, $0) }) { first, _ in first }
      let unknown = names.filter { byName[$0] == nil }
      guard unknown.isEmpty else { throw .unknownFigures(unknown) }
      wanted = names.compactMap { byName[$0] }
    }
    var values: [FigureValue] = []
    var notes: [String: [String]] = [:]
    for (pack, figure) in wanted {
      if notes[pack.name] == nil { notes[pack.name] = try self.notes(of: pack, snapshot, parameters) }
      let query = PackQuery(pack: pack.name, name: "figure \(figure.name)", sql: figure.sql)
      values.append(try value(of: figure, query, snapshot, parameters, notes: notes[pack.name] ?? []))
    }
    return values
  }

  private static func notes(
    of pack: Pack, _ snapshot: ProjectionSnapshot, _ parameters: QueryParameters
  ) throws(ReportingError) -> [String] {
    var sentences: [String] = []
    for note in pack.notes {
      let query = PackQuery(pack: pack.name, name: "note \(note.name)", sql: note.sql)
      let result = try query.run(on: snapshot, parameters)
      guard let column = result.columns.firstIndex(of: "text") else {
        throw query.error("its SELECT needs a column \"text\": the sentence")
      }
      for row in result.rows {
        guard case .text(let sentence) = row[column] else {
          throw query.error("a row has no text in its column \"text\"")
        }
        sentences.append(sentence)
      }
    }
    return sentences
  }

  private static func value(
    of figure: Figure, _ query: PackQuery, _ snapshot: ProjectionSnapshot, _ parameters: QueryParameters,
    notes: [String]
  ) throws(ReportingError) -> FigureValue {
    let result = try query.run(on: snapshot, parameters)
    guard let sequenceColumn = result.columns.firstIndex(of: "sequence") else {
      throw query.error("its SELECT needs a column \"sequence\": the record behind each row")
    }
    let valueColumn = result.columns.firstIndex(of: "value")
    var sequences: [UInt64] = []
    var sum = FigureSum()
    for row in result.rows {
      guard case .integer(let number) = row[sequenceColumn], let sequence = UInt64(exactly: number) else {
        throw query.error("a row has no record in its column \"sequence\"")
      }
      sequences.append(sequence)
      guard let valueColumn else { continue }
      let inRange =
        switch row[valueColumn] {
        case .null: true
        case .integer(let value): sum.add(value)
        case .real(let value): sum.add(value)
        case .text, .blob: throw query.error("a row has no number in its column \"value\" (record \(sequence))")
        }
      guard inRange else { throw query.error("the sum of its values is too large") }
    }
    let value: FigureNumber
    if valueColumn == nil {
      value = .integer(Int64(result.rows.count))
    } else if let total = sum.total {
      value = total
    } else {
      throw query.error("the sum of its values is too large")
    }
    return FigureValue(
      name: figure.name, title: figure.title, value: value, unit: figure.unit ?? "",
      sequences: sequences.sortedUnique(),
      asof: snapshot.head, effective: parameters.effective, notes: notes)
  }

  /// What `figures --json` prints: an array with one object for each figure, ended by LF.
  public static func json(_ figures: [FigureValue]) -> [UInt8] {
    var json = JSONWriter()
    json.figures(figures)
    return json.line()
  }
}
