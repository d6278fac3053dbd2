-- Elektronische Akten: Aktenplan, Akte, Vorgang und Dokument mit Versionen, Zuständen und Zugriffen,
-- Wiedervorlagen, Fristen, Sperren und Aussonderung; dazu, was je Organisationseinheit produktiv oder in
-- Arbeit ist.

-- Der Aktenplan in seinen Fassungen; eine Fassung gilt, wenn sie freigegeben ist, bis zur nächsten.
CREATE TABLE aktenplan_position (
  aktenplan          TEXT NOT NULL,
  kennzeichen        TEXT NOT NULL,
  bezeichnung        TEXT NOT NULL,
  oberposition       TEXT,
  aufbewahrung_jahre INTEGER,
  unbefristet        INTEGER NOT NULL DEFAULT 0,
  aufbewahrungsart   TEXT,
  transfer_jahre     INTEGER,
  bewertung          TEXT,
  sequence           INTEGER NOT NULL,
  PRIMARY KEY (kennzeichen, aktenplan)
);

CREATE TABLE aktenplan (
  subject      TEXT PRIMARY KEY,
  freigegeben  TEXT NOT NULL,
  freigegeben_von TEXT NOT NULL,
  gilt_ab      TEXT NOT NULL,
  sequence     INTEGER NOT NULL
);

-- Wer Positionen eines Aktenplans erfasst oder gestrichen hat: freigeben muss ihn ein anderer.
CREATE TABLE aktenplan_erfasst (
  aktenplan TEXT NOT NULL,
  person    TEXT NOT NULL,
  PRIMARY KEY (aktenplan, person)
) WITHOUT ROWID;

CREATE TABLE akte (
  subject          TEXT PRIMARY KEY,
  titel            TEXT,
  aktenplan        TEXT,
  aktenart         TEXT,
  einheit          TEXT,
  aufbewahrungsart TEXT,
  angelegt         TEXT NOT NULL,
  zustand          TEXT NOT NULL,
  vernichtet       TEXT,
  sequence         INTEGER NOT NULL
);

CREATE TABLE akte_einheit (
  sequence INTEGER PRIMARY KEY,
  akte     TEXT NOT NULL,
  einheit  TEXT NOT NULL,
  rolle    TEXT,
  seit     TEXT NOT NULL,
  bis      TEXT
);

CREATE INDEX akte_einheit_akte ON akte_einheit (akte, einheit);

CREATE TABLE akte_fachverfahren (
  sequence      INTEGER PRIMARY KEY,
  akte          TEXT NOT NULL,
  fachverfahren TEXT NOT NULL,
  kennung       TEXT,
  seit          TEXT NOT NULL,
  bis           TEXT
);

CREATE INDEX akte_fachverfahren_akte ON akte_fachverfahren (akte, fachverfahren);

CREATE TABLE akte_verfuegung (
  sequence     INTEGER PRIMARY KEY,
  subject      TEXT NOT NULL,
  day          TEXT NOT NULL,
  verfuegung   TEXT NOT NULL,
  grund        TEXT,
  aufgezeichnet TEXT NOT NULL
);

CREATE INDEX akte_verfuegung_subject ON akte_verfuegung (subject, day, sequence);

CREATE TABLE wiedervorlage (
  subject  TEXT NOT NULL,
  kennung  TEXT NOT NULL,
  termin   TEXT NOT NULL,
  einheit  TEXT,
  grund    TEXT,
  gesetzt  TEXT NOT NULL,
  erledigt TEXT,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (subject, kennung)
);

CREATE INDEX wiedervorlage_termin ON wiedervorlage (termin);

CREATE TABLE akte_frist_gesetzt (
  subject            TEXT PRIMARY KEY,
  aufbewahrung_jahre INTEGER,
  unbefristet        INTEGER NOT NULL,
  transfer_jahre     INTEGER,
  sequence           INTEGER NOT NULL
);

CREATE TABLE akte_sperre (
  subject    TEXT NOT NULL,
  kennung    TEXT NOT NULL,
  grund      TEXT NOT NULL,
  seit       TEXT NOT NULL,
  bis        TEXT,
  aufgehoben TEXT,
  sequence   INTEGER NOT NULL,
  PRIMARY KEY (subject, kennung)
);

-- Wer eine Sperre gesetzt oder verlängert hat: aufheben muss sie ein anderer.
CREATE TABLE akte_sperre_von (
  subject TEXT NOT NULL,
  kennung TEXT NOT NULL,
  person  TEXT NOT NULL,
  PRIMARY KEY (subject, kennung, person)
) WITHOUT ROWID;

-- Der Vorschlag der aktenführenden Stelle und die Entscheidung des Archivs.
CREATE TABLE akte_bewertung (
  sequence  INTEGER PRIMARY KEY,
  subject   TEXT NOT NULL,
  day       TEXT NOT NULL,
  stelle    TEXT NOT NULL,
  bewertung TEXT NOT NULL
);

CREATE INDEX akte_bewertung_subject ON akte_bewertung (subject, stelle, sequence);

CREATE TABLE akte_aussonderung (
  sequence  INTEGER PRIMARY KEY,
  subject   TEXT NOT NULL,
  day       TEXT NOT NULL,
  schritt   TEXT NOT NULL,
  prozess   TEXT,
  objekt    TEXT,
  nachricht TEXT
);

CREATE INDEX akte_aussonderung_subject ON akte_aussonderung (subject, schritt, sequence);

CREATE INDEX akte_aussonderung_objekt ON akte_aussonderung (objekt) WHERE objekt IS NOT NULL;

CREATE INDEX akte_aussonderung_prozess ON akte_aussonderung (prozess) WHERE prozess IS NOT NULL;

-- Was das Archiv über einzelne Vorgänge und Dokumente entschieden hat.
CREATE TABLE teil_archivbewertung (
  sequence  INTEGER PRIMARY KEY,
  subject   TEXT NOT NULL,
  day       TEXT NOT NULL,
  bewertung TEXT NOT NULL
);

CREATE INDEX teil_archivbewertung_subject ON teil_archivbewertung (subject, sequence);

