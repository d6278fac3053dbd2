-- figure angebote.online-dienste: Online-Dienste [Angebote]
SELECT sequence, value
FROM angebot_beitrag
WHERE kennzahl = 'angebote.online-dienste'
AND gilt_von <= :effective
AND :effective < gilt_bis;

-- figure angebote.themenportale: Themenportale [Angebote]
SELECT sequence, value
FROM angebot_beitrag
WHERE kennzahl = 'angebote.themenportale'
AND gilt_von <= :effective
AND :effective < gilt_bis;

-- figure angebote.fachportale: Fachportale [Angebote]
SELECT sequence, value
FROM angebot_beitrag
WHERE kennzahl = 'angebote.fachportale'
AND gilt_von <= :effective
AND :effective < gilt_bis;

-- figure angebote.formulare: Formulare online [Formulare]
SELECT sequence, value
FROM angebot_beitrag
WHERE kennzahl = 'angebote.formulare'
AND gilt_von <= :effective
AND :effective < gilt_bis;

-- figure angebote.leistungen-website: Auf der Website angebotene Leistungen [Leistungen]
SELECT sequence, value
FROM angebot_beitrag
WHERE kennzahl = 'angebote.leistungen-website'
AND gilt_von <= :effective
AND :effective < gilt_bis;

-- figure angebote.leistungen-ozg: OZG-Leistungen mit kommunalem Vollzug, Reifegrad 3 [Leistungen]
SELECT sequence, value
FROM angebot_beitrag
WHERE kennzahl = 'angebote.leistungen-ozg'
AND gilt_von <= :effective
AND :effective < gilt_bis;
