-- Die Tabellen des Vertragsberichts. `:subject` beschränkt ihn auf einen Vertrag; ohne ihn umfassen seine Grenzen jeden
-- Schlüssel, denn x'' liegt hinter jedem Text.

-- table regeln: Regelversion der Prüfung
SELECT
  regelversion,
  (SELECT max(gilt_bis) FROM vertrag_2b_rechtsstand WHERE rechtsstand = 'altrecht') AS altrecht_bis,
  beschreibung,
  hinweis
FROM vertrag_2b_regelversion
WHERE coalesce(gilt_bis, '') = ''
ORDER BY gilt_von, regelversion;

-- table stand: Stand der Prüfung nach Fachdiensten
SELECT
  coalesce(fachdienst, 'ohne Fachdienst') AS fachdienst,
  count(*) AS vertraege,
  sum(stand = 'geprueft') AS geprueft,
  sum(stand = 'offen') AS offen,
  sum(stand = 'zu_pruefen') AS zu_pruefen,
  json_group_array(sequence) AS sequences
FROM vertrag_2b_stand
WHERE bekannt_ab <= :effective
  AND vertrag BETWEEN coalesce(:subject, '') AND coalesce(:subject, x'')
GROUP BY coalesce(fachdienst, 'ohne Fachdienst')
ORDER BY coalesce(fachdienst, 'ohne Fachdienst');

-- table offen: Verträge mit offenen Angaben
SELECT
  s.vertrag,
  v.titel,
  coalesce(v.fachdienst, 'ohne Fachdienst') AS fachdienst,
  z.leistungsdatum,
  z.fehlende_angaben,
  n.regelversion,
  s.sequence
FROM vertrag_2b_stand AS s
JOIN vertrag AS v ON v.vertrag = s.vertrag
JOIN vertrag_2b_zeile AS z ON z.vertrag = s.vertrag AND z.regel = 'offen'
CROSS JOIN vertrag_2b_version AS n
WHERE s.stand = 'offen'
  AND s.bekannt_ab <= :effective
  AND s.vertrag BETWEEN coalesce(:subject, '') AND coalesce(:subject, x'')
ORDER BY coalesce(v.fachdienst, 'ohne Fachdienst'), s.vertrag, z.zeile;

-- table zu-pruefen: Von der Steuerabteilung zu prüfen
SELECT
  s.vertrag,
  v.titel,
  coalesce(v.fachdienst, 'ohne Fachdienst') AS fachdienst,
  z.leistungsdatum,
  z.regel,
  z.norm,
  z.folge,
  z.regelversion,
  s.sequence
FROM vertrag_2b_stand AS s
JOIN vertrag AS v ON v.vertrag = s.vertrag
JOIN vertrag_2b AS z ON z.vertrag = s.vertrag AND z.steuerstatus = 'zu_pruefen'
WHERE s.stand = 'zu_pruefen'
  AND s.bekannt_ab <= :effective
  AND s.vertrag BETWEEN coalesce(:subject, '') AND coalesce(:subject, x'')
ORDER BY coalesce(v.fachdienst, 'ohne Fachdienst'), s.vertrag, z.zeile;

-- table aenderungen: Ergebnisse, die sich mit dem Ende der Option ändern
SELECT
  a.vertrag,
  v.titel,
  coalesce(v.fachdienst, 'ohne Fachdienst') AS fachdienst,
  a.alt_datum,
  a.alt_regel || ': ' || a.alt_steuerbar || ', ' || a.alt_steuerstatus || coalesce(' ' || a.alt_satz_prozent || ' %', '')
    AS alt,
  a.neu_datum,
  a.neu_regel || ': ' || a.neu_steuerbar || ', ' || a.neu_steuerstatus || coalesce(' ' || a.neu_satz_prozent || ' %', '')
    AS neu,
  r.regelversion,
  json_array(a.alt_sequence, a.neu_sequence) AS sequences