CREATE TABLE vorgang (
  subject  TEXT PRIMARY KEY,
  titel    TEXT,
  akte     TEXT,
  angelegt TEXT NOT NULL,
  zda      TEXT,
  sequence INTEGER NOT NULL
);

CREATE INDEX vorgang_akte ON vorgang (akte);

CREATE TABLE dokument (
  subject     TEXT PRIMARY KEY,
  titel       TEXT,
  vorgang     TEXT,
  akte        TEXT,
  dokumentart TEXT,
  angelegt    TEXT NOT NULL,
  vernichtet  TEXT,
  sequence    INTEGER NOT NULL
);

CREATE INDEX dokument_vorgang ON dokument (vorgang);

CREATE INDEX dokument_akte ON dokument (akte);

CREATE TABLE dokument_version (
  sequence  INTEGER PRIMARY KEY,
  subject   TEXT NOT NULL,
  day       TEXT NOT NULL,
  version   INTEGER NOT NULL,
  inhalt    TEXT,
  format    TEXT,
  dateiname TEXT,
  -- der Transfervermerk eines Scans (BSI TR-03138), sonst NULL
  transfervermerk TEXT
);

CREATE INDEX dokument_version_subject ON dokument_version (subject, version);

CREATE INDEX dokument_version_inhalt ON dokument_version (inhalt) WHERE inhalt IS NOT NULL;

-- Wohin ein Vorgang oder Dokument je gehört hat, auch wenn es seither verlegt ist.
CREATE TABLE akte_zuordnung (
  sequence INTEGER PRIMARY KEY,
  subject  TEXT NOT NULL,
  vorgang  TEXT,
  akte     TEXT
);

CREATE INDEX akte_zuordnung_subject ON akte_zuordnung (subject);

CREATE INDEX akte_zuordnung_akte ON akte_zuordnung (akte) WHERE akte IS NOT NULL;

CREATE INDEX akte_zuordnung_vorgang ON akte_zuordnung (vorgang) WHERE vorgang IS NOT NULL;

CREATE TABLE dokument_status (
  sequence  INTEGER PRIMARY KEY,
  subject   TEXT NOT NULL,
  day       TEXT NOT NULL,
  status    TEXT NOT NULL,
  bemerkung TEXT
);

CREATE INDEX dokument_status_subject ON dokument_status (subject, day, sequence);

CREATE TABLE dokument_dms_geloescht (
  subject  TEXT PRIMARY KEY,
  day      TEXT NOT NULL,
  sequence INTEGER NOT NULL
);

-- Lesende Zugriffe sind die meisten Datensätze: Namen stehen hier einmal, die Zeilen sind Zahlen.
CREATE TABLE zugriff_gegenstand (
  nr      INTEGER PRIMARY KEY,
  subject TEXT NOT NULL UNIQUE
);

CREATE TABLE zugriff_person (
  nr     INTEGER PRIMARY KEY,
  person TEXT NOT NULL UNIQUE
);

CREATE TABLE zugriff_grund (
  nr    INTEGER PRIMARY KEY,
  grund TEXT NOT NULL UNIQUE
);

-- sekunde zählt seit 1970 (UTC).
CREATE TABLE zugriff (
  sequence   INTEGER PRIMARY KEY,
  gegenstand INTEGER NOT NULL,
  person     INTEGER NOT NULL,
  grund      INTEGER,
  sekunde    INTEGER NOT NULL
);

CREATE INDEX zugriff_nach_gegenstand ON zugriff (gegenstand);

CREATE INDEX zugriff_nach_person ON zugriff (person, sekunde);

-- Lesende Zugriffe auf einen Inhalt unter einem Gegenstand, der ihn nicht hat: ein Dokument wird auch so gelesen.
CREATE TABLE zugriff_fremd (
  sequence INTEGER PRIMARY KEY,
  inhalt   TEXT NOT NULL
);

CREATE INDEX zugriff_fremd_inhalt ON zugriff_fremd (inhalt);

-- Was sonst von einer Person aufgezeichnet ist: Auskunft, Antrag auf Löschung, Löschung.
CREATE TABLE person_ereignis (
  sequence INTEGER PRIMARY KEY,
  person   TEXT NOT NULL
);

CREATE INDEX person_ereignis_person ON person_ereignis (person);

-- Wann ein Inhalt abgelegt und wann er vernichtet wurde.
CREATE TABLE inhalt_ereignis (
  sequence   INTEGER PRIMARY KEY,
  inhalt     TEXT NOT NULL,
  vernichtet INTEGER NOT NULL,
  -- der Inhalt, dessen abgesetzte Signatur er ist
  unterzeichnet TEXT,
  signiert   INTEGER NOT NULL
);

CREATE INDEX inhalt_ereignis_unterzeichnet ON inhalt_ereignis (unterzeichnet) WHERE unterzeichnet IS NOT NULL;

CREATE INDEX inhalt_ereignis_inhalt ON inhalt_ereignis (inhalt);

-- Welche Datensätze mit ihren versiegelten Angaben offen gezeigt wurden.
CREATE TABLE personendaten_gelesen (
  sequence INTEGER PRIMARY KEY,
  gelesen  INTEGER NOT NULL
);

CREATE INDEX personendaten_gelesen_gelesen ON personendaten_gelesen (gelesen);

-- Was zu einer Akte gehört: sie selbst, ihre Vorgänge und Dokumente. Das + hält SQLite davon ab, über den
-- Index alle Dokumente zu lesen, die nur einen Vorgang nennen.
CREATE VIEW akte_gegenstand (akte, subject, art) AS
SELECT subject, subject, 'akte' FROM akte
UNION ALL
SELECT akte, subject, 'vorgang' FROM vorgang WHERE akte IS NOT NULL
UNION ALL
SELECT akte, subject, 'dokument' FROM dokument WHERE akte IS NOT NULL
UNION ALL
SELECT v.akte, d.subject, 'dokument'
FROM vorgang AS v
JOIN dokument AS d
  ON d.vorgang = v.subject
WHERE +d.akte IS NULL
AND v.akte IS NOT NULL;

