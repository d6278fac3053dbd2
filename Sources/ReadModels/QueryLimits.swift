/// What one query may cost, and whether it may look at the clock.
public struct QueryLimits: Sendable, Hashable {
  public var maximumRows: Int
  /// The texts and blobs of the result, together.
  public var maximumBytes: Int
  /// Instructions of SQLite's virtual machine, counted in thousands.
  public var maximumSteps: Int
  public var maximumTime: Duration
  /// Whether `date('now')`, `random()` and their like are allowed. Figures, findings and reports must follow from the
  /// log alone: the same head gives the same answer.
  public var allowsClock: Bool

  public init(
    maximumRows: Int, maximumBytes: Int, maximumSteps: Int, maximumTime: Duration, allowsClock: Bool
  ) {
    self.maximumRows = maximumRows
    self.maximumBytes = maximumBytes
    self.maximumSteps = maximumSteps
    self.maximumTime = maximumTime
    self.allowsClock = allowsClock
  }

  /// For a query somebody typed or sent.
  public static let query = QueryLimits(
    maximumRows: 1_000_000, maximumBytes: 256 << 20, maximumSteps: 10_000_000_000, maximumTime: .seconds(60),
    allowsClock: true)

  /// For figures, findings and the tables of reports.
  public static let report = QueryLimits(
    maximumRows: 10_000_000, maximumBytes: 1 << 30, maximumSteps: 100_000_000_000, maximumTime: .seconds(600),
    allowsClock: false)
}

/// The whole result of a query.
public struct QueryResult: Sendable, Hashable {
  /// As SQLite names them.
  public var columns: [String]
  public var rows: [[SQLValue]]

  public init(columns: [String], rows: [[SQLValue]]) {
    self.columns = columns
    self.rows = rows
  }
}
