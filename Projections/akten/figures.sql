-- figure akten.produktiv: Produktive elektronische Akten [Akten]
SELECT sequence, value
FROM akte_beitrag
WHERE kennzahl = 'akten.produktiv'
AND gilt_von <= :effective
AND :effective < gilt_bis;

-- figure akten.in-arbeit: Elektronische Akten in Arbeit [Vorhaben]
SELECT sequence, value
FROM akte_beitrag
WHERE kennzahl = 'akten.in-arbeit'
AND gilt_von <= :effective
AND :effective < gilt_bis;

-- figure akten.angelegt: Angelegte Akten [Akten]
SELECT sequence, value
FROM akte_beitrag
WHERE kennzahl = 'akten.angelegt'
AND gilt_von <= :effective
AND :effective < gilt_bis;

-- figure akten.dokumente: Angelegte Dokumente [Dokumente]
SELECT sequence, value
FROM akte_beitrag
WHERE kennzahl = 'akten.dokumente'
AND gilt_von <= :effective
AND :effective < gilt_bis;

-- figure akten.wiedervorlagen-faellig: Fällige Wiedervorlagen [Wiedervorlagen]
SELECT sequence
FROM akte_faelligkeit
WHERE was = 'wiedervorlage'
AND faellig <= :effective
AND :effective < bis;

-- figure akten.anzubieten: Dem Archiv anzubietende Akten [Akten]
SELECT f.sequence
FROM akte_faelligkeit AS f
WHERE f.was = 'anbietung'
AND f.faellig <= :effective
AND :effective < f.bis
AND NOT EXISTS (
  SELECT 1
  FROM akte_sperre AS s
  WHERE s.subject = f.subject
  AND s.seit <= :effective
  AND coalesce(s.aufgehoben, '9999-99-99') > :effective
  AND coalesce(s.bis, '9999-99-99') >= :effective
);

-- figure akten.zu-vernichten: Zu vernichtende Akten [Akten]
SELECT f.sequence
FROM akte_faelligkeit AS f
WHERE f.was = 'vernichtung'
AND f.faellig <= :effective
AND :effective < f.bis
AND NOT EXISTS (
  SELECT 1
  FROM akte_sperre AS s
  WHERE s.subject = f.subject
  AND s.seit <= :effective
  AND coalesce(s.aufgehoben, '9999-99-99') > :effective
  AND coalesce(s.bis, '9999-99-99') >= :effective
);

-- figure akten.gesperrt: Sperren der Aussonderung [Sperren]
SELECT sequence
FROM akte_sperre
WHERE seit <= :effective
AND coalesce(aufgehoben, '9999-99-99') > :effective
AND coalesce(bis, '9999-99-99') >= :effective;

-- figure akten.vernichtet: Vernichtete Akten [Akten]
SELECT sequence
FROM akte
WHERE vernichtet <= :effective;