-- Was je zu einer Akte gehört hat.
CREATE VIEW akte_gegenstand_je (akte, subject) AS
SELECT akte, subject FROM akte_gegenstand
UNION
SELECT akte, subject FROM akte_zuordnung WHERE akte IS NOT NULL
UNION
SELECT v.akte, d.subject
FROM akte_zuordnung AS v
JOIN akte_zuordnung AS d
  ON d.vorgang = v.subject
WHERE v.akte IS NOT NULL;

-- Alle Zugriffe auf eine Akte: WHERE akte = …
CREATE VIEW akte_zugriff (akte, gegenstand, sequence, person, zeit, grund) AS
SELECT
  t.akte,
  t.subject,
  z.sequence,
  p.person,
  strftime('%Y-%m-%dT%H:%M:%SZ', z.sekunde, 'unixepoch'),
  g.grund
FROM akte_gegenstand AS t
JOIN zugriff_gegenstand AS s
  ON s.subject = t.subject
JOIN zugriff AS z
  ON z.gegenstand = s.nr
JOIN zugriff_person AS p
  ON p.nr = z.person
LEFT JOIN zugriff_grund AS g
  ON g.nr = z.grund
UNION ALL
SELECT
  t.akte,
  t.subject,
  z.sequence,
  p.person,
  strftime('%Y-%m-%dT%H:%M:%SZ', z.sekunde, 'unixepoch'),
  g.grund
FROM akte_gegenstand AS t
JOIN dokument_version AS v
  ON v.subject = t.subject
JOIN zugriff_fremd AS f
  ON f.inhalt = v.inhalt
JOIN zugriff AS z
  ON z.sequence = f.sequence
JOIN zugriff_gegenstand AS s
  ON s.nr = z.gegenstand
  -- Was unter einem Gegenstand der Akte gelesen ist, steht oben.
  AND NOT EXISTS (SELECT 1 FROM akte_gegenstand AS w WHERE w.akte = t.akte AND w.subject = s.subject)
JOIN zugriff_person AS p
  ON p.nr = z.person
LEFT JOIN zugriff_grund AS g
  ON g.nr = z.grund;

-- Alle Zugriffe einer Person: WHERE person = … AND sekunde BETWEEN … AND …
CREATE VIEW person_zugriff (person, gegenstand, sequence, sekunde, zeit, grund) AS
SELECT
  p.person,
  s.subject,
  z.sequence,
  z.sekunde,
  strftime('%Y-%m-%dT%H:%M:%SZ', z.sekunde, 'unixepoch'),
  g.grund
FROM zugriff_person AS p
JOIN zugriff AS z
  ON z.person = p.nr
JOIN zugriff_gegenstand AS s
  ON s.nr = z.gegenstand
LEFT JOIN zugriff_grund AS g
  ON g.nr = z.grund;

-- Die Inhalte der Dokumente und ob das Dokument noch lebt; eine abgesetzte Signatur gehört zu dem, was sie unterzeichnet.
CREATE VIEW dokument_inhalt (dokument, inhalt, sequence, lebt) AS
SELECT
  v.subject,
  v.inhalt,
  v.sequence,
  NOT EXISTS (
    SELECT 1
    FROM dokument AS d
    LEFT JOIN vorgang AS o
      ON o.subject = d.vorgang
    LEFT JOIN akte AS a
      ON a.subject = coalesce(d.akte, o.akte)
    WHERE d.subject = v.subject
    AND (d.vernichtet IS NOT NULL OR a.vernichtet IS NOT NULL)
  )
FROM (
  SELECT subject, inhalt, sequence
  FROM dokument_version
  WHERE inhalt IS NOT NULL
  UNION ALL
  SELECT n.subject, e.inhalt, e.sequence
  FROM inhalt_ereignis AS e
  JOIN dokument_version AS n
    ON n.inhalt = e.unterzeichnet
  WHERE e.unterzeichnet IS NOT NULL
) AS v;

-- Von wann bis wann eine Akte zu den Akten verfügt war. Was nach der Verfügung datiert, aber vorher
-- angelegt ist, kann die Frist nicht früher beginnen lassen.
CREATE VIEW akte_zda (subject, day, sequence, gilt_von, gilt_bis) AS
SELECT subject, day, sequence, day, bis
FROM (
  SELECT
    v.subject,
    max(v.day, a.angelegt) AS day,
    v.sequence,
    v.verfuegung,
    lead(v.day, 1, '9999-99-99') OVER (PARTITION BY v.subject ORDER BY v.day, v.sequence) AS bis
  FROM akte_verfuegung AS v
  JOIN akte AS a
    ON a.subject = v.subject
)
WHERE verfuegung = 'zda';

-- Die Position des Aktenplans, nach der sich eine geschlossene Akte richtet: die der Fassung, die am Tag
-- der Verfügung galt, sonst der ersten danach.
CREATE VIEW akte_position (akte, zda, position) AS
SELECT
  z.subject,
  z.sequence,
  coalesce(
    (
      SELECT p.rowid
      FROM aktenplan_position AS p
      JOIN aktenplan AS f
        ON f.subject = p.aktenplan
      WHERE p.kennzeichen = a.aktenplan
      AND f.gilt_ab <= z.day
      ORDER BY f.gilt_ab DESC, f.sequence DESC
      LIMIT 1
    ),
    (
      SELECT p.rowid
      FROM aktenplan_position AS p
      JOIN aktenplan AS f
        ON f.subject = p.aktenplan
      WHERE p.kennzeichen = a.aktenplan
      AND f.gilt_ab > z.day
      ORDER BY f.gilt_ab, f.sequence DESC
      LIMIT 1
    )
  )
FROM akte_zda AS z
JOIN akte AS a
  ON a.subject = z.subject;

