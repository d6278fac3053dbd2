-- Die Befunde zu den Verträgen. `:subject` beschränkt sie auf einen Vertrag, wie in den Tabellen des Berichts.

-- finding vertraege.entscheidung-weicht-ab: Entscheidung weicht vom berechneten Ergebnis ab
SELECT
  vertrag || coalesce(' (Leistung ' || leistungsdatum || ')', '') || ': ' || abweichung
    || ' (' || regel || ', Regelversion ' || regelversion || ')' AS text,
  json_array(sequence, entscheidung_sequence) AS sequences
FROM vertrag_2b
WHERE abweichung IS NOT NULL
  AND vertrag BETWEEN coalesce(:subject, '') AND coalesce(:subject, x'');

-- finding vertraege.entscheidung-alte-regeln: Entscheidung nach früheren Regeln
SELECT
  d.vertrag || ': entschieden nach ' || coalesce('Regelversion ' || d.regelversion, 'nicht genannter Regelversion')
    || ', jetzt gilt ' || v.regelversion AS text,
  d.sequence AS sequences
FROM vertrag_2b_entscheidung AS d
CROSS JOIN vertrag_2b_version AS v
WHERE d.regelversion IS NOT v.regelversion
  AND d.vertrag BETWEEN coalesce(:subject, '') AND coalesce(:subject, x'')
  AND EXISTS (
    SELECT 1
    FROM vertrag_2b AS z
    WHERE z.vertrag = d.vertrag AND z.entscheidung_sequence = d.sequence
  );

-- finding vertraege.entscheidung-veraltet: Angaben sind jünger als die Entscheidung
SELECT DISTINCT
  d.vertrag || ': Angaben vom ' || a.erfasst_am || ' nach der Entscheidung vom ' || d.entschieden_am AS text,
  json_array(d.sequence, a.sequence) AS sequences
FROM vertrag_2b_angaben AS a
JOIN vertrag_2b_entscheidung AS d
  ON d.vertrag = a.vertrag
  AND d.sequence < a.sequence
WHERE a.vertrag BETWEEN coalesce(:subject, '') AND coalesce(:subject, x'')
  AND (
    d.sequence = (SELECT max(n.sequence) FROM vertrag_2b_entscheidung AS n WHERE n.vertrag = a.vertrag)
    OR EXISTS (
      SELECT 1
      FROM vertrag_2b AS z
      WHERE z.vertrag = d.vertrag AND z.entscheidung_sequence = d.sequence
    )
  );

-- finding vertraege.entscheidung-ohne-ergebnis: Entscheidung ohne Ergebnis
SELECT
  vertrag || ': Entscheidung vom ' || entschieden_am || ' nennt kein Ergebnis' AS text,
  sequence AS sequences
FROM vertrag_2b_entscheidung
WHERE steuerbar IS NULL
  AND vertrag BETWEEN coalesce(:subject, '') AND coalesce(:subject, x'');

-- finding vertraege.entscheidung-ohne-begruendung: Entscheidung ohne Begründung
SELECT
  vertrag || ': Entscheidung vom ' || entschieden_am || ' nennt keinen Grund' AS text,
  sequence AS sequences
FROM vertrag_2b_entscheidung
WHERE coalesce(begruendung, '') = ''
  AND vertrag BETWEEN coalesce(:subject, '') AND coalesce(:subject, x'');

-- finding vertraege.freigabe-ohne-entscheidung: Freigegeben, ohne dass jede Leistung entschieden ist
SELECT
  v.vertrag || coalesce(' (Leistung ' || z.leistungsdatum || ')', '') || ': freigegeben am ' || v.freigegeben_am || ', '
    || iif(d.sequence IS NULL, 'keine Entscheidung', 'entschieden als zu prüfen') AS text,
  json_array(v.freigegeben_sequence, coalesce(d.sequence, z.sequence)) AS sequences
FROM vertrag AS v
JOIN vertrag_2b AS z ON z.vertrag = v.vertrag
LEFT JOIN vertrag_2b_entscheidung AS d
  ON d.vertrag = z.vertrag
  AND d.sequence = z.entscheidung_sequence
WHERE v.freigegeben_am IS NOT NULL
  AND v.vertrag BETWEEN coalesce(:subject, '') AND coalesce(:subject, x'')
  AND (d.sequence IS NULL OR d.steuerbar = 'zu_pruefen' OR d.steuerstatus = 'zu_pruefen');

-- finding vertraege.steuer-ohne-datum: Steuerpflichtiger Betrag ohne Leistungsdatum steht in keiner Steuersumme
SELECT
  vertrag || ': ' || betrag_cent || ' Cent, Ende der Leistung fehlt' AS text,
  sequence AS sequences
FROM vertrag_2b_ergebnis
WHERE steuerstatus = 'steuerpflichtig'
  AND betrag_cent IS NOT NULL
  AND leistungsdatum IS NULL
  AND vertrag BETWEEN coalesce(:subject, '') AND coalesce(:subject, x'');

-- finding vertraege.gruppe-ueber-grenze: Gruppe gleichartiger Tätigkeiten über der Grenze
SELECT
  gruppe || ' ' || jahr || ': '
    || iif(
      coalesce(summe_cent, 0) > grenze_cent,
      'Summe ' || summe_cent || ' Cent über ' || grenze_cent || ' Cent',
      'mit späteren Verträgen und Prognosen ' || summe_neu_cent || ' Cent über ' || grenze_cent
        || ' Cent; Prognose des Jahres bleibt, Folgejahre neu prüfen'
    ) AS text,
  sequences
