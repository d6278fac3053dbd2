-- Anfragen gehen durch vier Stufen, strikt nacheinander (tables/anfrage_stufe.csv).
-- Zustände je Anfrage prüft der Sequenzer (pack.json); die Reihenfolge der Stufen steht in den Daten
-- und wird deshalb als Befund ausgewiesen.

CREATE TABLE anfrage (
  subject  TEXT PRIMARY KEY,
  titel    TEXT NOT NULL,
  herkunft TEXT,
  ozg      INTEGER,
  eingang  TEXT NOT NULL,
  sequence INTEGER NOT NULL
);

-- Jeder Schritt einer Anfrage in der Reihenfolge des Eintrags; stufe ist die Nummer der Stufe,
-- leer, wo der Schritt keine hat oder die Angabe keine bekannte Stufe nennt (angabe).
CREATE TABLE anfrage_schritt (
  sequence INTEGER PRIMARY KEY,
  subject  TEXT NOT NULL,
  day      TEXT NOT NULL,
  schritt  TEXT NOT NULL,
  stufe    INTEGER,
  angabe   TEXT,
  grund    TEXT
);

CREATE INDEX anfrage_schritt_subject ON anfrage_schritt (subject, day, sequence);

CREATE TABLE anfrage_bestand (
  sequence INTEGER PRIMARY KEY,
  kennzahl TEXT NOT NULL,
  wert     NUMERIC NOT NULL,
  stichtag TEXT NOT NULL,
  quelle   TEXT NOT NULL
);

CREATE TABLE anfrage_bestand_enthalten (
  sequence INTEGER NOT NULL,
  subject  TEXT NOT NULL,
  PRIMARY KEY (sequence, subject)
);

-- Gemeldete Zahlen gehen in keine Kennzahl ein, sie werden nur verglichen.
CREATE TABLE anfrage_gemeldet (
  sequence INTEGER PRIMARY KEY,
  kennzahl TEXT NOT NULL,
  wert     NUMERIC NOT NULL,
  von      TEXT,
  stichtag TEXT NOT NULL,
  quelle   TEXT NOT NULL
);

CREATE VIEW anfrage_kennzahl (kennzahl) AS
VALUES
  ('anfragen.eingegangen'),
  ('anfragen.fachinteresse'),
  ('anfragen.basisdienste-ozg'),
  ('anfragen.finanzen-vertrag'),
  ('anfragen.it-management'),
  ('anfragen.startbar'),
  ('anfragen.zurueckgestellt'),
  ('anfragen.abgelehnt'),
  ('anfragen.gestartet');

-- Was eine Anfrage nach jedem Schritt erreicht hat: die bestandenen Stufen und der Zustand.
CREATE VIEW anfrage_lage AS
SELECT
  subject,
  day,
  sequence,
  schritt,
  max(schritt = 'stufe-bestanden' AND stufe IS 1) OVER bisher AS fachinteresse,
  max(schritt = 'stufe-bestanden' AND stufe IS 2) OVER bisher AS basisdienste_ozg,
  max(schritt = 'stufe-bestanden' AND stufe IS 3) OVER bisher AS finanzen_vertrag,
  max(schritt = 'stufe-bestanden' AND stufe IS 4) OVER bisher AS it_management,
  day AS gilt_von,
  lead(day, 1, '9999-99-99') OVER (PARTITION BY subject ORDER BY day, sequence) AS gilt_bis
FROM anfrage_schritt
WINDOW bisher AS (PARTITION BY subject ORDER BY day, sequence);

