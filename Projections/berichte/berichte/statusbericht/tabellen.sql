-- Die Tabellen des Statusberichts. Was zum Stichtag galt, steht in den Fachpaketen als Zeitraum gilt_von
-- (einschließlich) bis gilt_bis (ausschließlich); Ereignisse ohne Zeitraum gelten ab ihrem Tag.
-- Welche Komponente in welchen Abschnitt gehört, sagt tables/statusbericht_komponente.csv.

-- table vorlage: Vorgelegte Fassung des Berichts
SELECT titel, version, stand, erstellt_von, sequence
FROM bericht
WHERE stichtag BETWEEN :from AND :to
ORDER BY stichtag, sequence;

-- table angaben: Angaben, die keine Zahl des Protokolls sind
SELECT
  CASE WHEN rtrim(abschnitt, '.') IN ('1', '1.1.1') THEN rtrim(abschnitt, '.') ELSE '2.3' END AS abschnitt,
  titel,
  wert,
  einheit,
  hinweis,
  quelle,
  sequence
FROM (
  SELECT *, row_number() OVER (PARTITION BY kennzahl ORDER BY stichtag DESC, sequence DESC) AS rang
  FROM bericht_kennzahl
  WHERE typeof(wert) = 'text'
  AND stichtag <= :effective
)
WHERE rang = 1
ORDER BY sequence;

-- table kataloge: Kataloge, aus denen Leistungen gezählt werden
SELECT katalog, kennzahl, wert, stichtag, sequence
FROM (
  SELECT *, row_number() OVER (PARTITION BY kennzahl, katalog ORDER BY stichtag DESC, sequence DESC) AS rang
  FROM angebot_bestand
  WHERE katalog IS NOT NULL
  AND stichtag <= :effective
)
WHERE rang = 1
ORDER BY kennzahl, katalog;

-- table akten-produktiv: Produktive elektronische Akten
SELECT einheit, schluessel, aktenart, fachverfahren, gilt_von AS seit, sequence
FROM akte_produktiv
WHERE produktiv
AND gilt_von <= :effective
AND :effective < gilt_bis
ORDER BY sequence;

-- table akten-in-arbeit: Elektronische Akten in Arbeit
SELECT aktenart, vorhaben, einheit, schluessel, fachverfahren, gilt_von AS seit, sequence
FROM akte_in_arbeit
WHERE in_arbeit
AND gilt_von <= :effective
AND :effective < gilt_bis
ORDER BY sequence;

-- table vertraege-2b: Verträge nach Ergebnis der Prüfung nach § 2b UStG und Rechtsstand
SELECT
  rechtsstand,
  steuerbar,
  steuerstatus,
  count(DISTINCT vertrag) AS vertraege,
  count(DISTINCT iif(fehlende_angaben IS NULL, NULL, vertrag)) AS mit_fehlenden_angaben,
  count(DISTINCT iif(entscheidung IS NULL, NULL, vertrag)) AS entschieden,
  json_group_array(sequence) AS sequences
FROM vertrag_2b
GROUP BY rechtsstand, steuerbar, steuerstatus
ORDER BY rechtsstand, steuerbar, steuerstatus;

-- table komponenten: Basiskomponenten und Schnittstellen
SELECT
  coalesce(g.abschnitt, '1.1.2') AS abschnitt,
  k.titel AS komponente,
  CASE e.ereignis
    WHEN 'verfuegbar' THEN 'verfügbar'
    WHEN 'angekuendigt' THEN 'angekündigt'
    WHEN 'abgekuendigt' THEN iif(e.stand = 'geplant', 'Einstellung geplant', 'eingestellt')
    WHEN 'bewertet' THEN coalesce(e.bewertung, 'bewertet')
  END AS stand,
  -- eine Einstellung wirkt vom Tag nach dem letzten Tag an, genannt wird der letzte
  CASE
    WHEN e.ereignis = 'abgekuendigt' AND e.wirksam > e.day THEN date(e.wirksam, '-1 day')
    ELSE coalesce(e.wirksam, e.day)
  END AS datum,
  e.wo,
  e.durch,
  CASE
    WHEN e.wortlaut IS NOT NULL AND e.grundlage IS NOT NULL THEN e.wortlaut || '; ' || e.grundlage
    ELSE coalesce(e.wortlaut, e.grundlage)
  END AS angabe,
  e.frist_jahre,
  e.sequence
FROM komponente_ereignis AS e
JOIN komponente AS k
  ON k.subject = e.subject
