-- Basiskomponenten: was verfügbar, angekündigt oder abgekündigt ist, und was es kostet.

CREATE TABLE komponente (
  subject  TEXT PRIMARY KEY,
  titel    TEXT NOT NULL,
  sequence INTEGER NOT NULL
);

-- wirksam: ab wann das Ereignis gilt. Wo es keinen eigenen Tag nennt, sein Tag; eine nur geplante
-- Abkündigung ohne Tag wird nicht wirksam (NULL).
CREATE TABLE komponente_ereignis (
  sequence    INTEGER PRIMARY KEY,
  subject     TEXT NOT NULL,
  day         TEXT NOT NULL,
  ereignis    TEXT NOT NULL,
  wirksam     TEXT,
  stand       TEXT,
  bezeichnung TEXT,
  wo          TEXT,
  durch       TEXT,
  frist_jahre NUMERIC,
  grundlage   TEXT,
  bewertung   TEXT,
  wortlaut    TEXT
);

CREATE INDEX komponente_ereignis_subject ON komponente_ereignis (subject, day, sequence);

CREATE TABLE komponente_kosten (
  sequence           INTEGER PRIMARY KEY,
  subject            TEXT NOT NULL,
  day                TEXT NOT NULL,
  angebot            TEXT,
  monatlich_cent     INTEGER,
  jaehrlich_cent     INTEGER,
  einrichtung_cent   INTEGER,
  registrierung_cent INTEGER,
  hinweis            TEXT
);

CREATE TABLE komponente_bestand (
  sequence INTEGER PRIMARY KEY,
  kennzahl TEXT NOT NULL,
  wert     NUMERIC NOT NULL,
  stichtag TEXT NOT NULL,
  quelle   TEXT NOT NULL
);

CREATE TABLE komponente_bestand_enthalten (
  sequence INTEGER NOT NULL,
  subject  TEXT NOT NULL,
  PRIMARY KEY (sequence, subject)
);

CREATE TABLE komponente_gemeldet (
  sequence INTEGER PRIMARY KEY,
  kennzahl TEXT NOT NULL,
  wert     NUMERIC NOT NULL,
  von      TEXT,
  stichtag TEXT NOT NULL,
  quelle   TEXT NOT NULL
);

CREATE VIEW komponente_kennzahl (kennzahl) AS
VALUES
  ('basiskomponenten.verfuegbar'),
  ('basiskomponenten.angekuendigt'),
  ('basiskomponenten.abgekuendigt'),
  ('basiskomponenten.kostenangebote');

-- Die Spanne der Kostenangebote je Komponente, über alle erfassten Angebote.
CREATE VIEW komponente_kostenspanne (
  subject, angebote, monatlich_min_cent, monatlich_max_cent, einrichtung_cent, registrierung_cent
) AS
SELECT
  subject,
  count(*),
  min(monatlich_cent),
  max(monatlich_cent),
  max(einrichtung_cent),
  max(registrierung_cent)
FROM komponente_kosten
GROUP BY subject;

-- Zeiträume, in denen eine Komponente verfügbar, angekündigt oder abgekündigt ist.
CREATE VIEW komponente_lage (subject, lage, sequence, gilt_von, gilt_bis) AS
SELECT
  subject,
  ereignis,
  sequence,
  wirksam,
  lead(wirksam, 1, '9999-99-99') OVER (PARTITION BY subject ORDER BY wirksam, sequence)
FROM komponente_ereignis
WHERE ereignis <> 'bewertet'
AND wirksam IS NOT NULL;

-- Wann eine Komponente zu einer Kennzahl kommt (drin = 1) und wann sie sie verlässt (0).
-- vorher: wer abgekündigt wird, war vorher verfügbar. Kostenangebote zählen je Angebot.
CREATE VIEW komponente_wechsel (kennzahl, schluessel, subject, day, sequence, drin, vorher) AS
SELECT 'basiskomponenten.verfuegbar', subject, subject, gilt_von, sequence, lage = 'verfuegbar', lage = 'abgekuendigt'
FROM komponente_lage
UNION ALL
SELECT 'basiskomponenten.angekuendigt', subject, subject, gilt_von, sequence, lage = 'angekuendigt', 0
FROM komponente_lage
UNION ALL
SELECT 'basiskomponenten.abgekuendigt', subject, subject, gilt_von, sequence, lage = 'abgekuendigt', 0
FROM komponente_lage
UNION ALL
SELECT 'basiskomponenten.kostenangebote', subject || ' ' || coalesce(angebot, sequence), subject, day, sequence, 1, 0
FROM komponente_kosten;