FROM vertrag_2b_aenderung AS a
JOIN vertrag AS v ON v.vertrag = a.vertrag
CROSS JOIN vertrag_2b_version AS r
WHERE v.bekannt_ab <= :effective
  AND a.vertrag BETWEEN coalesce(:subject, '') AND coalesce(:subject, x'')
ORDER BY coalesce(v.fachdienst, 'ohne Fachdienst'), a.vertrag;

-- table fristen: Verträge, die in den nächsten zwölf Monaten enden, sich verlängern oder zu kündigen sind
-- Its dates are reckoned once, and not for each place that names them.
WITH termin AS MATERIALIZED (
  SELECT vertrag, ende, kuendigen_bis, verlaengert_sich, sequence
  FROM vertrag_termin
  WHERE monat = substr(:effective, 1, 7)
    AND vertrag BETWEEN coalesce(:subject, '') AND coalesce(:subject, x'')
)
SELECT
  CASE
    WHEN k.tag IS NULL THEN 'ohne Tag'
    WHEN k.tag <= min(date(:effective, '+3 months'), date(:effective, 'start of month', '+4 months', '-1 day')) THEN '3 Monate'
    WHEN k.tag <= min(date(:effective, '+6 months'), date(:effective, 'start of month', '+7 months', '-1 day')) THEN '6 Monate'
    ELSE '12 Monate'
  END AS innerhalb,
  k.vertrag,
  v.titel,
  coalesce(v.fachdienst, 'ohne Fachdienst') AS fachdienst,
  v.partner,
  k.ende,
  k.verlaengert_sich,
  substr(k.kuendigung, 1, 10) AS kuendigen_bis,
  substr(k.kuendigung, 11) AS kuendigen_zum,
  v.kuendigungsfrist,
  v.verlaengerung,
  k.sequence
FROM (
  SELECT
    t.*,
    min(coalesce(t.ende, substr(t.kuendigung, 1, 10)), coalesce(substr(t.kuendigung, 1, 10), t.ende)) AS tag
  FROM (
    SELECT
      vertrag,
      verlaengert_sich,
      sequence,
      min(ende) FILTER (WHERE ende BETWEEN :effective AND min(date(:effective, '+12 months'), date(:effective, 'start of month', '+13 months', '-1 day'))) AS ende,
      -- with the end for which it is
      min(kuendigen_bis || ende) FILTER (
        WHERE kuendigen_bis BETWEEN :effective AND min(date(:effective, '+12 months'), date(:effective, 'start of month', '+13 months', '-1 day'))
      ) AS kuendigung,
      max(verlaengert_sich) AND max(coalesce(ende, '')) < :effective AS ohne_tag
    FROM termin
    GROUP BY vertrag
  ) AS t
) AS k
JOIN vertrag AS v ON v.vertrag = k.vertrag
WHERE k.tag IS NOT NULL OR k.ohne_tag
ORDER BY k.tag IS NULL, k.tag, k.vertrag;

-- table gruppen: Gruppen gleichartiger Tätigkeiten (§ 2b Abs. 2 Nr. 1 UStG)
SELECT
  gruppe,
  jahr,
  stichtag,
  summe_cent,
  summe_neu_cent,
  grenze_cent,
  max(coalesce(summe_cent, 0), coalesce(summe_neu_cent, 0)) > grenze_cent AS ueber_grenze,
  spaeter,
  (SELECT regelversion FROM vertrag_2b_version) AS regelversion,
  sequences
FROM vertrag_2b_gruppe
WHERE :subject IS NULL
  OR gruppe IN (SELECT taetigkeitsgruppe FROM vertrag_2b_mitglied WHERE vertrag = :subject)
ORDER BY jahr, gruppe;

-- table steuer: Umsatzsteuer nach Sätzen, Leistungen im Zeitraum
SELECT
  satz_prozent,
  count(*) AS leistungen,
  sum(betrag_cent) AS betrag_cent,
  sum(steuer_cent) AS steuer_cent,
  sum(betrag_cent - steuer_cent) AS netto_cent,
  (SELECT regelversion FROM vertrag_2b_version) AS regelversion,
  json_group_array(sequence) AS sequences