-- Die Fristen einer geschlossenen Akte. Sie beginnen mit dem Ende des Jahres der zdA-Verfügung
-- (§ 147 Abs. 4 AO); ende ist ihr letzter Tag, NULL, wenn keine Frist bekannt ist.
CREATE VIEW akte_frist (
  subject, zda, zda_sequence, jahre, norm, ende, transfer_ende, vorschlag, gilt_von, gilt_bis
) AS
SELECT
  subject,
  day,
  sequence,
  iif(unbefristet, NULL, jahre),
  norm,
  CASE
    WHEN unbefristet THEN '9999-12-31'
    WHEN jahre IS NOT NULL THEN printf('%04d-12-31', min(9999, substr(day, 1, 4) + jahre))
  END,
  iif(transfer_jahre IS NULL, NULL, printf('%04d-12-31', min(9999, substr(day, 1, 4) + transfer_jahre))),
  vorschlag,
  max(gilt_von, art_von),
  min(gilt_bis, art_bis)
FROM (
  SELECT
    z.subject,
    z.day,
    z.sequence,
    z.gilt_von,
    z.gilt_bis,
    coalesce(g.aufbewahrung_jahre, p.aufbewahrung_jahre, r.jahre) AS jahre,
    CASE
      WHEN g.unbefristet THEN 1
      WHEN g.aufbewahrung_jahre IS NOT NULL THEN 0
      ELSE coalesce(p.unbefristet, 0)
    END AS unbefristet,
    CASE
      WHEN g.aufbewahrung_jahre IS NOT NULL OR g.unbefristet THEN 'gesetzt'
      WHEN p.aufbewahrung_jahre IS NOT NULL OR p.unbefristet THEN p.aktenplan || ' ' || p.kennzeichen
      ELSE r.norm
    END AS norm,
    coalesce(g.transfer_jahre, p.transfer_jahre) AS transfer_jahre,
    coalesce(
      (
        SELECT bewertung
        FROM akte_bewertung AS b
        WHERE b.subject = z.subject
        AND b.stelle = 'behoerde'
        ORDER BY b.sequence DESC
        LIMIT 1
      ),
      p.bewertung
    ) AS vorschlag,
    coalesce(nullif(r.gilt_von, ''), '0000-00-00') AS art_von,
    coalesce(date(nullif(r.gilt_bis, ''), '+1 day'), '9999-99-99') AS art_bis
  FROM akte_zda AS z
  JOIN akte AS a
    ON a.subject = z.subject
  JOIN akte_position AS w
    ON w.zda = z.sequence
  LEFT JOIN aktenplan_position AS p
    ON p.rowid = w.position
  LEFT JOIN akte_frist_gesetzt AS g
    ON g.subject = z.subject
  LEFT JOIN aufbewahrungsart AS r
    ON r.art = coalesce(a.aufbewahrungsart, p.aufbewahrungsart)
)
WHERE max(gilt_von, art_von) < min(gilt_bis, art_bis);

-- Was das Archiv seit der letzten Anbietung, die noch steht, über eine Akte selbst entschieden hat.
CREATE VIEW akte_archivbewertung (akte, bewertung, angeboten) AS
SELECT s.subject, b.bewertung, s.sequence
FROM akte_aussonderung AS s
JOIN akte_bewertung AS b
  ON b.sequence = (
    SELECT max(n.sequence)
    FROM akte_bewertung AS n
    WHERE n.subject = s.subject
    AND n.stelle = 'archiv'
    AND n.sequence > s.sequence
  )
WHERE s.schritt = 'angeboten'
AND s.sequence = (
  SELECT max(l.sequence)
  FROM akte_aussonderung AS l
  WHERE l.subject = s.subject
  AND l.schritt IN ('angeboten', 'anbietung-zurueckgezogen')
);

-- Wann einem Vorgang oder Dokument zuletzt etwas hinzukam: eine Version, oder eine Akte, zu der es gehört.
CREATE VIEW teil_ergaenzt (subject, sequence) AS
SELECT
  v.subject,
  coalesce((SELECT max(z.sequence) FROM akte_zuordnung AS z WHERE z.subject = v.subject), 0)
FROM vorgang AS v
UNION ALL
SELECT
  d.subject,
  max(
    coalesce((SELECT max(z.sequence) FROM akte_zuordnung AS z WHERE z.subject = d.subject), 0),
    coalesce((SELECT max(n.sequence) FROM dokument_version AS n WHERE n.subject = d.subject), 0)
  )
FROM dokument AS d;

-- Die letzte Entscheidung über ein Teil, wenn ihm seither nichts hinzukam.
CREATE VIEW teil_entscheidung (subject, sequence, bewertung) AS
SELECT t.subject, t.sequence, t.bewertung
FROM teil_archivbewertung AS t
WHERE t.sequence = (SELECT max(l.sequence) FROM teil_archivbewertung AS l WHERE l.subject = t.subject)
AND t.sequence > (SELECT n.sequence FROM teil_ergaenzt AS n WHERE n.subject = t.subject);

-- Was damit für die Vorgänge und Dokumente einer Akte gilt: die letzte Entscheidung über das Teil selbst, sonst die über
-- seinen Vorgang, sonst die über die Akte. Was seit der Anbietung hinzukam, hat das Archiv nicht gesehen: darüber ist
-- erst mit ihm selbst entschieden. Was nichts enthält, worüber entschieden wird, ist ein blatt.
CREATE VIEW teil_bewertung (akte, subject, bewertung, blatt) AS
SELECT
  g.akte,
  v.subject,
  coalesce(
    (SELECT t.bewertung FROM teil_entscheidung AS t WHERE t.subject = v.subject AND t.sequence > g.angeboten),
    iif((SELECT n.sequence FROM teil_ergaenzt AS n WHERE n.subject = v.subject) > g.angeboten, 'B', g.bewertung)
  ),
  NOT EXISTS (SELECT 1 FROM dokument AS d WHERE d.vorgang = v.subject AND coalesce(d.akte, v.akte) = v.akte)
FROM akte_archivbewertung AS g
JOIN vorgang AS v
  ON v.akte = g.akte
UNION ALL
SELECT
  g.akte,
  d.subject,
  coalesce(
    (SELECT t.bewertung FROM teil_entscheidung AS t WHERE t.subject = d.subject AND t.sequence > g.angeboten),
    CASE
      WHEN (SELECT n.sequence FROM teil_ergaenzt AS n WHERE n.subject = d.subject) > g.angeboten THEN 'B'
      ELSE (SELECT t.bewertung FROM teil_entscheidung AS t WHERE t.subject = v.subject AND t.sequence > g.angeboten)
    END,
    iif((SELECT n.sequence FROM teil_ergaenzt AS n WHERE n.subject = v.subject) > g.angeboten, 'B', g.bewertung)
  ),
  1
