import DomainPacks
import Foundation
import ReadModels

/// The packs of these tests: a small one, and others to go with it.
enum TestPacks {
  static let bikeEvents = """
    {"title":"Diensträder","subject":"rad/{id}",
     "events":{
      "de.aktenspur.rad.angeschafft":{"title":"Rad angeschafft","from":[null],"to":"vorhanden",
       "data":{"type":"object","required":["marke"],"properties":{"marke":{"type":"string","minLength":1},
               "preis_cent":{"type":"integer","minimum":0},"nutzer":{"type":"string","x-personal":true}}}},
      "de.aktenspur.rad.verkauft":{"title":"Rad verkauft","from":["vorhanden"],"to":"verkauft",
       "data":{"type":"object"}}}}
    """

  static let bikeProjection = """
    -- projection.sql
    CREATE TABLE rad (
      subject  TEXT PRIMARY KEY,
      marke    TEXT NOT NULL,
      preis    INTEGER NOT NULL DEFAULT 0,
      seit     TEXT NOT NULL,
      bis      TEXT,
      sequence INTEGER NOT NULL
    );

    -- on de.aktenspur.rad.angeschafft
    INSERT INTO rad (subject, marke, preis, seit, sequence)
    VALUES (:subject, :data ->> '$.marke', coalesce(:data ->> '$.preis_cent', 0), :day, :sequence);

    -- on de.aktenspur.rad.verkauft
    UPDATE rad
    SET bis = :day
    WHERE subject = :subject;
    """

  static func bikes(projection: String = bikeProjection, tables: [String: String] = [:]) throws -> PackSet {
    try set(["raeder": files(bikeEvents, projection, tables)])
  }

  /// The bikes beside another pack, which counts their events in a table of its own.
  static func two(
    bikes: String = bikeProjection,
    counts: String = """
    CREATE TABLE zaehler (type TEXT PRIMARY KEY, anzahl INTEGER NOT NULL) WITHOUT ROWID;
    CREATE VIEW vorhanden AS SELECT subject FROM rad WHERE bis IS NULL;
    -- on de.aktenspur.rad.angeschafft
    INSERT INTO zaehler VALUES (:type, 1) ON CONFLICT (type) DO UPDATE SET anzahl = anzahl + 1;
    -- on de.aktenspur.rad.verkauft
    INSERT INTO zaehler VALUES (:type, 1) ON CONFLICT (type) DO UPDATE SET anzahl = anzahl + 1;
    """
  ) throws -> PackSet {
    try set([
      "raeder": files(bikeEvents, bikes),
      "zaehlung": files(#"{"title":"Zählung","subject":"zaehlung/{id}","events":{}}"#, counts),
    ])
  }

  static func files(
    _ pack: String, _ projection: String, _ tables: [String: String] = [:]
  ) -> [String: String] {
    var files = ["pack.json": pack, "projection.sql": projection]
    for (name, text) in tables { files["tables/\(name).csv"] = text }
    return files
  }

  static func set(_ files: [String: [String: String]]) throws -> PackSet {
    try PackSet(files: files.mapValues { $0.mapValues { Array($0.utf8) } })
  }
}

/// A folder that goes with the test.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/readmodels-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      print("left behind: \(path)")
    }
  }

  var database: String { path + "/projections.sqlite" }
}

extension Projections {
  /// Keeps the folder as long as itself.
  convenience init(
    _ folder: TemporaryFolder, _ packs: PackSet, _ log: TestLog, timeZone: String = "Europe/Berlin",
    notify: @escaping @Sendable (Notice) -> Void = { _ in }
  ) throws {
    try self.init(directory: folder.path, packs: packs, source: log, timeZone: timeZone) { notice in
      withExtendedLifetime(folder) { notify(notice) }
    }
  }
}

extension ProjectionSnapshot {
  /// Every row of every table and view, in a fixed order.
  func content() throws -> [String: [[SQLValue]]] {
    var content: [String: [[SQLValue]]] = [:]
    for object in objects {
      let result = try rows("SELECT * FROM \"\(object.name)\"")
      content[object.name] = result.rows.sorted { "\($0)" < "\($1)" }
    }
    return content
  }

  func value(_ sql: String, _ arguments: [String: SQLValue] = [:]) throws -> SQLValue? {
    try rows(sql, arguments: arguments).rows.first?.first
  }
}

extension TestLog {
  /// A log with some bikes bought and some of them sold.
  static func bikes(_ count: Int) throws -> TestLog {
    let log = TestLog()
    for bike in 0..<count {
      try log.buy(bike, price: bike * 100)
      if bike % 3 == 2 { try log.sell(bike - 1) }
    }
    return log
  }
}
