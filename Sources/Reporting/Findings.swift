import DomainPacks
public import ReadModels

/// Something that does not add up, in words, with the records that contradict each other.
public struct FindingValue: Sendable, Hashable {
  public let name: String
  public let title: String
  public let text: String
  /// Each once, in the order of the log.
  public let sequences: [UInt64]

  package init(name: String, title: String, text: String, sequences: [UInt64]) {
    self.name = name
    self.title = title
    self.text = text
    self.sequences = sequences
  }
}

/// Draws findings from a snapshot.
public enum Findings {
  /// All findings of all packs: in the order of the packs and their files, each by its records and then by its text.
  ///
  /// - Parameters: as of ``Figures/compute(snapshot:effective:from:to:names:)``.
  /// - Throws: ``ReportingError``: `notADay`, or `query` where a finding has no `text` or its `sequences` are neither a
  ///   number nor a JSON array of numbers.
  public static func compute(
    snapshot: ProjectionSnapshot, effective: String, from: String? = nil, to: String? = nil
  ) throws(ReportingError) -> [FindingValue] {
    let parameters = try QueryParameters(effective: effective, from: from, to: to)
    return try compute(snapshot: snapshot, parameters: parameters)
  }

  static func compute(
    snapshot: ProjectionSnapshot, parameters: QueryParameters, packs: [String]? = nil
  ) throws(ReportingError) -> [FindingValue] {
    var findings: [FindingValue] = []
    for pack in snapshot.packs.packs where packs?.contains(pack.name) ?? true {
      for finding in pack.findings {
        let query = PackQuery(pack: pack.name, name: "finding \(finding.name)", sql: finding.sql)
        findings += try values(of: finding, query, snapshot, parameters)
      }
    }
    return findings
  }

  private static func values(
    of finding: Finding, _ query: PackQuery, _ snapshot: ProjectionSnapshot, _ parameters: QueryParameters
  ) throws(ReportingError) -> [FindingValue] {
    let result = try query.run(on: snapshot, parameters)
    guard let textColumn = result.columns.firstIndex(of: "text") else {
      throw query.error("its SELECT needs a column \"text\"")
    }
    guard let sequencesColumn = result.columns.firstIndex(of: "sequences") else {
      throw query.error("its SELECT needs a column \"sequences\": the records that contradict each other")
    }
    var values: [FindingValue] = []
    for row in result.rows {
      guard case .text(let text) = row[textColumn], !text.isEmpty else { throw query.error("a row has no text") }
      guard let sequences = row[sequencesColumn].sequences else {
        throw query.error("column \"sequences\": expected a number or a JSON array of numbers")
      }
      values.append(FindingValue(name: finding.name, title: finding.title, text: text, sequences: sequences))
    }
    return values.sorted { left, right in
      left.sequences == right.sequences
        ? left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
        : left.sequences.lexicographicallyPrecedes(right.sequences)
    }
  }
}
