-- Angebote (Online-Dienste, Portale, Formulare) und die Leistungen der Kataloge.

CREATE TABLE angebot (
  subject  TEXT PRIMARY KEY,
  art      TEXT NOT NULL,
  titel    TEXT,
  adresse  TEXT,
  sequence INTEGER NOT NULL
);

CREATE TABLE angebot_ereignis (
  sequence INTEGER PRIMARY KEY,
  subject  TEXT NOT NULL,
  day      TEXT NOT NULL,
  ereignis TEXT NOT NULL,
  art      TEXT
);

CREATE INDEX angebot_ereignis_subject ON angebot_ereignis (subject);

-- Eine Leistung ist durch Gegenstand, Katalog und Kennung bestimmt; ohne Kennung steht der Gegenstand für sie.
CREATE TABLE angebot_leistung (
  sequence INTEGER PRIMARY KEY,
  subject  TEXT NOT NULL,
  day      TEXT NOT NULL,
  gelistet INTEGER NOT NULL,
  katalog  TEXT NOT NULL,
  leistung TEXT NOT NULL
);

CREATE INDEX angebot_leistung_subject ON angebot_leistung (subject);

CREATE TABLE angebot_katalog (
  sequence INTEGER PRIMARY KEY,
  katalog  TEXT,
  anzahl   INTEGER,
  stichtag TEXT NOT NULL,
  quelle   TEXT,
  abgleich TEXT
);

CREATE TABLE angebot_bestand (
  sequence INTEGER PRIMARY KEY,
  kennzahl TEXT NOT NULL,
  wert     NUMERIC NOT NULL,
  stichtag TEXT NOT NULL,
  quelle   TEXT NOT NULL,
  katalog  TEXT
);

CREATE TABLE angebot_bestand_enthalten (
  sequence INTEGER NOT NULL,
  subject  TEXT NOT NULL,
  PRIMARY KEY (sequence, subject)
);

CREATE TABLE angebot_gemeldet (
  sequence INTEGER PRIMARY KEY,
  kennzahl TEXT NOT NULL,
  wert     NUMERIC NOT NULL,
  von      TEXT,
  stichtag TEXT NOT NULL,
  quelle   TEXT NOT NULL
);

CREATE VIEW angebot_art (art, kennzahl) AS
VALUES
  ('onlinedienst', 'angebote.online-dienste'),
  ('themenportal', 'angebote.themenportale'),
  ('fachportal', 'angebote.fachportale'),
  ('formular', 'angebote.formulare');

CREATE VIEW angebot_kennzahl (kennzahl) AS
SELECT kennzahl FROM angebot_art
UNION ALL
VALUES
  ('angebote.leistungen-website'),
  ('angebote.leistungen-ozg');

-- Die Kennzahlen, zu denen ein Angebot je gehört hat: aus seinen Veröffentlichungen und aus Beständen,
-- die es nennen; nur wo beides fehlt, aus der Art, die sein Rückzug angibt.
CREATE VIEW angebot_zugehoerigkeit (subject, kennzahl) AS
SELECT e.subject, a.kennzahl
FROM angebot_ereignis AS e
JOIN angebot_art AS a
  ON a.art = e.art
WHERE e.ereignis = 'veroeffentlicht'
UNION
SELECT e.subject, b.kennzahl
FROM angebot_bestand_enthalten AS e
JOIN angebot_bestand AS b
  ON b.sequence = e.sequence
WHERE b.kennzahl IN (SELECT kennzahl FROM angebot_art)
OR NOT EXISTS (
  SELECT 1
  FROM angebot_leistung AS l
  WHERE l.subject = e.subject
)
UNION
SELECT z.subject, a.kennzahl
FROM angebot_ereignis AS z
JOIN angebot_art AS a
  ON a.art = z.art
WHERE z.ereignis = 'zurueckgezogen'
AND NOT EXISTS (
  SELECT 1
  FROM angebot_ereignis AS e
  WHERE e.subject = z.subject
  AND e.ereignis = 'veroeffentlicht'
)
AND NOT EXISTS (
  SELECT 1
  FROM angebot_bestand_enthalten AS e
  WHERE e.subject = z.subject
);

-- Ein Rückzug nimmt alle Leistungen seines Gegenstands mit.
CREATE VIEW angebot_leistungslauf (kennzahl, schluessel, subject, day, sequence, gelistet) AS
WITH leistung AS (
  SELECT
    *,
    iif(upper(katalog) GLOB '*OZG*', 'angebote.leistungen-ozg', 'angebote.leistungen-website') AS kennzahl,
    subject || ' ' || katalog || ' ' || leistung AS schluessel
  FROM angebot_leistung
)
SELECT kennzahl, schluessel, subject, day, sequence, gelistet
FROM leistung
UNION ALL
SELECT DISTINCT l.kennzahl, l.schluessel, e.subject, e.day, e.sequence, 0
FROM angebot_ereignis AS e
JOIN leistung AS l
  ON l.subject = e.subject
WHERE e.ereignis = 'zurueckgezogen';

-- Wann ein Angebot oder eine Leistung zu einer Kennzahl kommt (drin = 1) und wann sie sie verlässt (0).
-- vorher: ein Abgang ohne erfassten Zugang setzt voraus, dass das Angebot vorher dazugehörte.
-- schluessel ist, was gezählt wird: das Angebot oder die einzelne Leistung eines Katalogs.
CREATE VIEW angebot_wechsel (kennzahl, schluessel, subject, day, sequence, drin, vorher) AS
SELECT
  z.kennzahl,
  e.subject,
  e.subject,
  e.day,
  e.sequence,
  e.ereignis = 'veroeffentlicht' AND a.kennzahl IS z.kennzahl,
  e.ereignis = 'zurueckgezogen'
