-- finding projekte.summe-weicht-ab: Gesamtzahl und Summe der Status weichen ab
SELECT
  'Gesamt ' || gesamt || ', aber ' || abgeschlossen || ' abgeschlossen + ' || initialisierung || ' Initialisierung + '
    || bearbeitung || ' Bearbeitung' || iif(zurueckgestellt, ' + ' || zurueckgestellt || ' zurückgestellt', '')
    || iif(ohne_status, ' + ' || ohne_status || ' ohne Status', '') || ' = ' || summe AS text,
  sequences
FROM (
  SELECT
    coalesce(sum(value) FILTER (WHERE kennzahl = 'projekte.gesamt'), 0) AS gesamt,
    coalesce(sum(value) FILTER (WHERE kennzahl = 'projekte.abgeschlossen'), 0) AS abgeschlossen,
    coalesce(sum(value) FILTER (WHERE kennzahl = 'projekte.initialisierung'), 0) AS initialisierung,
    coalesce(sum(value) FILTER (WHERE kennzahl = 'projekte.bearbeitung'), 0) AS bearbeitung,
    coalesce(sum(value) FILTER (WHERE kennzahl = 'projekte.zurueckgestellt'), 0) AS zurueckgestellt,
    coalesce(sum(value) FILTER (WHERE kennzahl = 'projekte.ohne-status'), 0) AS ohne_status,
    coalesce(sum(value) FILTER (WHERE kennzahl <> 'projekte.gesamt'), 0) AS summe,
    json_group_array(DISTINCT sequence) AS sequences
  FROM (
    SELECT kennzahl, sequence, value
    FROM projekt_beitrag
    WHERE kennzahl NOT IN ('projekte.abgeschlossen-vor-strategie', 'projekte.verlaengert')
    AND gilt_von <= :effective
    AND :effective < gilt_bis
    ORDER BY sequence
  )
)
WHERE gesamt <> summe;

-- finding projekte.gemeldet-weicht-ab: Gemeldete und errechnete Zahl weichen ab
SELECT
  g.kennzahl || ' zum ' || g.stichtag || ': gemeldet ' || g.wert || ' (' || g.quelle || '), errechnet '
    || coalesce(sum(b.value), 0) AS text,
  CASE
    WHEN count(b.sequence) = 0 THEN json_array(g.sequence)
    ELSE json_insert(json_group_array(b.sequence), '$[#]', g.sequence)
  END AS sequences
FROM projekt_gemeldet AS g
LEFT JOIN projekt_posten AS b
  ON b.kennzahl = g.kennzahl
  AND b.gilt_von <= g.stichtag
  AND g.stichtag < b.gilt_bis
WHERE g.stichtag <= :effective
AND g.kennzahl IN (SELECT kennzahl FROM projekt_kennzahl UNION VALUES ('budget.soll'), ('budget.ist'))
GROUP BY g.sequence
HAVING coalesce(sum(b.value), 0) <> g.wert;

-- finding projekte.tabelle-gegen-steckbrief: Statustabelle und Steckbrief nennen verschiedene Status
SELECT
  t.subject || ': Tabelle „' || coalesce(t.wortlaut, t.status) || '“, Steckbrief „' || b.text || '“' AS text,
  json_array(t.sequence, b.sequence) AS sequences
FROM projekt_stand AS t
JOIN projekt_blatt AS b
  ON b.subject = t.subject
  AND b.feld = 'status'
WHERE t.gilt_von <= :effective
AND :effective < t.gilt_bis
AND b.gilt_von <= :effective
AND :effective < b.gilt_bis
AND EXISTS (
  SELECT 1
  FROM projekt_statuswort AS w
  WHERE instr(lower(b.text), w.wort)
)
AND NOT EXISTS (
  SELECT 1
  FROM projekt_statuswort AS w
  WHERE instr(lower(b.text), w.wort)
  AND w.status = t.status
);

-- finding projekte.wortlaut-gegen-status: Der Wortlaut der Statustabelle nennt einen anderen Status als den gezählten
SELECT
  t.subject || ': „' || t.wortlaut || '“, gezählt als ' || t.status AS text,
  t.sequence AS sequences
