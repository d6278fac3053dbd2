-- finding akten.gemeldet-weicht-ab: Gemeldete und errechnete Zahl weichen ab
SELECT
  g.kennzahl || ' zum ' || g.stichtag || ': gemeldet ' || g.wert || ' (' || g.quelle || '), errechnet '
    || coalesce(sum(b.value), 0) AS text,
  CASE
    WHEN count(b.sequence) = 0 THEN json_array(g.sequence)
    ELSE json_insert(json_group_array(b.sequence), '$[#]', g.sequence)
  END AS sequences
FROM akte_gemeldet AS g
LEFT JOIN akte_beitrag AS b
  ON b.kennzahl = g.kennzahl
  AND b.gilt_von <= g.stichtag
  AND g.stichtag < b.gilt_bis
WHERE g.stichtag <= :effective
AND g.kennzahl IN (SELECT kennzahl FROM akte_kennzahl)
GROUP BY g.sequence
HAVING coalesce(sum(b.value), 0) <> g.wert;

-- finding akten.produktiv-und-in-arbeit: Dieselbe Akte ist produktiv und zugleich in Arbeit
SELECT
  coalesce(p.einheit, p.subject) || ': ' || p.aktenart || ' ist produktiv seit ' || p.gilt_von
    || ' und in Arbeit seit ' || a.gilt_von || coalesce(' (' || a.vorhaben || ')', '') AS text,
  json_array(p.sequence, a.sequence) AS sequences
FROM akte_produktiv AS p
JOIN akte_in_arbeit AS a
  ON a.subject = p.subject
  AND a.aktenart = p.aktenart
WHERE p.produktiv
AND a.in_arbeit
AND p.gilt_von <= :effective
AND :effective < p.gilt_bis
AND a.gilt_von <= :effective
AND :effective < a.gilt_bis;

-- finding akten.fachverfahren-uneinheitlich: Die Akte heißt nach dem Fachverfahren, ist aber anders geschrieben
SELECT
  coalesce(einheit, subject) || ': ' || aktenart || ' mit Fachverfahren ' || fachverfahren AS text,
  sequence AS sequences
FROM (
  SELECT
    *,
    substr(aktenart, 1, instr(aktenart, '-Akte') - 1) AS name
  FROM einheit_ereignis
  WHERE day <= :effective
  AND aktenart GLOB '*-Akte'
)
WHERE length(name) >= 3
AND upper(name) = name
AND upper(fachverfahren) <> name
AND upper(substr(fachverfahren, 1, 2)) = substr(name, 1, 2);

-- finding akten.einheitenschluessel-uneinheitlich: Einheitenschlüssel sind verschieden geschrieben oder zusammengesetzt
WITH RECURSIVE
rest (sequence, schreibweise, text) AS (
  SELECT sequence, schreibweise, schreibweise
  FROM einheit_schreibweise
  WHERE day <= :effective
  UNION ALL
  SELECT sequence, schreibweise, substr(text, 2)
  FROM rest
  WHERE text <> ''
  AND text NOT GLOB '[0-9][0-9][./][0-9][0-9]*'
),
schluessel AS (
  SELECT
    substr(text, 1, 5) AS paar,
    substr(text, 1, 2) AS links,
    substr(text, 3, 1) AS trenner,
    substr(text, 4, 2) AS rechts,
    min(schreibweise) AS schreibweise,
    min(sequence) AS sequence
  FROM rest
  WHERE text GLOB '[0-9][0-9][./][0-9][0-9]*'
  GROUP BY paar
)
SELECT
  '„' || a.schreibweise || '“ und „' || b.schreibweise || '“' AS text,
  json_array(a.sequence, b.sequence) AS sequences
FROM schluessel AS a
JOIN schluessel AS b
  ON b.paar > a.paar
WHERE (a.links = b.links AND a.rechts = b.rechts)
OR (a.trenner = '/' AND b.trenner = '/' AND (a.links = b.rechts OR a.rechts = b.links OR a.links = b.links OR a.rechts = b.rechts));

-- finding akten.dokument-nach-archivierung-geaendert: Ein archiviertes Dokument wurde geändert
SELECT
  a.subject || ': archiviert am ' || a.day || ', ' || n.aenderung || ' am ' || n.day AS text,
  json_array(a.sequence, n.sequence) AS sequences