FROM akte_archivbewertung AS g
JOIN akte_gegenstand AS i
  ON i.akte = g.akte
  AND i.art = 'dokument'
JOIN dokument AS d
  ON d.subject = i.subject
LEFT JOIN vorgang AS v
  ON v.subject = d.vorgang
  AND v.akte = g.akte
WHERE d.vernichtet IS NULL;

-- Was mit allem zusammen geschieht: A, wenn etwas archivwürdig ist, B, solange über etwas nicht entschieden ist. Eine
-- Akte, die selbst B ist, ist entschieden, sobald alles in ihr es ist.
CREATE VIEW akte_archiv (akte, selbst, bewertung, offen) AS
SELECT
  akte,
  selbst,
  CASE
    WHEN offen IS NOT NULL THEN 'B'
    WHEN selbst = 'A' OR archivwuerdig THEN 'A'
    ELSE 'V'
  END,
  offen
FROM (
  SELECT
    e.akte,
    e.bewertung AS selbst,
    CASE
      WHEN EXISTS (SELECT 1 FROM akte_gegenstand AS g WHERE g.akte = e.akte AND g.art <> 'akte')
        THEN (
          SELECT min(t.subject) || iif(count(*) > 1, ' und ' || (count(*) - 1) || ' weitere', '')
          FROM teil_bewertung AS t
          WHERE t.akte = e.akte
          AND t.blatt
          AND t.bewertung = 'B'
          HAVING count(*) > 0
        )
      WHEN e.bewertung = 'B' THEN e.akte
    END AS offen,
    EXISTS (SELECT 1 FROM teil_bewertung AS t WHERE t.akte = e.akte AND t.bewertung = 'A') AS archivwuerdig
  FROM akte_archivbewertung AS e
);

-- Was bei der Aussonderung von einer geschlossenen Akte zu sagen ist; archiv ist, was das Archiv über sie und
-- alles in ihr zuletzt entschieden hat.
CREATE VIEW aussonderung_akte (
  subject, titel, einheit, aktenplan, aktenplan_titel, angelegt, zda, jahre, ende, transfer_ende, vorschlag, archiv,
  zustand, gilt_von, gilt_bis
) AS
SELECT
  a.subject,
  a.titel,
  a.einheit,
  a.aktenplan,
  p.bezeichnung,
  a.angelegt,
  f.zda,
  f.jahre,
  f.ende,
  f.transfer_ende,
  f.vorschlag,
  (SELECT bewertung FROM akte_archiv AS r WHERE r.akte = a.subject),
  a.zustand,
  f.gilt_von,
  f.gilt_bis
FROM akte AS a
JOIN akte_frist AS f
  ON f.subject = a.subject
JOIN akte_position AS w
  ON w.zda = f.zda_sequence
LEFT JOIN aktenplan_position AS p
  ON p.rowid = w.position;

-- Was wann fällig wird: am Tag faellig und bis zum Tag bis, der nicht mehr dazugehört.
-- Eine Sperre schiebt nichts auf, sie hält es an: gesperrt fragt akte_sperre.
CREATE VIEW akte_faelligkeit (subject, akte, was, faellig, bis, text, sequence) AS
SELECT
  subject,
  iif(subject GLOB 'akte/*', subject, (SELECT akte FROM vorgang AS v WHERE v.subject = w.subject)),
  'wiedervorlage',
  termin,
  coalesce(erledigt, '9999-99-99'),
  coalesce(grund, ''),
  sequence
FROM wiedervorlage AS w
UNION ALL
SELECT
  f.subject,
  f.subject,
  'anbietung',
  max(date(f.ende, '+1 day'), coalesce(date(f.transfer_ende, '+1 day'), ''), f.gilt_von),
  min(
    f.gilt_bis,
    coalesce(
      (
        SELECT min(s.day)
        FROM akte_aussonderung AS s
        WHERE s.subject = f.subject
        AND s.schritt = 'angeboten'
        AND s.sequence > coalesce(
          (
            SELECT max(z.sequence)
            FROM akte_aussonderung AS z
            WHERE z.subject = f.subject
            AND z.schritt = 'anbietung-zurueckgezogen'
          ),
          -1
        )
      ),
      '9999-99-99'
    )
  ),
  'Aufbewahrung bis ' || f.ende || coalesce(' (' || f.norm || ')', ''),
  f.zda_sequence
FROM akte_frist AS f
WHERE f.ende < '9999-12-31'
UNION ALL
SELECT
  f.subject,
  f.subject,
  'vernichtung',
  max(
    date(f.ende, '+1 day'),
    s.day,
    f.gilt_von,
    coalesce(
      (
        SELECT max(t.day)
        FROM akte_gegenstand AS g
        JOIN teil_archivbewertung AS t
          ON t.subject = g.subject
        WHERE g.akte = f.subject
        AND s.schritt <> 'abgegeben'
      ),
      ''
    )
  ),
  min(f.gilt_bis, coalesce(a.vernichtet, '9999-99-99')),
  iif(s.schritt = 'abgegeben', 'an das Archiv abgegeben', 'vom Archiv zur Vernichtung freigegeben'),
  s.sequence
FROM akte_frist AS f
JOIN akte AS a
  ON a.subject = f.subject
JOIN akte_aussonderung AS s
  ON s.sequence = (
    SELECT max(l.sequence)
    FROM akte_aussonderung AS l
    WHERE l.subject = f.subject
  )
WHERE f.ende < '9999-12-31'
AND (
  s.schritt = 'abgegeben'
  OR (
    s.schritt GLOB 'archivbewertung-*'
    AND (SELECT bewertung FROM akte_archiv AS r WHERE r.akte = f.subject) = 'V'
  )
);

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

