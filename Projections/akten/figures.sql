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