FROM dokument_status AS a
JOIN (
  SELECT subject, sequence, day, 'Version ' || version AS aenderung FROM dokument_version
  UNION ALL
  SELECT subject, sequence, day, 'Status ' || status FROM dokument_status
) AS n
  ON n.subject = a.subject
  AND (n.day, n.sequence) > (a.day, a.sequence)
WHERE a.status = 'archiv'
AND n.day <= :effective;

-- finding akten.dokument-ohne-akte: Ein Dokument gehört zu keiner erfassten Akte
SELECT
  d.subject || ': weder Akte noch Vorgang einer Akte erfasst' AS text,
  d.sequence AS sequences
FROM dokument AS d
LEFT JOIN vorgang AS v
  ON v.subject = d.vorgang
WHERE d.angelegt <= :effective
AND NOT EXISTS (
  SELECT 1
  FROM akte AS a
  WHERE a.subject = coalesce(d.akte, v.akte)
);

-- finding akten.bestand-unbekannte-kennzahl: Bestand oder Meldung einer Kennzahl, die es nicht gibt
SELECT
  kennzahl || ' (' || quelle || '): keine Kennzahl, geht in keine Zahl ein' AS text,
  sequence AS sequences
FROM (
  SELECT sequence, kennzahl, stichtag, quelle FROM akte_bestand
  UNION ALL
  SELECT sequence, kennzahl, stichtag, quelle FROM akte_gemeldet
)
WHERE stichtag <= :effective
AND kennzahl NOT IN (SELECT kennzahl FROM akte_kennzahl)
AND kennzahl NOT IN ('');

-- finding akten.aktenplan-position-fehlt: Die Betreffseinheit steht in keinem freigegebenen Aktenplan
SELECT
  a.subject || ': ' || a.aktenplan AS text,
  a.sequence AS sequences
FROM akte AS a
WHERE a.angelegt <= :effective
AND a.aktenplan IS NOT NULL
AND EXISTS (SELECT 1 FROM aktenplan)
AND NOT EXISTS (
  SELECT 1
  FROM aktenplan_position AS p
  JOIN aktenplan AS f
    ON f.subject = p.aktenplan
  WHERE p.kennzeichen = a.aktenplan
);

-- finding akten.aktenplan-oberposition-fehlt: Die übergeordnete Position steht nicht im Aktenplan
SELECT
  p.aktenplan || ': ' || p.kennzeichen || ' unter ' || p.oberposition AS text,
  p.sequence AS sequences
FROM aktenplan_position AS p
WHERE p.oberposition IS NOT NULL
AND NOT EXISTS (
  SELECT 1
  FROM aktenplan_position AS o
  WHERE o.kennzeichen = p.oberposition
  AND o.aktenplan = p.aktenplan
);

-- finding akten.aktenplan-im-kreis: Eine Position steht unter sich selbst
WITH RECURSIVE ueber (aktenplan, kennzeichen, oben, sequence) AS (
  SELECT aktenplan, kennzeichen, oberposition, sequence
  FROM aktenplan_position
  WHERE oberposition IS NOT NULL
  UNION
  SELECT u.aktenplan, u.kennzeichen, p.oberposition, u.sequence
  FROM ueber AS u
  JOIN aktenplan_position AS p
    ON p.kennzeichen = u.oben
    AND p.aktenplan = u.aktenplan
  WHERE p.oberposition IS NOT NULL
)
SELECT aktenplan || ': ' || kennzeichen AS text, sequence AS sequences
FROM ueber
WHERE oben = kennzeichen;

-- finding akten.aktenplan-rueckwirkend: Ein Aktenplan gilt für Akten, die vor seiner Freigabe geschlossen wurden
SELECT
  f.subject || ': gilt ab ' || f.gilt_ab || ', freigegeben am ' || f.freigegeben || ', betrifft ' || count(*)
    || ' Akten, z. B. ' || min(z.subject) AS text,
  f.sequence AS sequences
FROM aktenplan AS f
JOIN akte_zda AS z
  ON z.day BETWEEN f.gilt_ab AND f.freigegeben
  AND z.sequence < f.sequence
JOIN akte_position AS w
  ON w.zda = z.sequence
JOIN aktenplan_position AS p
  ON p.rowid = w.position
  AND p.aktenplan = f.subject
