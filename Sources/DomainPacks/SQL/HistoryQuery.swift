/// What belongs to the history of a subject besides its own records, as a query over the projections.
///
/// ```sql
/// -- history.sql
/// -- history parts: Was zur Akte gehört
/// SELECT subject FROM vorgang WHERE akte = :subject;
///
/// -- history mentions: Wer etwas daraus gelesen hat
/// SELECT sequence FROM zugriff WHERE subject IN (SELECT value FROM json_each(:subjects));
/// ```
///
/// `parts` gives the other subjects whose records are told with it, however deep they lie; its parameter is `:subject`.
/// `mentions` gives single records on other subjects; its parameters are `:subjects`, the subject and its parts, and
/// `:sequences`, their records, both as JSON arrays.
public struct HistoryQuery: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    case parts
    case mentions

    /// The column that its SELECT gives.
    public var column: String { self == .parts ? "subject" : "sequence" }
  }

  public let kind: Kind
  public let title: String
  /// One SELECT, as written.
  public let sql: String
}

extension HistoryQuery {
  static let file = "history.sql"

  /// The sections of `history.sql`, in file order.
  static func read(_ bytes: [UInt8]) throws(TextError) -> [HistoryQuery] {
    let form = "parts: <title>\" or \"-- history mentions: <title>"
    var queries: [HistoryQuery] = []
    for query in try NamedQuery.read(bytes, keyword: "history", form: form) {
      guard let kind = Kind(rawValue: query.name) else {
        throw TextError(query.line, "expected \"-- history \(form)\", found \"-- history \(query.name)\"")
      }
      queries.append(HistoryQuery(kind: kind, title: query.title, sql: query.sql))
    }
    return queries
  }
}
