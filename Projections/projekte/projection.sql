-- Projekte der Strategie: Statusverlauf, Steckbrief, Haushalt. Was zu einem Tag galt, steht überall
-- als Zeitraum gilt_von (einschließlich) bis gilt_bis (ausschließlich).

CREATE TABLE projekt (
  subject        TEXT PRIMARY KEY,
  nr             TEXT NOT NULL,
  titel          TEXT NOT NULL,
  kategorie      TEXT NOT NULL,
  fachdienst     TEXT,
  projektleitung TEXT,
  beginn         TEXT,
  ende           TEXT,
  prioritaet     TEXT,
  vor_strategie  INTEGER NOT NULL,
  angelegt       TEXT NOT NULL,
  sequence       INTEGER NOT NULL
);

CREATE TABLE projekt_beteiligt (
  subject     TEXT NOT NULL,
  reihenfolge INTEGER NOT NULL,
  einheit     TEXT NOT NULL,
  PRIMARY KEY (subject, reihenfolge)
);

CREATE TABLE projekt_status (
  sequence INTEGER PRIMARY KEY,
  subject  TEXT NOT NULL,
  day      TEXT NOT NULL,
  status   TEXT NOT NULL,
  wortlaut TEXT
);

CREATE INDEX projekt_status_subject ON projekt_status (subject, day, sequence);

CREATE TABLE projekt_verlaengerung (
  sequence   INTEGER PRIMARY KEY,
  subject    TEXT NOT NULL,
  day        TEXT NOT NULL,
  neues_ende TEXT,
  grund      TEXT
);

CREATE INDEX projekt_verlaengerung_subject ON projekt_verlaengerung (subject, day, sequence);

CREATE TABLE projekt_teilung (
  sequence INTEGER PRIMARY KEY,
  subject  TEXT NOT NULL,
  day      TEXT NOT NULL,
  neu      TEXT,
  grund    TEXT
);

CREATE TABLE projekt_pilot (
  sequence INTEGER PRIMARY KEY,
  subject  TEXT NOT NULL,
  day      TEXT NOT NULL,
  einheit  TEXT,
  wortlaut TEXT
);

CREATE TABLE projekt_hindernis (
  sequence   INTEGER PRIMARY KEY,
  subject    TEXT NOT NULL,
  day        TEXT NOT NULL,
  hindernis  TEXT,
  wartet_auf TEXT
);

-- Ein Feld des Steckbriefs, einmal gesetzt; seine Angaben einzeln, Listen in ihrer Reihenfolge.
CREATE TABLE projekt_blattfeld (
  sequence INTEGER NOT NULL,
  subject  TEXT NOT NULL,
  day      TEXT NOT NULL,
  feld     TEXT NOT NULL,
  PRIMARY KEY (sequence, feld)
);

CREATE TABLE projekt_blattangabe (
  sequence    INTEGER NOT NULL,
  feld        TEXT NOT NULL,
  reihenfolge INTEGER NOT NULL,
  text        TEXT,
  art         TEXT,
  betrag_cent INTEGER,
  schaetzung  INTEGER NOT NULL,
  PRIMARY KEY (sequence, feld, reihenfolge)
);

-- wirksam ist der Tag, ab dem ein Posten im Haushaltsjahr zählt: nie vor dessen erstem und nie nach
-- dessen letztem Tag, damit eine späte Buchung in ihrem Jahr steht.
CREATE TABLE projekt_budget (
  sequence    INTEGER PRIMARY KEY,
  subject     TEXT NOT NULL,
  day         TEXT NOT NULL,
  jahr        TEXT NOT NULL,
  zweck       TEXT NOT NULL,
  betrag_cent INTEGER,
  wirksam     TEXT GENERATED ALWAYS AS (min(max(day, jahr || '-01-01'), jahr || '-12-31')) VIRTUAL
);

CREATE TABLE projekt_ausgabe (
  sequence    INTEGER PRIMARY KEY,
  subject     TEXT NOT NULL,
  day         TEXT NOT NULL,
  jahr        TEXT NOT NULL,
  zweck       TEXT NOT NULL,
  betrag_cent INTEGER,
  wirksam     TEXT GENERATED ALWAYS AS (min(max(day, jahr || '-01-01'), jahr || '-12-31')) VIRTUAL
);

