-- hold akten.aufbewahrung: Die Aufbewahrungsfrist ist nicht abgelaufen
WITH
gegenstand AS (
  SELECT value AS subject
  FROM json_each(:subjects)
),
betroffen AS (
  SELECT DISTINCT t.akte
  FROM gegenstand AS g
  JOIN akte_gegenstand_je AS t
    ON t.subject = g.subject
)
SELECT
  b.akte || ': bis ' || f.ende || coalesce(' nach ' || f.norm, '') AS text,
  f.zda_sequence AS sequences
FROM betroffen AS b
JOIN akte AS a
  ON a.subject = b.akte
JOIN akte_frist AS f
  ON f.subject = b.akte
WHERE a.vernichtet IS NULL
AND f.gilt_von <= :effective
AND :effective < f.gilt_bis
AND f.ende >= :effective
UNION ALL
-- Die Frist hat noch nicht begonnen: die Akte ist offen, oder ihre zdA-Verfügung gilt heute nicht.
SELECT
  b.akte || iif(a.zustand = 'offen', ': offen', ': die zdA-Verfügung gilt heute nicht')
    || ', die Frist beginnt mit der zdA-Verfügung',
  a.sequence
FROM betroffen AS b
JOIN akte AS a
  ON a.subject = b.akte
WHERE a.vernichtet IS NULL
AND (
  a.zustand = 'offen'
  OR NOT EXISTS (
    SELECT 1
    FROM akte_frist AS f
    WHERE f.subject = a.subject
    AND f.gilt_von <= :effective
    AND :effective < f.gilt_bis
  )
)
AND (
  a.aufbewahrungsart IS NOT NULL
  OR EXISTS (
    SELECT 1
    FROM akte_frist_gesetzt AS g
    WHERE g.subject = a.subject
  )
  OR EXISTS (
    SELECT 1
    FROM aktenplan_position AS p
    JOIN aktenplan AS f
      ON f.subject = p.aktenplan
    WHERE p.kennzeichen = a.aktenplan
    AND (p.aufbewahrung_jahre IS NOT NULL OR p.unbefristet OR p.aufbewahrungsart IS NOT NULL)
  )
);

-- hold akten.sperre: Die Aussonderung ist gesperrt
SELECT
  s.subject || ': seit ' || s.seit || ', ' || s.grund AS text,
  s.sequence AS sequences
FROM akte_sperre AS s
WHERE s.subject IN (
  SELECT t.akte
  FROM json_each(:subjects) AS g
  JOIN akte_gegenstand_je AS t
    ON t.subject = g.value
)
AND s.aufgehoben IS NULL
AND coalesce(s.bis, '9999-99-99') >= :effective;

-- hold akten.lebendes-dokument: Ein lebendes Dokument nennt den Inhalt
SELECT
  dokument AS text,
  sequence AS sequences
FROM dokument_inhalt
WHERE inhalt = :content
AND lebt;