WHERE EXISTS (
  SELECT 1
  FROM aktenplan AS frueher
  WHERE frueher.gilt_ab <= z.day
  AND frueher.sequence < z.sequence
)
GROUP BY f.subject;

-- finding akten.inhalt-vernichtet: Ein Dokument nennt einen Inhalt, der vernichtet ist
SELECT
  i.dokument || ': ' || i.inhalt AS text,
  json_array(i.sequence, e.sequence) AS sequences
FROM inhalt_ereignis AS e
JOIN dokument_inhalt AS i
  ON i.inhalt = e.inhalt
WHERE e.vernichtet
AND i.lebt
AND NOT EXISTS (
  SELECT 1
  FROM inhalt_ereignis AS n
  WHERE n.inhalt = e.inhalt
  AND n.sequence > e.sequence
);

-- finding akten.zda-ohne-frist: Eine geschlossene Akte hat keine bekannte Aufbewahrungsfrist
SELECT
  subject || ': zdA seit ' || zda AS text,
  zda_sequence AS sequences
FROM akte_frist
WHERE ende IS NULL
AND gilt_von <= :effective
AND :effective < gilt_bis;

-- finding akten.zda-rueckdatiert: Eine zdA-Verfügung wurde mehr als 31 Tage nach ihrem Tag aufgezeichnet
SELECT
  subject || ': zdA vom ' || day || ', aufgezeichnet am ' || aufgezeichnet AS text,
  sequence AS sequences
FROM akte_verfuegung
WHERE verfuegung = 'zda'
AND day <= :effective
AND aufgezeichnet > date(day, '+31 days');

-- finding akten.zda-mit-offenem: In einer geschlossenen Akte ist etwas offen
SELECT
  z.subject || ': ' || o.text AS text,
  json_array(z.sequence, o.sequence) AS sequences
FROM akte_zda AS z
JOIN (
  SELECT subject AS akte, subject AS gegenstand, 'Wiedervorlage zum ' || termin AS text, sequence
  FROM wiedervorlage
  WHERE erledigt IS NULL
  UNION ALL
  SELECT akte, subject, subject || ' ist nicht zdA', sequence
  FROM vorgang
  WHERE zda IS NULL
  UNION ALL
  SELECT
    t.akte,
    t.subject,
    t.subject || ' ist nicht archiviert',
    d.sequence
  FROM akte_gegenstand AS t
  JOIN dokument AS d
    ON d.subject = t.subject
  WHERE d.vernichtet IS NULL
  AND NOT EXISTS (
    SELECT 1
    FROM dokument_status AS s
    WHERE s.subject = d.subject
    AND s.status = 'archiv'
  )
) AS o
  ON o.akte = z.subject
JOIN akte AS a
  ON a.subject = z.subject
WHERE z.gilt_von <= :effective
AND :effective < z.gilt_bis
AND a.vernichtet IS NULL;

-- finding akten.nach-zda-ergaenzt: Zu einer geschlossenen Akte ist etwas dazugekommen
SELECT
  z.subject || ': zdA seit ' || z.day || ', danach ' || n.text AS text,
  json_array(z.sequence, n.sequence) AS sequences
FROM akte_zda AS z
JOIN (
  SELECT akte, subject AS text, sequence
  FROM vorgang
  UNION ALL
  SELECT t.akte, t.subject, d.sequence
  FROM akte_gegenstand AS t
  JOIN dokument AS d
    ON d.subject = t.subject
  UNION ALL
  SELECT t.akte, t.subject || ' Version ' || v.version, v.sequence
  FROM akte_gegenstand AS t
  JOIN dokument_version AS v
    ON v.subject = t.subject
) AS n
  ON n.akte = z.subject
  AND n.sequence > z.sequence
WHERE z.gilt_von <= :effective
AND :effective < z.gilt_bis;

-- finding akten.im-dms-geloescht: Das DMS hat ein Dokument gelöscht, das nicht vernichtet ist
SELECT
  g.subject || ': am ' || g.day AS text,
  g.sequence AS sequences
FROM dokument_dms_geloescht AS g
LEFT JOIN dokument AS d
  ON d.subject = g.subject
LEFT JOIN vorgang AS v
  ON v.subject = d.vorgang
LEFT JOIN akte AS a
  ON a.subject = coalesce(d.akte, v.akte)
WHERE g.day <= :effective
AND coalesce(d.vernichtet, a.vernichtet, '9999-99-99') > g.day;