-- on de.aktenspur.aktenplan.position-erfasst
INSERT INTO aktenplan_position (
  aktenplan, kennzeichen, bezeichnung, oberposition, aufbewahrung_jahre, unbefristet, aufbewahrungsart,
  transfer_jahre, bewertung, sequence
)
VALUES (
  :subject,
  :data ->> '$.kennzeichen',
  :data ->> '$.bezeichnung',
  :data ->> '$.oberposition',
  :data ->> '$.aufbewahrung_jahre',
  coalesce(:data ->> '$.unbefristet', 0),
  :data ->> '$.aufbewahrungsart',
  :data ->> '$.transfer_jahre',
  :data ->> '$.bewertung',
  :sequence
)
ON CONFLICT (kennzeichen, aktenplan) DO UPDATE
SET
  bezeichnung = excluded.bezeichnung,
  oberposition = excluded.oberposition,
  aufbewahrung_jahre = excluded.aufbewahrung_jahre,
  unbefristet = excluded.unbefristet,
  aufbewahrungsart = excluded.aufbewahrungsart,
  transfer_jahre = excluded.transfer_jahre,
  bewertung = excluded.bewertung,
  sequence = excluded.sequence;

INSERT OR IGNORE INTO aktenplan_erfasst (aktenplan, person)
VALUES (:subject, coalesce(:authid, :recordedby));

-- on de.aktenspur.aktenplan.position-gestrichen
DELETE FROM aktenplan_position
WHERE aktenplan = :subject
AND kennzeichen = :data ->> '$.kennzeichen';

INSERT OR IGNORE INTO aktenplan_erfasst (aktenplan, person)
VALUES (:subject, coalesce(:authid, :recordedby));

-- on de.aktenspur.aktenplan.freigegeben
INSERT INTO aktenplan (subject, freigegeben, freigegeben_von, gilt_ab, sequence)
VALUES (:subject, :day, coalesce(:authid, :recordedby), :data ->> '$.gilt_ab', :sequence)
ON CONFLICT (subject) DO NOTHING;

-- on de.aktenspur.akte.angelegt
INSERT INTO akte (subject, titel, aktenplan, aktenart, einheit, aufbewahrungsart, angelegt, zustand, sequence)
VALUES (
  :subject,
  :data ->> '$.titel',
  :data ->> '$.aktenplan',
  :data ->> '$.aktenart',
  :data ->> '$.einheit',
  :data ->> '$.aufbewahrungsart',
  :day,
  'offen',
  :sequence
)
ON CONFLICT (subject) DO NOTHING;

-- on de.aktenspur.akte.geaendert
UPDATE akte
SET
  titel = coalesce(:data ->> '$.titel', titel),
  aktenplan = coalesce(:data ->> '$.aktenplan', aktenplan),
  aktenart = coalesce(:data ->> '$.aktenart', aktenart),
  einheit = coalesce(:data ->> '$.einheit', einheit),
  aufbewahrungsart = coalesce(:data ->> '$.aufbewahrungsart', aufbewahrungsart)
WHERE subject = :subject;

-- on de.aktenspur.akte.einheit-beteiligt
INSERT INTO akte_einheit (sequence, akte, einheit, rolle, seit)
VALUES (:sequence, :subject, :data ->> '$.einheit', :data ->> '$.rolle', :day);

-- on de.aktenspur.akte.beteiligung-beendet
UPDATE akte_einheit
SET bis = :day
WHERE akte = :subject
AND einheit = :data ->> '$.einheit'
AND bis IS NULL;

-- on de.aktenspur.akte.fachverfahren-angebunden
INSERT INTO akte_fachverfahren (sequence, akte, fachverfahren, kennung, seit)
VALUES (:sequence, :subject, :data ->> '$.fachverfahren', :data ->> '$.kennung', :day);

-- on de.aktenspur.akte.fachverfahren-getrennt
UPDATE akte_fachverfahren
SET bis = :day
WHERE akte = :subject
AND fachverfahren = :data ->> '$.fachverfahren'
AND bis IS NULL;

-- on de.aktenspur.akte.zda-verfuegt
INSERT INTO akte_verfuegung (sequence, subject, day, verfuegung, grund, aufgezeichnet)
VALUES (:sequence, :subject, :day, 'zda', :data ->> '$.grund', date(:recordedtime));

UPDATE akte
SET zustand = 'zda'
WHERE subject = :subject;

-- on de.aktenspur.akte.zda-aufgehoben
INSERT INTO akte_verfuegung (sequence, subject, day, verfuegung, grund, aufgezeichnet)
VALUES (:sequence, :subject, :day, 'zda-aufgehoben', :data ->> '$.grund', date(:recordedtime));

UPDATE akte
SET zustand = 'offen'
WHERE subject = :subject;

-- on de.aktenspur.akte.wiedervorlage-gesetzt
INSERT INTO wiedervorlage (subject, kennung, termin, einheit, grund, gesetzt, sequence)
VALUES (
  :subject,
  coalesce(:data ->> '$.kennung', ''),
  :data ->> '$.termin',
  :data ->> '$.einheit',
  :data ->> '$.grund',
  :day,
  :sequence
)
ON CONFLICT (subject, kennung) DO UPDATE
SET
  termin = excluded.termin,
  einheit = excluded.einheit,
  grund = excluded.grund,
  gesetzt = excluded.gesetzt,
  erledigt = NULL,
  sequence = excluded.sequence;

-- on de.aktenspur.akte.wiedervorlage-erledigt
UPDATE wiedervorlage
SET erledigt = :day
WHERE subject = :subject
AND kennung = coalesce(:data ->> '$.kennung', '');

-- on de.aktenspur.vorgang.wiedervorlage-gesetzt
INSERT INTO wiedervorlage (subject, kennung, termin, einheit, grund, gesetzt, sequence)
VALUES (
  :subject,
  coalesce(:data ->> '$.kennung', ''),
  :data ->> '$.termin',
  :data ->> '$.einheit',
  :data ->> '$.grund',
  :day,
  :sequence
)
ON CONFLICT (subject, kennung) DO UPDATE
SET
  termin = excluded.termin,
  einheit = excluded.einheit,
  grund = excluded.grund,
  gesetzt = excluded.gesetzt,
  erledigt = NULL,
  sequence = excluded.sequence;