CREATE TABLE projekt_bestand (
  sequence INTEGER PRIMARY KEY,
  kennzahl TEXT NOT NULL,
  wert     NUMERIC NOT NULL,
  stichtag TEXT NOT NULL,
  quelle   TEXT NOT NULL
);

CREATE TABLE projekt_bestand_enthalten (
  sequence INTEGER NOT NULL,
  subject  TEXT NOT NULL,
  PRIMARY KEY (sequence, subject)
);

CREATE TABLE projekt_gemeldet (
  sequence INTEGER PRIMARY KEY,
  kennzahl TEXT NOT NULL,
  wert     NUMERIC NOT NULL,
  von      TEXT,
  stichtag TEXT NOT NULL,
  quelle   TEXT NOT NULL
);

-- Der Stand eines Berichts: bis dahin hätte er ein verstrichenes Projektende bemerken müssen.
CREATE TABLE projekt_berichtsstand (
  sequence INTEGER PRIMARY KEY,
  stichtag TEXT NOT NULL,
  stand    TEXT NOT NULL
);

CREATE VIEW projekt_statuskennzahl (status, kennzahl) AS
VALUES
  ('initialisierung', 'projekte.initialisierung'),
  ('bearbeitung', 'projekte.bearbeitung'),
  ('zurueckgestellt', 'projekte.zurueckgestellt'),
  ('abgeschlossen', 'projekte.abgeschlossen');

CREATE VIEW projekt_kennzahl (kennzahl) AS
SELECT kennzahl FROM projekt_statuskennzahl
UNION ALL
VALUES
  ('projekte.gesamt'),
  ('projekte.ohne-status'),
  ('projekte.abgeschlossen-vor-strategie'),
  ('projekte.verlaengert');

-- Der Status eines Projekts mit seiner Geltung.
CREATE VIEW projekt_stand (subject, status, wortlaut, sequence, gilt_von, gilt_bis) AS
SELECT
  subject,
  status,
  wortlaut,
  sequence,
  day,
  lead(day, 1, '9999-99-99') OVER (PARTITION BY subject ORDER BY day, sequence)
FROM projekt_status;

-- Die Angaben des Steckbriefs mit ihrer Geltung; die letzte Setzung eines Feldes gilt.
CREATE VIEW projekt_blatt (subject, feld, reihenfolge, text, art, betrag_cent, schaetzung, sequence, gilt_von, gilt_bis) AS
WITH feld AS (
  SELECT
    *,
    lead(day, 1, '9999-99-99') OVER (PARTITION BY subject, feld ORDER BY day, sequence) AS gilt_bis
  FROM projekt_blattfeld
)
SELECT
  f.subject,
  f.feld,
  a.reihenfolge,
  a.text,
  a.art,
  a.betrag_cent,
  a.schaetzung,
  f.sequence,
  f.day,
  f.gilt_bis
FROM feld AS f
JOIN projekt_blattangabe AS a
  ON a.sequence = f.sequence
  AND a.feld = f.feld;

CREATE VIEW projekt_kosten (subject, reihenfolge, art, wortlaut, betrag_cent, schaetzung, sequence, gilt_von, gilt_bis) AS
SELECT subject, reihenfolge, art, text, betrag_cent, schaetzung, sequence, gilt_von, gilt_bis
FROM projekt_blatt
WHERE feld = 'kosten';

