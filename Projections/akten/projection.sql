-- Elektronische Akten: was je Organisationseinheit produktiv oder in Arbeit ist, dazu Akte, Vorgang
-- und Dokument mit Versionen und Statusverlauf.

CREATE TABLE akte (
  subject   TEXT PRIMARY KEY,
  titel     TEXT,
  aktenplan TEXT,
  aktenart  TEXT,
  einheit   TEXT,
  angelegt  TEXT NOT NULL,
  sequence  INTEGER NOT NULL
);

CREATE TABLE akte_verfuegung (
  sequence   INTEGER PRIMARY KEY,
  subject    TEXT NOT NULL,
  day        TEXT NOT NULL,
  verfuegung TEXT NOT NULL,
  grund      TEXT
);

CREATE TABLE vorgang (
  subject  TEXT PRIMARY KEY,
  titel    TEXT,
  akte     TEXT,
  angelegt TEXT NOT NULL,
  sequence INTEGER NOT NULL
);

CREATE TABLE dokument (
  subject  TEXT PRIMARY KEY,
  titel    TEXT,
  vorgang  TEXT,
  akte     TEXT,
  angelegt TEXT NOT NULL,
  sequence INTEGER NOT NULL
);

CREATE TABLE dokument_version (
  sequence INTEGER PRIMARY KEY,
  subject  TEXT NOT NULL,
  day      TEXT NOT NULL,
  version  INTEGER NOT NULL,
  inhalt   TEXT,
  format   TEXT
);

CREATE INDEX dokument_version_subject ON dokument_version (subject, version);

CREATE TABLE dokument_status (
  sequence  INTEGER PRIMARY KEY,
  subject   TEXT NOT NULL,
  day       TEXT NOT NULL,
  status    TEXT NOT NULL,
  bemerkung TEXT
);

CREATE INDEX dokument_status_subject ON dokument_status (subject, day, sequence);

-- Eine Aktenart ohne Namen heißt nach ihrem Fachverfahren.
CREATE TABLE einheit_ereignis (
  sequence      INTEGER PRIMARY KEY,
  subject       TEXT NOT NULL,
  day           TEXT NOT NULL,
  ereignis      TEXT NOT NULL,
  einheit       TEXT,
  schluessel    TEXT,
  aktenart      TEXT NOT NULL,
  fachverfahren TEXT,
  vorhaben      TEXT
);

CREATE INDEX einheit_ereignis_subject ON einheit_ereignis (subject, aktenart, day, sequence);

-- Wie Organisationseinheiten in den Ereignissen geschrieben werden.
CREATE TABLE einheit_schreibweise (
  sequence     INTEGER NOT NULL,
  schreibweise TEXT NOT NULL,
  day          TEXT NOT NULL,
  PRIMARY KEY (sequence, schreibweise)
);

CREATE TABLE akte_bestand (
  sequence INTEGER PRIMARY KEY,
  kennzahl TEXT NOT NULL,
  wert     NUMERIC NOT NULL,
  stichtag TEXT NOT NULL,
  quelle   TEXT NOT NULL
);

CREATE TABLE akte_bestand_enthalten (
  sequence INTEGER NOT NULL,
  subject  TEXT NOT NULL,
  PRIMARY KEY (sequence, subject)
);

CREATE TABLE akte_gemeldet (
  sequence INTEGER PRIMARY KEY,
  kennzahl TEXT NOT NULL,
  wert     NUMERIC NOT NULL,
  von      TEXT,
  stichtag TEXT NOT NULL,
  quelle   TEXT NOT NULL
);

CREATE VIEW akte_kennzahl (kennzahl) AS
VALUES
  ('akten.produktiv'),
  ('akten.in-arbeit'),
  ('akten.angelegt'),
  ('akten.dokumente');

-- Was je Einheit und Aktenart produktiv ist, mit Geltung.
CREATE VIEW akte_produktiv (
  subject, einheit, schluessel, aktenart, fachverfahren, produktiv, sequence, gilt_von, gilt_bis
) AS
SELECT
  subject,
  einheit,
  schluessel,
  aktenart,
  fachverfahren,
  ereignis = 'produktiv-gesetzt',
  sequence,
  day,
  lead(day, 1, '9999-99-99') OVER (PARTITION BY subject, aktenart ORDER BY day, sequence)
FROM einheit_ereignis
WHERE ereignis IN ('produktiv-gesetzt', 'produktiv-beendet');

-- Was je Einheit und Aktenart in Arbeit ist, mit Geltung: bis zum Abschluss, oder bis die Akte an einem
-- späteren Tag produktiv wird. Am selben Tag sagt niemand, was zuerst war; beides bleibt stehen.
CREATE VIEW akte_in_arbeit (
  subject, einheit, schluessel, aktenart, fachverfahren, vorhaben, in_arbeit, sequence, gilt_von, gilt_bis
) AS
SELECT
  subject,
  einheit,
  schluessel,
  aktenart,
  fachverfahren,
  vorhaben,
  ereignis = 'rollout-begonnen',
  sequence,
  day,
  lead(day, 1, '9999-99-99') OVER (PARTITION BY subject, aktenart ORDER BY day, sequence)
