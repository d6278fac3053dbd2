/// What a rebuild found when it compared the tables it had built with the live ones.
public struct RebuildReport: Sendable, Hashable {
  public struct Table: Sendable, Hashable {
    public var pack: String
    public var name: String
    /// Nil for a table that was not there.
    public var rowsBefore: Int?
    /// Nil for a table that is no more.
    public var rowsAfter: Int?
    /// Rows that only the live table had; nil where the two cannot be compared, because their columns differ.
    public var onlyBefore: Int?
    /// Rows that only the rebuilt table has; nil as above.
    public var onlyAfter: Int?

    /// Whether the rebuild gave the same rows.
    public var isEqual: Bool { rowsBefore == rowsAfter && onlyBefore == 0 && onlyAfter == 0 }
  }

  /// The records the tables stand for.
  public var head: LogHead
  /// The packs whose tables were replaced.
  public var packs: [String]
  public var tables: [Table]

  public var isEqual: Bool { tables.allSatisfy(\.isEqual) }
}