-- on de.aktenspur.vorgang.wiedervorlage-erledigt
UPDATE wiedervorlage
SET erledigt = :day
WHERE subject = :subject
AND kennung = coalesce(:data ->> '$.kennung', '');

-- on de.aktenspur.akte.frist-gesetzt
INSERT INTO akte_frist_gesetzt (subject, aufbewahrung_jahre, unbefristet, transfer_jahre, sequence)
VALUES (
  :subject,
  :data ->> '$.aufbewahrung_jahre',
  coalesce(:data ->> '$.unbefristet', 0),
  :data ->> '$.transfer_jahre',
  :sequence
)
ON CONFLICT (subject) DO UPDATE
SET
  aufbewahrung_jahre = coalesce(excluded.aufbewahrung_jahre, aufbewahrung_jahre),
  unbefristet = CASE
    WHEN excluded.aufbewahrung_jahre IS NULL THEN max(excluded.unbefristet, unbefristet)
    ELSE excluded.unbefristet
  END,
  transfer_jahre = coalesce(excluded.transfer_jahre, transfer_jahre),
  sequence = excluded.sequence;

-- on de.aktenspur.akte.bewertet
INSERT INTO akte_bewertung (sequence, subject, day, stelle, bewertung)
VALUES (:sequence, :subject, :day, 'behoerde', :data ->> '$.bewertung');

-- on de.aktenspur.akte.gesperrt
INSERT INTO akte_sperre (subject, kennung, grund, seit, bis, sequence)
VALUES (
  :subject,
  coalesce(:data ->> '$.kennung', ''),
  :data ->> '$.grund',
  :day,
  :data ->> '$.bis',
  :sequence
)
ON CONFLICT (subject, kennung) DO UPDATE
SET
  grund = excluded.grund,
  seit = excluded.seit,
  bis = excluded.bis,
  aufgehoben = NULL,
  sequence = excluded.sequence;

INSERT OR IGNORE INTO akte_sperre_von (subject, kennung, person)
VALUES (:subject, coalesce(:data ->> '$.kennung', ''), coalesce(:authid, :recordedby));

-- on de.aktenspur.akte.sperre-aufgehoben
UPDATE akte_sperre
SET aufgehoben = :day
WHERE subject = :subject
AND kennung = coalesce(:data ->> '$.kennung', '');

DELETE FROM akte_sperre_von
WHERE subject = :subject
AND kennung = coalesce(:data ->> '$.kennung', '');

-- on de.aktenspur.akte.angeboten
INSERT INTO akte_aussonderung (sequence, subject, day, schritt, prozess, objekt, nachricht)
VALUES (
  :sequence,
  :subject,
  :day,
  'angeboten',
  :data ->> '$.prozess',
  lower(:data ->> '$.objekt'),
  :data ->> '$.nachricht'
);

UPDATE akte
SET zustand = 'angeboten'
WHERE subject = :subject;

-- on de.aktenspur.akte.anbietung-zurueckgezogen
INSERT INTO akte_aussonderung (sequence, subject, day, schritt, prozess, objekt, nachricht)
VALUES (
  :sequence,
  :subject,
  :day,
  'anbietung-zurueckgezogen',
  :data ->> '$.prozess',
  lower(:data ->> '$.objekt'),
  :data ->> '$.nachricht'
);

UPDATE akte
SET zustand = 'zda'
WHERE subject = :subject;

-- on de.aktenspur.akte.abgegeben
INSERT INTO akte_aussonderung (sequence, subject, day, schritt, prozess, objekt, nachricht)
VALUES (
  :sequence,
  :subject,
  :day,
  'abgegeben',
  :data ->> '$.prozess',
  lower(:data ->> '$.objekt'),
  :data ->> '$.nachricht'
);

UPDATE akte
SET zustand = 'abgegeben'
WHERE subject = :subject;

-- on de.aktenspur.akte.archivbewertung-empfangen
INSERT INTO akte_aussonderung (sequence, subject, day, schritt, prozess, nachricht)
VALUES (
  :sequence,
  :subject,
  :day,
  'archivbewertung-' || (:data ->> '$.bewertung'),
  :data ->> '$.prozess',
  :data ->> '$.nachricht'
);

INSERT INTO akte_bewertung (sequence, subject, day, stelle, bewertung)
VALUES (:sequence, :subject, :day, 'archiv', :data ->> '$.bewertung');

UPDATE akte
SET zustand = 'bewertet'
WHERE subject = :subject;

-- on de.aktenspur.vorgang.archivbewertung-empfangen
INSERT INTO teil_archivbewertung (sequence, subject, day, bewertung)
VALUES (:sequence, :subject, :day, :data ->> '$.bewertung');

-- on de.aktenspur.dokument.archivbewertung-empfangen
INSERT INTO teil_archivbewertung (sequence, subject, day, bewertung)
VALUES (:sequence, :subject, :day, :data ->> '$.bewertung');

-- on de.aktenspur.akte.vernichtet
UPDATE akte
SET zustand = 'vernichtet', vernichtet = :day
WHERE subject = :subject;

-- on de.aktenspur.vorgang.angelegt
INSERT INTO vorgang (subject, titel, akte, angelegt, sequence)
VALUES (:subject, :data ->> '$.titel', :data ->> '$.akte', :day, :sequence)
ON CONFLICT (subject) DO NOTHING;

INSERT INTO akte_zuordnung (sequence, subject, vorgang, akte)
SELECT :sequence, :subject, NULL, :data ->> '$.akte'
WHERE :data ->> '$.akte' IS NOT NULL;

-- on de.aktenspur.vorgang.geaendert
UPDATE vorgang
SET titel = coalesce(:data ->> '$.titel', titel), akte = coalesce(:data ->> '$.akte', akte)
WHERE subject = :subject;

INSERT INTO akte_zuordnung (sequence, subject, vorgang, akte)
SELECT :sequence, :subject, NULL, :data ->> '$.akte'
WHERE :data ->> '$.akte' IS NOT NULL;

-- on de.aktenspur.vorgang.zda-verfuegt
UPDATE vorgang
SET zda = :day
WHERE subject = :subject;