-- Beginn und Ende im Wortlaut, das Datumsformat darin und der Zeitraum (von, bis), den es meint.
-- Gelesen wird die erste Stelle, die eines der Formate hat.
CREATE VIEW projekt_termin (subject, art, wortlaut, format, von, bis, day, sequence) AS
WITH RECURSIVE
angabe (subject, art, wortlaut, day, sequence) AS (
  SELECT subject, 'beginn', beginn, angelegt, sequence
  FROM projekt
  WHERE beginn IS NOT NULL
  UNION ALL
  SELECT subject, 'ende', ende, angelegt, sequence
  FROM projekt
  WHERE ende IS NOT NULL
  UNION ALL
  SELECT subject, 'ende', neues_ende, day, sequence
  FROM projekt_verlaengerung
  WHERE neues_ende IS NOT NULL
),
stelle (subject, art, wortlaut, day, sequence, rest) AS (
  SELECT *, wortlaut
  FROM angabe
  UNION ALL
  SELECT subject, art, wortlaut, day, sequence, substr(rest, 2)
  FROM stelle
  WHERE rest <> ''
),
gelesen AS (
  SELECT
    *,
    CASE
      WHEN rest GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*' THEN 'JJJJ-MM-TT'
      WHEN rest GLOB '[0-9][0-9].[0-9][0-9].[0-9][0-9][0-9][0-9]*' THEN 'TT.MM.JJJJ'
      WHEN rest GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]*' THEN 'JJJJ-MM'
      WHEN rest GLOB 'Q[1-4]/[0-9][0-9][0-9][0-9]*' THEN 'Qn/JJJJ'
      WHEN rest GLOB '[0-9][0-9]/[0-9][0-9][0-9][0-9]*' THEN 'MM/JJJJ'
      WHEN rest GLOB '[0-9]/[0-9][0-9][0-9][0-9]*' THEN 'M/JJJJ'
      WHEN rest GLOB '[0-9][0-9]/[0-9][0-9]*' THEN 'MM/JJ'
      WHEN rest GLOB '[0-9][0-9][0-9][0-9]*' THEN 'JJJJ'
    END AS format
  FROM stelle
),
erste AS (
  SELECT
    *,
    row_number() OVER (PARTITION BY subject, art, sequence ORDER BY format IS NULL, length(rest) DESC) AS rang
  FROM gelesen
),
anfang AS (
  SELECT
    subject,
    art,
    wortlaut,
    coalesce(format, 'Text') AS format,
    CASE format
      WHEN 'JJJJ-MM-TT' THEN substr(rest, 1, 10)
      WHEN 'TT.MM.JJJJ' THEN substr(rest, 7, 4) || '-' || substr(rest, 4, 2) || '-' || substr(rest, 1, 2)
      WHEN 'JJJJ-MM' THEN substr(rest, 1, 7) || '-01'
      WHEN 'Qn/JJJJ' THEN printf('%s-%02d-01', substr(rest, 4, 4), substr(rest, 2, 1) * 3 - 2)
      WHEN 'MM/JJJJ' THEN substr(rest, 4, 4) || '-' || substr(rest, 1, 2) || '-01'
      WHEN 'M/JJJJ' THEN substr(rest, 3, 4) || '-0' || substr(rest, 1, 1) || '-01'
      WHEN 'MM/JJ' THEN '20' || substr(rest, 4, 2) || '-' || substr(rest, 1, 2) || '-01'
      WHEN 'JJJJ' THEN substr(rest, 1, 4) || '-01-01'
    END AS von,
    day,
    sequence
  FROM erste
  WHERE rang = 1
)
SELECT
  subject,
  art,
  wortlaut,
  format,
  von,
  CASE
    WHEN format IN ('JJJJ-MM-TT', 'TT.MM.JJJJ') THEN von
    WHEN format = 'JJJJ' THEN date(von, '+1 year', '-1 day')
    WHEN format = 'Qn/JJJJ' THEN date(von, '+3 months', '-1 day')
    ELSE date(von, '+1 month', '-1 day')
  END,
  day,
  sequence
FROM anfang;

-- Status und Verlängerungen eines Projekts als ein Verlauf: der Status, der nach jedem Schritt gilt,
-- und ob das Projekt bis dahin verlängert wurde.
CREATE VIEW projekt_verlauf (subject, day, sequence, schritt, status, verlaengert) AS
WITH
schritt AS (
  SELECT subject, day, sequence, 'status' AS schritt, status
  FROM projekt_status
  UNION ALL
  SELECT subject, day, sequence, 'verlaengerung', NULL
  FROM projekt_verlaengerung
  UNION ALL
  SELECT subject, angelegt, sequence, 'anlage', NULL
  FROM projekt
),
gruppe AS (
  SELECT
    *,
    count(status) OVER bisher AS nummer,
    max(schritt = 'verlaengerung') OVER bisher AS verlaengert
  FROM schritt
  WINDOW bisher AS (PARTITION BY subject ORDER BY day, sequence)
)
SELECT
  subject,
  day,
  sequence,
  schritt,
  max(status) OVER (PARTITION BY subject, nummer),
  verlaengert
