-- finding anfragen.gemeldet-weicht-ab: Gemeldete und errechnete Zahl weichen ab
SELECT
  g.kennzahl || ' zum ' || g.stichtag || ': gemeldet ' || g.wert || ' (' || g.quelle || '), errechnet '
    || coalesce(sum(b.value), 0) AS text,
  CASE
    WHEN count(b.sequence) = 0 THEN json_array(g.sequence)
    ELSE json_insert(json_group_array(b.sequence), '$[#]', g.sequence)
  END AS sequences
FROM anfrage_gemeldet AS g
LEFT JOIN anfrage_beitrag AS b
  ON b.kennzahl = g.kennzahl
  AND b.gilt_von <= g.stichtag
  AND g.stichtag < b.gilt_bis
WHERE g.stichtag <= :effective
AND g.kennzahl IN (SELECT kennzahl FROM anfrage_kennzahl)
GROUP BY g.sequence
HAVING coalesce(sum(b.value), 0) <> g.wert;

-- finding anfragen.gemeldet-ausserhalb-ozg-weicht-ab: Gemeldete und errechnete Anfragen außerhalb von OZG weichen ab
SELECT
  'anfragen.ausserhalb-ozg ' || coalesce(g.von || ' bis ', 'bis ') || g.stichtag || ': gemeldet ' || g.wert
    || ', errechnet ' || count(a.sequence) AS text,
  CASE
    WHEN count(a.sequence) = 0 THEN json_array(g.sequence)
    ELSE json_insert(json_group_array(a.sequence), '$[#]', g.sequence)
  END AS sequences
FROM anfrage_gemeldet AS g
LEFT JOIN anfrage AS a
  ON a.ozg = 0
  AND a.eingang BETWEEN coalesce(g.von, '') AND g.stichtag
WHERE g.kennzahl = 'anfragen.ausserhalb-ozg'
AND g.stichtag <= :effective
GROUP BY g.sequence
HAVING count(a.sequence) <> g.wert;

-- finding anfragen.stufenfolge-verletzt: Eine Stufe wurde bestanden, bevor die davor bestanden war
SELECT
  s.subject || ': Stufe ' || s.stufe || ' am ' || s.day || ' ohne Stufe ' || (s.stufe - 1) AS text,
  s.sequence AS sequences
FROM anfrage_schritt AS s
WHERE s.schritt = 'stufe-bestanden'
AND s.stufe > 1
AND s.day <= :effective
AND NOT EXISTS (
  SELECT 1
  FROM anfrage_schritt AS v
  WHERE v.subject = s.subject
  AND v.schritt = 'stufe-bestanden'
  AND v.stufe = s.stufe - 1
  AND (v.day, v.sequence) < (s.day, s.sequence)
);

-- finding anfragen.stufe-unbekannt: Die angegebene Stufe gibt es nicht
SELECT
  subject || ': Stufe „' || coalesce(angabe, 'nach der letzten') || '“ ist keine Stufe des Filters' AS text,
  sequence AS sequences
FROM anfrage_schritt
WHERE schritt IN ('stufe-bestanden', 'stufe-abgelehnt')
AND day <= :effective
AND (stufe IS NULL OR stufe NOT IN (SELECT CAST(nr AS INTEGER) FROM anfrage_stufe));

-- finding anfragen.gestartet-ohne-alle-stufen: Umsetzung gestartet, obwohl nicht alle Stufen bestanden sind
SELECT
  subject || ': am ' || day || ' gestartet, es fehlt'
    || iif(fachinteresse, '', ' Fachinteresse')
    || iif(basisdienste_ozg, '', ' Basisdienste-OZG')
    || iif(finanzen_vertrag, '', ' Finanzen-Vertrag')
    || iif(it_management, '', ' IT-Management') AS text,
  sequence AS sequences
FROM anfrage_lage
WHERE schritt = 'gestartet'
AND day <= :effective
AND NOT (fachinteresse AND basisdienste_ozg AND finanzen_vertrag AND it_management);

-- finding anfragen.reihenfolge-des-eingangs: Eine jüngere Anfrage wurde vor einer älteren, ebenso reifen gestartet
SELECT
  j.subject || ' (Eingang ' || j.eingang || ') am ' || start.day || ' gestartet, '
    || a.subject || ' (Eingang ' || a.eingang || ') war reif und wartete' AS text,
  json_array(start.sequence, lage.sequence) AS sequences
FROM anfrage_schritt AS start
JOIN anfrage AS j
  ON j.subject = start.subject
JOIN anfrage AS a
  ON (a.eingang, a.sequence) < (j.eingang, j.sequence)
JOIN anfrage_lage AS lage
  ON lage.subject = a.subject
  AND lage.gilt_von <= start.day
  AND start.day < lage.gilt_bis
WHERE start.schritt = 'gestartet'
AND start.day <= :effective
AND lage.fachinteresse
AND lage.basisdienste_ozg
AND lage.finanzen_vertrag
AND lage.schritt NOT IN ('stufe-abgelehnt', 'zurueckgestellt', 'gestartet');

-- finding anfragen.bestand-unbekannte-kennzahl: Bestand oder Meldung einer Kennzahl, die es nicht gibt
SELECT
  kennzahl || ' (' || quelle || '): keine Kennzahl, geht in keine Zahl ein' AS text,
  sequence AS sequences
FROM (
  SELECT sequence, kennzahl, stichtag, quelle FROM anfrage_bestand
  UNION ALL
  SELECT sequence, kennzahl, stichtag, quelle FROM anfrage_gemeldet
)
WHERE stichtag <= :effective
AND kennzahl NOT IN (SELECT kennzahl FROM anfrage_kennzahl)
AND kennzahl NOT IN ('anfragen.ausserhalb-ozg');