LEFT JOIN statusbericht_komponente AS g
  ON g.komponente = e.subject
  AND :effective BETWEEN g.gilt_von AND coalesce(nullif(g.gilt_bis, ''), '9999-12-31')
WHERE e.day <= :effective
ORDER BY k.sequence, e.day, e.sequence;

-- table kostenangebote: Kostenangebote
SELECT
  k.titel AS komponente,
  c.angebot,
  c.monatlich_cent,
  c.jaehrlich_cent,
  c.einrichtung_cent,
  c.registrierung_cent,
  c.hinweis,
  c.sequence
FROM komponente_kosten AS c
JOIN komponente AS k
  ON k.subject = c.subject
WHERE c.day <= :effective
ORDER BY k.sequence, c.sequence;

-- table anfragen-je-stufe: Anfragen, die eine Stufe des Filters bestanden haben
SELECT
  s.nr,
  s.titel AS stufe,
  coalesce(sum(b.value), 0) AS anfragen,
  iif(count(b.sequence) = 0, json_array(), json_group_array(b.sequence)) AS sequences
FROM anfrage_stufe AS s
LEFT JOIN anfrage_beitrag AS b
  ON b.kennzahl = 'anfragen.' || s.stufe
  AND b.gilt_von <= :effective
  AND :effective < b.gilt_bis
GROUP BY s.nr
ORDER BY CAST(s.nr AS INTEGER);

-- table anfragen-zaehlstaende: Zählstände der eingegangenen Anfragen
SELECT wert, stichtag, quelle, 'Bestand' AS art, sequence
FROM anfrage_bestand
WHERE kennzahl = 'anfragen.eingegangen'
AND stichtag <= :effective
UNION ALL
SELECT wert, stichtag, quelle, 'gemeldet', sequence
FROM anfrage_gemeldet
WHERE kennzahl = 'anfragen.eingegangen'
AND stichtag <= :effective
ORDER BY stichtag, sequence;

-- table anfragen-einzeln: Einzeln erfasste Anfragen
SELECT
  substr(a.subject, length('anfrage/') + 1) AS nr,
  a.titel,
  a.herkunft,
  a.ozg,
  a.eingang,
  (
    SELECT schritt
    FROM anfrage_schritt AS s
    WHERE s.subject = a.subject
    AND s.day <= :effective
    ORDER BY day DESC, sequence DESC
    LIMIT 1
  ) AS letzter_schritt,
  (
    SELECT json_group_array(sequence)
    FROM anfrage_schritt AS s
    WHERE s.subject = a.subject
    AND s.day <= :effective
  ) AS sequences
FROM anfrage AS a
WHERE a.eingang <= :effective
ORDER BY a.eingang, a.sequence;

-- table hindernisse: Hindernisse
SELECT p.nr, p.titel, h.hindernis, h.wartet_auf, h.day AS seit, h.sequence
FROM projekt_hindernis AS h
JOIN projekt AS p
  ON p.subject = h.subject
WHERE h.day <= :effective
ORDER BY h.day, h.sequence;

-- table haushalt: Soll und Ist der Projekte im Haushaltsjahr
SELECT
  p.nr,
  p.titel,
  substr(:effective, 1, 4) AS haushaltsjahr,
  sum(h.value) FILTER (WHERE h.kennzahl = 'budget.soll') AS soll_cent,
  sum(h.value) FILTER (WHERE h.kennzahl = 'budget.ist') AS ist_cent,
  json_group_array(h.sequence) AS sequences
FROM projekt_haushalt AS h
LEFT JOIN projekt AS p
  ON p.subject = h.subject
WHERE h.gilt_von <= :effective
AND :effective < h.gilt_bis
GROUP BY h.subject
ORDER BY p.nr;

-- table pilotierungen: Pilotierte Projekte
SELECT p.nr, p.titel, i.einheit, i.wortlaut, i.day AS tag, i.sequence
FROM projekt_pilot AS i
JOIN projekt AS p
  ON p.subject = i.subject
WHERE i.day <= :effective
ORDER BY i.day, i.sequence;