FROM projekt_stand AS t
WHERE t.gilt_von <= :effective
AND :effective < t.gilt_bis
AND EXISTS (
  SELECT 1
  FROM projekt_statuswort AS w
  WHERE instr(lower(t.wortlaut), w.wort)
)
AND NOT EXISTS (
  SELECT 1
  FROM projekt_statuswort AS w
  WHERE instr(lower(t.wortlaut), w.wort)
  AND w.status = t.status
);

-- finding projekte.verlaengert-ohne-neues-ende: Verlängert ohne neues Ende
SELECT
  v.subject || ': verlängert am ' || v.day || ' ohne neues Ende'
    || coalesce(', Ende bleibt „' || p.ende || '“', '') AS text,
  v.sequence AS sequences
FROM (
  SELECT
    *,
    row_number() OVER (PARTITION BY subject ORDER BY day DESC, sequence DESC) AS rang
  FROM projekt_verlaengerung
  WHERE day <= :effective
) AS v
LEFT JOIN projekt AS p
  ON p.subject = v.subject
WHERE v.rang = 1
AND v.neues_ende IS NULL
AND NOT EXISTS (
  SELECT 1
  FROM projekt_stand AS t
  WHERE t.subject = v.subject
  AND t.status = 'abgeschlossen'
  AND t.gilt_von <= :effective
  AND :effective < t.gilt_bis
);

-- finding projekte.ende-vor-stand: Das Projektende liegt vor dem Stand, das Projekt ist nicht abgeschlossen
WITH
stand (tag) AS (
  SELECT max(:effective, coalesce(max(stand), ''))
  FROM projekt_berichtsstand
  WHERE stichtag = (SELECT max(stichtag) FROM projekt_berichtsstand WHERE stichtag <= :effective)
),
ende AS (
  SELECT
    *,
    row_number() OVER (PARTITION BY subject ORDER BY day DESC, sequence DESC) AS rang
  FROM projekt_termin
  WHERE art = 'ende'
  AND day <= :effective
)
SELECT
  e.subject || ': Ende „' || e.wortlaut || '“ liegt vor dem Stand ' || stand.tag AS text,
  e.sequence AS sequences
FROM ende AS e
CROSS JOIN stand
WHERE e.rang = 1
AND e.bis < stand.tag
AND NOT EXISTS (
  SELECT 1
  FROM projekt_stand AS t
  WHERE t.subject = e.subject
  AND t.status IN ('abgeschlossen', 'zurueckgestellt')
  AND t.gilt_von <= :effective
  AND :effective < t.gilt_bis
);

-- finding projekte.beginn-und-ende-im-selben-quartal: Beginn und Ende liegen im selben Quartal
SELECT
  b.subject || ': Beginn „' || b.wortlaut || '“, Ende „' || e.wortlaut || '“' AS text,
  json_array(b.sequence) AS sequences
FROM projekt_termin AS b
JOIN projekt_termin AS e
  ON e.subject = b.subject
  AND e.sequence = b.sequence
  AND e.art = 'ende'
WHERE b.art = 'beginn'
AND b.day <= :effective
AND b.format <> 'JJJJ'
AND e.format <> 'JJJJ'
AND substr(b.von, 1, 4) = substr(e.bis, 1, 4)
AND (substr(b.von, 6, 2) + 2) / 3 = (substr(e.bis, 6, 2) + 2) / 3;

-- finding projekte.ende-vor-beginn: Das Ende liegt vor dem Beginn
SELECT
  b.subject || ': Beginn „' || b.wortlaut || '“, Ende „' || e.wortlaut || '“' AS text,
  json_array(b.sequence, e.sequence) AS sequences
FROM projekt_termin AS b
JOIN projekt_termin AS e
  ON e.subject = b.subject
  AND e.art = 'ende'
WHERE b.art = 'beginn'
AND e.bis < b.von
AND e.day <= :effective;

-- finding projekte.abgeschlossen-mit-offenen-teilzielen: Abgeschlossen, aber neue Teilziele ohne Ergebnis
SELECT
  t.subject || ': abgeschlossen, ohne Ergebnis zu „' || z.text || '“' AS text,
  json_array(t.sequence, z.sequence) AS sequences
