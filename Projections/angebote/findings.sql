-- finding angebote.gemeldet-weicht-ab: Gemeldete und errechnete Zahl weichen ab
SELECT
  g.kennzahl || ' zum ' || g.stichtag || ': gemeldet ' || g.wert || ' (' || g.quelle || '), errechnet '
    || coalesce(sum(b.value), 0) AS text,
  CASE
    WHEN count(b.sequence) = 0 THEN json_array(g.sequence)
    ELSE json_insert(json_group_array(b.sequence), '$[#]', g.sequence)
  END AS sequences
FROM angebot_gemeldet AS g
LEFT JOIN angebot_beitrag AS b
  ON b.kennzahl = g.kennzahl
  AND b.gilt_von <= g.stichtag
  AND g.stichtag < b.gilt_bis
WHERE g.stichtag <= :effective
AND g.kennzahl IN (SELECT kennzahl FROM angebot_kennzahl)
GROUP BY g.sequence
HAVING coalesce(sum(b.value), 0) <> g.wert;

-- finding angebote.kataloge-ohne-abgleich: Zwei Kataloge ohne Abgleich, eine Online-Quote ist nicht eindeutig
WITH katalog AS (
  SELECT katalog, wert, stichtag, sequence
  FROM (
    SELECT
      *,
      row_number() OVER (PARTITION BY katalog ORDER BY stichtag DESC, sequence DESC) AS rang
    FROM angebot_bestand
    WHERE katalog IS NOT NULL
    AND stichtag <= :effective
  )
  WHERE rang = 1
)
SELECT
  a.katalog || ' (' || a.wert || ') und ' || b.katalog || ' (' || b.wert || '): kein Abgleich der Leistungen' AS text,
  json_array(a.sequence, b.sequence) AS sequences
FROM katalog AS a
JOIN katalog AS b
  ON b.katalog > a.katalog
WHERE NOT EXISTS (
  SELECT 1
  FROM angebot_katalog AS k
  WHERE k.stichtag <= :effective
  AND (
    (k.katalog = a.katalog AND k.abgleich = b.katalog)
    OR (k.katalog = b.katalog AND k.abgleich = a.katalog)
  )
);

-- finding angebote.zurueckgezogen-ohne-veroeffentlichung: Zurückgezogen, was nie veröffentlicht und in keinem Bestand genannt wurde
SELECT
  z.subject || ': zurückgezogen am ' || z.day || ', eine Veröffentlichung ist nicht erfasst' AS text,
  z.sequence AS sequences
FROM angebot_ereignis AS z
WHERE z.ereignis = 'zurueckgezogen'
AND z.day <= :effective
AND NOT EXISTS (
  SELECT 1
  FROM angebot_ereignis AS e
  WHERE e.subject = z.subject
  AND e.ereignis = 'veroeffentlicht'
)
AND NOT EXISTS (
  SELECT 1
  FROM angebot_leistung AS l
  WHERE l.subject = z.subject
)
AND NOT EXISTS (
  SELECT 1
  FROM angebot_bestand_enthalten AS e
  WHERE e.subject = z.subject
);

-- finding angebote.bestand-unbekannte-kennzahl: Bestand oder Meldung einer Kennzahl, die es nicht gibt
SELECT
  kennzahl || ' (' || quelle || '): keine Kennzahl, geht in keine Zahl ein' AS text,
  sequence AS sequences
FROM (
  SELECT sequence, kennzahl, stichtag, quelle FROM angebot_bestand
  UNION ALL
  SELECT sequence, kennzahl, stichtag, quelle FROM angebot_gemeldet
)
WHERE stichtag <= :effective
AND kennzahl NOT IN (SELECT kennzahl FROM angebot_kennzahl)
AND kennzahl NOT IN ('');