FROM einheit_ereignis AS e
WHERE ereignis IN ('rollout-begonnen', 'rollout-abgeschlossen')
OR (
  ereignis = 'produktiv-gesetzt'
  AND NOT EXISTS (
    SELECT 1
    FROM einheit_ereignis AS r
    WHERE r.subject = e.subject
    AND r.aktenart = e.aktenart
    AND r.day = e.day
    AND r.ereignis = 'rollout-begonnen'
  )
);

-- Wann etwas zu einer Kennzahl kommt (drin = 1) und wann es sie verlässt (0).
-- schluessel ist, was gezählt wird; vorher gilt, wenn der erste bekannte Wechsel ein Abgang ist.
CREATE VIEW akte_wechsel (kennzahl, schluessel, subject, day, sequence, drin, vorher) AS
SELECT 'akten.produktiv', subject || ' ' || aktenart, subject, gilt_von, sequence, produktiv, 1
FROM akte_produktiv
UNION ALL
SELECT 'akten.in-arbeit', subject || ' ' || aktenart, subject, gilt_von, sequence, in_arbeit, 0
FROM akte_in_arbeit
UNION ALL
SELECT 'akten.angelegt', subject, subject, angelegt, sequence, 1, 0
FROM akte
UNION ALL
SELECT 'akten.dokumente', subject, subject, angelegt, sequence, 1, 0
FROM dokument;

