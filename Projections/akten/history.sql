-- history parts: Vorgänge und Dokumente, die je zur Akte oder zum Vorgang gehört haben
SELECT subject
FROM akte_gegenstand_je
WHERE akte = :subject
UNION
SELECT subject
FROM akte_zuordnung
WHERE vorgang = :subject;

-- history mentions: Wer Inhalte und versiegelte Angaben gelesen, abgelegt oder vernichtet hat
SELECT z.sequence
FROM json_each(:subjects) AS g
JOIN zugriff_gegenstand AS s
  ON s.subject = g.value
JOIN zugriff AS z
  ON z.gegenstand = s.nr
UNION ALL
SELECT e.sequence
FROM json_each(:subjects) AS g
JOIN dokument_version AS v
  ON v.subject = g.value
JOIN inhalt_ereignis AS e
  ON e.inhalt = v.inhalt
UNION ALL
SELECT p.sequence
FROM json_each(:sequences) AS g
JOIN personendaten_gelesen AS p
  ON p.gelesen = g.value
UNION ALL
SELECT f.sequence
FROM json_each(:subjects) AS g
JOIN dokument_version AS v
  ON v.subject = g.value
JOIN zugriff_fremd AS f
  ON f.inhalt = v.inhalt
UNION ALL
SELECT p.sequence
FROM json_each(:subjects) AS g
JOIN person_ereignis AS p
  ON p.person = g.value;
