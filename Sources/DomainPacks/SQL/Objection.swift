import LogFormat

/// A reason why an event may not be recorded now, as a query over the projections: each row's `text` is one.
///
/// ```sql
/// -- objections.sql
/// -- against de.aktenspur.rad.verkauft: Das Rad ist verliehen
/// SELECT 'verliehen bis ' || bis AS text FROM verleih WHERE subject = :subject AND bis >= :effective;
/// ```
///
/// It is asked of everything recorded before the event, and nothing is recorded in between. Parameters: `:subject`,
/// `:type`, `:authid`, `:data` of the event (personal fields sealed) and `:effective`, the day it is recorded on, for
/// what an event says of its own time must not open what is closed today. `-- against de.aktenspur.rad.geaendert with halle,
/// standort: …` is asked only of events whose data has one of these properties.
public struct Objection: Sendable, Hashable {
  /// Of the same pack.
  public let eventType: String
  /// It is asked only of events whose data has one of these properties; empty: of every event.
  public let properties: [String]
  public let title: String
  /// One SELECT, as written.
  public let sql: String
  /// The line of its heading, from 1.
  let line: Int
}

extension Objection {
  /// Whether it is asked of an event with that data.
  func concerns(_ data: JSONValue?) -> Bool { properties.isEmpty || properties.contains { data?[$0] != nil } }

  static let file = "objections.sql"

  /// The objections of `objections.sql`, in file order.
  static func read(_ bytes: [UInt8]) throws(TextError) -> [Objection] {
    try NamedQuery.read(
      bytes, keyword: "against", form: "<event type> [with <property>, …]: <title>", hasProperties: true
    ).map {
      Objection(eventType: $0.name, properties: $0.properties, title: $0.title, sql: $0.sql, line: $0.line)
    }
  }
}