-- table projekte: Statustabelle der Projekte
SELECT
  p.nr,
  p.titel,
  s.wortlaut,
  CASE s.status
    WHEN 'initialisierung' THEN 'Initialisierung'
    WHEN 'bearbeitung' THEN 'Bearbeitung'
    WHEN 'zurueckgestellt' THEN 'zurückgestellt'
    WHEN 'abgeschlossen' THEN 'abgeschlossen'
  END AS gezaehlt_als,
  p.prioritaet,
  p.beginn,
  coalesce(
    (
      SELECT neues_ende
      FROM projekt_verlaengerung AS v
      WHERE v.subject = p.subject
      AND v.day <= :effective
      AND v.neues_ende IS NOT NULL
      ORDER BY v.day DESC, v.sequence DESC
      LIMIT 1
    ),
    p.ende
  ) AS ende,
  EXISTS (
    SELECT 1
    FROM projekt_verlaengerung AS v
    WHERE v.subject = p.subject
    AND v.day <= :effective
  ) AS verlaengert,
  (
    SELECT json_group_array(sequence)
    FROM (
      SELECT p.sequence
      UNION
      SELECT s.sequence
      WHERE s.sequence IS NOT NULL
      UNION
      SELECT v.sequence
      FROM projekt_verlaengerung AS v
      WHERE v.subject = p.subject
      AND v.day <= :effective
    )
  ) AS sequences
FROM projekt AS p
LEFT JOIN projekt_stand AS s
  ON s.subject = p.subject
  AND s.gilt_von <= :effective
  AND :effective < s.gilt_bis
WHERE p.angelegt <= :effective
ORDER BY instr('BGAI', p.kategorie), CAST(substr(p.nr, 2) AS INTEGER), p.nr;

-- table projektstand: Projekte nach Stand
WITH stand (rang, titel, kennzahl) AS (
  VALUES
    (1, 'abgeschlossen', 'projekte.abgeschlossen'),
    (2, 'in Bearbeitung', 'projekte.bearbeitung'),
    (3, 'in der Initialisierung', 'projekte.initialisierung'),
    (4, 'zurückgestellt', 'projekte.zurueckgestellt'),
    (5, 'ohne Status', 'projekte.ohne-status')
)
SELECT
  s.titel AS stand,
  coalesce(sum(b.value), 0) AS projekte,
  iif(count(b.sequence) = 0, json_array(), json_group_array(b.sequence)) AS sequences
FROM stand AS s
LEFT JOIN projekt_beitrag AS b
  ON b.kennzahl = s.kennzahl
  AND b.gilt_von <= :effective
  AND :effective < b.gilt_bis
GROUP BY s.rang
ORDER BY s.rang;

-- table summenprobe: Summenprobe: Gesamtzahl gegen die Summe der Stände
SELECT
  coalesce(sum(value) FILTER (WHERE kennzahl = 'projekte.gesamt'), 0) AS gesamt,
  coalesce(sum(value) FILTER (WHERE kennzahl <> 'projekte.gesamt'), 0) AS summe,
  coalesce(sum(value) FILTER (WHERE kennzahl <> 'projekte.gesamt'), 0)
    - coalesce(sum(value) FILTER (WHERE kennzahl = 'projekte.gesamt'), 0) AS abweichung,
  json_group_array(sequence) AS sequences
FROM projekt_beitrag
WHERE kennzahl IN (
  'projekte.gesamt', 'projekte.abgeschlossen', 'projekte.bearbeitung', 'projekte.initialisierung',
  'projekte.zurueckgestellt', 'projekte.ohne-status'
)
AND gilt_von <= :effective
AND :effective < gilt_bis;