FROM gruppe;

-- Wann ein Projekt zu einer Kennzahl kommt (drin = 1) und wann es sie verlässt (0).
-- Verlängert heißt: verlängert und noch in Bearbeitung (oder ohne Status).
CREATE VIEW projekt_wechsel (kennzahl, subject, day, sequence, drin, vorher) AS
SELECT 'projekte.gesamt', subject, angelegt, sequence, 1, 0
FROM projekt
UNION ALL
SELECT k.kennzahl, s.subject, s.day, s.sequence, s.status = k.status, 0
FROM projekt_status AS s
CROSS JOIN projekt_statuskennzahl AS k
UNION ALL
SELECT 'projekte.abgeschlossen-vor-strategie', s.subject, s.day, s.sequence, s.status = 'abgeschlossen', 0
FROM projekt_status AS s
JOIN projekt AS p
  ON p.subject = s.subject
WHERE p.vor_strategie
UNION ALL
SELECT 'projekte.ohne-status', v.subject, v.day, v.sequence, v.status IS NULL, 0
FROM projekt_verlauf AS v
JOIN projekt AS p
  ON p.subject = v.subject
WHERE v.schritt <> 'verlaengerung'
UNION ALL
SELECT 'projekte.verlaengert', subject, day, sequence, verlaengert AND coalesce(status, 'bearbeitung') = 'bearbeitung', 0
FROM projekt_verlauf;