-- Wann eine Anfrage zu einer Kennzahl kommt (drin = 1) und wann sie sie verlässt (0).
-- vorher: was vor dem ersten bekannten Wechsel galt, wenn dieser ein Abgang ist.
CREATE VIEW anfrage_wechsel (kennzahl, subject, day, sequence, drin, vorher) AS
SELECT 'anfragen.eingegangen', subject, day, sequence, 1, 0
FROM anfrage_schritt
WHERE schritt = 'eingegangen'
UNION ALL
SELECT 'anfragen.fachinteresse', subject, day, sequence, fachinteresse, 0
FROM anfrage_lage
UNION ALL
SELECT 'anfragen.basisdienste-ozg', subject, day, sequence, basisdienste_ozg, 0
FROM anfrage_lage
UNION ALL
SELECT 'anfragen.finanzen-vertrag', subject, day, sequence, finanzen_vertrag, 0
FROM anfrage_lage
UNION ALL
SELECT 'anfragen.it-management', subject, day, sequence, it_management, 0
FROM anfrage_lage
UNION ALL
SELECT
  'anfragen.startbar', subject, day, sequence,
  fachinteresse AND basisdienste_ozg AND finanzen_vertrag AND it_management
    AND schritt NOT IN ('stufe-abgelehnt', 'zurueckgestellt', 'gestartet'),
  0
FROM anfrage_lage
UNION ALL
SELECT 'anfragen.zurueckgestellt', subject, day, sequence, schritt = 'zurueckgestellt', 0
FROM anfrage_lage
UNION ALL
SELECT 'anfragen.abgelehnt', subject, day, sequence, schritt = 'stufe-abgelehnt', 0
FROM anfrage_lage
UNION ALL
SELECT 'anfragen.gestartet', subject, day, sequence, schritt = 'gestartet', 0
FROM anfrage_lage;

-- Die Posten jeder Kennzahl mit ihrer Geltung: der Wert am Stichtag E ist die Summe über
-- gilt_von <= E < gilt_bis. Es zählt der neueste Bestand (am selben Tag der spätere Eintrag), dazu
-- jeder spätere Wechsel, soweit er den Gegenstand gegenüber dem Bestand ändert: wer darin enthalten
-- oder vorher schon dabei war, zählt nicht noch einmal und mindert die Zahl, wenn er ausscheidet.
CREATE VIEW anfrage_beitrag (kennzahl, subject, gilt_von, gilt_bis, sequence, value) AS
WITH
bestand AS (
  SELECT
    kennzahl,
    sequence,
    wert,
    stichtag AS von,
    lead(stichtag, 1, '9999-99-99') OVER (PARTITION BY kennzahl ORDER BY stichtag) AS bis
  FROM anfrage_bestand AS b
  WHERE kennzahl IN (SELECT kennzahl FROM anfrage_kennzahl)
  AND NOT EXISTS (
    SELECT 1
    FROM anfrage_bestand AS spaeter
    WHERE spaeter.kennzahl = b.kennzahl
    AND spaeter.stichtag = b.stichtag
    AND spaeter.sequence > b.sequence
  )
),
zeitraum AS (
  SELECT kennzahl, sequence, von, bis
  FROM bestand
  UNION ALL
  SELECT
    kennzahl,
    NULL,
    '',
    coalesce((SELECT min(von) FROM bestand WHERE bestand.kennzahl = k.kennzahl), '9999-99-99')
  FROM anfrage_kennzahl AS k
),
wechsel AS (
  SELECT
    *,
    lag(drin) OVER (PARTITION BY kennzahl, subject ORDER BY day, sequence) AS davor
  FROM anfrage_wechsel
),
lage AS (
  SELECT
    w.kennzahl,
    w.subject,
    w.sequence,
    w.drin,
    w.day AS gilt_von,
    lead(w.day, 1, z.bis) OVER folge AS gilt_bis,
    CASE
      WHEN z.sequence IS NULL THEN 0
      WHEN e.subject IS NOT NULL THEN 1
      ELSE first_value(coalesce(w.davor, iif(w.drin, 0, w.vorher))) OVER folge
    END AS im_bestand
  FROM wechsel AS w
  JOIN zeitraum AS z
    ON z.kennzahl = w.kennzahl
    AND w.day > z.von
    AND w.day < z.bis
  LEFT JOIN anfrage_bestand_enthalten AS e
    ON e.sequence = z.sequence
    AND e.subject = w.subject
  WINDOW folge AS (PARTITION BY w.kennzahl, w.subject, z.von ORDER BY w.day, w.sequence)
)
SELECT kennzahl, subject, gilt_von, gilt_bis, sequence, drin - im_bestand
FROM lage
WHERE gilt_von < gilt_bis
AND drin <> im_bestand
UNION ALL
SELECT kennzahl, NULL, von, bis, sequence, wert
FROM bestand;

