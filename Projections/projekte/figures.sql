-- figure projekte.gesamt: Projekte der Strategie [Projekte]
SELECT sequence, value
FROM projekt_beitrag
WHERE kennzahl = 'projekte.gesamt'
AND gilt_von <= :effective
AND :effective < gilt_bis;

-- figure projekte.abgeschlossen: Abgeschlossene Projekte [Projekte]
SELECT sequence, value
FROM projekt_beitrag
WHERE kennzahl = 'projekte.abgeschlossen'
AND gilt_von <= :effective
AND :effective < gilt_bis;

-- figure projekte.abgeschlossen-vor-strategie: Vor der Strategie abgeschlossene Projekte [Projekte]
SELECT sequence, value
FROM projekt_beitrag
WHERE kennzahl = 'projekte.abgeschlossen-vor-strategie'
AND gilt_von <= :effective
AND :effective < gilt_bis;

-- figure projekte.initialisierung: Projekte in der Initialisierung [Projekte]
SELECT sequence, value
FROM projekt_beitrag
WHERE kennzahl = 'projekte.initialisierung'
AND gilt_von <= :effective
AND :effective < gilt_bis;

-- figure projekte.bearbeitung: Projekte in Bearbeitung [Projekte]
SELECT sequence, value
FROM projekt_beitrag
WHERE kennzahl = 'projekte.bearbeitung'
AND gilt_von <= :effective
AND :effective < gilt_bis;

-- figure projekte.verlaengert: Verlängerte Projekte in Bearbeitung [Projekte]
SELECT sequence, value
FROM projekt_beitrag
WHERE kennzahl = 'projekte.verlaengert'
AND gilt_von <= :effective
AND :effective < gilt_bis;

-- figure projekte.zurueckgestellt: Zurückgestellte Projekte [Projekte]
SELECT sequence, value
FROM projekt_beitrag
WHERE kennzahl = 'projekte.zurueckgestellt'
AND gilt_von <= :effective
AND :effective < gilt_bis;

-- figure projekte.ohne-status: Projekte ohne Status [Projekte]
SELECT sequence, value
FROM projekt_beitrag
WHERE kennzahl = 'projekte.ohne-status'
AND gilt_von <= :effective
AND :effective < gilt_bis;

-- figure budget.soll: Budget des Haushaltsjahrs, Soll [Cent]
SELECT sequence, value
FROM projekt_haushalt
WHERE kennzahl = 'budget.soll'
AND gilt_von <= :effective
AND :effective < gilt_bis;

-- figure budget.ist: Ausgaben des Haushaltsjahrs, Ist [Cent]
SELECT sequence, value
FROM projekt_haushalt
WHERE kennzahl = 'budget.ist'
AND gilt_von <= :effective
AND :effective < gilt_bis;