-- table steckbriefe: Steckbriefe der Projekte
WITH
geltend AS MATERIALIZED (
  SELECT *
  FROM projekt_blatt
  WHERE gilt_von <= :effective
  AND :effective < gilt_bis
),
verlaengerung AS (
  SELECT *, row_number() OVER (PARTITION BY subject ORDER BY day DESC, sequence DESC) AS rang
  FROM projekt_verlaengerung
  WHERE day <= :effective
),
satz (subject, sequence) AS (
  SELECT subject, sequence FROM projekt
  UNION
  SELECT subject, sequence FROM projekt_stand WHERE gilt_von <= :effective AND :effective < gilt_bis
  UNION
  SELECT subject, sequence FROM verlaengerung
  UNION
  SELECT subject, sequence FROM geltend
  UNION
  SELECT subject, sequence FROM projekt_hindernis WHERE day <= :effective
  UNION
  SELECT subject, sequence FROM projekt_pilot WHERE day <= :effective
  UNION
  SELECT subject, sequence FROM projekt_teilung WHERE day <= :effective
  UNION
  SELECT neu, sequence FROM projekt_teilung WHERE day <= :effective AND neu IS NOT NULL
  UNION
  SELECT subject, sequence
  FROM projekt_haushalt
  WHERE subject IS NOT NULL
  AND gilt_von <= :effective
  AND :effective < gilt_bis
)
SELECT
  p.nr || ': ' || p.titel AS ueberschrift,
  p.nr,
  CASE p.kategorie
    WHEN 'B' THEN 'Basiskomponente'
    WHEN 'G' THEN 'Angebot laut Gesetz'
    WHEN 'A' THEN 'Weiteres Angebot'
    WHEN 'I' THEN 'Interne Maßnahme'
  END AS kategorie,
  (
    SELECT group_concat(b.text, ', ')
    FROM geltend AS b
    WHERE b.subject = p.subject
    AND b.feld = 'titel'
  ) AS titel_massnahme,
  p.fachdienst,
  (
    SELECT json_group_array(einheit)
    FROM (
      SELECT b.einheit
      FROM projekt_beteiligt AS b
      WHERE b.subject = p.subject
      ORDER BY b.reihenfolge
    )
  ) AS beteiligte,
  p.beginn,
  p.ende,
  CASE
    WHEN v.subject IS NOT NULL
      THEN coalesce('bis ' || v.neues_ende, 'ohne neues Ende') || coalesce(' (' || v.grund || ')', '')
  END AS verlaengert,
  coalesce(s.wortlaut, CASE s.status
      WHEN 'initialisierung' THEN 'Initialisierung'
      WHEN 'bearbeitung' THEN 'Bearbeitung'
      WHEN 'zurueckgestellt' THEN 'zurückgestellt'
      WHEN 'abgeschlossen' THEN 'abgeschlossen'
    END) AS status_tabelle,
  (
    SELECT group_concat(b.text, ', ')
    FROM geltend AS b
    WHERE b.subject = p.subject
    AND b.feld = 'status'
  ) AS status_steckbrief,
  (
    SELECT json_group_array(text)
    FROM (
      SELECT b.text
      FROM geltend AS b
      WHERE b.subject = p.subject
      AND b.feld = 'ziele'
      ORDER BY b.reihenfolge
    )
  ) AS ziele,
  (
    SELECT json_group_array(text)
    FROM (
      SELECT b.text
      FROM geltend AS b
      WHERE b.subject = p.subject
      AND b.feld = 'neue_ziele'
      ORDER BY b.reihenfolge
    )
  ) AS neue_ziele,
  (
    SELECT json_group_array(text)
    FROM (
      SELECT b.text
      FROM geltend AS b
      WHERE b.subject = p.subject
      AND b.feld = 'nichtziele'
      ORDER BY b.reihenfolge
    )
  ) AS nichtziele,
  (
    SELECT json_group_array(text)
    FROM (
      SELECT b.text
      FROM geltend AS b
      WHERE b.subject = p.subject
      AND b.feld = 'ergebnisse'
      ORDER BY b.reihenfolge
    )
  ) AS ergebnisse,
  (
    SELECT json_group_array(text)
    FROM (
      SELECT b.text
      FROM geltend AS b
      WHERE b.subject = p.subject
      AND b.feld = 'effekte'
      ORDER BY b.reihenfolge
    )
  ) AS effekte,
  (
    SELECT json_group_array(text)
    FROM (
      SELECT b.text
      FROM geltend AS b
      WHERE b.subject = p.subject
      AND b.feld = 'rechtsgrundlagen'
      ORDER BY b.reihenfolge
    )
  ) AS rechtsgrundlagen,
  (
    SELECT json_group_array(text)
    FROM (
      SELECT
        CASE k.art
          WHEN 'einmalig' THEN 'einmalig: '
          WHEN 'jaehrlich' THEN 'jährlich: '
          WHEN 'je-rechnung' THEN 'je Rechnung: '
          WHEN 'schulung' THEN 'Schulung: '
          ELSE ''
        END
          || CASE
            WHEN k.betrag_cent IS NULL THEN coalesce(k.wortlaut, 'ohne Angabe')
            ELSE replace(printf('%,d', k.betrag_cent / 100), ',', '.') || printf(',%02d €', k.betrag_cent % 100)
              || iif(k.schaetzung, ', Schätzung', '')
              || coalesce(' (' || k.wortlaut || ')', '')
          END AS text
      FROM projekt_kosten AS k
      WHERE k.subject = p.subject
      AND k.gilt_von <= :effective
      AND :effective < k.gilt_bis
      ORDER BY k.reihenfolge
    )
  ) AS kosten,
  (
    SELECT sum(h.value)
    FROM projekt_haushalt AS h
    WHERE h.subject = p.subject
    AND h.kennzahl = 'budget.soll'
    AND h.gilt_von <= :effective
    AND :effective < h.gilt_bis
  ) AS soll_cent,
  (
    SELECT sum(h.value)
    FROM projekt_haushalt AS h
    WHERE h.subject = p.subject
    AND h.kennzahl = 'budget.ist'
    AND h.gilt_von <= :effective
    AND :effective < h.gilt_bis
  ) AS ist_cent,
  (
    SELECT json_group_array(text)
    FROM (
      SELECT coalesce(h.hindernis, 'Hindernis') || coalesce(' (wartet auf ' || h.wartet_auf || ')', '') AS text
      FROM projekt_hindernis AS h
      WHERE h.subject = p.subject
      AND h.day <= :effective
      ORDER BY h.day, h.sequence
    )
  ) AS hindernisse,
  (
    SELECT json_group_array(text)
    FROM (
      SELECT coalesce(i.wortlaut, 'pilotiert') || coalesce(', ' || i.einheit, '') AS text
      FROM projekt_pilot AS i
      WHERE i.subject = p.subject
      AND i.day <= :effective
      ORDER BY i.day, i.sequence
    )
  ) AS pilotierungen,
  (
    SELECT json_group_array(text)
    FROM (
      SELECT coalesce('als ' || substr(g.neu, length('projekt/') + 1), 'ein Teil')
        || ' eigenständig fortgeführt' || coalesce(': ' || g.grund, '') AS text
      FROM projekt_teilung AS g
      WHERE g.subject = p.subject
      AND g.day <= :effective
      ORDER BY g.day, g.sequence
    )
  ) AS teilungen,
  (
    SELECT json_group_array(text)
    FROM (
      SELECT b.feld || ': ' || b.text AS text
      FROM geltend AS b
      WHERE b.subject = p.subject
      AND b.text IS NOT NULL
      AND b.feld NOT IN (
        'gliederung', 'titel', 'ueberschrift', 'status', 'ziele', 'neue_ziele', 'nichtziele', 'ergebnisse', 'effekte',
        'rechtsgrundlagen', 'kosten'
      )
      ORDER BY b.feld, b.reihenfolge
    )
  ) AS weitere_angaben,
  (
    SELECT json_group_array(sequence)
    FROM satz
    WHERE satz.subject = p.subject
  ) AS sequences
