-- figure anfragen.eingegangen: Eingegangene Anfragen [Anfragen]
SELECT sequence, value
FROM anfrage_beitrag
WHERE kennzahl = 'anfragen.eingegangen'
AND gilt_von <= :effective
AND :effective < gilt_bis;

-- figure anfragen.startbar: Sofort startbare Anfragen (alle Stufen bestanden, nicht zurückgestellt) [Anfragen]
SELECT sequence, value
FROM anfrage_beitrag
WHERE kennzahl = 'anfragen.startbar'
AND gilt_von <= :effective
AND :effective < gilt_bis;

-- figure anfragen.fachinteresse: Stufe 1 bestanden: Fachinteresse [Anfragen]
SELECT sequence, value
FROM anfrage_beitrag
WHERE kennzahl = 'anfragen.fachinteresse'
AND gilt_von <= :effective
AND :effective < gilt_bis;

-- figure anfragen.basisdienste-ozg: Stufe 2 bestanden: Basisdienste und OZG-Konformität [Anfragen]
SELECT sequence, value
FROM anfrage_beitrag
WHERE kennzahl = 'anfragen.basisdienste-ozg'
AND gilt_von <= :effective
AND :effective < gilt_bis;

-- figure anfragen.finanzen-vertrag: Stufe 3 bestanden: Finanzen und Vertrag [Anfragen]
SELECT sequence, value
FROM anfrage_beitrag
WHERE kennzahl = 'anfragen.finanzen-vertrag'
AND gilt_von <= :effective
AND :effective < gilt_bis;

-- figure anfragen.it-management: Stufe 4 bestanden: IT-Management [Anfragen]
SELECT sequence, value
FROM anfrage_beitrag
WHERE kennzahl = 'anfragen.it-management'
AND gilt_von <= :effective
AND :effective < gilt_bis;

-- figure anfragen.zurueckgestellt: Zurückgestellte Anfragen [Anfragen]
SELECT sequence, value
FROM anfrage_beitrag
WHERE kennzahl = 'anfragen.zurueckgestellt'
AND gilt_von <= :effective
AND :effective < gilt_bis;

-- figure anfragen.abgelehnt: In einer Stufe ausgeschiedene Anfragen [Anfragen]
SELECT sequence, value
FROM anfrage_beitrag
WHERE kennzahl = 'anfragen.abgelehnt'
AND gilt_von <= :effective
AND :effective < gilt_bis;

-- figure anfragen.gestartet: Anfragen in Umsetzung [Anfragen]
SELECT sequence, value
FROM anfrage_beitrag
WHERE kennzahl = 'anfragen.gestartet'
AND gilt_von <= :effective
AND :effective < gilt_bis;

-- figure anfragen.ausserhalb-ozg: Anfragen außerhalb von OZG im Zeitraum [Anfragen]
SELECT sequence
FROM anfrage
WHERE ozg = 0
AND eingang >= coalesce(:from, '')
AND eingang <= coalesce(:to, :effective);
