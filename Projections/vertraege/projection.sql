-- The register of contracts and the § 2b UStG check.
--
-- A record that can change the result of a contract puts the contract into `vertrag_2b_arbeit`; the view
-- `vertrag_2b_auswertung` computes its lines from there, and the section stores them. So the computation is
-- written a single time, a record costs one contract, and a list reads stored rows. What depends on other
-- contracts, the sum of a group of like activities, is joined when read: a line of a group keeps a result for
-- each outcome of R9a. A record of the county's option or of § 19 recomputes the contracts that do not answer
-- for themselves.

CREATE TABLE vertrag (
  vertrag              TEXT PRIMARY KEY,
  titel                TEXT,
  gegenstand           TEXT,
  fachdienst           TEXT,
  partner              TEXT,
  partnerart           TEXT,
  beginn               TEXT,
  ende                 TEXT,
  kuendigungsfrist     TEXT,
  verlaengerung        TEXT,
  entgelt_jahr_cent    INTEGER,
  zustand              TEXT,
  erfasst_am           TEXT,
  freigegeben_am       TEXT,
  freigegeben_sequence INTEGER,
  -- first day the ledger knew of the contract, registered or not
  bekannt_ab           TEXT NOT NULL,
  -- of the registration; while there is none, of the first record
  sequence             INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE vertrag_bestand (
  sequence  INTEGER PRIMARY KEY,
  kennzahl  TEXT NOT NULL,
  wert      INTEGER NOT NULL,
  stichtag  TEXT NOT NULL,
  quelle    TEXT NOT NULL,
  enthalten TEXT NOT NULL
);

-- The answers in force, merged field by field (RFC 7396: absent keeps, null clears).
CREATE TABLE vertrag_2b_angaben (
  vertrag     TEXT PRIMARY KEY,
  angaben     TEXT NOT NULL,
  erfasst_von TEXT,
  erfasst_am  TEXT NOT NULL,
  sequence    INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE vertrag_2b_prognose (
  vertrag     TEXT NOT NULL,
  jahr        INTEGER NOT NULL,
  sequence    INTEGER NOT NULL,
  gesetzt_am  TEXT NOT NULL,
  betrag_cent INTEGER NOT NULL,
  PRIMARY KEY (vertrag, jahr, sequence)
) WITHOUT ROWID;

CREATE TABLE vertrag_2b_entscheidung (
  vertrag         TEXT NOT NULL,
  sequence        INTEGER NOT NULL,
  steuerbar       TEXT,
  steuerstatus    TEXT,
  satz_prozent    INTEGER,
  begruendung     TEXT,
  regelversion    TEXT,
  gilt_von        TEXT,
  gilt_bis        TEXT,
  entschieden_von TEXT,
  entschieden_am  TEXT NOT NULL,
  PRIMARY KEY (vertrag, sequence)
) WITHOUT ROWID;

-- The county's own declarations: `erklaert` or `widerrufen`.
CREATE TABLE vertrag_option (
  sequence    INTEGER PRIMARY KEY,
  art         TEXT NOT NULL,
  wirksam_ab  TEXT,
  erklaert_am TEXT
);

CREATE TABLE vertrag_kleinunternehmer (
  jahr         INTEGER PRIMARY KEY,
  festgestellt INTEGER,
  vorjahr_cent INTEGER,
  laufend_cent INTEGER,
  sequence     INTEGER NOT NULL
);

-- The contracts that the statements of one record compute anew.
CREATE TABLE vertrag_2b_arbeit (
  vertrag TEXT PRIMARY KEY
) WITHOUT ROWID;

-- One row for each outcome of R9a that other contracts may still decide: `treffer` (forecast not over the limit),
-- `verfehlt` (over it), `ohne` (no forecast); `fest` where they cannot.
CREATE TABLE vertrag_2b_ergebnis (
  vertrag          TEXT NOT NULL,
  zeile            INTEGER NOT NULL,
  r9a              TEXT NOT NULL,
  leistungsdatum   TEXT,
  -- the day whose limits, rates and rule texts apply; of an undated performance a day of the newest law
  rechtstag        TEXT NOT NULL,
  rechtsstand      TEXT,
  regel            TEXT NOT NULL,
  steuerbar        TEXT NOT NULL,
  steuerstatus     TEXT NOT NULL,
  satz_prozent     INTEGER,
  satz_klasse      TEXT,
  status_regel     TEXT,
  moeglich         TEXT NOT NULL,
  fehlende_angaben TEXT,
  gruppe           TEXT,
  jahr             INTEGER,
  -- whether the line comes to R9a whatever the missing answers are
  erreicht_9a      TEXT NOT NULL,
  genannt_cent     INTEGER,
  beitrag_cent     INTEGER,
  beitrag_neu_cent INTEGER,
  taetig_ab        TEXT,
  bekannt_ab       TEXT,
  betrag_cent      INTEGER,
  -- of the last answers; without any, of the contract
  sequence         INTEGER NOT NULL,
  PRIMARY KEY (vertrag, zeile, r9a)
) WITHOUT ROWID;

CREATE VIEW vertrag_2b_version AS
SELECT regelversion, hinweis
FROM vertrag_2b_regelversion
WHERE coalesce(gilt_bis, '') = ''
ORDER BY gilt_von DESC
LIMIT 1;

-- The end of the option and the first day of the newest law, from the table of legal states.
CREATE VIEW vertrag_2b_wechsel AS
SELECT
  (SELECT max(gilt_bis) FROM vertrag_2b_rechtsstand WHERE rechtsstand = 'altrecht') AS optionsende,
  (SELECT max(gilt_von) FROM vertrag_2b_rechtsstand) AS neuester;

CREATE VIEW vertrag_kleinunternehmer_stand AS
SELECT
  k.jahr,
  k.sequence,
  coalesce(
    k.festgestellt,
    k.vorjahr_cent <= CAST(v.betrag_cent AS INTEGER) AND k.laufend_cent <= CAST(l.betrag_cent AS INTEGER)
  ) AS kleinunternehmer
FROM vertrag_kleinunternehmer AS k
LEFT JOIN vertrag_2b_grenzen AS v
  ON v.grenze = 'kleinunternehmer_vorjahr'
  AND k.jahr || '-01-01' BETWEEN v.gilt_von AND coalesce(nullif(v.gilt_bis, ''), '9999-12-31')
LEFT JOIN vertrag_2b_grenzen AS l
  ON l.grenze = 'kleinunternehmer_laufend'
  AND k.jahr || '-01-01' BETWEEN l.gilt_von AND coalesce(nullif(l.gilt_bis, ''), '9999-12-31');

-- The check. Every condition is three-valued: NULL while a missing answer leaves it open. Of a condition x of a rule
-- that is reached, the rule can hit if coalesce(x, 1), and the next is reached if coalesce(NOT x, 1). That is exact,
-- not an estimate, because no field occurs in two conditions that can both stay open, with one exception which R9d
-- names. An answer is missing and matters exactly where a condition reached is NULL and the answer in it is.
CREATE VIEW vertrag_2b_auswertung AS
WITH antwort AS MATERIALIZED (
  SELECT
    w.vertrag,
    v.bekannt_ab,
    v.beginn,
    v.ende,
    v.entgelt_jahr_cent,
    coalesce(a.sequence, v.sequence) AS sequence,
    a.angaben ->> '$.richtung' AS richtung,
    a.angaben ->> '$.leistender' AS leistender,
    a.angaben ->> '$.empfaenger' AS empfaenger,
    a.angaben ->> '$.gegenleistung' AS gegenleistung,
    a.angaben ->> '$.nachhaltig' AS nachhaltig,
    a.angaben ->> '$.hilfsgeschaeft' AS hilfsgeschaeft,
    a.angaben ->> '$.haendleraehnlich' AS haendleraehnlich,
    a.angaben ->> '$.handlungsform' AS handlungsform,
    a.angaben ->> '$.katalog_abs4' AS katalog,
    a.angaben ->> '$.wettbewerb' AS wettbewerb,
    a.angaben ->> '$.taetigkeitsgruppe' AS gruppe,
    a.angaben ->> '$.jahresumsatz_gleichartig_cent' AS jahresumsatz,
    a.angaben ->> '$.betrag_cent' AS betrag,
    a.angaben ->> '$.vergleichbar_steuerfrei_ohne_option' AS vergleichbar_frei,
    a.angaben ->> '$.abs3_nr1_vorbehalten' AS vorbehalten,
    a.angaben ->> '$.abs3_nr2.a' AS nr2a,
    a.angaben ->> '$.abs3_nr2.b' AS nr2b,
    a.angaben ->> '$.abs3_nr2.c' AS nr2c,
    a.angaben ->> '$.abs3_nr2.d' AS nr2d,
    a.angaben ->> '$.befreiung' AS befreiung,
    a.angaben ->> '$.option_9' AS option_9,
    a.angaben ->> '$.satz_klasse' AS satz_klasse,
    a.angaben ->> '$.leistungsdatum' AS leistungsdatum,
    a.angaben ->> '$.leistung_von' AS leistung_von,
    a.angaben ->> '$.leistung_bis' AS leistung_bis,
    a.angaben ->> '$.teilleistungen' AS teilleistungen,
    a.angaben ->> '$.bga_altrecht' AS bga,
    a.angaben ->> '$.kleinunternehmer' AS kleinunternehmer,
    coalesce(
      a.angaben ->> '$.optionserklaerung',
      (SELECT 1 FROM vertrag_option WHERE art = 'erklaert' LIMIT 1)
    ) AS optionserklaerung,
    coalesce(
      a.angaben ->> '$.widerruf_wirksam_ab',
      (SELECT wirksam_ab FROM vertrag_option WHERE art = 'widerrufen' ORDER BY sequence DESC LIMIT 1)
    ) AS widerruf,
    r.optionsende,
    r.neuester
  FROM vertrag_2b_arbeit AS w
  JOIN vertrag AS v ON v.vertrag = w.vertrag
  LEFT JOIN vertrag_2b_angaben AS a ON a.vertrag = w.vertrag
  CROSS JOIN vertrag_2b_wechsel AS r
),

-- The last day of the old law for this contract, and its period; the contract's own dates fill what is not given.
zeitraum AS MATERIALIZED (
  SELECT
    *,
    CASE
      WHEN widerruf IS NOT NULL AND optionserklaerung IS NOT 0 THEN min(optionsende, date(widerruf, '-1 day'))
      ELSE optionsende
    END AS alt_bis,
    coalesce(leistung_von, CASE WHEN leistung_bis IS NULL OR beginn <= leistung_bis THEN beginn END) AS von,
    coalesce(leistung_bis, CASE WHEN leistung_von IS NULL OR ende >= leistung_von THEN ende END) AS bis
  FROM antwort
),

-- `alt`: performed under the old law; NULL while `alt_fehlt` leaves it open. `ungewiss`: the line exists only for
-- some of the missing answers, and is dropped where they change nothing. `wirklich`: the day whose limits and state of
-- the county apply; of an uncertain line the end of the period, when all is performed if there are no Teilleistungen.
zeile AS MATERIALIZED (
  SELECT
    1 AS zeile,
    CASE
      WHEN leistungsdatum IS NOT NULL THEN leistungsdatum
      WHEN bis IS NOT NULL THEN bis
      WHEN von > alt_bis OR teilleistungen IS NOT 1 THEN NULL
      WHEN von IS NOT NULL THEN date(alt_bis, '+1 day')
    END AS tag,
    CASE
      WHEN leistungsdatum IS NOT NULL THEN leistungsdatum <= alt_bis
      WHEN bis IS NOT NULL THEN bis <= alt_bis
      WHEN von > alt_bis THEN 0
      WHEN von IS NOT NULL AND teilleistungen = 1 THEN 0
    END AS alt,
    CASE
      WHEN von IS NULL THEN 'leistungsdatum'
      WHEN teilleistungen IS NULL THEN 'leistung_bis, teilleistungen'
      ELSE 'leistung_bis'
    END AS alt_fehlt,
    0 AS ungewiss,
    CASE
      WHEN leistungsdatum IS NOT NULL THEN leistungsdatum
      WHEN bis IS NOT NULL THEN bis
      WHEN von > alt_bis THEN von
      WHEN von IS NOT NULL AND teilleistungen = 1 THEN date(alt_bis, '+1 day')
    END AS wirklich,
    *
  FROM zeitraum

  UNION ALL

  SELECT
    0 AS zeile,
    alt_bis AS tag,
    CASE WHEN von IS NOT NULL AND teilleistungen = 1 THEN 1 END AS alt,
    CASE
      WHEN von IS NOT NULL THEN 'teilleistungen'
      WHEN teilleistungen = 1 THEN 'leistung_von'
      ELSE 'leistung_von, teilleistungen'
    END AS alt_fehlt,
    von IS NULL OR teilleistungen IS NULL AS ungewiss,
    iif(von IS NULL OR teilleistungen IS NULL, bis, alt_bis) AS wirklich,
    *
  FROM zeitraum
  WHERE leistungsdatum IS NULL
    AND teilleistungen IS NOT 0
    AND (von <= alt_bis OR von IS NULL)
    AND (bis > alt_bis OR bis IS NULL AND von IS NOT NULL AND teilleistungen = 1)
),

-- Dates for limits and rates, the county's state of that day, and the condition of each rule.
bedingung AS MATERIALIZED (
  SELECT
    z.*,
    iif(ungewiss, NULL, CAST(substr(wirklich, 1, 4) AS INTEGER)) AS jahr,
    coalesce(wirklich, neuester) AS rechtstag,
    coalesce(
      kleinunternehmer,
      CASE
        WHEN leistender IS NOT 'privatrechtlich' THEN (
          SELECT s.kleinunternehmer
          FROM vertrag_kleinunternehmer_stand AS s
          WHERE s.jahr = CAST(substr(coalesce(wirklich, neuester), 1, 4) AS INTEGER)
        )
      END
    ) AS ku,
    richtung = 'eingang' AS x1,
    empfaenger = 'eigene_organisationseinheit' AS x2,
    gegenleistung IN ('keine', 'echter_zuschuss', 'schadensersatz', 'abgabe_ohne_leistung') AS x3,
    leistender = 'privatrechtlich' AS x6,
    hilfsgeschaeft AND NOT haendleraehnlich AS x4,
    NOT nachhaltig AS x5,
    alt AND optionserklaerung AS x0,
    -- the old law: a business or surveying is taxable whatever is unclear beside it
    bga = 1 OR katalog = 'vermessung_kataster' AS x0_ja,
    bga = 'unklar' OR katalog = 'unklar' AS x0_unklar,
    handlungsform = 'privatrechtlich' AS x8,
    katalog IN ('vermessung_kataster', 'ble_marktordnung', 'anhang_I') AS x7,
    katalog = 'unklar' AS x7u,
    handlungsform = 'unklar' AS x8u,
    vergleichbar_frei AS x9b,
    empfaenger = 'jpoer' AND vorbehalten AS x9c,
    empfaenger = 'jpoer' AND nr2a AND nr2b AND nr2c AND nr2d AS x9d,
    befreiung <> 'keine' AND NOT option_9 AS xs1
  FROM zeile AS z
),

-- wN: the rules up to N can all miss. In the order of the decision table.
weiter_vor AS MATERIALIZED (
  SELECT
    *,
    coalesce(NOT x1, 1) AS w1,
    coalesce(NOT x1, 1) AND coalesce(NOT x2, 1) AS w2,
    coalesce(NOT x1, 1) AND coalesce(NOT x2, 1) AND coalesce(NOT x3, 1) AS w3
  FROM bedingung
),
weiter_pflicht AS MATERIALIZED (
  SELECT
    *,
    w3 AND coalesce(NOT x6, 1) AS w6,
    w3 AND coalesce(NOT x6, 1) AND coalesce(NOT x4, 1) AS w4,
    w3 AND coalesce(NOT x6, 1) AND coalesce(NOT x4, 1) AND coalesce(NOT x5, 1) AS w5,
    w3 AND coalesce(NOT x6, 1) AND coalesce(NOT x4, 1) AND coalesce(NOT x5, 1) AND coalesce(NOT x0, 1) AS w0
  FROM weiter_vor
),
weiter_form AS MATERIALIZED (
  SELECT
    *,
    w0 AND coalesce(NOT x8, 1) AS w8,
    w0 AND coalesce(NOT x8, 1) AND coalesce(NOT x7, 1) AS w7,
    w0 AND coalesce(NOT x8, 1) AND coalesce(NOT x7, 1) AND coalesce(NOT x7u, 1) AS w7u,
    w0 AND coalesce(NOT x8, 1) AND coalesce(NOT x7, 1) AND coalesce(NOT x7u, 1) AND coalesce(NOT x8u, 1) AS w8u
  FROM weiter_pflicht
),

-- From R9b on: what follows if R9a misses.
weiter_wettbewerb AS MATERIALIZED (
  SELECT
    *,
    w8u AND coalesce(NOT x9b, 1) AS w9b,
    w8u AND coalesce(NOT x9b, 1) AND coalesce(NOT x9c, 1) AS w9c,
    w8u AND coalesce(NOT x9b, 1) AND coalesce(NOT x9c, 1) AND coalesce(NOT x9d, 1) AS w9d,
    -- R9c and R9d share the recipient: if it is open and the service reserved, a jPöR would have hit R9c
    x9d AND NOT coalesce(vorbehalten, 0) AS x9d_offen
  FROM weiter_form
),

-- The results that can still come about, before R9a and after it, and the answers each part waits for.
moeglich AS MATERIALIZED (
  SELECT
    *,
    iif(coalesce(x1, 1), 'R1:entfaellt ', '')
    || iif(w1 AND coalesce(x2, 1), 'R2:nein ', '')
    || iif(w2 AND coalesce(x3, 1), 'R3:nein ', '')
    || iif(w3 AND coalesce(x6, 1), 'R6:ja ', '')
    || iif(w6 AND coalesce(x4, 1), 'R4:nein ', '')
    || iif(w4 AND coalesce(x5, 1), 'R5:nein ', '')
    || iif(
      w5 AND coalesce(x0, 1),
      iif(coalesce(x0_ja, 1), 'R0:ja ', '')
      || iif(coalesce(NOT x0_ja, 1) AND coalesce(x0_unklar, 1), 'R0:zu_pruefen ', '')
      || iif(coalesce(NOT x0_ja, 1) AND coalesce(NOT x0_unklar, 1), 'R0:nein ', ''),
      ''
    )
    || iif(w0 AND coalesce(x8, 1), 'R8:ja ', '')
    || iif(w8 AND coalesce(x7, 1), 'R7:ja ', '')
    || iif(w7 AND coalesce(x7u, 1), 'R7u:zu_pruefen ', '')
    || iif(w7u AND coalesce(x8u, 1), 'R8u:zu_pruefen ', '') AS vor,
    iif(w8u AND coalesce(x9b, 1), 'R9b:nein ', '')
    || iif(w9b AND coalesce(x9c, 1), 'R9c:nein ', '')
    || iif(
      w9c AND coalesce(x9d_offen, 1),
      iif(coalesce(wettbewerb = 'nein', 1), 'R9d:nein ', '')
      || iif(coalesce(wettbewerb = 'ja', 1), 'R9d:ja ', '')
      || iif(coalesce(wettbewerb = 'unklar', 1), 'R9d:zu_pruefen ', ''),
      ''
    )
    || iif(w9d AND coalesce(wettbewerb = 'nein', 1), 'R9e:nein ', '')
    || iif(w9d AND coalesce(wettbewerb = 'ja', 1), 'R9f:ja ', '')
    || iif(w9d AND coalesce(wettbewerb = 'unklar', 1), 'R9g:zu_pruefen ', '') AS nach,
    iif(x1 IS NULL, ', richtung', '')
    || iif(w1 AND x2 IS NULL, ', empfaenger', '')
    || iif(w2 AND x3 IS NULL, ', gegenleistung', '')
    || iif(w3 AND x6 IS NULL, ', leistender', '')
    || iif(w6 AND x4 IS NULL AND hilfsgeschaeft IS NULL, ', hilfsgeschaeft', '')
    || iif(w6 AND x4 IS NULL AND haendleraehnlich IS NULL, ', haendleraehnlich', '')
    || iif(w4 AND x5 IS NULL, ', nachhaltig', '')
    || iif(w5 AND x0 IS NULL AND alt IS NULL, ', ' || alt_fehlt, '')
    || iif(w5 AND x0 IS NULL AND optionserklaerung IS NULL, ', optionserklaerung', '')
    || iif(w5 AND coalesce(x0, 1) AND x0_ja IS NULL AND bga IS NULL, ', bga_altrecht', '')
    || iif(w0 AND x8 IS NULL, ', handlungsform', '')
    || iif(
      (w5 AND coalesce(x0, 1) AND x0_ja IS NULL OR w8) AND katalog IS NULL, ', katalog_abs4', ''
    ) AS fehlt_vor,
    iif(w8u AND x9b IS NULL, ', vergleichbar_steuerfrei_ohne_option', '')
    || iif(w9b AND x9c IS NULL AND vorbehalten IS NULL, ', abs3_nr1_vorbehalten', '')
    || iif(
      w9c AND x9d_offen IS NULL AND (nr2a IS NULL OR nr2b IS NULL OR nr2c IS NULL OR nr2d IS NULL),
      ', abs3_nr2', ''
    )
    || iif((w9d OR w9c AND coalesce(x9d_offen, 1)) AND wettbewerb IS NULL, ', wettbewerb', '') AS fehlt_nach,
    -- the status after ja
    iif(coalesce(xs1, 1) AND coalesce(befreiung LIKE 'strittig%', 1), 'zu_pruefen: ', '')
    || iif(
      coalesce(xs1, 1) AND coalesce(befreiung LIKE '4%', 1) OR coalesce(NOT xs1, 1) AND coalesce(ku, 1),
      'steuerfrei: ', ''
    )
    || iif(coalesce(NOT xs1, 1) AND coalesce(NOT ku, 1),
      iif(coalesce(satz_klasse = 'regel', 1), 'steuerpflichtig:regel ', '')
      || iif(coalesce(satz_klasse = 'ermaessigt', 1), 'steuerpflichtig:ermaessigt ', ''),
      ''
    ) AS status,
    iif(xs1 IS NULL AND befreiung IS NULL, ', befreiung', '')
    -- who is exempt under § 19 anyway does not depend on the option of an undisputed exemption
    || iif(xs1 IS NULL AND option_9 IS NULL AND NOT coalesce(befreiung LIKE '4%' AND ku, 0), ', option_9', '')
    || iif(coalesce(NOT xs1, 1) AND ku IS NULL, ', kleinunternehmer', '')
    || iif(coalesce(NOT xs1, 1) AND coalesce(NOT ku, 1) AND satz_klasse IS NULL, ', satz_klasse', '') AS fehlt_status
  FROM weiter_wettbewerb
),

-- The forecasts: stated for the year, and the contract's own part in the sum of its group, as forecast on 1 January
-- or at the start of the activity.
prognose AS MATERIALIZED (
  SELECT
    m.*,
    coalesce(
      (
        SELECT p.betrag_cent
        FROM vertrag_2b_prognose AS p
        WHERE p.vertrag = m.vertrag
          AND p.jahr = m.jahr
          AND p.gesetzt_am <= max(m.jahr || '-01-01', coalesce(m.von, m.tag))
        ORDER BY p.sequence DESC
        LIMIT 1
      ),
      (
        SELECT p.betrag_cent
        FROM vertrag_2b_prognose AS p
        WHERE p.vertrag = m.vertrag AND p.jahr = m.jahr
        ORDER BY p.sequence
        LIMIT 1
      )
    ) AS jahresprognose,
    (
      SELECT p.betrag_cent
      FROM vertrag_2b_prognose AS p
      WHERE p.vertrag = m.vertrag AND p.jahr = m.jahr
      ORDER BY p.sequence DESC
      LIMIT 1
    ) AS jahresprognose_neu,
    (
      SELECT CAST(g.betrag_cent AS INTEGER)
      FROM vertrag_2b_grenzen AS g
      WHERE g.grenze = 'gleichartige_taetigkeiten'
        AND m.rechtstag BETWEEN g.gilt_von AND coalesce(nullif(g.gilt_bis, ''), '9999-12-31')
    ) AS grenze
  FROM moeglich AS m
),
fall AS MATERIALIZED (
  SELECT
    p.*,
    coalesce(jahresprognose, jahresumsatz) AS genannt,
    coalesce(jahresprognose, betrag, entgelt_jahr_cent, jahresumsatz) AS beitrag,
    coalesce(jahresprognose_neu, betrag, entgelt_jahr_cent, jahresumsatz) AS beitrag_neu,
    f.r9a,
    CASE f.r9a
      WHEN 'treffer' THEN vor || 'R9a:nein '
      ELSE vor || nach
    END AS regeln,
    CASE
      WHEN NOT w8u OR f.r9a = 'treffer' THEN fehlt_vor
      WHEN f.r9a = 'ohne' THEN fehlt_vor || ', jahresumsatz_gleichartig_cent' || fehlt_nach
      ELSE fehlt_vor || fehlt_nach
    END AS fehlt_regeln
  FROM prognose AS p
  JOIN (
    SELECT 'fest' AS r9a UNION ALL SELECT 'treffer' UNION ALL SELECT 'verfehlt' UNION ALL SELECT 'ohne'
  ) AS f
  ON CASE
    WHEN NOT w8u THEN f.r9a = 'fest'
    WHEN gruppe IS NOT NULL AND jahr IS NOT NULL THEN f.r9a <> 'fest'
    WHEN coalesce(jahresprognose, jahresumsatz) IS NULL THEN f.r9a = 'ohne'
    WHEN coalesce(jahresprognose, jahresumsatz) <= grenze THEN f.r9a = 'treffer'
    ELSE f.r9a = 'verfehlt'
  END
),

-- One result left: it stands. A ja has as many results as its status.
anzahl AS MATERIALIZED (
  SELECT
    *,
    length(regeln) - length(replace(regeln, ' ', '')) AS n_regeln,
    instr(regeln, ':ja ') > 0 AS mit_ja,
    length(status) - length(replace(status, ' ', '')) AS n_status
  FROM fall
),
ergebnis AS MATERIALIZED (
  SELECT
    *,
    n_regeln = 1 AND (NOT mit_ja OR n_status = 1) AS steht,
    substr(regeln, 1, instr(regeln, ':') - 1) AS regel_1,
    rtrim(substr(regeln, instr(regeln, ':') + 1)) AS steuerbar_1,
    substr(status, 1, instr(status, ':') - 1) AS status_1,
    rtrim(substr(status, instr(status, ':') + 1)) AS klasse_1
  FROM anzahl
)

SELECT
  vertrag,
  zeile,
  r9a,
  tag AS leistungsdatum,
  rechtstag,
  CASE alt WHEN 1 THEN 'altrecht' WHEN 0 THEN 'neurecht' END AS rechtsstand,
  iif(steht, regel_1, 'offen') AS regel,
  iif(steht, steuerbar_1, 'zu_pruefen') AS steuerbar,
  CASE
    WHEN NOT steht OR steuerbar_1 = 'zu_pruefen' THEN 'zu_pruefen'
    WHEN steuerbar_1 = 'ja' THEN status_1
    ELSE 'entfaellt'
  END AS steuerstatus,
  CASE
    WHEN steht AND steuerbar_1 = 'ja' AND status_1 = 'steuerpflichtig' THEN (
      SELECT CAST(s.satz_prozent AS INTEGER)
      FROM vertrag_2b_saetze AS s
      WHERE s.satz_klasse = klasse_1
        AND rechtstag BETWEEN s.gilt_von AND coalesce(nullif(s.gilt_bis, ''), '9999-12-31')
    )
  END AS satz_prozent,
  iif(steht AND steuerbar_1 = 'ja', nullif(klasse_1, ''), NULL) AS satz_klasse,
  CASE
    WHEN NOT steht OR steuerbar_1 <> 'ja' THEN NULL
    WHEN status_1 = 'steuerpflichtig' THEN 'S3'
    WHEN xs1 = 1 OR status_1 = 'zu_pruefen' THEN 'S1'
    ELSE 'S2'
  END AS status_regel,
  rtrim(regeln) AS moeglich,
  CASE
    WHEN NOT steht THEN nullif(substr(fehlt_regeln || iif(mit_ja, fehlt_status, ''), 3), '')
    WHEN w8u AND r9a = 'ohne' THEN 'jahresumsatz_gleichartig_cent'
  END AS fehlende_angaben,
  gruppe,
  jahr,
  CASE WHEN NOT w8u THEN 'nie' WHEN vor = '' THEN 'sicher' ELSE 'moeglich' END AS erreicht_9a,
  genannt AS genannt_cent,
  beitrag AS beitrag_cent,
  beitrag_neu AS beitrag_neu_cent,
  coalesce(von, tag) AS taetig_ab,
  min(bekannt_ab, coalesce(von, tag, bekannt_ab)) AS bekannt_ab,
  betrag AS betrag_cent,
  sequence
FROM ergebnis
WHERE NOT ungewiss
  OR NOT steht AND w5 AND x0 IS NULL;

-- The sum of a group of like activities (§ 2b Abs. 2 Nr. 1): counted are the contracts that surely come to R9a in the
-- calendar year of performance and were known on 1 January or at the start of the activity. `summe_neu_cent` counts
-- later contracts and forecasts too: it decides nothing in this year, and is a finding where it passes the limit.
CREATE VIEW vertrag_2b_gruppe AS
WITH mitglied AS MATERIALIZED (
  SELECT gruppe, jahr, erreicht_9a, beitrag_cent, beitrag_neu_cent, taetig_ab, bekannt_ab, rechtstag, sequence
  FROM vertrag_2b_ergebnis
  WHERE r9a = 'verfehlt' AND gruppe IS NOT NULL AND jahr IS NOT NULL
),
beginn AS MATERIALIZED (
  SELECT gruppe, min(taetig_ab) AS taetig_ab
  FROM mitglied
  GROUP BY gruppe
),
gezaehlt AS (
  SELECT
    m.*,
    max(m.jahr || '-01-01', b.taetig_ab) AS stichtag
  FROM mitglied AS m
  JOIN beginn AS b ON b.gruppe = m.gruppe
)
SELECT
  gruppe,
  jahr,
  stichtag,
  sum(beitrag_cent) FILTER (WHERE erreicht_9a = 'sicher' AND bekannt_ab <= stichtag) AS summe_cent,
  sum(beitrag_neu_cent) FILTER (WHERE erreicht_9a = 'sicher') AS summe_neu_cent,
  sum(beitrag_neu_cent) AS summe_moeglich_cent,
  count(*) FILTER (WHERE erreicht_9a = 'sicher' AND bekannt_ab > stichtag) AS spaeter,
  json_group_array(sequence) AS sequences,
  (
    SELECT CAST(g.betrag_cent AS INTEGER)
    FROM vertrag_2b_grenzen AS g
    WHERE g.grenze = 'gleichartige_taetigkeiten'
      AND jahr || '-01-01' BETWEEN g.gilt_von AND coalesce(nullif(g.gilt_bis, ''), '9999-12-31')
  ) AS grenze_cent
FROM gezaehlt
GROUP BY gruppe, jahr, stichtag;

-- One row for each contract and date of performance, R9a decided by the larger of stated forecast and group sum.
CREATE VIEW vertrag_2b_zeile AS
SELECT e.*, NULL AS gruppensumme_cent
FROM vertrag_2b_ergebnis AS e
WHERE e.r9a = 'fest' OR e.gruppe IS NULL OR e.jahr IS NULL

UNION ALL

SELECT m.*
FROM (
  SELECT
    e.*,
    iif(
      e.erreicht_9a = 'moeglich' AND e.bekannt_ab <= g.stichtag,
      coalesce(g.summe_cent + e.beitrag_cent, g.summe_cent, e.beitrag_cent),
      g.summe_cent
    ) AS gruppensumme_cent
  FROM vertrag_2b_ergebnis AS e
  JOIN vertrag_2b_gruppe AS g ON g.gruppe = e.gruppe AND g.jahr = e.jahr
  WHERE e.r9a <> 'fest'
) AS m
LEFT JOIN vertrag_2b_grenzen AS l
  ON l.grenze = 'gleichartige_taetigkeiten'
  AND m.rechtstag BETWEEN l.gilt_von AND coalesce(nullif(l.gilt_bis, ''), '9999-12-31')
WHERE m.r9a = CASE
  WHEN coalesce(m.genannt_cent, m.gruppensumme_cent) IS NULL THEN 'ohne'
  WHEN max(coalesce(m.genannt_cent, 0), coalesce(m.gruppensumme_cent, 0)) <= CAST(l.betrag_cent AS INTEGER)
    THEN 'treffer'
  ELSE 'verfehlt'
END;

-- The result of each contract by date of performance, beside the decision in force for that date. A result that asks
-- for a decision (zu_pruefen) is no deviation from it.
CREATE VIEW vertrag_2b AS
SELECT
  z.vertrag,
  z.leistungsdatum,
  z.regel,
  z.steuerbar,
  z.steuerstatus,
  z.satz_prozent,
  nullif(
    coalesce(r.norm, '') || coalesce('; ' || coalesce(p.norm, s.norm), ''),
    ''
  ) AS norm,
  nullif(
    ltrim(
      coalesce(r.folge, '')
      || iif(z.fehlende_angaben LIKE '%jahresumsatz_gleichartig_cent%', coalesce('; ' || f.folge, ''), ''),
      '; '
    ),
    ''
  ) AS folge,
  z.fehlende_angaben,
  v.regelversion,
  d.steuerbar || coalesce('/' || d.steuerstatus, '') AS entscheidung,
  CASE
    WHEN z.steuerbar <> 'zu_pruefen' AND d.steuerbar <> z.steuerbar
      THEN 'berechnet ' || z.steuerbar || ', entschieden ' || d.steuerbar
    WHEN z.steuerstatus <> 'zu_pruefen' AND d.steuerstatus <> z.steuerstatus
      THEN 'berechnet ' || z.steuerstatus || ', entschieden ' || d.steuerstatus
    WHEN d.satz_prozent <> z.satz_prozent
      THEN 'berechnet ' || z.satz_prozent || ' %, entschieden ' || d.satz_prozent || ' %'
  END AS abweichung,
  v.hinweis,
  z.zeile,
  z.rechtsstand,
  z.status_regel,
  z.moeglich,
  z.gruppe,
  z.gruppensumme_cent,
  z.betrag_cent,
  z.sequence,
  d.sequence AS entscheidung_sequence,
  d.regelversion AS entscheidung_regelversion
FROM vertrag_2b_zeile AS z
CROSS JOIN vertrag_2b_version AS v
LEFT JOIN vertrag_2b_regeln AS r
  ON r.regel = z.regel
  AND r.steuerbar = z.steuerbar
  AND z.rechtstag BETWEEN coalesce(r.gilt_von, '') AND coalesce(nullif(r.gilt_bis, ''), '9999-12-31')
LEFT JOIN vertrag_2b_status AS s
  ON s.regel = z.status_regel
  AND s.steuerstatus = z.steuerstatus
  AND s.steuerstatus <> 'steuerpflichtig'
  AND z.rechtstag BETWEEN coalesce(s.gilt_von, '') AND coalesce(nullif(s.gilt_bis, ''), '9999-12-31')
LEFT JOIN vertrag_2b_saetze AS p
  ON p.satz_klasse = z.satz_klasse
  AND z.rechtstag BETWEEN coalesce(p.gilt_von, '') AND coalesce(nullif(p.gilt_bis, ''), '9999-12-31')
LEFT JOIN vertrag_2b_felder AS f ON f.feld = 'jahresumsatz_gleichartig_cent'
LEFT JOIN vertrag_2b_entscheidung AS d
  ON d.vertrag = z.vertrag
  AND d.sequence = (
    SELECT max(n.sequence)
    FROM vertrag_2b_entscheidung AS n
    WHERE n.vertrag = z.vertrag
      AND (
        z.leistungsdatum IS NULL
        OR z.leistungsdatum BETWEEN coalesce(n.gilt_von, '') AND coalesce(n.gilt_bis, '9999-12-31')
      )
  );

-- Each contract once, by the least settled of its dates of performance.
CREATE VIEW vertrag_2b_stand AS
SELECT
  z.vertrag,
  v.fachdienst,
  v.bekannt_ab,
  CASE max(
    CASE
      WHEN z.steuerstatus <> 'zu_pruefen' OR coalesce(z.entscheidung, 'zu_pruefen') NOT LIKE '%zu_pruefen%' THEN 0
      WHEN z.regel = 'offen' THEN 2
      ELSE 1
    END
  )
    WHEN 0 THEN 'geprueft'
    WHEN 1 THEN 'zu_pruefen'
    ELSE 'offen'
  END AS stand,
  z.sequence
FROM vertrag_2b AS z
JOIN vertrag AS v ON v.vertrag = z.vertrag
GROUP BY z.vertrag;

-- on de.aktenspur.vertrag.erfasst
INSERT INTO vertrag (
  vertrag, titel, gegenstand, fachdienst, partner, partnerart, beginn, ende, kuendigungsfrist, verlaengerung,
  entgelt_jahr_cent, zustand, erfasst_am, bekannt_ab, sequence
)
VALUES (
  :subject, :data ->> '$.titel', :data ->> '$.gegenstand', :data ->> '$.fachdienst', :data ->> '$.partner',
  :data ->> '$.partnerart', :data ->> '$.beginn', :data ->> '$.ende', :data ->> '$.kuendigungsfrist',
  :data ->> '$.verlaengerung', :data ->> '$.entgelt_jahr_cent', 'laufend', :day, :day, :sequence
)
ON CONFLICT DO UPDATE SET
  titel = excluded.titel,
  gegenstand = excluded.gegenstand,
  fachdienst = excluded.fachdienst,
  partner = excluded.partner,
  partnerart = excluded.partnerart,
  beginn = excluded.beginn,
  ende = excluded.ende,
  kuendigungsfrist = excluded.kuendigungsfrist,
  verlaengerung = excluded.verlaengerung,
  entgelt_jahr_cent = excluded.entgelt_jahr_cent,
  zustand = excluded.zustand,
  erfasst_am = coalesce(erfasst_am, excluded.erfasst_am),
  bekannt_ab = min(bekannt_ab, excluded.bekannt_ab),
  sequence = iif(erfasst_am IS NULL, excluded.sequence, sequence);

INSERT INTO vertrag_2b_arbeit (vertrag)
VALUES (:subject);

DELETE FROM vertrag_2b_ergebnis
WHERE vertrag = :subject;

INSERT INTO vertrag_2b_ergebnis (
  vertrag, zeile, r9a, leistungsdatum, rechtstag, rechtsstand, regel, steuerbar, steuerstatus, satz_prozent,
  satz_klasse, status_regel, moeglich, fehlende_angaben, gruppe, jahr, erreicht_9a, genannt_cent, beitrag_cent,
  beitrag_neu_cent, taetig_ab, bekannt_ab, betrag_cent, sequence
)
SELECT *
FROM vertrag_2b_auswertung;

DELETE FROM vertrag_2b_arbeit;

-- on de.aktenspur.vertrag.geaendert
INSERT INTO vertrag (vertrag, bekannt_ab, sequence)
VALUES (:subject, :day, :sequence)
ON CONFLICT DO NOTHING;

UPDATE vertrag
SET
  titel = iif(json_type(:data, '$.titel') IS NULL, titel, :data ->> '$.titel'),
  gegenstand = iif(json_type(:data, '$.gegenstand') IS NULL, gegenstand, :data ->> '$.gegenstand'),
  fachdienst = iif(json_type(:data, '$.fachdienst') IS NULL, fachdienst, :data ->> '$.fachdienst'),
  partner = iif(json_type(:data, '$.partner') IS NULL, partner, :data ->> '$.partner'),
  partnerart = iif(json_type(:data, '$.partnerart') IS NULL, partnerart, :data ->> '$.partnerart'),
  beginn = iif(json_type(:data, '$.beginn') IS NULL, beginn, :data ->> '$.beginn'),
  ende = iif(json_type(:data, '$.ende') IS NULL, ende, :data ->> '$.ende'),
  kuendigungsfrist = iif(
    json_type(:data, '$.kuendigungsfrist') IS NULL,
    kuendigungsfrist,
    :data ->> '$.kuendigungsfrist'
  ),
  verlaengerung = iif(json_type(:data, '$.verlaengerung') IS NULL, verlaengerung, :data ->> '$.verlaengerung'),
  entgelt_jahr_cent = iif(
    json_type(:data, '$.entgelt_jahr_cent') IS NULL,
    entgelt_jahr_cent,
    :data ->> '$.entgelt_jahr_cent'
  )
WHERE vertrag = :subject;

INSERT INTO vertrag_2b_arbeit (vertrag)
SELECT :subject
WHERE json_type(:data, '$.beginn') IS NOT NULL
  OR json_type(:data, '$.ende') IS NOT NULL
  OR json_type(:data, '$.entgelt_jahr_cent') IS NOT NULL
  OR NOT EXISTS (SELECT 1 FROM vertrag_2b_ergebnis WHERE vertrag = :subject);

DELETE FROM vertrag_2b_ergebnis
WHERE vertrag IN (SELECT vertrag FROM vertrag_2b_arbeit);

INSERT INTO vertrag_2b_ergebnis (
  vertrag, zeile, r9a, leistungsdatum, rechtstag, rechtsstand, regel, steuerbar, steuerstatus, satz_prozent,
  satz_klasse, status_regel, moeglich, fehlende_angaben, gruppe, jahr, erreicht_9a, genannt_cent, beitrag_cent,
  beitrag_neu_cent, taetig_ab, bekannt_ab, betrag_cent, sequence
)
SELECT *
FROM vertrag_2b_auswertung;

DELETE FROM vertrag_2b_arbeit;

-- on de.aktenspur.vertrag.verlaengert
INSERT INTO vertrag (vertrag, bekannt_ab, sequence)
VALUES (:subject, :day, :sequence)
ON CONFLICT DO NOTHING;

UPDATE vertrag
SET
  zustand = 'laufend',
  ende = :data ->> '$.neues_ende'
WHERE vertrag = :subject;

INSERT INTO vertrag_2b_arbeit (vertrag)
SELECT :subject
WHERE (SELECT angaben ->> '$.leistungsdatum' FROM vertrag_2b_angaben WHERE vertrag = :subject) IS NULL;

DELETE FROM vertrag_2b_ergebnis
WHERE vertrag IN (SELECT vertrag FROM vertrag_2b_arbeit);

INSERT INTO vertrag_2b_ergebnis (
  vertrag, zeile, r9a, leistungsdatum, rechtstag, rechtsstand, regel, steuerbar, steuerstatus, satz_prozent,
  satz_klasse, status_regel, moeglich, fehlende_angaben, gruppe, jahr, erreicht_9a, genannt_cent, beitrag_cent,
  beitrag_neu_cent, taetig_ab, bekannt_ab, betrag_cent, sequence
)
SELECT *
FROM vertrag_2b_auswertung;

DELETE FROM vertrag_2b_arbeit;

-- on de.aktenspur.vertrag.gekuendigt
INSERT INTO vertrag (vertrag, bekannt_ab, sequence)
VALUES (:subject, :day, :sequence)
ON CONFLICT DO NOTHING;

UPDATE vertrag
SET
  zustand = 'gekuendigt',
  ende = coalesce(:data ->> '$.gekuendigt_zum', ende)
WHERE vertrag = :subject;

INSERT INTO vertrag_2b_arbeit (vertrag)
SELECT :subject
WHERE (SELECT angaben ->> '$.leistungsdatum' FROM vertrag_2b_angaben WHERE vertrag = :subject) IS NULL;

DELETE FROM vertrag_2b_ergebnis
WHERE vertrag IN (SELECT vertrag FROM vertrag_2b_arbeit);

INSERT INTO vertrag_2b_ergebnis (
  vertrag, zeile, r9a, leistungsdatum, rechtstag, rechtsstand, regel, steuerbar, steuerstatus, satz_prozent,
  satz_klasse, status_regel, moeglich, fehlende_angaben, gruppe, jahr, erreicht_9a, genannt_cent, beitrag_cent,
  beitrag_neu_cent, taetig_ab, bekannt_ab, betrag_cent, sequence
)
SELECT *
FROM vertrag_2b_auswertung;

DELETE FROM vertrag_2b_arbeit;

-- on de.aktenspur.vertrag.beendet
INSERT INTO vertrag (vertrag, bekannt_ab, sequence)
VALUES (:subject, :day, :sequence)
ON CONFLICT DO NOTHING;

UPDATE vertrag
SET
  zustand = 'beendet',
  ende = coalesce(:data ->> '$.beendet_zum', :day)
WHERE vertrag = :subject;

INSERT INTO vertrag_2b_arbeit (vertrag)
SELECT :subject
WHERE (SELECT angaben ->> '$.leistungsdatum' FROM vertrag_2b_angaben WHERE vertrag = :subject) IS NULL;

DELETE FROM vertrag_2b_ergebnis
WHERE vertrag IN (SELECT vertrag FROM vertrag_2b_arbeit);

INSERT INTO vertrag_2b_ergebnis (
  vertrag, zeile, r9a, leistungsdatum, rechtstag, rechtsstand, regel, steuerbar, steuerstatus, satz_prozent,
  satz_klasse, status_regel, moeglich, fehlende_angaben, gruppe, jahr, erreicht_9a, genannt_cent, beitrag_cent,
  beitrag_neu_cent, taetig_ab, bekannt_ab, betrag_cent, sequence
)
SELECT *
FROM vertrag_2b_auswertung;

DELETE FROM vertrag_2b_arbeit;

-- on de.aktenspur.vertrag.2b-angaben-erfasst
INSERT INTO vertrag (vertrag, bekannt_ab, sequence)
VALUES (:subject, :day, :sequence)
ON CONFLICT DO NOTHING;

INSERT INTO vertrag_2b_angaben (vertrag, angaben, erfasst_von, erfasst_am, sequence)
VALUES (:subject, json_patch('{}', coalesce(:data, '{}')), :authid, :day, :sequence)
ON CONFLICT DO UPDATE SET
  angaben = json_patch(angaben, coalesce(:data, '{}')),
  erfasst_von = excluded.erfasst_von,
  erfasst_am = excluded.erfasst_am,
  sequence = excluded.sequence;

INSERT INTO vertrag_2b_arbeit (vertrag)
VALUES (:subject);

DELETE FROM vertrag_2b_ergebnis
WHERE vertrag = :subject;

INSERT INTO vertrag_2b_ergebnis (
  vertrag, zeile, r9a, leistungsdatum, rechtstag, rechtsstand, regel, steuerbar, steuerstatus, satz_prozent,
  satz_klasse, status_regel, moeglich, fehlende_angaben, gruppe, jahr, erreicht_9a, genannt_cent, beitrag_cent,
  beitrag_neu_cent, taetig_ab, bekannt_ab, betrag_cent, sequence
)
SELECT *
FROM vertrag_2b_auswertung;

DELETE FROM vertrag_2b_arbeit;

-- on de.aktenspur.vertrag.jahresprognose-gesetzt
INSERT INTO vertrag (vertrag, bekannt_ab, sequence)
VALUES (:subject, :day, :sequence)
ON CONFLICT DO NOTHING;

INSERT INTO vertrag_2b_prognose (vertrag, jahr, sequence, gesetzt_am, betrag_cent)
VALUES (:subject, :data ->> '$.jahr', :sequence, :day, :data ->> '$.betrag_cent');

INSERT INTO vertrag_2b_arbeit (vertrag)
SELECT :subject
WHERE coalesce(
  (SELECT max(jahr = :data ->> '$.jahr') FROM vertrag_2b_ergebnis WHERE vertrag = :subject),
  1
);

DELETE FROM vertrag_2b_ergebnis
WHERE vertrag IN (SELECT vertrag FROM vertrag_2b_arbeit);

INSERT INTO vertrag_2b_ergebnis (
  vertrag, zeile, r9a, leistungsdatum, rechtstag, rechtsstand, regel, steuerbar, steuerstatus, satz_prozent,
  satz_klasse, status_regel, moeglich, fehlende_angaben, gruppe, jahr, erreicht_9a, genannt_cent, beitrag_cent,
  beitrag_neu_cent, taetig_ab, bekannt_ab, betrag_cent, sequence
)
SELECT *
FROM vertrag_2b_auswertung;

DELETE FROM vertrag_2b_arbeit;

-- on de.aktenspur.vertrag.2b-entschieden
INSERT INTO vertrag_2b_entscheidung (
  vertrag, sequence, steuerbar, steuerstatus, satz_prozent, begruendung, regelversion, gilt_von, gilt_bis,
  entschieden_von, entschieden_am
)
VALUES (
  :subject, :sequence, :data ->> '$.steuerbar', :data ->> '$.steuerstatus', :data ->> '$.satz_prozent',
  :data ->> '$.begruendung', :data ->> '$.regelversion', :data ->> '$.gilt_von', :data ->> '$.gilt_bis', :authid, :day
);

-- on de.aktenspur.vertrag.freigegeben
UPDATE vertrag
SET
  freigegeben_am = :day,
  freigegeben_sequence = :sequence
WHERE vertrag = :subject;

-- on de.aktenspur.vertrag.bestand-uebernommen
INSERT INTO vertrag_bestand (sequence, kennzahl, wert, stichtag, quelle, enthalten)
VALUES (
  :sequence, :data ->> '$.kennzahl', :data ->> '$.wert', :data ->> '$.stichtag', :data ->> '$.quelle',
  coalesce(:data -> '$.enthalten', '[]')
);

-- on de.aktenspur.option.erklaert
INSERT INTO vertrag_option (sequence, art, erklaert_am)
VALUES (:sequence, 'erklaert', coalesce(:data ->> '$.erklaert_am', :day));

INSERT INTO vertrag_2b_arbeit (vertrag)
SELECT v.vertrag
FROM vertrag AS v
LEFT JOIN vertrag_2b_angaben AS a ON a.vertrag = v.vertrag
WHERE a.angaben ->> '$.optionserklaerung' IS NULL
  OR a.angaben ->> '$.widerruf_wirksam_ab' IS NULL;

DELETE FROM vertrag_2b_ergebnis
WHERE vertrag IN (SELECT vertrag FROM vertrag_2b_arbeit);

INSERT INTO vertrag_2b_ergebnis (
  vertrag, zeile, r9a, leistungsdatum, rechtstag, rechtsstand, regel, steuerbar, steuerstatus, satz_prozent,
  satz_klasse, status_regel, moeglich, fehlende_angaben, gruppe, jahr, erreicht_9a, genannt_cent, beitrag_cent,
  beitrag_neu_cent, taetig_ab, bekannt_ab, betrag_cent, sequence
)
SELECT *
FROM vertrag_2b_auswertung;

DELETE FROM vertrag_2b_arbeit;

-- on de.aktenspur.option.widerrufen
INSERT INTO vertrag_option (sequence, art, wirksam_ab, erklaert_am)
VALUES (:sequence, 'widerrufen', :data ->> '$.widerruf_wirksam_ab', coalesce(:data ->> '$.erklaert_am', :day));

INSERT INTO vertrag_2b_arbeit (vertrag)
SELECT v.vertrag
FROM vertrag AS v
LEFT JOIN vertrag_2b_angaben AS a ON a.vertrag = v.vertrag
WHERE a.angaben ->> '$.optionserklaerung' IS NULL
  OR a.angaben ->> '$.widerruf_wirksam_ab' IS NULL;

DELETE FROM vertrag_2b_ergebnis
WHERE vertrag IN (SELECT vertrag FROM vertrag_2b_arbeit);

INSERT INTO vertrag_2b_ergebnis (
  vertrag, zeile, r9a, leistungsdatum, rechtstag, rechtsstand, regel, steuerbar, steuerstatus, satz_prozent,
  satz_klasse, status_regel, moeglich, fehlende_angaben, gruppe, jahr, erreicht_9a, genannt_cent, beitrag_cent,
  beitrag_neu_cent, taetig_ab, bekannt_ab, betrag_cent, sequence
)
SELECT *
FROM vertrag_2b_auswertung;

DELETE FROM vertrag_2b_arbeit;

-- on de.aktenspur.option.kleinunternehmer-festgestellt
INSERT INTO vertrag_kleinunternehmer (jahr, festgestellt, vorjahr_cent, laufend_cent, sequence)
VALUES (
  :data ->> '$.jahr', :data ->> '$.kleinunternehmer', :data ->> '$.gesamtumsatz_vorjahr_cent',
  :data ->> '$.gesamtumsatz_laufend_cent', :sequence
)
ON CONFLICT DO UPDATE SET
  festgestellt = excluded.festgestellt,
  vorjahr_cent = excluded.vorjahr_cent,
  laufend_cent = excluded.laufend_cent,
  sequence = excluded.sequence;

INSERT INTO vertrag_2b_arbeit (vertrag)
SELECT v.vertrag
FROM vertrag AS v
LEFT JOIN vertrag_2b_angaben AS a ON a.vertrag = v.vertrag
WHERE a.angaben ->> '$.kleinunternehmer' IS NULL;

DELETE FROM vertrag_2b_ergebnis
WHERE vertrag IN (SELECT vertrag FROM vertrag_2b_arbeit);

INSERT INTO vertrag_2b_ergebnis (
  vertrag, zeile, r9a, leistungsdatum, rechtstag, rechtsstand, regel, steuerbar, steuerstatus, satz_prozent,
  satz_klasse, status_regel, moeglich, fehlende_angaben, gruppe, jahr, erreicht_9a, genannt_cent, beitrag_cent,
  beitrag_neu_cent, taetig_ab, bekannt_ab, betrag_cent, sequence
)
SELECT *
FROM vertrag_2b_auswertung;

DELETE FROM vertrag_2b_arbeit;