FROM vertrag_2b_steuer
WHERE leistungsdatum BETWEEN :from AND :to
  AND vertrag BETWEEN coalesce(:subject, '') AND coalesce(:subject, x'')
GROUP BY satz_prozent
ORDER BY satz_prozent;

-- table blaetter: Vertragsblätter
SELECT
  v.vertrag || coalesce(': ' || v.titel, '') AS ueberschrift,
  v.vertrag,
  v.gegenstand,
  v.fachdienst,
  v.partner,
  v.partnerart,
  v.beginn,
  v.ende,
  v.kuendigungsfrist,
  v.verlaengerung,
  v.entgelt_jahr_cent,
  v.zustand,
  (
    SELECT json_group_array(
      coalesce('Leistung ' || substr(z.leistungsdatum, 9) || '.' || substr(z.leistungsdatum, 6, 2) || '.'
        || substr(z.leistungsdatum, 1, 4) || ': ', '')
      || z.regel || ', steuerbar ' || z.steuerbar || ', ' || z.steuerstatus
      || coalesce(' ' || z.satz_prozent || ' %', '')
      || coalesce(' (' || z.norm || ')', '')
      || coalesce('; ' || z.folge, '')
      || coalesce('; fehlt: ' || z.fehlende_angaben, '')
    )
    FROM (SELECT * FROM vertrag_2b WHERE vertrag = v.vertrag ORDER BY zeile) AS z
  ) AS ergebnisse,
  (
    SELECT json_group_array(
      coalesce(s.leistungsdatum || ' ', '') || s.regel || ' ' || replace(s.ausgang, '_', ' ') || ' (' || s.antwort || ')'
    )
    FROM (SELECT * FROM vertrag_2b_spur WHERE vertrag = v.vertrag ORDER BY zeile, nr) AS s
  ) AS spur,
  (
    SELECT json_group_array(
      d.entschieden_am || ' ' || coalesce(d.entschieden_von, '?') || ': ' || coalesce(d.steuerbar, 'ohne Ergebnis')
      || coalesce(', ' || d.steuerstatus, '') || coalesce(' ' || d.satz_prozent || ' %', '')
      || coalesce(', gilt von ' || d.gilt_von, '') || coalesce(' bis ' || d.gilt_bis, '')
      || coalesce(', Regelversion ' || d.regelversion, '') || coalesce(': ' || d.begruendung, '')
    )
    FROM (SELECT * FROM vertrag_2b_entscheidung WHERE vertrag = v.vertrag ORDER BY sequence) AS d
  ) AS entscheidungen,
  v.freigegeben_am,
  (
    SELECT json_group_array(
      'Datensatz ' || h.sequence || ', ' || h.zeit || ', ' || coalesce(h.erfasst_von, 'ohne Angabe') || ': '
      || substr(h.ereignis, length('de.aktenspur.vertrag.') + 1)
      || coalesce(
        ' – ' || (
          SELECT group_concat(
            f.fullkey || ' = ' || CASE f.type WHEN 'null' THEN 'zurückgenommen' WHEN 'true' THEN 'ja' WHEN 'false' THEN 'nein' ELSE f.atom END,
            ', '
          )
          FROM (
            SELECT substr(j.fullkey, 3) AS fullkey, j.type, j.atom
            FROM json_tree(h.angaben) AS j
            WHERE j.type NOT IN ('object', 'array')
          ) AS f
        ),
        ''
      )
    )
    FROM (SELECT * FROM vertrag_verlauf WHERE vertrag = v.vertrag ORDER BY sequence) AS h
  ) AS verlauf,
  n.regelversion,
  n.hinweis,
  (SELECT json_group_array(h.sequence) FROM vertrag_verlauf AS h WHERE h.vertrag = v.vertrag) AS sequences
FROM vertrag AS v
CROSS JOIN vertrag_2b_version AS n
WHERE v.bekannt_ab <= :effective
  AND v.vertrag BETWEEN coalesce(:subject, '') AND coalesce(:subject, x'')
ORDER BY v.vertrag;