FROM vertrag_2b_gruppe
WHERE max(coalesce(summe_cent, 0), coalesce(summe_neu_cent, 0)) > grenze_cent
  AND (:subject IS NULL OR gruppe IN (SELECT taetigkeitsgruppe FROM vertrag_2b_mitglied WHERE vertrag = :subject));

-- finding vertraege.gruppe-ungewiss: Offene Angaben können eine Gruppe über die Grenze heben
SELECT
  gruppe || ' ' || jahr || ': mit Verträgen offener Angaben ' || summe_moeglich_cent || ' Cent über '
    || grenze_cent || ' Cent' AS text,
  sequences
FROM vertrag_2b_gruppe
WHERE summe_moeglich_cent > grenze_cent
  AND max(coalesce(summe_cent, 0), coalesce(summe_neu_cent, 0)) <= grenze_cent
  AND (:subject IS NULL OR gruppe IN (SELECT taetigkeitsgruppe FROM vertrag_2b_mitglied WHERE vertrag = :subject));

-- finding vertraege.prognose-ueber-gruppe: Angegebene Jahresprognose liegt über der Grenze, die Summe der Gruppe nicht
SELECT
  p.vertrag || ': ' || p.genannt_cent || ' Cent für gleichartige Tätigkeiten angegeben, Summe der Gruppe ' || p.gruppe || ' '
    || p.jahr || ' ' || coalesce(p.gruppensumme_cent, 0) || ' Cent; die Grenze von ' || p.grenze_cent
    || ' Cent gilt für alle Verträge der Gruppe' AS text,
  p.sequence AS sequences
FROM vertrag_2b_prognosen AS p
WHERE p.gruppe IS NOT NULL
  AND p.jahr IS NOT NULL
  AND p.genannt_cent > p.grenze_cent
  AND coalesce(p.gruppensumme_cent, 0) <= p.grenze_cent
  AND p.r9a <> 'fest'
  AND p.vertrag BETWEEN coalesce(:subject, '') AND coalesce(:subject, x'');

-- finding vertraege.angaben-widersprechen: Angaben, die ein Datensatz nicht zusammen nennen dürfte
SELECT
  vertrag || ': Leistung von ' || (angaben ->> '$.leistung_von') || ' bis ' || (angaben ->> '$.leistung_bis') AS text,
  sequence AS sequences
FROM vertrag_2b_angaben
WHERE angaben ->> '$.leistung_von' > angaben ->> '$.leistung_bis'
  AND vertrag BETWEEN coalesce(:subject, '') AND coalesce(:subject, x'')
UNION ALL
SELECT
  vertrag || ': Eingangsleistung mit einer Jahresprognose' AS text,
  sequence AS sequences
FROM vertrag_2b_angaben
WHERE angaben ->> '$.richtung' = 'eingang'
  AND angaben ->> '$.jahresumsatz_gleichartig_cent' IS NOT NULL
  AND vertrag BETWEEN coalesce(:subject, '') AND coalesce(:subject, x'')
UNION ALL
SELECT
  a.vertrag || ': Eingangsleistung mit einer Jahresprognose für ' || p.jahr AS text,
  json_array(a.sequence, p.sequence) AS sequences
FROM vertrag_2b_angaben AS a
JOIN vertrag_2b_prognose AS p ON p.vertrag = a.vertrag
WHERE a.angaben ->> '$.richtung' = 'eingang'
  AND a.vertrag BETWEEN coalesce(:subject, '') AND coalesce(:subject, x'');

-- finding vertraege.option-9-unzulaessig: Verzicht nach § 9 auf eine Befreiung, die § 9 Abs. 1 nicht nennt
SELECT
  a.vertrag || ': ' || (a.angaben ->> '$.befreiung') || ', der Verzicht bleibt ohne Wirkung' AS text,
  a.sequence AS sequences
FROM vertrag_2b_angaben AS a
WHERE a.angaben ->> '$.option_9' = 1
  AND a.vertrag BETWEEN coalesce(:subject, '') AND coalesce(:subject, x'')
  AND a.angaben ->> '$.befreiung' <> 'keine'
  AND NOT EXISTS (
    SELECT 1
    FROM vertrag_2b_verzicht AS z
    WHERE replace(a.angaben ->> '$.befreiung', 'strittig_', '') GLOB z.befreiung_muster
  );

-- finding vertraege.nicht-erfasst: Angaben oder Änderungen zu einem Vertrag, der nicht im Register steht
SELECT
  vertrag || ': nicht erfasst' AS text,
  sequence AS sequences
FROM vertrag
WHERE erfasst_am IS NULL
  AND vertrag BETWEEN coalesce(:subject, '') AND coalesce(:subject, x'');

-- finding vertraege.ende-vor-beginn: Vertrag endet vor seinem Beginn
SELECT
  vertrag || ': Beginn ' || beginn || ', Ende ' || ende AS text,
  sequence AS sequences
FROM vertrag
WHERE ende < beginn
  AND vertrag BETWEEN coalesce(:subject, '') AND coalesce(:subject, x'');

-- finding vertraege.bestand-unbekannt: Bestand zu einer Kennzahl, die keinen Bestand kennt
SELECT
  kennzahl || ' ' || wert || ' (' || quelle || ')' AS text,
  sequence AS sequences
FROM vertrag_bestand
WHERE kennzahl <> 'vertraege.gesamt'
  AND :subject IS NULL;