-- Die Posten jeder Kennzahl mit ihrer Geltung: der Wert am Stichtag E ist die Summe über
-- gilt_von <= E < gilt_bis. Es zählt der neueste Bestand (am selben Tag der spätere Eintrag), dazu
-- jeder spätere Wechsel, soweit er den Gegenstand gegenüber dem Bestand ändert: wer darin enthalten
-- oder vorher schon dabei war, zählt nicht noch einmal und mindert die Zahl, wenn er ausscheidet.
CREATE VIEW projekt_beitrag (kennzahl, subject, gilt_von, gilt_bis, sequence, value) AS
WITH
bestand AS (
  SELECT
    kennzahl,
    sequence,
    wert,
    stichtag AS von,
    lead(stichtag, 1, '9999-99-99') OVER (PARTITION BY kennzahl ORDER BY stichtag) AS bis
  FROM projekt_bestand AS b
  WHERE kennzahl IN (SELECT kennzahl FROM projekt_kennzahl)
  AND NOT EXISTS (
    SELECT 1
    FROM projekt_bestand AS spaeter
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
  FROM projekt_kennzahl AS k
),
wechsel AS (
  SELECT
    *,
    lag(drin) OVER (PARTITION BY kennzahl, subject ORDER BY day, sequence) AS davor
  FROM projekt_wechsel
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
  LEFT JOIN projekt_bestand_enthalten AS e
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

-- Soll und Ist des Haushaltsjahrs, mit ihrer Geltung bis zu dessen Ende: der neueste Bestand des Jahres
-- und die danach wirksamen Posten von Projekten, die er nicht enthält.
CREATE VIEW projekt_haushalt (kennzahl, subject, gilt_von, gilt_bis, sequence, value) AS
WITH
posten AS (
  SELECT
    'budget.soll' AS kennzahl,
    subject,
    jahr,
    wirksam,
    lead(wirksam, 1, (jahr + 1) || '-01-01')
      OVER (PARTITION BY subject, jahr, zweck ORDER BY wirksam, day, sequence) AS bis,
    sequence,
    betrag_cent
  FROM projekt_budget
  WHERE betrag_cent IS NOT NULL
  UNION ALL
  SELECT 'budget.ist', subject, jahr, wirksam, (jahr + 1) || '-01-01', sequence, betrag_cent
  FROM projekt_ausgabe
  WHERE betrag_cent IS NOT NULL
),
bestand AS (
  SELECT
    kennzahl,
    substr(stichtag, 1, 4) AS jahr,
    sequence,
    wert,
    stichtag AS von,
    lead(stichtag, 1, (substr(stichtag, 1, 4) + 1) || '-01-01')
      OVER (PARTITION BY kennzahl, substr(stichtag, 1, 4) ORDER BY stichtag) AS bis
  FROM projekt_bestand AS b
  WHERE kennzahl IN ('budget.soll', 'budget.ist')
  AND NOT EXISTS (
    SELECT 1
    FROM projekt_bestand AS spaeter
    WHERE spaeter.kennzahl = b.kennzahl
    AND spaeter.stichtag = b.stichtag
    AND spaeter.sequence > b.sequence
  )
),
zeitraum AS (
  SELECT kennzahl, jahr, sequence, von, bis
  FROM bestand
  UNION ALL
  SELECT DISTINCT
    p.kennzahl,
    p.jahr,
    NULL,
    '',
    coalesce(
      (SELECT min(b.von) FROM bestand AS b WHERE b.kennzahl = p.kennzahl AND b.jahr = p.jahr),
      (p.jahr + 1) || '-01-01'
    )
  FROM posten AS p
)
SELECT p.kennzahl, p.subject, p.wirksam, min(p.bis, z.bis), p.sequence, p.betrag_cent
FROM posten AS p
JOIN zeitraum AS z
  ON z.kennzahl = p.kennzahl
  AND z.jahr = p.jahr
  AND p.wirksam > z.von
  AND p.wirksam < z.bis
LEFT JOIN projekt_bestand_enthalten AS e
  ON e.sequence = z.sequence
  AND e.subject = p.subject
WHERE e.subject IS NULL
AND p.wirksam < min(p.bis, z.bis)
UNION ALL
SELECT kennzahl, NULL, von, bis, sequence, wert
FROM bestand;

CREATE VIEW projekt_posten (kennzahl, subject, gilt_von, gilt_bis, sequence, value) AS
SELECT * FROM projekt_beitrag
UNION ALL
SELECT * FROM projekt_haushalt;

-- on de.aktenspur.projekt.angelegt
INSERT INTO projekt (
  subject, nr, titel, kategorie, fachdienst, projektleitung, beginn, ende, prioritaet, vor_strategie, angelegt, sequence
)
VALUES (
  :subject,
  substr(:subject, length('projekt/') + 1),
  :data ->> '$.titel',
  :data ->> '$.kategorie',
  :data ->> '$.fachdienst',
  :data ->> '$.projektleitung',
  :data ->> '$.beginn',
  :data ->> '$.ende',
  :data ->> '$.prioritaet',
  coalesce(:data ->> '$.vor_strategie', 0),
  :day,
  :sequence
)
ON CONFLICT (subject) DO UPDATE
SET titel = excluded.titel,
  kategorie = excluded.kategorie,
  fachdienst = coalesce(excluded.fachdienst, fachdienst),
  projektleitung = coalesce(excluded.projektleitung, projektleitung),
  beginn = coalesce(excluded.beginn, beginn),
  ende = coalesce(excluded.ende, ende),
  prioritaet = coalesce(excluded.prioritaet, prioritaet),
  vor_strategie = max(excluded.vor_strategie, vor_strategie),
  angelegt = min(excluded.angelegt, angelegt);

DELETE FROM projekt_beteiligt
WHERE subject = :subject
AND json_type(:data, '$.beteiligte') = 'array';

INSERT INTO projekt_beteiligt (subject, reihenfolge, einheit)
SELECT :subject, key, value
FROM json_each(:data, '$.beteiligte');

-- on de.aktenspur.projekt.status-geaendert
INSERT INTO projekt_status (sequence, subject, day, status, wortlaut)
VALUES (:sequence, :subject, :day, :data ->> '$.status', :data ->> '$.wortlaut');

-- on de.aktenspur.projekt.verlaengert
INSERT INTO projekt_verlaengerung (sequence, subject, day, neues_ende, grund)
VALUES (:sequence, :subject, :day, :data ->> '$.neues_ende', :data ->> '$.grund');

-- on de.aktenspur.projekt.geteilt
INSERT INTO projekt_teilung (sequence, subject, day, neu, grund)
VALUES (:sequence, :subject, :day, :data ->> '$.neu', :data ->> '$.grund');

-- on de.aktenspur.projekt.pilotiert
INSERT INTO projekt_pilot (sequence, subject, day, einheit, wortlaut)
VALUES (:sequence, :subject, :day, :data ->> '$.einheit', :data ->> '$.wortlaut');

-- on de.aktenspur.projekt.hindernis-erfasst
INSERT INTO projekt_hindernis (sequence, subject, day, hindernis, wartet_auf)
VALUES (:sequence, :subject, :day, :data ->> '$.hindernis', :data ->> '$.wartet_auf');

-- on de.aktenspur.projekt.steckbrief-gesetzt
INSERT INTO projekt_blattfeld (sequence, subject, day, feld)
SELECT :sequence, :subject, :day, key
FROM json_each(:data);

INSERT INTO projekt_blattangabe (sequence, feld, reihenfolge, text, schaetzung)
SELECT :sequence, key, 0, value, 0
FROM json_each(:data)
WHERE type NOT IN ('array', 'null');

INSERT INTO projekt_blattangabe (sequence, feld, reihenfolge, text, art, betrag_cent, schaetzung)
SELECT
  :sequence,
  feld.key,
  angabe.key,
  iif(angabe.type = 'object', angabe.value ->> '$.wortlaut', angabe.value),
  iif(angabe.type = 'object', angabe.value ->> '$.art', NULL),
  iif(angabe.type = 'object', angabe.value ->> '$.betrag_cent', NULL),
  iif(angabe.type = 'object', coalesce(angabe.value ->> '$.schaetzung', 0), 0)
FROM json_each(:data) AS feld
JOIN json_each(iif(feld.type = 'array', feld.value, '[]')) AS angabe;

-- on de.aktenspur.projekt.budget-gesetzt
INSERT INTO projekt_budget (sequence, subject, day, jahr, zweck, betrag_cent)
VALUES (
  :sequence,
  :subject,
  :day,
  printf('%04d', coalesce(:data ->> '$.jahr', substr(:day, 1, 4))),
  coalesce(:data ->> '$.zweck', ''),
  :data ->> '$.betrag_cent'
);

-- on de.aktenspur.projekt.ausgabe-gebucht
INSERT INTO projekt_ausgabe (sequence, subject, day, jahr, zweck, betrag_cent)
VALUES (
  :sequence,
  :subject,
  :day,
  printf('%04d', coalesce(:data ->> '$.jahr', substr(:day, 1, 4))),
  coalesce(:data ->> '$.zweck', ''),
  :data ->> '$.betrag_cent'
);

-- on de.aktenspur.projekt.bestand-uebernommen
INSERT INTO projekt_bestand (sequence, kennzahl, wert, stichtag, quelle)
VALUES (:sequence, :data ->> '$.kennzahl', :data ->> '$.wert', :data ->> '$.stichtag', :data ->> '$.quelle');

INSERT OR IGNORE INTO projekt_bestand_enthalten (sequence, subject)
SELECT :sequence, value
FROM json_each(:data, '$.enthalten');

-- on de.aktenspur.bericht.kennzahl-gemeldet
INSERT INTO projekt_gemeldet (sequence, kennzahl, wert, von, stichtag, quelle)
SELECT
  :sequence,
  :data ->> '$.kennzahl',
  :data ->> '$.wert',
  :data ->> '$.von',
  :data ->> '$.stichtag',
  :data ->> '$.quelle'
WHERE (:data ->> '$.kennzahl' GLOB 'projekte.*' OR :data ->> '$.kennzahl' GLOB 'budget.*')
AND json_type(:data, '$.wert') IN ('integer', 'real');

-- on de.aktenspur.bericht.vorgelegt
INSERT INTO projekt_berichtsstand (sequence, stichtag, stand)
VALUES (:sequence, :data ->> '$.stichtag', coalesce(:data ->> '$.stand', :day));
