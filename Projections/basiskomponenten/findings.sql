-- finding basiskomponenten.gemeldet-weicht-ab: Gemeldete und errechnete Zahl weichen ab
SELECT
  g.kennzahl || ' zum ' || g.stichtag || ': gemeldet ' || g.wert || ' (' || g.quelle || '), errechnet '
    || coalesce(sum(b.value), 0) AS text,
  CASE
    WHEN count(b.sequence) = 0 THEN json_array(g.sequence)
    ELSE json_insert(json_group_array(b.sequence), '$[#]', g.sequence)
  END AS sequences
FROM komponente_gemeldet AS g
LEFT JOIN komponente_beitrag AS b
  ON b.kennzahl = g.kennzahl
  AND b.gilt_von <= g.stichtag
  AND g.stichtag < b.gilt_bis
WHERE g.stichtag <= :effective
AND g.kennzahl IN (SELECT kennzahl FROM komponente_kennzahl)
GROUP BY g.sequence
HAVING coalesce(sum(b.value), 0) <> g.wert;

-- finding basiskomponenten.abkuendigung-widerspruechlich: Abkündigung zugleich vollzogen und geplant
SELECT
  k.titel || ': Abkündigung vollzogen (' || v.day || coalesce(', „' || v.wortlaut || '“', '') || '), danach oder zugleich geplant ('
    || g.day || coalesce(', „' || g.wortlaut || '“', '') || ')' AS text,
  json_array(v.sequence, g.sequence) AS sequences
FROM komponente_ereignis AS v
JOIN komponente_ereignis AS g
  ON g.subject = v.subject
  AND g.ereignis = 'abgekuendigt'
  AND g.stand = 'geplant'
JOIN komponente AS k
  ON k.subject = v.subject
WHERE v.ereignis = 'abgekuendigt'
AND v.stand = 'vollzogen'
AND v.day <= g.day
AND g.day <= :effective
AND NOT EXISTS (
  SELECT 1
  FROM komponente_ereignis AS neu
  WHERE neu.subject = v.subject
  AND neu.ereignis = 'verfuegbar'
  AND neu.day BETWEEN v.day AND g.day
  AND neu.sequence <> v.sequence
);

-- finding basiskomponenten.bezeichnung-uneinheitlich: Eine Komponente wird verschieden bezeichnet
SELECT
  k.titel || ': auch „' || e.bezeichnung || '“' AS text,
  json_group_array(e.sequence) AS sequences
FROM komponente_ereignis AS e
JOIN komponente AS k
  ON k.subject = e.subject
WHERE e.bezeichnung <> k.titel
AND e.day <= :effective
GROUP BY k.subject, e.bezeichnung;

-- finding basiskomponenten.einrichtungskosten-unklar: Kostenangebot ohne Einrichtungskosten
SELECT
  k.titel || coalesce(', Angebot ' || c.angebot, '') || ': Einrichtungskosten fehlen' AS text,
  c.sequence AS sequences
FROM komponente_kosten AS c
JOIN komponente AS k
  ON k.subject = c.subject
WHERE c.einrichtung_cent IS NULL
AND c.day <= :effective;

-- finding basiskomponenten.bestand-unbekannte-kennzahl: Bestand oder Meldung einer Kennzahl, die es nicht gibt
SELECT
  kennzahl || ' (' || quelle || '): keine Kennzahl, geht in keine Zahl ein' AS text,
  sequence AS sequences
FROM (
  SELECT sequence, kennzahl, stichtag, quelle FROM komponente_bestand
  UNION ALL
  SELECT sequence, kennzahl, stichtag, quelle FROM komponente_gemeldet
)
WHERE stichtag <= :effective
AND kennzahl NOT IN (SELECT kennzahl FROM komponente_kennzahl)
AND kennzahl NOT IN ('');
