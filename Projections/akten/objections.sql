-- against de.aktenspur.akte.vernichtet: Die Aufbewahrungsfrist ist nicht abgelaufen
SELECT 'bis ' || ende || ', zdA ' || zda || coalesce(', ' || jahre || ' Jahre', '') || coalesce(' nach ' || norm, '') AS text
FROM akte_frist
WHERE subject = :subject
AND gilt_von <= :effective
AND :effective < gilt_bis
AND ende >= :effective;

-- against de.aktenspur.akte.vernichtet: Keine Aufbewahrungsfrist bekannt
SELECT 'weder eine Position eines freigegebenen Aktenplans noch eine Art der Unterlagen noch akte.frist-gesetzt' AS text
WHERE NOT EXISTS (
  SELECT 1
  FROM akte_frist
  WHERE subject = :subject
  AND gilt_von <= :effective
  AND :effective < gilt_bis
  AND ende IS NOT NULL
);

-- against de.aktenspur.akte.vernichtet: Die Aussonderung ist gesperrt
SELECT 'seit ' || seit || ', ' || grund AS text
FROM akte_sperre
WHERE subject = :subject
AND aufgehoben IS NULL
AND coalesce(bis, '9999-99-99') >= :effective;

-- against de.aktenspur.akte.vernichtet: Das Archiv hat sie nicht zur Vernichtung freigegeben
SELECT
  CASE r.bewertung
    WHEN 'A' THEN iif(r.selbst = 'A', '', 'zum Teil ') || 'als archivwürdig bewertet und noch nicht abgegeben'
    ELSE 'noch nicht entschieden (B): ' || r.offen
  END AS text
FROM akte_archiv AS r
WHERE r.akte = :subject
AND r.bewertung <> 'V'
AND NOT EXISTS (
  SELECT 1
  FROM akte AS a
  WHERE a.subject = :subject
  AND a.zustand = 'abgegeben'
);

-- against de.aktenspur.akte.angeboten: Die Transferfrist ist nicht abgelaufen
SELECT 'bis ' || transfer_ende AS text
FROM akte_frist
WHERE subject = :subject
AND gilt_von <= :effective
AND :effective < gilt_bis
AND transfer_ende >= :effective;

-- against de.aktenspur.akte.angeboten: Die Aussonderung ist gesperrt
SELECT 'seit ' || seit || ', ' || grund AS text
FROM akte_sperre
WHERE subject = :subject
AND aufgehoben IS NULL
AND coalesce(bis, '9999-99-99') >= :effective;

-- against de.aktenspur.akte.abgegeben: Das Archiv hat sie nicht als archivwürdig bewertet
SELECT
  iif(bewertung = 'B', 'noch nicht entschieden (B): ' || offen, 'bewertet mit ' || bewertung) AS text
FROM akte_archiv
WHERE akte = :subject
AND bewertung <> 'A';

-- against de.aktenspur.akte.abgegeben: Seit die Nachricht gezogen wurde, kam etwas hinzu
SELECT 'Datensatz ' || max(sequence) || '; die Abgabe ist zu wiederholen' AS text
FROM (
  SELECT max(sequence) AS sequence
  FROM akte_bewertung
  WHERE subject = :subject
  UNION ALL
  SELECT max(t.sequence)
  FROM akte_gegenstand AS g
  JOIN teil_archivbewertung AS t
    ON t.subject = g.subject
  WHERE g.akte = :subject
  UNION ALL
  SELECT max(n.sequence)
  FROM akte_gegenstand AS g
  JOIN teil_ergaenzt AS n
    ON n.subject = g.subject
  WHERE g.akte = :subject
)
HAVING max(sequence) >= (:data ->> '$.stand');

-- against de.aktenspur.akte.vernichtet: Seit der Abgabe kam etwas hinzu
SELECT min(g.subject) || '; die Anbietung ist zurückzuziehen und die Akte neu anzubieten' AS text
FROM akte_gegenstand AS g
JOIN teil_ergaenzt AS n
  ON n.subject = g.subject
WHERE g.akte = :subject
AND n.sequence > (
  SELECT max(s.sequence)
  FROM akte_aussonderung AS s
  JOIN akte AS a
    ON a.subject = s.subject
    AND a.zustand = 'abgegeben'
  WHERE s.subject = :subject
  AND s.schritt = 'abgegeben'
)
HAVING count(*) > 0;