FROM angebot_ereignis AS e
JOIN angebot_zugehoerigkeit AS z
  ON z.subject = e.subject
LEFT JOIN angebot_art AS a
  ON a.art = e.art
UNION ALL
SELECT kennzahl, schluessel, subject, day, sequence, gelistet, 1
FROM angebot_leistungslauf;

-- Die Posten jeder Kennzahl mit ihrer Geltung: der Wert am Stichtag E ist die Summe über
-- gilt_von <= E < gilt_bis. Es zählt der neueste Bestand (am selben Tag der spätere Eintrag), dazu
-- jeder spätere Wechsel, soweit er den Gegenstand gegenüber dem Bestand ändert: wer darin enthalten
-- oder vorher schon dabei war, zählt nicht noch einmal und mindert die Zahl, wenn er ausscheidet.
CREATE VIEW angebot_beitrag (kennzahl, subject, gilt_von, gilt_bis, sequence, value) AS
WITH
bestand AS (
  SELECT
    kennzahl,
    sequence,
    wert,
    stichtag AS von,
    lead(stichtag, 1, '9999-99-99') OVER (PARTITION BY kennzahl ORDER BY stichtag) AS bis
  FROM angebot_bestand AS b
  WHERE kennzahl IN (SELECT kennzahl FROM angebot_kennzahl)
  AND NOT EXISTS (
    SELECT 1
    FROM angebot_bestand AS spaeter
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
  FROM angebot_kennzahl AS k
),
wechsel AS (
  SELECT
    *,
    lag(drin) OVER (PARTITION BY kennzahl, schluessel ORDER BY day, sequence) AS davor
  FROM angebot_wechsel
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
  LEFT JOIN angebot_bestand_enthalten AS e
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

-- on de.aktenspur.angebot.veroeffentlicht
INSERT INTO angebot (subject, art, titel, adresse, sequence)
VALUES (:subject, :data ->> '$.art', :data ->> '$.titel', :data ->> '$.adresse', :sequence)
ON CONFLICT (subject) DO UPDATE
SET art = excluded.art,
  titel = coalesce(excluded.titel, titel),
  adresse = coalesce(excluded.adresse, adresse);

INSERT INTO angebot_ereignis (sequence, subject, day, ereignis, art)
VALUES (:sequence, :subject, :day, 'veroeffentlicht', :data ->> '$.art');

-- on de.aktenspur.angebot.zurueckgezogen
INSERT INTO angebot_ereignis (sequence, subject, day, ereignis, art)
VALUES (:sequence, :subject, :day, 'zurueckgezogen', :data ->> '$.art');

-- on de.aktenspur.angebot.leistung-gelistet
INSERT INTO angebot_leistung (sequence, subject, day, gelistet, katalog, leistung)
VALUES (
  :sequence,
  :subject,
  :day,
  1,
  coalesce(:data ->> '$.katalog', 'LeiKa'),
  coalesce(:data ->> '$.leistung', :data ->> '$.titel', '')
);

-- on de.aktenspur.angebot.leistung-gestrichen
INSERT INTO angebot_leistung (sequence, subject, day, gelistet, katalog, leistung)
VALUES (
  :sequence,
  :subject,
  :day,
  0,
  coalesce(:data ->> '$.katalog', 'LeiKa'),
  coalesce(:data ->> '$.leistung', :data ->> '$.titel', '')
);

-- on de.aktenspur.angebot.katalog-importiert
INSERT INTO angebot_katalog (sequence, katalog, anzahl, stichtag, quelle, abgleich)
VALUES (
  :sequence,
  :data ->> '$.katalog',
  coalesce(:data ->> '$.anzahl', json_array_length(:data, '$.leistungen')),
  coalesce(:data ->> '$.stichtag', :day),
  coalesce(:data ->> '$.quelle', :source),
  :data ->> '$.abgleich'
);

INSERT INTO angebot_bestand (sequence, kennzahl, wert, stichtag, quelle, katalog)
SELECT sequence, 'angebote.leistungen-ozg', anzahl, stichtag, quelle, katalog
FROM angebot_katalog
WHERE sequence = :sequence
AND upper(katalog) GLOB '*OZG*'
AND anzahl IS NOT NULL;

-- on de.aktenspur.angebot.bestand-uebernommen
INSERT INTO angebot_bestand (sequence, kennzahl, wert, stichtag, quelle, katalog)
VALUES (
  :sequence,
  :data ->> '$.kennzahl',
  :data ->> '$.wert',
  :data ->> '$.stichtag',
  :data ->> '$.quelle',
  :data ->> '$.katalog'
);

INSERT OR IGNORE INTO angebot_bestand_enthalten (sequence, subject)
SELECT :sequence, value
FROM json_each(:data, '$.enthalten');

-- on de.aktenspur.bericht.kennzahl-gemeldet
INSERT INTO angebot_gemeldet (sequence, kennzahl, wert, von, stichtag, quelle)
SELECT
  :sequence,
  :data ->> '$.kennzahl',
  :data ->> '$.wert',
  :data ->> '$.von',
  :data ->> '$.stichtag',
  :data ->> '$.quelle'
WHERE :data ->> '$.kennzahl' GLOB 'angebote.*'
AND json_type(:data, '$.wert') IN ('integer', 'real');