-- on de.aktenspur.anfrage.eingegangen
INSERT INTO anfrage (subject, titel, herkunft, ozg, eingang, sequence)
VALUES (
  :subject,
  :data ->> '$.titel',
  :data ->> '$.herkunft',
  CASE json_type(:data, '$.ozg')
    WHEN 'false' THEN 0
    WHEN 'true' THEN 1
    WHEN 'text' THEN 1
    WHEN 'integer' THEN 1
  END,
  :day,
  :sequence
)
ON CONFLICT (subject) DO NOTHING;

INSERT INTO anfrage_schritt (sequence, subject, day, schritt)
VALUES (:sequence, :subject, :day, 'eingegangen');

-- on de.aktenspur.anfrage.stufe-bestanden
INSERT INTO anfrage_schritt (sequence, subject, day, schritt, stufe, angabe, grund)
VALUES (
  :sequence,
  :subject,
  :day,
  'stufe-bestanden',
  CASE
    WHEN :data ->> '$.stufe' IS NULL THEN (
      SELECT 1 + coalesce(max(stufe), 0)
      FROM anfrage_schritt
      WHERE subject = :subject
      AND schritt = 'stufe-bestanden'
    )
    ELSE (
      SELECT CAST(nr AS INTEGER)
      FROM anfrage_stufe
      WHERE CAST(nr AS TEXT) = CAST(:data ->> '$.stufe' AS TEXT)
      OR lower(:data ->> '$.stufe') GLOB muster
    )
  END,
  :data ->> '$.stufe',
  :data ->> '$.bemerkung'
);

-- on de.aktenspur.anfrage.stufe-abgelehnt
INSERT INTO anfrage_schritt (sequence, subject, day, schritt, stufe, angabe, grund)
VALUES (
  :sequence,
  :subject,
  :day,
  'stufe-abgelehnt',
  CASE
    WHEN :data ->> '$.stufe' IS NULL THEN (
      SELECT 1 + coalesce(max(stufe), 0)
      FROM anfrage_schritt
      WHERE subject = :subject
      AND schritt = 'stufe-bestanden'
    )
    ELSE (
      SELECT CAST(nr AS INTEGER)
      FROM anfrage_stufe
      WHERE CAST(nr AS TEXT) = CAST(:data ->> '$.stufe' AS TEXT)
      OR lower(:data ->> '$.stufe') GLOB muster
    )
  END,
  :data ->> '$.stufe',
  :data ->> '$.grund'
);

-- on de.aktenspur.anfrage.zurueckgestellt
INSERT INTO anfrage_schritt (sequence, subject, day, schritt, grund)
VALUES (:sequence, :subject, :day, 'zurueckgestellt', :data ->> '$.grund');

-- on de.aktenspur.anfrage.wiederaufgenommen
INSERT INTO anfrage_schritt (sequence, subject, day, schritt, grund)
VALUES (:sequence, :subject, :day, 'wiederaufgenommen', :data ->> '$.grund');

-- on de.aktenspur.anfrage.gestartet
INSERT INTO anfrage_schritt (sequence, subject, day, schritt)
VALUES (:sequence, :subject, :day, 'gestartet');

-- on de.aktenspur.anfrage.bestand-uebernommen
INSERT INTO anfrage_bestand (sequence, kennzahl, wert, stichtag, quelle)
VALUES (:sequence, :data ->> '$.kennzahl', :data ->> '$.wert', :data ->> '$.stichtag', :data ->> '$.quelle');

INSERT OR IGNORE INTO anfrage_bestand_enthalten (sequence, subject)
SELECT :sequence, value
FROM json_each(:data, '$.enthalten');

-- on de.aktenspur.bericht.kennzahl-gemeldet
INSERT INTO anfrage_gemeldet (sequence, kennzahl, wert, von, stichtag, quelle)
SELECT
  :sequence,
  :data ->> '$.kennzahl',
  :data ->> '$.wert',
  :data ->> '$.von',
  :data ->> '$.stichtag',
  :data ->> '$.quelle'
WHERE :data ->> '$.kennzahl' GLOB 'anfragen.*'
AND json_type(:data, '$.wert') IN ('integer', 'real');