-- against de.aktenspur.dokument.vernichtet: Das Archiv hat es nicht zur Vernichtung freigegeben
SELECT
  g.akte || CASE (SELECT b.bewertung FROM teil_bewertung AS b WHERE b.akte = g.akte AND b.subject = g.subject)
    WHEN 'A' THEN ': als archivwürdig bewertet und noch nicht abgegeben'
    ELSE ' ist angeboten, über das Dokument ist noch nicht entschieden'
  END AS text
FROM akte_gegenstand AS g
JOIN akte AS a
  ON a.subject = g.akte
WHERE g.subject = :subject
AND a.zustand IN ('angeboten', 'bewertet')
AND coalesce(
  (SELECT b.bewertung FROM teil_bewertung AS b WHERE b.akte = g.akte AND b.subject = g.subject),
  'B'
) <> 'V';

-- against de.aktenspur.vorgang.archivbewertung-empfangen: Die Akte ist nicht angeboten
SELECT coalesce('Akte ' || a.subject || ' ist ' || a.zustand, 'der Vorgang gehört zu keiner Akte') AS text
FROM vorgang AS v
LEFT JOIN akte AS a
  ON a.subject = v.akte
WHERE v.subject = :subject
AND coalesce(a.zustand, '') NOT IN ('angeboten', 'bewertet');

-- against de.aktenspur.dokument.archivbewertung-empfangen: Die Akte ist nicht angeboten
SELECT coalesce('Akte ' || a.subject || ' ist ' || a.zustand, 'das Dokument gehört zu keiner Akte') AS text
FROM dokument AS d
LEFT JOIN vorgang AS v
  ON v.subject = d.vorgang
LEFT JOIN akte AS a
  ON a.subject = coalesce(d.akte, v.akte)
WHERE d.subject = :subject
AND coalesce(a.zustand, '') NOT IN ('angeboten', 'bewertet');

-- against de.aktenspur.akte.abgegeben: Die Aussonderung ist gesperrt
SELECT 'seit ' || seit || ', ' || grund AS text
FROM akte_sperre
WHERE subject = :subject
AND aufgehoben IS NULL
AND coalesce(bis, '9999-99-99') >= :effective;

-- against de.aktenspur.akte.frist-gesetzt: Eine Frist wird nur verlängert
SELECT 'bisher ' || coalesce(jahre || ' Jahre', 'unbefristet') || coalesce(' nach ' || norm, '') AS text
FROM (
  SELECT
    CASE
      WHEN g.unbefristet THEN 1
      WHEN g.aufbewahrung_jahre IS NOT NULL THEN 0
      ELSE coalesce(p.unbefristet, 0)
    END AS unbefristet,
    coalesce(g.aufbewahrung_jahre, p.aufbewahrung_jahre, r.jahre) AS jahre,
    CASE
      WHEN g.subject IS NOT NULL THEN NULL
      WHEN p.aufbewahrung_jahre IS NOT NULL OR p.unbefristet THEN p.aktenplan || ' ' || p.kennzeichen
      ELSE r.norm
    END AS norm
  FROM akte AS a
  LEFT JOIN akte_frist_gesetzt AS g
    ON g.subject = a.subject
  LEFT JOIN aktenplan_position AS p
    -- einer geschlossenen Akte die der Fassung, nach der sie sich richtet
    ON p.rowid = coalesce(
      (
        SELECT w.position
        FROM akte_zda AS z
        JOIN akte_position AS w
          ON w.zda = z.sequence
        WHERE z.subject = a.subject
        AND z.gilt_von <= :effective
        AND :effective < z.gilt_bis
      ),
      (
        SELECT q.rowid
        FROM aktenplan_position AS q
        JOIN aktenplan AS f
          ON f.subject = q.aktenplan
        WHERE q.kennzeichen = a.aktenplan
        ORDER BY f.gilt_ab > :effective, f.gilt_ab DESC, f.sequence DESC
        LIMIT 1
      )
    )
  LEFT JOIN aufbewahrungsart AS r
    ON r.art = coalesce(a.aufbewahrungsart, p.aufbewahrungsart)
    AND r.gilt_von <= :effective
    AND coalesce(nullif(r.gilt_bis, ''), '9999-99-99') >= :effective
  WHERE a.subject = :subject
)
WHERE (
  unbefristet
  AND NOT coalesce(:data ->> '$.unbefristet', 0)
  AND ((:data ->> '$.unbefristet') IS NOT NULL OR (:data ->> '$.aufbewahrung_jahre') IS NOT NULL)
)
OR (
  NOT unbefristet
  AND NOT coalesce(:data ->> '$.unbefristet', 0)
  AND (:data ->> '$.aufbewahrung_jahre') < jahre
);

