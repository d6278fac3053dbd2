import Foundation
import LogFormat

/// The places in a ledger's directory, and its description in `ledger.json`.
public struct LedgerDirectory: Sendable, Hashable {
  public let path: String

  public init(_ path: String) {
    self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
  }

  /// Truth: written once by `init`.
  public var description: String { path + "/ledger.json" }
  /// Truth: the segments.
  public var log: String { path + "/log" }
  /// Truth: the newest signed checkpoint.
  public var checkpoint: String { path + "/checkpoint" }
  /// Truth: every checkpoint that left the house.
  public var checkpoints: String { path + "/checkpoints" }
  /// Truth: contents, among them the files of the packs in use.
  public var documents: String { path + "/documents" }
  /// Truth: the signing key and the keys of sealed fields.
  public var keys: String { path + "/keys" }
  public var signingKey: String { keys + "/signing.key" }
  /// Derived: the tiles of the log's Merkle tree (C2SP tlog-tiles).
  public var tiles: String { path + "/tile" }
  /// Derived: index and projections.
  public var cache: String { path + "/cache" }
  public var index: String { cache + "/index" }
  /// The durable head, published by the daemon.
  public var durable: String { path + "/run/durable" }
  /// A cut that has been made and is not recorded in the log yet.
  public var pendingCut: String { path + "/run/cut.json" }
  /// Space that closing may use.
  public var reserve: String { path + "/run/reserve" }
  /// One writer.
  public var lock: String { path + "/lock" }

  /// Truth: the keys of sealed personal fields.
  public var personKeys: String { keys + "/personen" }

  /// Every folder of a ledger with its mode, parents first. What can be read as content or key is the daemon's alone.
  static let folders: [(name: String, mode: mode_t)] = [
    ("log", 0o750), ("checkpoints", 0o750), ("documents", 0o700), ("documents/sha256", 0o700), ("keys", 0o700),
    ("keys/personen", 0o700), ("tile", 0o750), ("cache", 0o750), ("run", 0o750),
  ]
  /// Those that may be deleted at any time.
  static let derivedFolders = ["tile", "cache", "run"]
}

/// `ledger.json`: what the ledger is, fixed when it is created.
public struct LedgerDescription: Sendable, Hashable {
  public static let formatVersion: Int64 = 1

  /// The log's name in checkpoints (C2SP tlog-checkpoint, "origin").
  public var origin: String
  /// IANA name; days in figures and reports are calendar days there.
  public var timeZone: String
  /// RFC 3339 UTC.
  public var created: String

  public init(origin: String, timeZone: String = "Europe/Berlin", created: String) {
    self.origin = origin
    self.timeZone = timeZone
    self.created = created
  }

  var json: String {
    """
    {"format":\(LedgerDescription.formatVersion),"origin":\(JSONText.string(origin)),"hash":"sha256",\
    "timezone":\(JSONText.string(timeZone)),"created":\(JSONText.string(created))}

    """
  }

  /// Reads the description of an existing ledger.
  public init(of directory: LedgerDirectory) throws(LedgerOpenError) {
    let bytes: [UInt8]
    do {
      bytes = try SystemCall.contents(of: directory.description)
    } catch {
      if error.errno == ENOENT || error.errno == ENOTDIR { throw .noLedger(directory.path) }
      throw .system(error)
    }
    let root: JSONValue
    do {
      root = try JSONDocument(bytes).root
    } catch {
      throw .description("\(error)")
    }
    guard let format = root["format"]?.integer else { throw .description("member \"format\" is missing") }
    guard format == LedgerDescription.formatVersion else { throw .formatVersion(format) }
    guard root["hash"]?.string == "sha256" else { throw .description("member \"hash\": expected \"sha256\"") }
    guard let origin = root["origin"]?.string, let timeZone = root["timezone"]?.string,
      let created = root["created"]?.string
    else { throw .description("members \"origin\", \"timezone\" and \"created\" must be strings") }
    self.init(origin: origin, timeZone: timeZone, created: created)
  }
}