FROM projekt_stand AS t
JOIN projekt_blatt AS z
  ON z.subject = t.subject
  AND z.feld = 'neue_ziele'
WHERE t.status = 'abgeschlossen'
AND t.gilt_von <= :effective
AND :effective < t.gilt_bis
AND z.gilt_von <= :effective
AND :effective < z.gilt_bis
AND NOT EXISTS (
  SELECT 1
  FROM projekt_blatt AS e
  WHERE e.subject = z.subject
  AND e.feld = 'ergebnisse'
  AND e.gilt_von <= :effective
  AND :effective < e.gilt_bis
  AND instr(lower(e.text), lower(z.text))
);

-- finding projekte.ergebnis-gleich-ziel: Das Ergebnis wiederholt wörtlich das Ziel
SELECT
  e.subject || ': „' || e.text || '“ steht als Ziel und als Ergebnis' AS text,
  e.sequence AS sequences
FROM projekt_blatt AS e
JOIN projekt_blatt AS z
  ON z.subject = e.subject
  AND z.text = e.text
WHERE e.feld = 'ergebnisse'
AND z.feld = 'ziele'
AND e.gilt_von <= :effective
AND :effective < e.gilt_bis
AND z.gilt_von <= :effective
AND :effective < z.gilt_bis;

-- finding projekte.schaetzung-ohne-betrag: Eine Kostenschätzung nennt keinen Betrag
SELECT
  subject || ': ' || art || ', „' || coalesce(wortlaut, '') || '“ ohne Betrag' AS text,
  sequence AS sequences
FROM projekt_kosten
WHERE schaetzung
AND betrag_cent IS NULL
AND gilt_von <= :effective
AND :effective < gilt_bis;

-- finding budget.ohne-betrag: Budget oder Ausgabe ohne Betrag
SELECT
  subject || ': ' || vorgang || ' ' || jahr || ' ohne Betrag' AS text,
  sequence AS sequences
FROM (
  SELECT subject, 'Budget' AS vorgang, jahr, sequence, day FROM projekt_budget WHERE betrag_cent IS NULL
  UNION ALL
  SELECT subject, 'Ausgabe', jahr, sequence, day FROM projekt_ausgabe WHERE betrag_cent IS NULL
)
WHERE day <= :effective;

-- finding projekte.steckbrief-ohne-tabellenzeile: Steckbrief ohne eigene Zeile der Statustabelle
SELECT
  b.subject || ': Steckbrief, aber keine Zeile in der Statustabelle' AS text,
  min(b.sequence) AS sequences
FROM projekt_blattfeld AS b
WHERE b.day <= :effective
AND NOT EXISTS (
  SELECT 1
  FROM projekt_status AS s
  WHERE s.subject = b.subject
  AND s.wortlaut IS NOT NULL
  AND s.day <= :effective
)
GROUP BY b.subject;

-- finding projekte.tabellenzeile-ohne-steckbrief: Zeile der Statustabelle ohne Steckbrief
SELECT
  t.subject || ': „' || t.wortlaut || '“ in der Statustabelle, aber kein Steckbrief' AS text,
  t.sequence AS sequences
FROM projekt_stand AS t
WHERE t.wortlaut IS NOT NULL
AND t.gilt_von <= :effective
AND :effective < t.gilt_bis
AND NOT EXISTS (
  SELECT 1
  FROM projekt_blattfeld AS b
  WHERE b.subject = t.subject
  AND b.day <= :effective
);

-- finding projekte.gliederung-unstimmig: Die Nummer der Überschrift passt nicht zu den übrigen Steckbriefen
WITH
nummer AS (
  SELECT
    subject,
    text,
    sequence,
    CAST(text AS INTEGER) || '.' || CAST(substr(text, instr(text, '.') + 1) AS INTEGER) AS kapitel
  FROM projekt_blatt
  WHERE feld = 'gliederung'
  AND gilt_von <= :effective
  AND :effective < gilt_bis
),
ueblich AS (
  SELECT kapitel
  FROM nummer
  GROUP BY kapitel
  HAVING count(*) > 1
  ORDER BY count(*) DESC, kapitel
  LIMIT 1
)
SELECT
  n.subject || ': Nummer ' || n.text || ', die übrigen Steckbriefe stehen unter ' || u.kapitel AS text,
  n.sequence AS sequences
