/// The small pack that the description of the interface gives as its example.
enum ServiceBikes {
  static let files = [
    "pack.json": #"""
    {"title":"Diensträder","subject":"rad/{id}",
     "events":{
      "de.aktenspur.rad.angeschafft":{"title":"Rad angeschafft","from":[null],"to":"vorhanden",
       "data":{"type":"object","required":["marke"],"properties":{"marke":{"type":"string","minLength":1},
               "preis_cent":{"type":"integer","minimum":0},"nutzer":{"type":"string","x-personal":true}}}},
      "de.aktenspur.rad.verkauft":{"title":"Rad verkauft","from":["vorhanden"],"to":"verkauft","second":"de.aktenspur.rad.angeschafft",
       "data":{"type":"object"}}}}
    """#,
    "projection.sql": """
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

    """,
    "figures.sql": """
    -- figures.sql
    -- figure raeder.vorhanden: Vorhandene Diensträder [Räder]
    SELECT sequence FROM rad WHERE seit <= :effective AND (bis IS NULL OR bis > :effective);

    -- figure raeder.wert: Anschaffungswert der vorhandenen Diensträder [Cent]
    SELECT sequence, preis AS value FROM rad WHERE seit <= :effective AND (bis IS NULL OR bis > :effective);

    """,
    "findings.sql": """
    -- findings.sql
    -- finding raeder.ohne-preis: Diensträder ohne Preis
    SELECT subject || ': kein Preis' AS text, sequence AS sequences FROM rad WHERE preis = 0;

    """,
    "expected.json": #"""
    {"tables":{"rad":[]},"figures":{"raeder.vorhanden":{"effective":"2026-12-31","value":1}},"findings":{"raeder.ohne-preis":0}}
    """#,
  ]
}
