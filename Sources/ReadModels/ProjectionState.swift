import DomainPacks
import Foundation
import GRDB
import TransparencyLog

/// What a projection's file says about itself, kept in tables of our own beside those of the packs.
///
/// It is written in the transaction of the rows it speaks about, so it is never ahead of them or behind.
struct ProjectionState {
  /// `akts`: tells our file from any other database.
  static let applicationID: Int32 = 0x616B_7473
  /// Of the tables below and of how records are applied; another one means that the file is built anew.
  static let format: Int32 = 1

  /// The right edge of the Merkle tree over the lines projected.
  var frontier = Frontier()
  /// Leaf hash of the last line. As each line holds that of the one before, it stands for the whole log up to there.
  var lastLeaf = Digest.zero
  var timeZone: String
  var packs: [String: Digest]

  var head: LogHead { LogHead(size: frontier.size, root: frontier.root) }

  static func create(in db: Database, timeZone: String) throws {
    try db.execute(
      sql: """
        CREATE TABLE _aktenspur_position (
          one      INTEGER PRIMARY KEY CHECK (one = 1),
          size     INTEGER NOT NULL,
          root     BLOB    NOT NULL,
          frontier BLOB    NOT NULL,
          lastleaf BLOB    NOT NULL,
          timezone TEXT    NOT NULL
        );
        CREATE TABLE _aktenspur_packs (
          name   TEXT PRIMARY KEY,
          digest BLOB NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE _aktenspur_objects (
          name TEXT PRIMARY KEY COLLATE NOCASE,
          pack TEXT NOT NULL,
          kind TEXT NOT NULL
        ) WITHOUT ROWID;
        """)
    try db.execute(
      sql: "INSERT INTO _aktenspur_position VALUES (1, 0, ?, x'', ?, ?)",
      arguments: [Data(RFC6962.emptyRoot.bytes), Data(Digest.zero.bytes), timeZone])
    // Last, and in the same transaction: a file with our numbers is a whole one.
    try db.execute(sql: "PRAGMA application_id = \(applicationID); PRAGMA user_version = \(format)")
  }

  /// Why a file cannot be gone on with.
  struct Unusable: Error {
    var reason: String
  }

  /// - Throws: ``Unusable`` where the file is not one of ours, or contradicts itself.
  init(_ db: Database) throws {
    let application = try Int32.fetchOne(db, sql: "PRAGMA application_id")
    guard application == ProjectionState.applicationID else {
      throw Unusable(reason: "not a projection of this program (application_id \(application ?? 0))")
    }
    let format = try Int32.fetchOne(db, sql: "PRAGMA user_version")
    guard format == ProjectionState.format else {
      throw Unusable(reason: "format \(format ?? 0), expected \(ProjectionState.format)")
    }
    guard let row = try Row.fetchOne(db, sql: "SELECT * FROM _aktenspur_position"),
      let size = (row["size"] as Int64?).flatMap(UInt64.init(exactly:)), let edge = row["frontier"] as Data?,
      let frontier = Frontier(
        size: size,
        hashes: stride(from: 0, to: edge.count, by: Digest.byteCount).compactMap {
          Digest(edge.dropFirst($0).prefix(Digest.byteCount))
        }), let root = (row["root"] as Data?).flatMap({ Digest($0) }), root == frontier.root,
      let lastLeaf = (row["lastleaf"] as Data?).flatMap({ Digest($0) }), let timeZone = row["timezone"] as String?
    else { throw Unusable(reason: "its position in the log is damaged") }
    self.frontier = frontier
    self.lastLeaf = lastLeaf
    self.timeZone = timeZone
    packs = [:]
    for row in try Row.fetchAll(db, sql: "SELECT name, digest FROM _aktenspur_packs") {
      guard let name = row["name"] as String?, let digest = (row["digest"] as Data?).flatMap({ Digest($0) }) else {
        throw Unusable(reason: "its list of packs is damaged")
      }
      packs[name] = digest
    }
  }

  /// Writes the position, in the transaction of the rows.
  func store(in db: Database) throws {
    let edge = frontier.hashes.reduce(into: Data()) { $0.append(contentsOf: $1.bytes) }
    try db.cachedStatement(
      sql: "UPDATE _aktenspur_position SET size = ?, root = ?, frontier = ?, lastleaf = ?"
    ).execute(arguments: [
      Int64(frontier.size), Data(frontier.root.bytes), edge, Data(lastLeaf.bytes),
    ])
  }

  /// Says which pack made which table or view; called when all its objects are there.
  static func storePack(_ pack: Pack, owners: [String: String], in db: Database) throws {
    try db.execute(sql: "DELETE FROM _aktenspur_objects WHERE pack = ?", arguments: [pack.name])
    try db.execute(
      sql: "INSERT OR REPLACE INTO _aktenspur_packs VALUES (?, ?)",
      arguments: [pack.name, Data(pack.digest.bytes)])
    let fixed = Set(pack.tables.map { $0.name.lowercased() })
    for row in try Row.fetchAll(db, sql: "SELECT name, type FROM main.sqlite_master WHERE type IN ('table', 'view')") {
      let name: String = row["name"]
      guard owners[name.lowercased()] == pack.name else { continue }
      let kind = fixed.contains(name.lowercased()) ? "csv" : row["type"] as String
      try db.execute(sql: "INSERT INTO _aktenspur_objects VALUES (?, ?, ?)", arguments: [name, pack.name, kind])
    }
  }
}