-- Die Posten jeder Kennzahl mit ihrer Geltung: der Wert am Stichtag E ist die Summe über
-- gilt_von <= E < gilt_bis. Es zählt der neueste Bestand (am selben Tag der spätere Eintrag), dazu
-- jeder spätere Wechsel, soweit er den Gegenstand gegenüber dem Bestand ändert: wer darin enthalten
-- oder vorher schon dabei war, zählt nicht noch einmal und mindert die Zahl, wenn er ausscheidet.
CREATE VIEW komponente_beitrag (kennzahl, subject, gilt_von, gilt_bis, sequence, value) AS
WITH
bestand AS (
  SELECT
    kennzahl,
    sequence,
    wert,
    stichtag AS von,
    lead(stichtag, 1, '9999-99-99') OVER (PARTITION BY kennzahl ORDER BY stichtag) AS bis
  FROM komponente_bestand AS b
  WHERE kennzahl IN (SELECT kennzahl FROM komponente_kennzahl)
  AND NOT EXISTS (
    SELECT 1
    FROM komponente_bestand AS spaeter
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
  FROM komponente_kennzahl AS k
),
wechsel AS (
  SELECT
    *,
    lag(drin) OVER (PARTITION BY kennzahl, schluessel ORDER BY day, sequence) AS davor
  FROM komponente_wechsel
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
  LEFT JOIN komponente_bestand_enthalten AS e
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

-- on de.aktenspur.komponente.verfuegbar
INSERT INTO komponente (subject, titel, sequence)
VALUES (:subject, coalesce(:data ->> '$.titel', :data ->> '$.bezeichnung', :subject), :sequence)
ON CONFLICT (subject) DO UPDATE
SET titel = coalesce(:data ->> '$.titel', titel);

INSERT INTO komponente_ereignis (sequence, subject, day, ereignis, wirksam, bezeichnung, wo, durch, wortlaut)
VALUES (
  :sequence,
  :subject,
  :day,
  'verfuegbar',
  coalesce(:data ->> '$.seit', :day),
  :data ->> '$.bezeichnung',
  :data ->> '$.wo',
  :data ->> '$.anbieter',
  :data ->> '$.wortlaut'
);

-- on de.aktenspur.komponente.angekuendigt
INSERT INTO komponente (subject, titel, sequence)
VALUES (:subject, coalesce(:data ->> '$.titel', :data ->> '$.bezeichnung', :subject), :sequence)
ON CONFLICT (subject) DO UPDATE
SET titel = coalesce(:data ->> '$.titel', titel);

INSERT INTO komponente_ereignis (
  sequence, subject, day, ereignis, wirksam, bezeichnung, frist_jahre, grundlage, wortlaut
)
VALUES (
  :sequence,
  :subject,
  :day,
  'angekuendigt',
  :day,
  :data ->> '$.bezeichnung',
  :data ->> '$.frist_jahre',
  :data ->> '$.grundlage',
  :data ->> '$.wortlaut'
);

-- on de.aktenspur.komponente.abgekuendigt
INSERT INTO komponente (subject, titel, sequence)
VALUES (:subject, coalesce(:data ->> '$.titel', :data ->> '$.bezeichnung', :subject), :sequence)
ON CONFLICT (subject) DO UPDATE
SET titel = coalesce(:data ->> '$.titel', titel);

INSERT INTO komponente_ereignis (
  sequence, subject, day, ereignis, wirksam, stand, bezeichnung, durch, wortlaut
)
VALUES (
  :sequence,
  :subject,
  :day,
  'abgekuendigt',
  CASE
    WHEN :data ->> '$.zum' IS NOT NULL THEN date(:data ->> '$.zum', '+1 day')
    WHEN :data ->> '$.stand' = 'geplant' THEN NULL
    ELSE :day
  END,
  coalesce(:data ->> '$.stand', 'vollzogen'),
  :data ->> '$.bezeichnung',
  :data ->> '$.durch',
  :data ->> '$.wortlaut'
);

-- on de.aktenspur.komponente.bewertet
INSERT INTO komponente (subject, titel, sequence)
VALUES (:subject, coalesce(:data ->> '$.titel', :data ->> '$.bezeichnung', :subject), :sequence)
ON CONFLICT (subject) DO UPDATE
SET titel = coalesce(:data ->> '$.titel', titel);

INSERT INTO komponente_ereignis (sequence, subject, day, ereignis, bezeichnung, bewertung, wortlaut)
VALUES (
  :sequence,
  :subject,
  :day,
  'bewertet',
  :data ->> '$.bezeichnung',
  :data ->> '$.bewertung',
  :data ->> '$.wortlaut'
);

-- on de.aktenspur.komponente.kostenangebot-erfasst
INSERT INTO komponente (subject, titel, sequence)
VALUES (:subject, coalesce(:data ->> '$.titel', :subject), :sequence)
ON CONFLICT (subject) DO UPDATE
SET titel = coalesce(:data ->> '$.titel', titel);

INSERT INTO komponente_kosten (
  sequence, subject, day, angebot, monatlich_cent, jaehrlich_cent, einrichtung_cent, registrierung_cent, hinweis
)
VALUES (
  :sequence,
  :subject,
  :day,
  :data ->> '$.angebot',
  :data ->> '$.monatlich_cent',
  :data ->> '$.jaehrlich_cent',
  :data ->> '$.einrichtung_cent',
  :data ->> '$.registrierung_cent',
  :data ->> '$.hinweis'
);

-- on de.aktenspur.komponente.bestand-uebernommen
INSERT INTO komponente_bestand (sequence, kennzahl, wert, stichtag, quelle)
VALUES (:sequence, :data ->> '$.kennzahl', :data ->> '$.wert', :data ->> '$.stichtag', :data ->> '$.quelle');

INSERT OR IGNORE INTO komponente_bestand_enthalten (sequence, subject)
SELECT :sequence, value
FROM json_each(:data, '$.enthalten');

-- on de.aktenspur.bericht.kennzahl-gemeldet
INSERT INTO komponente_gemeldet (sequence, kennzahl, wert, von, stichtag, quelle)
SELECT
  :sequence,
  :data ->> '$.kennzahl',
  :data ->> '$.wert',
  :data ->> '$.von',
  :data ->> '$.stichtag',
  :data ->> '$.quelle'
WHERE :data ->> '$.kennzahl' GLOB 'basiskomponenten.*'
AND json_type(:data, '$.wert') IN ('integer', 'real');
