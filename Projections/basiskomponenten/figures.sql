-- figure basiskomponenten.verfuegbar: Verfügbare Basiskomponenten [Komponenten]
SELECT sequence, value
FROM komponente_beitrag
WHERE kennzahl = 'basiskomponenten.verfuegbar'
AND gilt_von <= :effective
AND :effective < gilt_bis;

-- figure basiskomponenten.angekuendigt: Angekündigte Basiskomponenten [Komponenten]
SELECT sequence, value
FROM komponente_beitrag
WHERE kennzahl = 'basiskomponenten.angekuendigt'
AND gilt_von <= :effective
AND :effective < gilt_bis;

-- figure basiskomponenten.abgekuendigt: Eingestellte Basiskomponenten [Komponenten]
SELECT sequence, value
FROM komponente_beitrag
WHERE kennzahl = 'basiskomponenten.abgekuendigt'
AND gilt_von <= :effective
AND :effective < gilt_bis;

-- figure basiskomponenten.kostenangebote: Erfasste Kostenangebote [Angebote]
SELECT sequence, value
FROM komponente_beitrag
WHERE kennzahl = 'basiskomponenten.kostenangebote'
AND gilt_von <= :effective
AND :effective < gilt_bis;