FROM nummer AS n
JOIN ueblich AS u
  ON u.kapitel <> n.kapitel;

-- finding projekte.titel-uneinheitlich: Projekt und Steckbrief tragen verschiedene Titel
SELECT
  b.subject || ': „' || p.titel || '“, im Steckbrief (' || b.feld || ') „' || b.text || '“' AS text,
  json_array(p.sequence, b.sequence) AS sequences
FROM projekt_blatt AS b
JOIN projekt AS p
  ON p.subject = b.subject
WHERE b.feld IN ('titel', 'ueberschrift')
AND lower(b.text) <> lower(p.titel)
AND b.gilt_von <= :effective
AND :effective < b.gilt_bis;

-- finding projekte.effekt-gegensaetzlich: Zwei Steckbriefe nennen denselben Effekt als unabhängig und als abhängig
SELECT
  a.subject || ': „' || a.text || '“, ' || u.subject || ': „' || u.text || '“' AS text,
  json_array(a.sequence, u.sequence) AS sequences
FROM projekt_blatt AS u
JOIN projekt_blatt AS a
  ON substr(lower(a.text), 1, instr(u.text, 'unabhängig') + 7)
    = lower(substr(u.text, 1, instr(u.text, 'unabhängig') - 1)) || 'abhängig'
WHERE u.feld = 'effekte'
AND a.feld = 'effekte'
AND instr(u.text, 'unabhängig') > 1
AND u.gilt_von <= :effective
AND :effective < u.gilt_bis
AND a.gilt_von <= :effective
AND :effective < a.gilt_bis;

-- finding projekte.rechtsgrundlage-abgeloest: Der Steckbrief nennt eine Rechtsgrundlage, die nicht mehr gilt
SELECT
  b.subject || ': ' || r.titel || ' (' || r.kuerzel || ') galt bis ' || r.gilt_bis
    || coalesce(', abgelöst durch ' || nullif(r.nachfolger, ''), '') AS text,
  b.sequence AS sequences
FROM projekt_blatt AS b
JOIN projekt_rechtsgrundlage AS r
  ON r.kuerzel = b.text
WHERE b.feld = 'rechtsgrundlagen'
AND nullif(r.gilt_bis, '') < :effective
AND b.gilt_von <= :effective
AND :effective < b.gilt_bis;

-- finding projekte.datumsformat-uneinheitlich: Beginn und Ende stehen in verschiedenen Datumsformaten
SELECT
  count(*) || ' Formate: ' || group_concat(format || ' („' || beispiel || '“)', ', ') AS text,
  json_group_array(sequence) AS sequences
FROM (
  SELECT format, min(wortlaut) AS beispiel, sequence
  FROM projekt_termin
  WHERE day <= :effective
  GROUP BY format
  ORDER BY format
)
HAVING count(*) > 1;

-- finding projekte.projektleitung-mehrere-einheiten: Dieselbe Projektleitung unter verschiedenen Fachdiensten
SELECT
  a.projektleitung || ': ' || a.subject || ' unter ' || a.fachdienst || ', ' || b.subject || ' unter ' || b.fachdienst AS text,
  json_array(a.sequence, b.sequence) AS sequences
FROM projekt AS a
JOIN projekt AS b
  ON b.projektleitung = a.projektleitung
  AND b.fachdienst <> a.fachdienst
  AND b.sequence > a.sequence
WHERE max(a.angelegt, b.angelegt) <= :effective;

-- finding projekte.bestand-unbekannte-kennzahl: Bestand oder Meldung einer Kennzahl, die es nicht gibt
SELECT
  kennzahl || ' (' || quelle || '): keine Kennzahl, geht in keine Zahl ein' AS text,
  sequence AS sequences
FROM (
  SELECT sequence, kennzahl, stichtag, quelle FROM projekt_bestand
  UNION ALL
  SELECT sequence, kennzahl, stichtag, quelle FROM projekt_gemeldet
)
WHERE stichtag <= :effective
AND kennzahl NOT IN (SELECT kennzahl FROM projekt_kennzahl)
AND kennzahl NOT IN ('budget.soll', 'budget.ist');
