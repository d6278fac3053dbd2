public import TransparencyLog

/// A statement of a pack that is refused when the pack is loaded: wrong SQL, or more than a pack may do.
public struct PackSQLError: Error, Sendable, Hashable, CustomStringConvertible {
  public var pack: String
  /// The file in the pack's folder, e.g. `projection.sql`.
  public var file: String
  /// Where in the file, e.g. `line 12`, `on de.aktenspur.rad.verkauft`, `figure raeder.wert`; nil for the whole of it.
  public var place: String?
  /// What is wrong, with SQLite's own message where it has one.
  public var message: String

  public var description: String {
    "\(pack)/\(file)\(place.map { ", \($0)" } ?? ""): \(message)"
  }
}

/// A statement of a pack that failed for one record. Nothing of the record's transaction is kept.
public struct ProjectionError: Error, Sendable, Hashable, CustomStringConvertible {
  public var pack: String
  public var eventType: String
  public var sequence: UInt64
  public var message: String

  public var description: String {
    "\(pack)/projection.sql, on \(eventType), record \(sequence): \(message)"
  }
}

/// Why projections could not be opened, brought up to date or read.
public enum ReadModelError: Error, Sendable, Hashable {
  /// The line of that sequence is not a record that follows the one before; the log needs `verify`.
  case brokenLog(sequence: UInt64, detail: String)
  /// The log ends before the size asked for.
  case logEnds(at: UInt64, wanted: UInt64)
  /// After projecting `size` records, from the first one on, their root is not the one expected.
  case otherRoot(size: UInt64, expected: Digest, actual: Digest)
  case unknownTimeZone(String)
  case unknownPack(String)
  /// The file cannot be opened, read or written; SQLite's or the system's message.
  case unusable(path: String, detail: String)
  /// The projection was made by other packs, or other versions of them.
  case otherPacks(path: String, names: [String])
  /// The projection did not reach the size in time.
  case behind(size: UInt64, wanted: UInt64)
  /// The snapshot was closed because it had been held too long.
  case snapshotExpired
}

extension ReadModelError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .brokenLog(let sequence, let detail): "record \(sequence) of the log: \(detail)"
    case .logEnds(let end, let wanted): "the log ends at \(end) records, \(wanted) were to be projected"
    case .otherRoot(let size, let expected, let actual):
      "the root of the first \(size) records is \(actual.base64), expected \(expected.base64)"
    case .unknownTimeZone(let name): "unknown time zone \"\(name)\" (is the package tzdata installed?)"
    case .unknownPack(let name): "there is no domain pack \"\(name)\""
    case .unusable(let path, let detail): "\(path): \(detail)"
    case .otherPacks(let path, let names):
      "\(path) was made by other versions of the packs: \(names.joined(separator: ", "))"
    case .behind(let size, let wanted): "the projection is at \(size) records and did not reach \(wanted) in time"
    case .snapshotExpired: "the snapshot was held too long and has been closed"
    }
  }
}

/// Why a query was refused or broken off.
public enum QueryError: Error, Sendable, Hashable {
  case notOneSelect
  /// More than a reader may do, or wrong SQL; SQLite's message.
  case sql(String)
  case missingArgument(String)
  case tooManyRows(limit: Int)
  case tooLarge(limitBytes: Int)
  case tooManySteps(limit: Int)
  case tooLong(limit: Duration)
}

extension QueryError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notOneSelect: "expected exactly one SELECT, WITH or VALUES statement"
    case .sql(let message): message
    case .missingArgument(let name): "the parameter :\(name) has no value"
    case .tooManyRows(let limit): "more than \(limit) rows; narrow the query or add LIMIT"
    case .tooLarge(let limit): "the result is larger than \(limit) bytes; narrow the query or add LIMIT"
    case .tooManySteps(let limit): "broken off after \(limit) steps; narrow the query"
    case .tooLong(let limit): "broken off after \(limit); narrow the query"
    }
  }
}