-- Die Posten jeder Kennzahl mit ihrer Geltung: der Wert am Stichtag E ist die Summe über
-- gilt_von <= E < gilt_bis. Es zählt der neueste Bestand (am selben Tag der spätere Eintrag), dazu
-- jeder spätere Wechsel, soweit er den Gegenstand gegenüber dem Bestand ändert: wer darin enthalten
-- oder vorher schon dabei war, zählt nicht noch einmal und mindert die Zahl, wenn er ausscheidet.
CREATE VIEW akte_beitrag (kennzahl, subject, gilt_von, gilt_bis, sequence, value) AS
WITH
bestand AS (
  SELECT
    kennzahl,
    sequence,
    wert,
    stichtag AS von,
    lead(stichtag, 1, '9999-99-99') OVER (PARTITION BY kennzahl ORDER BY stichtag) AS bis
  FROM akte_bestand AS b
  WHERE kennzahl IN (SELECT kennzahl FROM akte_kennzahl)
  AND NOT EXISTS (
    SELECT 1
    FROM akte_bestand AS spaeter
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
  FROM akte_kennzahl AS k
),
wechsel AS (
  SELECT
    *,
    lag(drin) OVER (PARTITION BY kennzahl, schluessel ORDER BY day, sequence) AS davor
  FROM akte_wechsel
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
  LEFT JOIN akte_bestand_enthalten AS e
    ON e.sequence = z.sequence
    AND e.subject = w.subject
  WINDOW folge AS (PARTITION BY w.kennzahl, w.schluessel, z.von ORDER BY w.day, w.sequence)
)
SELECT kennzahl, subject, gilt_von, gilt_bis, sequence, drin - im_bestand
FROM lage
WHERE gilt_von < gilt_bis
AND drin <> im_bestand
UNION ALL
SELECT kennzahl, NULL, von, bis, sequence, wert
FROM bestand;

-- on de.aktenspur.akte.angelegt
INSERT INTO akte (subject, titel, aktenplan, aktenart, einheit, angelegt, sequence)
VALUES (
  :subject,
  :data ->> '$.titel',
  :data ->> '$.aktenplan',
  :data ->> '$.aktenart',
  :data ->> '$.einheit',
  :day,
  :sequence
)
ON CONFLICT (subject) DO NOTHING;

-- on de.aktenspur.akte.zda-verfuegt
INSERT INTO akte_verfuegung (sequence, subject, day, verfuegung, grund)
VALUES (:sequence, :subject, :day, 'zda', :data ->> '$.grund');

-- on de.aktenspur.akte.zda-aufgehoben
INSERT INTO akte_verfuegung (sequence, subject, day, verfuegung, grund)
VALUES (:sequence, :subject, :day, 'zda-aufgehoben', :data ->> '$.grund');

-- on de.aktenspur.vorgang.angelegt
INSERT INTO vorgang (subject, titel, akte, angelegt, sequence)
VALUES (:subject, :data ->> '$.titel', :data ->> '$.akte', :day, :sequence)
ON CONFLICT (subject) DO NOTHING;

-- on de.aktenspur.dokument.angelegt
INSERT INTO dokument (subject, titel, vorgang, akte, angelegt, sequence)
VALUES (:subject, :data ->> '$.titel', :data ->> '$.vorgang', :data ->> '$.akte', :day, :sequence)
ON CONFLICT (subject) DO NOTHING;

-- on de.aktenspur.dokument.version-erstellt
INSERT INTO dokument_version (sequence, subject, day, version, inhalt, format)
SELECT
  :sequence,
  :subject,
  :day,
  coalesce(:data ->> '$.version', 1 + coalesce(max(version), 0)),
  :data ->> '$.inhalt',
  :data ->> '$.format'
FROM dokument_version
WHERE subject = :subject;

-- on de.aktenspur.dokument.status-geaendert
INSERT INTO dokument_status (sequence, subject, day, status, bemerkung)
VALUES (:sequence, :subject, :day, :data ->> '$.status', :data ->> '$.bemerkung');

-- on de.aktenspur.einheit.produktiv-gesetzt
INSERT INTO einheit_ereignis (
  sequence, subject, day, ereignis, einheit, schluessel, aktenart, fachverfahren, vorhaben
)
VALUES (
  :sequence,
  :subject,
  :day,
  'produktiv-gesetzt',
  :data ->> '$.einheit',
  :data ->> '$.schluessel',
  coalesce(:data ->> '$.aktenart', :data ->> '$.fachverfahren', ''),
  :data ->> '$.fachverfahren',
  :data ->> '$.vorhaben'
);

INSERT OR IGNORE INTO einheit_schreibweise (sequence, schreibweise, day)
SELECT :sequence, :data ->> '$.schluessel', :day
WHERE :data ->> '$.schluessel' IS NOT NULL;

-- on de.aktenspur.einheit.produktiv-beendet
INSERT INTO einheit_ereignis (
  sequence, subject, day, ereignis, einheit, schluessel, aktenart, fachverfahren, vorhaben
)
VALUES (
  :sequence,
  :subject,
  :day,
  'produktiv-beendet',
  :data ->> '$.einheit',
  :data ->> '$.schluessel',
  coalesce(:data ->> '$.aktenart', :data ->> '$.fachverfahren', ''),
  :data ->> '$.fachverfahren',
  :data ->> '$.vorhaben'
);

-- on de.aktenspur.einheit.rollout-begonnen
INSERT INTO einheit_ereignis (
  sequence, subject, day, ereignis, einheit, schluessel, aktenart, fachverfahren, vorhaben
)
VALUES (
  :sequence,
  :subject,
  :day,
  'rollout-begonnen',
  :data ->> '$.einheit',
  :data ->> '$.schluessel',
  coalesce(:data ->> '$.aktenart', :data ->> '$.fachverfahren', ''),
  :data ->> '$.fachverfahren',
  :data ->> '$.vorhaben'
);

INSERT OR IGNORE INTO einheit_schreibweise (sequence, schreibweise, day)
SELECT :sequence, :data ->> '$.schluessel', :day
WHERE :data ->> '$.schluessel' IS NOT NULL;

-- on de.aktenspur.einheit.rollout-abgeschlossen
INSERT INTO einheit_ereignis (
  sequence, subject, day, ereignis, einheit, schluessel, aktenart, fachverfahren, vorhaben
)
VALUES (
  :sequence,
  :subject,
  :day,
  'rollout-abgeschlossen',
  :data ->> '$.einheit',
  :data ->> '$.schluessel',
  coalesce(:data ->> '$.aktenart', :data ->> '$.fachverfahren', ''),
  :data ->> '$.fachverfahren',
  :data ->> '$.vorhaben'
);

-- on de.aktenspur.projekt.angelegt
INSERT OR IGNORE INTO einheit_schreibweise (sequence, schreibweise, day)
SELECT :sequence, einheit, :day
FROM (
  SELECT :data ->> '$.fachdienst' AS einheit
  UNION ALL
  SELECT value
  FROM json_each(:data, '$.beteiligte')
)
WHERE einheit IS NOT NULL;

-- on de.aktenspur.akte.bestand-uebernommen
INSERT INTO akte_bestand (sequence, kennzahl, wert, stichtag, quelle)
VALUES (:sequence, :data ->> '$.kennzahl', :data ->> '$.wert', :data ->> '$.stichtag', :data ->> '$.quelle');

INSERT OR IGNORE INTO akte_bestand_enthalten (sequence, subject)
SELECT :sequence, value
FROM json_each(:data, '$.enthalten');

-- on de.aktenspur.einheit.bestand-uebernommen
INSERT INTO akte_bestand (sequence, kennzahl, wert, stichtag, quelle)
VALUES (:sequence, :data ->> '$.kennzahl', :data ->> '$.wert', :data ->> '$.stichtag', :data ->> '$.quelle');

INSERT OR IGNORE INTO akte_bestand_enthalten (sequence, subject)
SELECT :sequence, value
FROM json_each(:data, '$.enthalten');

-- on de.aktenspur.bericht.kennzahl-gemeldet
INSERT INTO akte_gemeldet (sequence, kennzahl, wert, von, stichtag, quelle)
SELECT
  :sequence,
  :data ->> '$.kennzahl',
  :data ->> '$.wert',
  :data ->> '$.von',
  :data ->> '$.stichtag',
  :data ->> '$.quelle'
WHERE :data ->> '$.kennzahl' GLOB 'akten.*'
AND json_type(:data, '$.wert') IN ('integer', 'real');