-- on de.aktenspur.vorgang.zda-aufgehoben
UPDATE vorgang
SET zda = NULL
WHERE subject = :subject;

-- on de.aktenspur.dokument.angelegt
INSERT INTO dokument (subject, titel, vorgang, akte, dokumentart, angelegt, sequence)
VALUES (
  :subject,
  :data ->> '$.titel',
  :data ->> '$.vorgang',
  :data ->> '$.akte',
  :data ->> '$.dokumentart',
  :day,
  :sequence
)
ON CONFLICT (subject) DO NOTHING;

INSERT INTO akte_zuordnung (sequence, subject, vorgang, akte)
SELECT :sequence, :subject, :data ->> '$.vorgang', :data ->> '$.akte'
WHERE :data ->> '$.akte' IS NOT NULL
OR :data ->> '$.vorgang' IS NOT NULL;

-- on de.aktenspur.dokument.geaendert
UPDATE dokument
SET
  titel = coalesce(:data ->> '$.titel', titel),
  vorgang = coalesce(:data ->> '$.vorgang', vorgang),
  akte = coalesce(:data ->> '$.akte', akte),
  dokumentart = coalesce(:data ->> '$.dokumentart', dokumentart)
WHERE subject = :subject;

INSERT INTO akte_zuordnung (sequence, subject, vorgang, akte)
SELECT :sequence, :subject, :data ->> '$.vorgang', :data ->> '$.akte'
WHERE :data ->> '$.akte' IS NOT NULL
OR :data ->> '$.vorgang' IS NOT NULL;

-- on de.aktenspur.dokument.version-erstellt
-- Womit ein Dokument auch beginnen kann.
INSERT INTO dokument (subject, angelegt, sequence)
VALUES (:subject, :day, :sequence)
ON CONFLICT (subject) DO NOTHING;

INSERT INTO dokument_version (sequence, subject, day, version, inhalt, format, dateiname, transfervermerk)
SELECT
  :sequence,
  :subject,
  :day,
  coalesce(:data ->> '$.version', 1 + coalesce(max(version), 0)),
  :data ->> '$.inhalt',
  :data ->> '$.format',
  :data ->> '$.dateiname',
  :data -> '$.transfervermerk'
FROM dokument_version
WHERE subject = :subject;

-- on de.aktenspur.dokument.status-geaendert
INSERT INTO dokument_status (sequence, subject, day, status, bemerkung)
VALUES (:sequence, :subject, :day, :data ->> '$.status', :data ->> '$.bemerkung');

-- on de.aktenspur.dokument.dms-gemeldet
INSERT INTO dokument_dms_geloescht (subject, day, sequence)
SELECT :subject, :day, :sequence
WHERE :data ->> '$.aenderung' = 'deleted'
ON CONFLICT (subject) DO NOTHING;

-- on de.aktenspur.dokument.vernichtet
UPDATE dokument
SET vernichtet = :day
WHERE subject = :subject;

-- on de.aktenspur.ledger.dokument-gelesen
INSERT OR IGNORE INTO zugriff_gegenstand (subject)
SELECT :data ->> '$.subject'
WHERE :data ->> '$.subject' IS NOT NULL;

INSERT OR IGNORE INTO zugriff_person (person)
VALUES (coalesce(:authid, :recordedby));

INSERT OR IGNORE INTO zugriff_grund (grund)
SELECT :data ->> '$.grund'
WHERE :data ->> '$.grund' IS NOT NULL;

INSERT INTO zugriff (sequence, gegenstand, person, grund, sekunde)
SELECT
  :sequence,
  s.nr,
  p.nr,
  (SELECT nr FROM zugriff_grund WHERE grund = :data ->> '$.grund'),
  unixepoch(:recordedtime)
FROM zugriff_gegenstand AS s
JOIN zugriff_person AS p
  ON p.person = coalesce(:authid, :recordedby)
WHERE s.subject = :data ->> '$.subject';

INSERT INTO zugriff_fremd (sequence, inhalt)
SELECT :sequence, :data ->> '$.inhalt'
WHERE :data ->> '$.inhalt' IS NOT NULL
-- Das + lässt unter den Versionen des einen Dokuments suchen, nicht unter allen mit dem Inhalt.
AND NOT EXISTS (
  SELECT 1
  FROM dokument_version
  WHERE subject = :data ->> '$.subject'
  AND +inhalt = :data ->> '$.inhalt'
);

-- on de.aktenspur.ledger.dokument-abgelegt
INSERT INTO inhalt_ereignis (sequence, inhalt, vernichtet, unterzeichnet, signiert)
VALUES (
  :sequence,
  :data ->> '$.inhalt',
  0,
  :data ->> '$.unterzeichnet',
  :data ->> '$.unterschriften' IS NOT NULL
);

-- on de.aktenspur.ledger.dokument-vernichtet
INSERT INTO inhalt_ereignis (sequence, inhalt, vernichtet, signiert)
VALUES (:sequence, :data ->> '$.inhalt', 1, 0);

-- on de.aktenspur.ledger.personendaten-gelesen
INSERT INTO personendaten_gelesen (sequence, gelesen)
SELECT :sequence, :data ->> '$.sequence'
WHERE json_type(:data, '$.sequence') = 'integer';

INSERT INTO person_ereignis (sequence, person)
SELECT :sequence, :data ->> '$.person'
WHERE :data ->> '$.person' IS NOT NULL;

-- on de.aktenspur.ledger.loeschung-beantragt
INSERT INTO person_ereignis (sequence, person)
SELECT :sequence, :data ->> '$.person'
WHERE :data ->> '$.person' IS NOT NULL;

-- on de.aktenspur.ledger.geloescht
INSERT INTO person_ereignis (sequence, person)
SELECT :sequence, :data ->> '$.person'
WHERE :data ->> '$.person' IS NOT NULL;

-- on de.aktenspur.ledger.loeschung-geprueft
INSERT INTO person_ereignis (sequence, person)
SELECT :sequence, :data ->> '$.person'
WHERE :data ->> '$.person' IS NOT NULL;

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
