-- Die Kennzahlen der Verträge. `:subject` beschränkt sie auf einen Vertrag, wie in den Tabellen des Berichts.

-- figure vertraege.gesamt: Verträge im Register [Verträge]
WITH bestand AS (
  SELECT *
  FROM vertrag_bestand
  WHERE kennzahl = 'vertraege.gesamt' AND stichtag <= :effective AND :subject IS NULL
  ORDER BY stichtag DESC, sequence DESC
  LIMIT 1
)
SELECT sequence, wert AS value
FROM bestand
UNION ALL
SELECT v.sequence, 1
FROM vertrag AS v
WHERE v.erfasst_am <= :effective
  AND v.vertrag BETWEEN coalesce(:subject, '') AND coalesce(:subject, x'')
  AND NOT EXISTS (
    SELECT 1
    FROM bestand AS b
    WHERE v.erfasst_am <= b.stichtag OR v.vertrag IN (SELECT value FROM json_each(b.enthalten))
  );

-- figure vertraege.laufend: Laufende Verträge [Verträge]
SELECT sequence
FROM vertrag
WHERE erfasst_am <= :effective
  AND vertrag BETWEEN coalesce(:subject, '') AND coalesce(:subject, x'')
  AND coalesce(beginn, '') <= :effective
  AND (coalesce(ende, '9999-12-31') >= :effective OR verlaengert_sich);

-- figure vertraege.geprueft: Nach § 2b UStG geprüfte Verträge [Verträge]
SELECT sequence
FROM vertrag_2b_stand
WHERE stand = 'geprueft'
  AND bekannt_ab <= :effective
  AND vertrag BETWEEN coalesce(:subject, '') AND coalesce(:subject, x'');

-- figure vertraege.offen: Verträge mit offenen Angaben zu § 2b UStG [Verträge]
SELECT sequence
FROM vertrag_2b_stand
WHERE stand = 'offen'
  AND bekannt_ab <= :effective
  AND vertrag BETWEEN coalesce(:subject, '') AND coalesce(:subject, x'');

-- figure vertraege.zu-pruefen: Von der Steuerabteilung zu prüfende Verträge [Verträge]
SELECT sequence
FROM vertrag_2b_stand
WHERE stand = 'zu_pruefen'
  AND bekannt_ab <= :effective
  AND vertrag BETWEEN coalesce(:subject, '') AND coalesce(:subject, x'');

-- figure vertraege.entschieden: Verträge mit Entscheidung der Steuerabteilung [Verträge]
SELECT max(sequence) AS sequence
FROM vertrag_2b_entscheidung
WHERE entschieden_am <= :effective
  AND vertrag BETWEEN coalesce(:subject, '') AND coalesce(:subject, x'')
GROUP BY vertrag;

-- figure vertraege.freigegeben: Steuerlich freigegebene Verträge [Verträge]
SELECT freigegeben_sequence AS sequence
FROM vertrag
WHERE freigegeben_am <= :effective
  AND vertrag BETWEEN coalesce(:subject, '') AND coalesce(:subject, x'');

-- figure vertraege.aenderung-rechtsstand: Verträge, deren Ergebnis sich mit dem Ende der Option ändert [Verträge]
SELECT a.neu_sequence AS sequence
FROM vertrag_2b_aenderung AS a
JOIN vertrag AS v ON v.vertrag = a.vertrag
WHERE v.bekannt_ab <= :effective
  AND a.vertrag BETWEEN coalesce(:subject, '') AND coalesce(:subject, x'');

-- figure vertraege.entgelt-jahr: Jahresentgelte der laufenden Verträge [Cent]
SELECT sequence, entgelt_jahr_cent AS value
FROM vertrag
WHERE entgelt_jahr_cent IS NOT NULL
  AND erfasst_am <= :effective
  AND vertrag BETWEEN coalesce(:subject, '') AND coalesce(:subject, x'')
  AND coalesce(beginn, '') <= :effective
  AND (coalesce(ende, '9999-12-31') >= :effective OR verlaengert_sich);

-- figure vertraege.betrag-steuerpflichtig: Beträge steuerpflichtiger Leistungen im Zeitraum [Cent]
SELECT sequence, betrag_cent AS value
FROM vertrag_2b
WHERE steuerstatus = 'steuerpflichtig'
  AND betrag_cent IS NOT NULL
  AND leistungsdatum BETWEEN :from AND :to
  AND vertrag BETWEEN coalesce(:subject, '') AND coalesce(:subject, x'');

