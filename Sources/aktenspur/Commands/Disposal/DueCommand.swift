import ArgumentParser
import DomainPacks
import EventLog
import Ledger
import ReadModels

struct DueCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "due",
    abstract: "Print what is due: Wiedervorlagen, files to be offered, files to be destroyed.",
    discussion: "What a hold stops is listed with it, and is in no figure until the hold is lifted.")

  @OptionGroup var ledger: LedgerOption
  @OptionGroup var packs: PacksOption
  @OptionGroup var asOf: AsOfOption
  @Option(help: "The Stichtag, YYYY-MM-DD; default: today.") var effective: String?
  @Flag(help: "Print one array of objects.") var json = false

  func run() throws {
    let reader = try LedgerReader(at: try ledger.path(), packs: packs.source)
    let day = effective ?? AsOf.today(in: reader.log.description.timeZone)
    guard case .day? = AsOf(day) else { throw ValidationError("--effective: expected a day YYYY-MM-DD, found \(day)") }
    let due = try DueList.read(in: try reader.snapshot(asOf: asOf.value), on: day)
    if json { return Terminal.write(RowsJSON(due).finished() + "\n".utf8) }
    let columns = Language.text(en: "due what subject title text hold", de: "fällig was Gegenstand Titel Text Sperre")
    Terminal.write(
      TextTable(columns.split(separator: " ").map(String.init), due.rows.map { $0.map(\.shown) }).text.utf8)
  }
}

/// What is due on a day.
enum DueList {
  private static let sql = """
    SELECT
      f.faellig,
      f.was,
      f.subject,
      coalesce(a.titel, v.titel) AS titel,
      f.text,
      (
        SELECT group_concat(s.grund, '; ')
        FROM akte_sperre AS s
        WHERE s.subject = f.akte
        AND f.was <> 'wiedervorlage'
        AND s.seit <= :effective
        AND coalesce(s.aufgehoben, '9999-99-99') > :effective
        AND coalesce(s.bis, '9999-99-99') >= :effective
      ) AS sperre
    FROM akte_faelligkeit AS f
    LEFT JOIN akte AS a
      ON a.subject = f.subject
    LEFT JOIN vorgang AS v
      ON v.subject = f.subject
    WHERE f.faellig <= :effective
    AND :effective < f.bis
    ORDER BY f.faellig, f.was, f.subject, f.sequence
    """

  static func read(in snapshot: ProjectionSnapshot, on day: String) throws -> QueryResult {
    try PackTables.rows(sql, ["effective": .text(day)], in: snapshot)
  }

  /// The files of which that is due and which no hold stops.
  static func files(_ what: String, in snapshot: ProjectionSnapshot, on day: String) throws -> [String] {
    try read(in: snapshot, on: day).rows.compactMap { row in
      guard case .text(what) = row[1], case .text(let subject) = row[2], row[5] == .null else { return nil }
      return subject
    }
  }
}

/// Queries of the tables of the pack `akten`.
enum PackTables {
  static func rows(
    _ sql: String, _ arguments: [String: SQLValue], in snapshot: ProjectionSnapshot
  ) throws -> QueryResult {
    guard snapshot.packs.packs.contains(where: { $0.name == "akten" }) else {
      throw Failure(
        .badInput,
        Language.text(
          en: "the ledger does not use the pack akten", de: "das Protokoll verwendet das Fachpaket akten nicht"))
    }
    return try snapshot.rows(sql, arguments: arguments, limits: .report)
  }
}