-- against de.aktenspur.akte.gesperrt: Eine Sperre muss noch gelten
SELECT 'bis ' || (:data ->> '$.bis') || ' ist vorbei' AS text
WHERE (:data ->> '$.bis') < :effective;

-- against de.aktenspur.akte.gesperrt: Eine Sperre wird so nur verlängert
SELECT 'bisher ' || coalesce('bis ' || bis, 'ohne Ende') AS text
FROM akte_sperre
WHERE subject = :subject
AND kennung = coalesce(:data ->> '$.kennung', '')
AND aufgehoben IS NULL
AND coalesce(bis, '9999-99-99') >= :effective
AND coalesce(:data ->> '$.bis', '9999-99-99') < coalesce(bis, '9999-99-99');

-- against de.aktenspur.dokument.vernichtet: Die Akte des Dokuments ist aufzubewahren
SELECT
  t.akte || CASE
    WHEN a.zustand = 'offen' THEN ' ist offen'
    WHEN f.ende IS NULL THEN ': keine Aufbewahrungsfrist bekannt'
    ELSE ': Aufbewahrungsfrist bis ' || f.ende
  END AS text
FROM akte_gegenstand_je AS t
JOIN akte AS a
  ON a.subject = t.akte
LEFT JOIN akte_frist AS f
  ON f.subject = t.akte
  AND f.gilt_von <= :effective
  AND :effective < f.gilt_bis
WHERE t.subject = :subject
AND a.vernichtet IS NULL
AND coalesce(f.ende, '9999-99-99') >= :effective;

-- against de.aktenspur.dokument.vernichtet: Die Aussonderung ist gesperrt
SELECT t.akte || ' seit ' || s.seit || ', ' || s.grund AS text
FROM akte_gegenstand_je AS t
JOIN akte_sperre AS s
  ON s.subject = t.akte
WHERE t.subject = :subject
AND s.aufgehoben IS NULL
AND coalesce(s.bis, '9999-99-99') >= :effective;

-- against de.aktenspur.vorgang.geaendert with akte: Aus einer geschlossenen oder gesperrten Akte wird nichts verlegt
SELECT
  t.akte || CASE
    WHEN a.zustand <> 'offen' THEN ' ist nicht mehr offen (' || a.zustand || ')'
    ELSE ': seit ' || s.seit || ', ' || s.grund
  END AS text
FROM akte_gegenstand AS t
JOIN akte AS a
  ON a.subject = t.akte
JOIN vorgang AS g
  ON g.subject = t.subject
LEFT JOIN akte_sperre AS s
  ON s.subject = t.akte
  AND s.aufgehoben IS NULL
  AND coalesce(s.bis, '9999-99-99') >= :effective
WHERE t.subject = :subject
AND (a.zustand <> 'offen' OR s.subject IS NOT NULL)
AND (:data ->> '$.akte') <> coalesce(g.akte, '');

-- against de.aktenspur.dokument.geaendert with akte, vorgang: Aus einer geschlossenen oder gesperrten Akte wird nichts verlegt
SELECT
  t.akte || CASE
    WHEN a.zustand <> 'offen' THEN ' ist nicht mehr offen (' || a.zustand || ')'
    ELSE ': seit ' || s.seit || ', ' || s.grund
  END AS text
FROM akte_gegenstand AS t
JOIN akte AS a
  ON a.subject = t.akte
JOIN dokument AS g
  ON g.subject = t.subject
LEFT JOIN akte_sperre AS s
  ON s.subject = t.akte
  AND s.aufgehoben IS NULL
  AND coalesce(s.bis, '9999-99-99') >= :effective
WHERE t.subject = :subject
AND (a.zustand <> 'offen' OR s.subject IS NOT NULL)
AND (
  (:data ->> '$.akte') <> coalesce(g.akte, '')
  OR (:data ->> '$.vorgang') <> coalesce(g.vorgang, '')
);

-- against de.aktenspur.akte.sperre-aufgehoben: Wer eine Sperre gesetzt oder verlängert hat, hebt sie nicht auf
SELECT person AS text
FROM akte_sperre_von
WHERE subject = :subject
AND kennung = coalesce(:data ->> '$.kennung', '')
AND person = :authid;

-- against de.aktenspur.aktenplan.freigegeben: Wer Positionen erfasst oder gestrichen hat, gibt den Aktenplan nicht frei
SELECT person AS text
FROM aktenplan_erfasst
WHERE aktenplan = :subject
AND person = :authid;