-- figure vertraege.betrag-zu-klaeren: Beträge von Leistungen mit ungeklärtem Ergebnis im Zeitraum [Cent]
SELECT sequence, betrag_cent AS value
FROM vertrag_2b
WHERE steuerstatus = 'zu_pruefen'
  AND betrag_cent IS NOT NULL
  AND leistungsdatum BETWEEN :from AND :to
  AND vertrag BETWEEN coalesce(:subject, '') AND coalesce(:subject, x'');

-- figure vertraege.fristen-3-monate: Verträge, die in 3 Monaten enden oder zu kündigen sind [Verträge]
SELECT max(sequence) AS sequence
FROM vertrag_termin
WHERE monat = substr(:effective, 1, 7)
  AND vertrag BETWEEN coalesce(:subject, '') AND coalesce(:subject, x'')
  AND (
    ende BETWEEN :effective AND min(date(:effective, '+3 months'), date(:effective, 'start of month', '+4 months', '-1 day'))
    OR kuendigen_bis BETWEEN :effective AND min(date(:effective, '+3 months'), date(:effective, 'start of month', '+4 months', '-1 day'))
  )
GROUP BY vertrag;

-- figure vertraege.fristen-6-monate: Verträge, die in 6 Monaten enden oder zu kündigen sind [Verträge]
SELECT max(sequence) AS sequence
FROM vertrag_termin
WHERE monat = substr(:effective, 1, 7)
  AND vertrag BETWEEN coalesce(:subject, '') AND coalesce(:subject, x'')
  AND (
    ende BETWEEN :effective AND min(date(:effective, '+6 months'), date(:effective, 'start of month', '+7 months', '-1 day'))
    OR kuendigen_bis BETWEEN :effective AND min(date(:effective, '+6 months'), date(:effective, 'start of month', '+7 months', '-1 day'))
  )
GROUP BY vertrag;

-- figure vertraege.fristen-12-monate: Verträge, die in 12 Monaten enden oder zu kündigen sind [Verträge]
SELECT max(sequence) AS sequence
FROM vertrag_termin
WHERE monat = substr(:effective, 1, 7)
  AND vertrag BETWEEN coalesce(:subject, '') AND coalesce(:subject, x'')
  AND (
    ende BETWEEN :effective AND min(date(:effective, '+12 months'), date(:effective, 'start of month', '+13 months', '-1 day'))
    OR kuendigen_bis BETWEEN :effective AND min(date(:effective, '+12 months'), date(:effective, 'start of month', '+13 months', '-1 day'))
  )
GROUP BY vertrag;

-- figure vertraege.steuer-19: In den Beträgen des Zeitraums enthaltene Umsatzsteuer zu 19 % [Cent]
SELECT sequence, steuer_cent AS value
FROM vertrag_2b_steuer
WHERE satz_prozent = 19
  AND leistungsdatum BETWEEN :from AND :to
  AND vertrag BETWEEN coalesce(:subject, '') AND coalesce(:subject, x'');

-- figure vertraege.steuer-7: In den Beträgen des Zeitraums enthaltene Umsatzsteuer zu 7 % [Cent]
SELECT sequence, steuer_cent AS value
FROM vertrag_2b_steuer
WHERE satz_prozent = 7
  AND leistungsdatum BETWEEN :from AND :to
  AND vertrag BETWEEN coalesce(:subject, '') AND coalesce(:subject, x'');

-- figure vertraege.gruppen-ueber-grenze: Verträge in Gruppen über der Grenze des § 2b Abs. 2 Nr. 1 im Jahr des Stichtags [Verträge]
SELECT value AS sequence
FROM vertrag_2b_gruppe AS g, json_each(g.sequences)
WHERE g.jahr = CAST(substr(:effective, 1, 4) AS INTEGER)
  AND max(coalesce(g.summe_cent, 0), coalesce(g.summe_neu_cent, 0)) > g.grenze_cent
  AND (:subject IS NULL OR g.gruppe IN (SELECT taetigkeitsgruppe FROM vertrag_2b_mitglied WHERE vertrag = :subject));