FROM projekt AS p
LEFT JOIN projekt_stand AS s
  ON s.subject = p.subject
  AND s.gilt_von <= :effective
  AND :effective < s.gilt_bis
LEFT JOIN verlaengerung AS v
  ON v.subject = p.subject
  AND v.rang = 1
WHERE p.angelegt <= :effective
ORDER BY instr('BGAI', p.kategorie), CAST(substr(p.nr, 2) AS INTEGER), p.nr;

-- table projektkosten: Aufwand und Kosten der Projekte
SELECT
  p.nr,
  p.titel,
  CASE k.art
    WHEN 'jaehrlich' THEN 'jährlich'
    WHEN 'je-rechnung' THEN 'je Rechnung'
    WHEN 'schulung' THEN 'Schulung'
    ELSE k.art
  END AS art,
  k.betrag_cent,
  k.schaetzung,
  k.wortlaut,
  k.sequence
FROM projekt_kosten AS k
JOIN projekt AS p
  ON p.subject = k.subject
WHERE k.gilt_von <= :effective
AND :effective < k.gilt_bis
ORDER BY instr('BGAI', p.kategorie), CAST(substr(p.nr, 2) AS INTEGER), p.nr, k.reihenfolge;

-- table bestaende: Übernommene Bestände: Zahlen, deren einzelne Ereignisse niemand hat
SELECT kennzahl, wert, stichtag, quelle, sequence
FROM (
  SELECT kennzahl, wert, stichtag, quelle, sequence FROM projekt_bestand
  UNION ALL
  SELECT kennzahl, wert, stichtag, quelle, sequence FROM angebot_bestand
  UNION ALL
  SELECT kennzahl, wert, stichtag, quelle, sequence FROM anfrage_bestand
  UNION ALL
  SELECT kennzahl, wert, stichtag, quelle, sequence FROM akte_bestand
  UNION ALL
  SELECT kennzahl, wert, stichtag, quelle, sequence FROM komponente_bestand
  UNION ALL
  SELECT kennzahl, wert, stichtag, quelle, sequence FROM vertrag_bestand
)
WHERE stichtag <= :effective
ORDER BY kennzahl, stichtag, sequence;

-- table gemeldet: Gemeldete Zahlen: gehen in keine Kennzahl ein, werden nur verglichen
SELECT abschnitt, titel, kennzahl, wert, einheit, von, stichtag, sequence
FROM bericht_kennzahl
WHERE typeof(wert) <> 'text'
AND stichtag <= :effective
ORDER BY stichtag, sequence;
