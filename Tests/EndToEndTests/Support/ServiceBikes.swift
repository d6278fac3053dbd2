import Foundation

/// A small pack with a personal field and a second person.
enum ServiceBikes {
  /// Writes the pack into a folder of packs.
  static func write(to folder: URL) throws {
    let pack = folder.appending(path: "dienstraeder")
    try FileManager.default.createDirectory(at: pack, withIntermediateDirectories: true)
    for (name, text) in files { try Data(text.utf8).write(to: pack.appending(path: name)) }
  }

  static func bought(_ number: String, id: String, nutzer: String, authid: String = "person-1") -> SampleEvent {
    SampleEvent(
      id: id, type: "de.aktenspur.rad.angeschafft", subject: "rad/\(number)",
      data: #"{"marke":"Diamant","preis_cent":89900,"nutzer":"\#(nutzer)"}"#,
      members: [("authid", "\"\(authid)\"")])
  }

  static func sold(_ number: String, id: String, authid: String) -> SampleEvent {
    SampleEvent(
      id: id, type: "de.aktenspur.rad.verkauft", subject: "rad/\(number)", data: "{}",
      members: [("authid", "\"\(authid)\"")])
  }

  private static let files = [
    "pack.json": #"""
    {"title":"Diensträder","subject":"rad/{id}",
     "events":{
      "de.aktenspur.rad.angeschafft":{"title":"Rad angeschafft","from":[null],"to":"vorhanden",
       "data":{"type":"object","required":["marke"],"properties":{"marke":{"type":"string","minLength":1},
               "preis_cent":{"type":"integer","minimum":0},"nutzer":{"type":"string","x-personal":true}}}},
      "de.aktenspur.rad.uebergeben":{"title":"Rad übergeben","from":["vorhanden"],
       "data":{"type":"object","properties":{"nutzer":{"type":"string","x-personal":true}}}},
      "de.aktenspur.rad.verkauft":{"title":"Rad verkauft","from":["vorhanden"],"to":"verkauft",
       "second":"de.aktenspur.rad.angeschafft","data":{"type":"object"}}}}
    """#,
    "projection.sql": """
    CREATE TABLE rad (
      subject  TEXT PRIMARY KEY,
      marke    TEXT NOT NULL,
      nutzer   TEXT,
      preis    INTEGER NOT NULL DEFAULT 0,
      seit     TEXT NOT NULL,
      bis      TEXT,
      sequence INTEGER NOT NULL
    );

    -- on de.aktenspur.rad.angeschafft
    INSERT INTO rad (subject, marke, nutzer, preis, seit, sequence)
    VALUES (:subject, :data ->> '$.marke', :data ->> '$.nutzer', coalesce(:data ->> '$.preis_cent', 0), :day, :sequence);

    -- on de.aktenspur.rad.verkauft
    UPDATE rad
    SET bis = :day
    WHERE subject = :subject;

    """,
    "figures.sql": """
    -- figure raeder.vorhanden: Vorhandene Diensträder [Räder]
    SELECT sequence FROM rad WHERE seit <= :effective AND (bis IS NULL OR bis > :effective);

    -- figure raeder.wert: Anschaffungswert der vorhandenen Diensträder [Cent]
    SELECT sequence, preis AS value FROM rad WHERE seit <= :effective AND (bis IS NULL OR bis > :effective);

    """,
  ]
}
