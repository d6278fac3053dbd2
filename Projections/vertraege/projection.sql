-- The register of contracts and the § 2b UStG check.
--
-- A record that can change the result of a contract puts the contract into `vertrag_2b_arbeit` with all that its rules
-- look at; the view `vertrag_2b_zeilen` makes a row of `vertrag_2b_pruefung` of it for each date of performance. There
-- the decision table stands as generated columns, from the conditions to the result: written a single time, computed
-- when the row is, and read by lists as it is. What depends on other contracts, the sum of a group of like activities,
-- is joined when read: it decides between two results that are both in the row. A record of the county's option or of
-- § 19 recomputes the contracts that do not answer for themselves.

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
  sequence             INTEGER NOT NULL,

  -- Periods of notice and of renewal as months or days: months where there is but a number, ISO 8601 (P3M, P1Y, P6W, P14D),
  -- or words that begin with a number and its unit (3 Monate zum Jahresende). NULL where it is said otherwise, also by several
  -- units at once (P1Y6M).
  frist_monate AS (
    CASE
      WHEN kuendigungsfrist GLOB 'P[0-9]*M' AND substr(kuendigungsfrist, 2, length(kuendigungsfrist) - 2) NOT GLOB '*[^0-9]*' THEN CAST(substr(kuendigungsfrist, 2) AS INTEGER)
      WHEN kuendigungsfrist GLOB 'P[0-9]*Y' AND substr(kuendigungsfrist, 2, length(kuendigungsfrist) - 2) NOT GLOB '*[^0-9]*' THEN 12 * CAST(substr(kuendigungsfrist, 2) AS INTEGER)
      WHEN kuendigungsfrist <> '' AND kuendigungsfrist NOT GLOB '*[^0-9]*' THEN CAST(kuendigungsfrist AS INTEGER)
      WHEN kuendigungsfrist GLOB '[0-9]*'
        THEN CAST(kuendigungsfrist AS INTEGER) * CASE
          WHEN ltrim(kuendigungsfrist, '0123456789 ') LIKE 'monat%' THEN 1
          WHEN ltrim(kuendigungsfrist, '0123456789 ') LIKE 'quartal%' THEN 3
          WHEN ltrim(kuendigungsfrist, '0123456789 ') LIKE 'jahr%' THEN 12
        END
    END
  ) STORED,
  frist_tage AS (
    CASE
      WHEN kuendigungsfrist GLOB 'P[0-9]*W' AND substr(kuendigungsfrist, 2, length(kuendigungsfrist) - 2) NOT GLOB '*[^0-9]*' THEN 7 * CAST(substr(kuendigungsfrist, 2) AS INTEGER)
      WHEN kuendigungsfrist GLOB 'P[0-9]*D' AND substr(kuendigungsfrist, 2, length(kuendigungsfrist) - 2) NOT GLOB '*[^0-9]*' THEN CAST(substr(kuendigungsfrist, 2) AS INTEGER)
      WHEN kuendigungsfrist GLOB '[0-9]*'
        THEN CAST(kuendigungsfrist AS INTEGER) * CASE
          WHEN ltrim(kuendigungsfrist, '0123456789 ') LIKE 'woche%' THEN 7
          WHEN ltrim(kuendigungsfrist, '0123456789 ') LIKE 'tag%' THEN 1
        END
    END
  ) STORED,
  takt_monate AS (
    iif(
      zustand = 'laufend',
      CASE
        WHEN verlaengerung GLOB 'P[0-9]*M' AND substr(verlaengerung, 2, length(verlaengerung) - 2) NOT GLOB '*[^0-9]*' THEN CAST(substr(verlaengerung, 2) AS INTEGER)
        WHEN verlaengerung GLOB 'P[0-9]*Y' AND substr(verlaengerung, 2, length(verlaengerung) - 2) NOT GLOB '*[^0-9]*' THEN 12 * CAST(substr(verlaengerung, 2) AS INTEGER)
        WHEN verlaengerung <> '' AND verlaengerung NOT GLOB '*[^0-9]*' THEN CAST(verlaengerung AS INTEGER)
        WHEN verlaengerung GLOB '[0-9]*'
          THEN CAST(verlaengerung AS INTEGER) * CASE
            WHEN ltrim(verlaengerung, '0123456789 ') LIKE 'monat%' THEN 1
            WHEN ltrim(verlaengerung, '0123456789 ') LIKE 'quartal%' THEN 3
            WHEN ltrim(verlaengerung, '0123456789 ') LIKE 'jahr%' THEN 12
          END
      END,
      NULL
    )
  ) STORED,
  -- Goes on behind its end as long as nobody ends it.
  verlaengert_sich AS (
    zustand = 'laufend'
    AND NOT (
      trim(coalesce(verlaengerung, '')) IN ('', '-', 'ohne', 'Ohne', 'entfällt', 'Entfällt')
      OR trim(verlaengerung) LIKE 'nein%'
      OR trim(verlaengerung) LIKE 'kein%'
      OR trim(verlaengerung) LIKE 'nicht v%'
      OR trim(verlaengerung) LIKE 'ohne verl%'
    )
    AND takt_monate IS NOT 0
  ) STORED,
  ende_nr AS (12 * substr(ende, 1, 4) + substr(ende, 6, 2) - 1) STORED,
  endet_mit_monat AS (ende = date(ende, 'start of month', '+1 month', '-1 day')) STORED
) WITHOUT ROWID;

CREATE TABLE vertrag_bestand (
  sequence  INTEGER PRIMARY KEY,
  kennzahl  TEXT NOT NULL,
  wert      INTEGER NOT NULL,
  stichtag  TEXT NOT NULL,
  quelle    TEXT NOT NULL,
  enthalten TEXT NOT NULL
);

-- Every record on a contract, as it came: who answered what, and when.
CREATE TABLE vertrag_verlauf (
  vertrag       TEXT NOT NULL,
  sequence      INTEGER NOT NULL,
  zeit          TEXT NOT NULL,
  erfasst_von   TEXT,
  ereignis      TEXT NOT NULL,
  angaben       TEXT,
  PRIMARY KEY (vertrag, sequence)
) WITHOUT ROWID;

-- The answers in force, merged field by field (RFC 7396: absent keeps, null clears).
CREATE TABLE vertrag_2b_angaben (
  vertrag     TEXT PRIMARY KEY,
  angaben     TEXT NOT NULL,
  erfasst_von TEXT,
  erfasst_am  TEXT NOT NULL,
  sequence    INTEGER NOT NULL
) WITHOUT ROWID;

-- What a contract brings in a year that nobody has forecast, as it was known one after the other: the amount answered, the
-- fee of a year, the forecast stated. NULL from the day on which it was taken back; `bekannt_ab` is '' of the first, which
-- counts for the days before it as well.
CREATE TABLE vertrag_2b_basis (
  vertrag     TEXT NOT NULL,
  sequence    INTEGER NOT NULL,
  bekannt_ab  TEXT NOT NULL,
  betrag_cent INTEGER,
  PRIMARY KEY (vertrag, sequence)
) WITHOUT ROWID;

-- What it was forecast to bring in a year; `bekannt_ab` as above.
CREATE TABLE vertrag_2b_prognose (
  vertrag     TEXT NOT NULL,
  jahr        INTEGER NOT NULL,
  sequence    INTEGER NOT NULL,
  bekannt_ab  TEXT NOT NULL,
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

-- The contracts that the statements of one record compute anew: the answers in force, the county's own state where the
-- contract says nothing, and the period of performance, filled by the contract's own dates.
CREATE TABLE vertrag_2b_arbeit (
  vertrag           TEXT PRIMARY KEY,
  bekannt_ab        TEXT NOT NULL,
  entgelt_jahr_cent INTEGER,
  -- of the last answers; without any, of the contract
  sequence          INTEGER NOT NULL,
  richtung,
  leistender,
  empfaenger,
  gegenleistung,
  nachhaltig,
  hilfsgeschaeft,
  haendleraehnlich,
  handlungsform,
  katalog,
  wettbewerb,
  gruppe,
  jahresumsatz,
  betrag,
  vergleichbar_frei,
  vorbehalten,
  nr2a,
  nr2b,
  nr2c,
  nr2d,
  befreiung,
  option_9,
  satz_klasse,
  leistungsdatum,
  teilleistungen,
  bga,
  kleinunternehmer,
  optionserklaerung,
  -- the last day of the old law for this contract
  alt_bis,
  neuester,
  von,
  bis,
  -- goes on behind `bis` by renewing itself
  weiter,
  -- of a contract that has renewed itself into the new law: the ends of its first and its last term under the old one
  ende_erst,
  ende_alt
) WITHOUT ROWID;

-- The check: a row for each contract and date of performance (`zeile` 0 is that of the old law where there are two).
--
-- Every condition x is three-valued: NULL while a missing answer leaves it open. Of a condition that is reached, the rule
-- can hit if coalesce(x, 1), and the next is reached if coalesce(NOT x, 1): w says that all rules up to that one can miss.
-- That is exact, not an estimate, because no field occurs in two conditions that can both stay open, with one exception
-- which x9d_offen names. An answer is missing and matters exactly where a condition reached is NULL and the answer in
-- it is.
CREATE TABLE vertrag_2b_pruefung (
  vertrag          TEXT NOT NULL,
  zeile            INTEGER NOT NULL,
  leistungsdatum   TEXT,
  -- performed under the old law; NULL while `alt_fehlt` leaves it open
  alt              INTEGER,
  alt_fehlt        TEXT,
  alt_bis          TEXT,
  -- the row exists only for some of the missing answers, and counts only where they change something
  ungewiss         INTEGER NOT NULL,
  jahr             INTEGER,
  -- the calendar years of performance under the row's law; without an end in sight 9999 is the last one
  jahr_von         INTEGER,
  jahr_bis         INTEGER,
  -- the day whose limits, rates and rule texts apply; of an undated performance a day of the newest law
  rechtstag        TEXT NOT NULL,
  taetig_ab        TEXT,
  bekannt_ab       TEXT,
  grenze_cent      INTEGER,
  -- the forecast stated for the year, and the contract's own part in the sum of its group: as forecast on 1 January or at
  -- the start of its performance, and as forecast last
  genannt_cent     INTEGER,
  beitrag_cent     INTEGER,
  beitrag_neu_cent INTEGER,
  -- what it counts in a year that nobody has forecast
  basis_cent       INTEGER,
  -- 0: it counts the same in each year; 1: forecasts or fees of several days tell what it counts in other years; 2: also
  -- in `jahr`, for there it matters on which day the activity of its group began
  verlauf          INTEGER NOT NULL,
  betrag_cent      INTEGER,
  sequence         INTEGER NOT NULL,
  gruppe,
  richtung,
  leistender,
  empfaenger,
  gegenleistung,
  nachhaltig,
  hilfsgeschaeft,
  haendleraehnlich,
  handlungsform,
  katalog,
  wettbewerb,
  vergleichbar_frei,
  vorbehalten,
  nr2a,
  nr2b,
  nr2c,
  nr2d,
  befreiung,
  -- § 9 allows to waive the exemption
  verzichtbar,
  option_9,
  satz_klasse,
  bga,
  kleinunternehmer,
  optionserklaerung,

  -- the conditions, in the order of the decision table
  x1 AS (richtung = 'eingang') STORED,
  x2 AS (empfaenger = 'eigene_organisationseinheit') STORED,
  x3 AS (gegenleistung IN ('keine', 'echter_zuschuss', 'schadensersatz', 'abgabe_ohne_leistung')) STORED,
  x6 AS (leistender = 'privatrechtlich') STORED,
  x4 AS (hilfsgeschaeft AND NOT haendleraehnlich) STORED,
  x5 AS (NOT nachhaltig) STORED,
  x0 AS (alt AND optionserklaerung) STORED,
  -- the old law: a business or surveying is taxable whatever is unclear beside it
  x0_ja AS (bga = 1 OR katalog = 'vermessung_kataster') STORED,
  x0_unklar AS (bga = 'unklar' OR katalog = 'unklar') STORED,
  x8 AS (handlungsform = 'privatrechtlich') STORED,
  x7 AS (katalog IN ('vermessung_kataster', 'ble_marktordnung', 'anhang_I')) STORED,
  x7u AS (katalog = 'unklar') STORED,
  x8u AS (handlungsform = 'unklar') STORED,
  x9b AS (vergleichbar_frei = 1) STORED,
  x9c AS (empfaenger = 'jpoer' AND vorbehalten) STORED,
  x9d AS (empfaenger = 'jpoer' AND nr2a AND nr2b AND nr2c AND nr2d) STORED,
  -- R9c and R9d share the recipient: if it is open and the service reserved, a jPöR would have hit R9c
  x9d_offen AS (x9d AND NOT coalesce(vorbehalten, 0)) STORED,
  xs1 AS (befreiung <> 'keine' AND NOT (option_9 AND verzichtbar)) STORED,

  -- the rules up to this one can all miss
  w1 AS (coalesce(NOT x1, 1)) STORED,
  w2 AS (w1 AND coalesce(NOT x2, 1)) STORED,
  w3 AS (w2 AND coalesce(NOT x3, 1)) STORED,
  w6 AS (w3 AND coalesce(NOT x6, 1)) STORED,
  w4 AS (w6 AND coalesce(NOT x4, 1)) STORED,
  w5 AS (w4 AND coalesce(NOT x5, 1)) STORED,
  w0 AS (w5 AND coalesce(NOT x0, 1)) STORED,
  w8 AS (w0 AND coalesce(NOT x8, 1)) STORED,
  w7 AS (w8 AND coalesce(NOT x7, 1)) STORED,
  w7u AS (w7 AND coalesce(NOT x7u, 1)) STORED,
  w8u AS (w7u AND coalesce(NOT x8u, 1)) STORED,
  -- behind R9a, if that misses
  w9b AS (w8u AND coalesce(NOT x9b, 1)) STORED,
  w9c AS (w9b AND coalesce(NOT x9c, 1)) STORED,
  w9d AS (w9c AND coalesce(NOT x9d, 1)) STORED,

  -- the results that can still come about, before R9a and behind it, and the answers that each part waits for
  vor AS (
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
    || iif(w7u AND coalesce(x8u, 1), 'R8u:zu_pruefen ', '')
  ) STORED,
  nach AS (
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
    || iif(w9d AND coalesce(wettbewerb = 'unklar', 1), 'R9g:zu_pruefen ', '')
  ) STORED,
  fehlt_vor AS (
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
    || iif((w5 AND coalesce(x0, 1) AND x0_ja IS NULL OR w8) AND katalog IS NULL, ', katalog_abs4', '')
  ) STORED,
  fehlt_nach AS (
    iif(w8u AND x9b IS NULL, ', vergleichbar_steuerfrei_ohne_option', '')
    || iif(w9b AND x9c IS NULL AND vorbehalten IS NULL, ', abs3_nr1_vorbehalten', '')
    || iif(
      w9c AND x9d_offen IS NULL AND (nr2a IS NULL OR nr2b IS NULL OR nr2c IS NULL OR nr2d IS NULL),
      ', abs3_nr2', ''
    )
    || iif((w9d OR w9c AND coalesce(x9d_offen, 1)) AND wettbewerb IS NULL, ', wettbewerb', '')
  ) STORED,

  -- the status after ja
  status AS (
    iif(coalesce(xs1, 1) AND coalesce(substr(befreiung, 1, 8) = 'strittig', 1), 'zu_pruefen: ', '')
    || iif(
      coalesce(xs1, 1) AND coalesce(substr(befreiung, 1, 1) = '4', 1)
        OR coalesce(NOT xs1, 1) AND coalesce(kleinunternehmer, 1),
      'steuerfrei: ', ''
    )
    || iif(
      coalesce(NOT xs1, 1) AND coalesce(NOT kleinunternehmer, 1),
      iif(coalesce(satz_klasse = 'regel', 1), 'steuerpflichtig:regel ', '')
      || iif(coalesce(satz_klasse = 'ermaessigt', 1), 'steuerpflichtig:ermaessigt ', ''),
      ''
    )
  ) STORED,
  fehlt_status AS (
    iif(xs1 IS NULL AND befreiung IS NULL, ', befreiung', '')
    -- who is exempt under § 19 anyway does not depend on the option of an undisputed exemption
    || iif(
      xs1 IS NULL AND option_9 IS NULL AND NOT coalesce(substr(befreiung, 1, 1) = '4' AND kleinunternehmer, 0),
      ', option_9', ''
    )
    || iif(coalesce(NOT xs1, 1) AND kleinunternehmer IS NULL, ', kleinunternehmer', '')
    || iif(
      coalesce(NOT xs1, 1) AND coalesce(NOT kleinunternehmer, 1) AND satz_klasse IS NULL,
      ', satz_klasse', ''
    )
  ) STORED,

  -- how many results there are, whether one of them is a ja, and how many a ja has
  anzahl AS (
    coalesce(x1, 1)
    + (w1 AND coalesce(x2, 1))
    + (w2 AND coalesce(x3, 1))
    + (w3 AND coalesce(x6, 1))
    + (w6 AND coalesce(x4, 1))
    + (w4 AND coalesce(x5, 1))
    + iif(
      w5 AND coalesce(x0, 1),
      coalesce(x0_ja, 1)
      + (coalesce(NOT x0_ja, 1) AND coalesce(x0_unklar, 1))
      + (coalesce(NOT x0_ja, 1) AND coalesce(NOT x0_unklar, 1)),
      0
    )
    + (w0 AND coalesce(x8, 1))
    + (w8 AND coalesce(x7, 1))
    + (w7 AND coalesce(x7u, 1))
    + (w7u AND coalesce(x8u, 1))
    + (w8u AND coalesce(x9b, 1))
    + (w9b AND coalesce(x9c, 1))
    + (w9c AND coalesce(x9d_offen, 1)) * iif(wettbewerb IS NULL, 3, 1)
    + w9d * iif(wettbewerb IS NULL, 3, 1)
  ) STORED,
  ja_vor AS (
    w3 AND coalesce(x6, 1)
    OR w5 AND coalesce(x0, 1) AND coalesce(x0_ja, 1)
    OR w0 AND coalesce(x8, 1)
    OR w8 AND coalesce(x7, 1)
  ) STORED,
  ja_nach AS ((w9d OR w9c AND coalesce(x9d_offen, 1)) AND coalesce(wettbewerb = 'ja', 1)) STORED,
  anzahl_status AS (
    (coalesce(xs1, 1) AND coalesce(substr(befreiung, 1, 8) = 'strittig', 1))
    + (
      coalesce(xs1, 1) AND coalesce(substr(befreiung, 1, 1) = '4', 1)
      OR coalesce(NOT xs1, 1) AND coalesce(kleinunternehmer, 1)
    )
    + (coalesce(NOT xs1, 1) AND coalesce(NOT kleinunternehmer, 1)) * iif(satz_klasse IS NULL, 2, 1)
  ) STORED,

  -- one result left: it stands
  steht AS (anzahl = 1 AND (NOT (ja_vor OR ja_nach) OR anzahl_status = 1)) STORED,
  regel AS (
    iif(steht, substr(vor || nach, 1, iif(substr(vor || nach, 3, 1) = ':', 2, 3)), 'offen')
  ) STORED,
  steuerbar AS (
    iif(steht, substr(vor || nach, length(regel) + 2, length(vor || nach) - length(regel) - 2), 'zu_pruefen')
  ) STORED,
  steuerstatus AS (
    CASE
      WHEN steuerbar = 'zu_pruefen' THEN 'zu_pruefen'
      WHEN steuerbar <> 'ja' THEN 'entfaellt'
      WHEN status = 'zu_pruefen: ' THEN 'zu_pruefen'
      WHEN status = 'steuerfrei: ' THEN 'steuerfrei'
      ELSE 'steuerpflichtig'
    END
  ) STORED,
  klasse AS (
    iif(steuerbar = 'ja' AND steuerstatus = 'steuerpflichtig', substr(status, 17, length(status) - 17), NULL)
  ) STORED,
  status_regel AS (
    CASE
      WHEN steuerbar <> 'ja' THEN NULL
      WHEN steuerstatus = 'steuerpflichtig' THEN 'S3'
      WHEN xs1 = 1 OR steuerstatus = 'zu_pruefen' THEN 'S1'
      ELSE 'S2'
    END
  ) STORED,

  -- whether the row comes to R9a whatever the missing answers are
  erreicht_9a AS (CASE WHEN NOT w8u THEN 'nie' WHEN vor = '' THEN 'sicher' ELSE 'moeglich' END) STORED,
  PRIMARY KEY (vertrag, zeile)
);

-- The sums of the groups are read in this order.
CREATE INDEX vertrag_2b_pruefung_gruppe ON vertrag_2b_pruefung (
  gruppe, jahr, jahr_von, jahr_bis, verlauf, erreicht_9a, bekannt_ab, beitrag_cent, beitrag_neu_cent, sequence
);

-- When a group's activity began.
CREATE INDEX vertrag_2b_pruefung_beginn ON vertrag_2b_pruefung (gruppe, taetig_ab)
WHERE jahr IS NOT NULL AND erreicht_9a <> 'nie';

-- Who performs in several years, or counts by the day.
CREATE INDEX vertrag_2b_pruefung_mehrjaehrig ON vertrag_2b_pruefung (gruppe, jahr, jahr_von, jahr_bis)
WHERE (jahr_bis > jahr_von OR verlauf = 2) AND erreicht_9a <> 'nie';

CREATE INDEX vertrag_2b_regeln_regel ON vertrag_2b_regeln (regel, steuerbar);

CREATE INDEX vertrag_2b_saetze_klasse ON vertrag_2b_saetze (satz_klasse);

-- One month is one row: what is asked of it comes in the order of the contracts.
CREATE UNIQUE INDEX vertrag_monat_monat ON vertrag_monat (monat);

CREATE VIEW vertrag_2b_version AS
SELECT regelversion, hinweis
FROM vertrag_2b_regelversion
WHERE coalesce(gilt_bis, '') = ''
ORDER BY gilt_von DESC
LIMIT 1;

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

-- What the rules look at, for each contract.
CREATE VIEW vertrag_2b_lage AS
SELECT
  l.vertrag,
  l.bekannt_ab,
  l.entgelt_jahr_cent,
  l.sequence,
  l.angaben ->> '$.richtung' AS richtung,
  l.angaben ->> '$.leistender' AS leistender,
  l.angaben ->> '$.empfaenger' AS empfaenger,
  l.angaben ->> '$.gegenleistung' AS gegenleistung,
  l.angaben ->> '$.nachhaltig' AS nachhaltig,
  l.angaben ->> '$.hilfsgeschaeft' AS hilfsgeschaeft,
  l.angaben ->> '$.haendleraehnlich' AS haendleraehnlich,
  l.angaben ->> '$.handlungsform' AS handlungsform,
  l.angaben ->> '$.katalog_abs4' AS katalog,
  l.angaben ->> '$.wettbewerb' AS wettbewerb,
  l.angaben ->> '$.taetigkeitsgruppe' AS gruppe,
  l.angaben ->> '$.jahresumsatz_gleichartig_cent' AS jahresumsatz,
  l.angaben ->> '$.betrag_cent' AS betrag,
  l.angaben ->> '$.vergleichbar_steuerfrei_ohne_option' AS vergleichbar_frei,
  l.angaben ->> '$.abs3_nr1_vorbehalten' AS vorbehalten,
  l.angaben ->> '$.abs3_nr2.a' AS nr2a,
  l.angaben ->> '$.abs3_nr2.b' AS nr2b,
  l.angaben ->> '$.abs3_nr2.c' AS nr2c,
  l.angaben ->> '$.abs3_nr2.d' AS nr2d,
  l.angaben ->> '$.befreiung' AS befreiung,
  l.angaben ->> '$.option_9' AS option_9,
  l.angaben ->> '$.satz_klasse' AS satz_klasse,
  l.leistungsdatum,
  l.angaben ->> '$.teilleistungen' AS teilleistungen,
  l.angaben ->> '$.bga_altrecht' AS bga,
  l.angaben ->> '$.kleinunternehmer' AS kleinunternehmer,
  l.optionserklaerung,
  l.alt_bis,
  (SELECT max(gilt_von) FROM vertrag_2b_rechtsstand) AS neuester,
  l.von,
  iif(l.laeuft_aus, substr(l.enden, 11), l.bis) AS bis,
  l.weiter,
  iif(l.laeuft_aus, l.bis, NULL) AS ende_erst,
  CASE WHEN l.laeuft_aus THEN coalesce(substr(l.enden, 1, 10), l.bis) END AS ende_alt
FROM (
  SELECT
    k.*,
    k.weiter AND k.bis <= k.alt_bis AS laeuft_aus,
    -- the last end of a term under the old law and the first one under the new, where the renewals are counted in months
    CASE
      WHEN k.weiter AND k.bis <= k.alt_bis AND k.takt_monate > 0
        THEN (
          SELECT max(e.ende) FILTER (WHERE e.ende <= k.alt_bis) || min(e.ende) FILTER (WHERE e.ende > k.alt_bis)
          FROM (
            SELECT
              min(
                date(
                  k.bis, 'start of month', '+' || (t.takte * k.takt_monate) || ' months',
                  '+' || iif(k.endet_mit_monat, 30, substr(k.bis, 9) - 1) || ' days'
                ),
                date(k.bis, 'start of month', '+' || (t.takte * k.takt_monate + 1) || ' months', '-1 day')
              ) AS ende
            FROM (
              SELECT
                max(0, (12 * substr(k.alt_bis, 1, 4) + substr(k.alt_bis, 6, 2) - 1 - k.ende_nr) / k.takt_monate + n.column1)
                  AS takte
              FROM (VALUES (-1), (0), (1)) AS n
            ) AS t
          ) AS e
        )
    END AS enden
  FROM (
    SELECT
      o.*,
      iif(
        o.widerruf IS NOT NULL AND o.optionserklaerung IS NOT 0,
        min(o.optionsende, date(o.widerruf, '-1 day')),
        o.optionsende
      ) AS alt_bis,
      coalesce(o.leistung_von, iif(o.leistung_bis IS NULL OR o.beginn <= o.leistung_bis, o.beginn, NULL)) AS von,
      coalesce(o.leistung_bis, iif(o.leistung_von IS NULL OR o.ende >= o.leistung_von, o.ende, NULL)) AS bis,
      o.verlaengert_sich = 1
        AND o.leistungsdatum IS NULL
        AND o.leistung_bis IS NULL
        AND o.ende >= coalesce(o.leistung_von, '') AS weiter
    FROM (
      SELECT
        v.vertrag,
        v.bekannt_ab,
        v.beginn,
        v.ende,
        v.ende_nr,
        v.endet_mit_monat,
        v.takt_monate,
        v.verlaengert_sich,
        v.entgelt_jahr_cent,
        coalesce(a.sequence, v.sequence) AS sequence,
        a.angaben,
        a.angaben ->> '$.leistungsdatum' AS leistungsdatum,
        a.angaben ->> '$.leistung_von' AS leistung_von,
        a.angaben ->> '$.leistung_bis' AS leistung_bis,
        coalesce(
          a.angaben ->> '$.optionserklaerung',
          (SELECT 1 FROM vertrag_option WHERE art = 'erklaert' LIMIT 1)
        ) AS optionserklaerung,
        coalesce(
          a.angaben ->> '$.widerruf_wirksam_ab',
          (SELECT wirksam_ab FROM vertrag_option WHERE art = 'widerrufen' ORDER BY sequence DESC LIMIT 1)
        ) AS widerruf,
        (SELECT max(gilt_bis) FROM vertrag_2b_rechtsstand WHERE rechtsstand = 'altrecht') AS optionsende
      FROM vertrag AS v
      LEFT JOIN vertrag_2b_angaben AS a ON a.vertrag = v.vertrag
    ) AS o
  ) AS k
) AS l;

-- The dates of performance of the contracts at work. One that has renewed itself into the new law has a term under each.
-- `wirklich` is the day whose limits and state of the county apply; of an uncertain row the end of the period, when all is
-- performed if there are no Teilleistungen; without an end in sight the first day under the new law.
CREATE VIEW vertrag_2b_datum AS
SELECT
  vertrag,
  1 AS zeile,
  CASE
    WHEN leistungsdatum IS NOT NULL THEN leistungsdatum
    WHEN bis IS NOT NULL THEN bis
    WHEN von > alt_bis OR teilleistungen IS NOT 1 THEN NULL
    WHEN von IS NOT NULL THEN date(alt_bis, '+1 day')
  END AS tag,
  CASE
    WHEN leistungsdatum IS NOT NULL THEN leistungsdatum <= alt_bis
    WHEN ende_alt IS NOT NULL THEN 0
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
    WHEN ende_alt IS NOT NULL THEN date(alt_bis, '+1 day')
    WHEN von IS NOT NULL THEN max(von, date(alt_bis, '+1 day'))
  END AS wirklich
FROM vertrag_2b_arbeit

UNION ALL

SELECT
  vertrag,
  0,
  iif(teilleistungen = 1, alt_bis, coalesce(ende_alt, alt_bis)),
  CASE WHEN ende_alt IS NOT NULL OR von IS NOT NULL AND teilleistungen = 1 THEN 1 END,
  CASE
    WHEN von IS NOT NULL THEN 'teilleistungen'
    WHEN teilleistungen = 1 THEN 'leistung_von'
    ELSE 'leistung_von, teilleistungen'
  END,
  ende_alt IS NULL AND (von IS NULL OR teilleistungen IS NULL),
  CASE
    WHEN teilleistungen = 1 AND coalesce(ende_alt, von) IS NOT NULL THEN alt_bis
    ELSE coalesce(ende_alt, bis)
  END
FROM vertrag_2b_arbeit
WHERE ende_alt IS NOT NULL
  OR leistungsdatum IS NULL
  AND teilleistungen IS NOT 0
  AND (von <= alt_bis OR von IS NULL)
  AND (bis > alt_bis OR bis IS NULL AND von IS NOT NULL AND teilleistungen = 1);

-- What a contract counts in a year: the forecast set for it until 1 January or the start of the activity, else the first
-- one; without any, its amount or the fee agreed until then.
CREATE VIEW vertrag_2b_zeilen AS
SELECT
  w.vertrag,
  d.zeile,
  d.tag AS leistungsdatum,
  d.alt,
  d.alt_fehlt,
  w.alt_bis,
  d.ungewiss,
  d.jahr,
  -- Partial performances are performed year by year, under the new law from its first day; all else at the end of a term.
  CASE
    WHEN w.teilleistungen = 1 AND w.leistungsdatum IS NULL
      THEN min(
        d.jahr,
        CAST(substr(max(coalesce(w.von, d.tag), iif(d.alt, '', date(w.alt_bis, '+1 day'))), 1, 4) AS INTEGER)
      )
    WHEN d.alt AND w.ende_erst IS NOT NULL THEN CAST(substr(w.ende_erst, 1, 4) AS INTEGER)
    ELSE d.jahr
  END AS jahr_von,
  iif(w.leistungsdatum IS NULL AND d.alt IS NOT 1 AND d.jahr IS NOT NULL AND (w.weiter = 1 OR w.bis IS NULL), 9999, d.jahr)
    AS jahr_bis,
  d.rechtstag,
  d.taetig_ab,
  min(w.bekannt_ab, coalesce(d.taetig_ab, w.bekannt_ab)) AS bekannt_ab,
  (
    SELECT CAST(g.betrag_cent AS INTEGER)
    FROM vertrag_2b_grenzen AS g
    WHERE g.grenze = 'gleichartige_taetigkeiten'
      AND d.rechtstag BETWEEN g.gilt_von AND coalesce(nullif(g.gilt_bis, ''), '9999-12-31')
  ) AS grenze_cent,
  -- In a group the contract's own forecast is a part of the sum.
  coalesce(iif(w.gruppe IS NULL, d.prognose, NULL), w.jahresumsatz) AS genannt_cent,
  coalesce(d.prognose, d.basis) AS beitrag_cent,
  coalesce(
    (
      SELECT p.betrag_cent
      FROM vertrag_2b_prognose AS p
      WHERE p.vertrag = w.vertrag AND p.jahr = d.jahr
      ORDER BY p.sequence DESC
      LIMIT 1
    ),
    d.basis_neu
  ) AS beitrag_neu_cent,
  coalesce(w.betrag, w.entgelt_jahr_cent, w.jahresumsatz) AS basis_cent,
  CASE
    WHEN EXISTS (
      SELECT 1
      FROM vertrag_2b_prognose AS p
      WHERE p.vertrag = w.vertrag
        AND p.jahr = d.jahr
        AND p.bekannt_ab > d.jahr || '-01-01'
        AND p.bekannt_ab <= d.taetig_ab
    )
    OR EXISTS (
      SELECT 1
      FROM vertrag_2b_basis AS b
      WHERE b.vertrag = w.vertrag
        AND b.bekannt_ab > d.jahr || '-01-01'
        AND b.bekannt_ab <= d.taetig_ab
    )
      THEN 2
    ELSE EXISTS (SELECT 1 FROM vertrag_2b_prognose AS p WHERE p.vertrag = w.vertrag)
      OR EXISTS (SELECT 1 FROM vertrag_2b_basis AS b WHERE b.vertrag = w.vertrag AND b.bekannt_ab <> '')
  END AS verlauf,
  w.betrag,
  w.sequence,
  w.gruppe,
  w.richtung,
  w.leistender,
  w.empfaenger,
  w.gegenleistung,
  w.nachhaltig,
  w.hilfsgeschaeft,
  w.haendleraehnlich,
  w.handlungsform,
  w.katalog,
  w.wettbewerb,
  w.vergleichbar_frei,
  w.vorbehalten,
  w.nr2a,
  w.nr2b,
  w.nr2c,
  w.nr2d,
  w.befreiung,
  CASE
    WHEN w.befreiung <> 'keine'
      THEN EXISTS (
        SELECT 1
        FROM vertrag_2b_verzicht AS z
        WHERE replace(w.befreiung, 'strittig_', '') GLOB z.befreiung_muster
          AND d.rechtstag BETWEEN coalesce(z.gilt_von, '') AND coalesce(nullif(z.gilt_bis, ''), '9999-12-31')
      )
  END AS verzichtbar,
  w.option_9,
  w.satz_klasse,
  w.bga,
  coalesce(
    w.kleinunternehmer,
    CASE
      WHEN w.leistender IS NOT 'privatrechtlich' THEN (
        SELECT s.kleinunternehmer
        FROM vertrag_kleinunternehmer_stand AS s
        WHERE s.jahr = CAST(substr(d.rechtstag, 1, 4) AS INTEGER)
      )
    END
  ) AS kleinunternehmer,
  w.optionserklaerung
FROM (
  SELECT
    j.*,
    (
      SELECT p.betrag_cent
      FROM vertrag_2b_prognose AS p
      WHERE p.vertrag = j.vertrag
        AND p.jahr = j.jahr
        AND p.bekannt_ab <= max(j.jahr || '-01-01', coalesce(j.taetig_ab, ''))
      ORDER BY p.sequence DESC
      LIMIT 1
    ) AS prognose,
    (
      SELECT b.betrag_cent
      FROM vertrag_2b_basis AS b
      WHERE b.vertrag = j.vertrag AND b.bekannt_ab <= max(j.jahr || '-01-01', coalesce(j.taetig_ab, ''))
      ORDER BY b.sequence DESC
      LIMIT 1
    ) AS basis,
    (
      SELECT b.betrag_cent
      FROM vertrag_2b_basis AS b
      WHERE b.vertrag = j.vertrag AND b.bekannt_ab <= j.jahr || '-12-31'
      ORDER BY b.sequence DESC
      LIMIT 1
    ) AS basis_neu
  FROM (
    SELECT
      t.*,
      coalesce(a.von, t.tag) AS taetig_ab,
      iif(t.ungewiss, NULL, CAST(substr(t.wirklich, 1, 4) AS INTEGER)) AS jahr,
      coalesce(t.wirklich, a.neuester) AS rechtstag
    FROM vertrag_2b_datum AS t
    JOIN vertrag_2b_arbeit AS a ON a.vertrag = t.vertrag
  ) AS j
) AS d
JOIN vertrag_2b_arbeit AS w ON w.vertrag = d.vertrag;

-- Who is in a group, whether it counts there or not.
CREATE VIEW vertrag_2b_mitglied AS
SELECT DISTINCT gruppe AS taetigkeitsgruppe, vertrag
FROM vertrag_2b_pruefung
WHERE gruppe IS NOT NULL;

-- The years that are asked of a group: all in which its sum can change. Those in which contracts begin and end, and, while
-- some go on, those for which they have a forecast and the years behind all these and behind a change of what they bring.
-- `stichtag` is the day whose forecast counts.
CREATE VIEW vertrag_2b_gruppenjahr AS
SELECT
  j.gruppe,
  j.jahr,
  max(
    j.jahr || '-01-01',
    (
      SELECT min(b.taetig_ab)
      FROM vertrag_2b_pruefung AS b
      WHERE b.gruppe = j.gruppe AND b.jahr IS NOT NULL AND b.erreicht_9a <> 'nie'
    )
  ) AS stichtag
FROM (
  SELECT DISTINCT r.gruppe, r.jahr + n.column1 AS jahr
  FROM (
    SELECT gruppe, jahr
    FROM vertrag_2b_pruefung
    WHERE gruppe IS NOT NULL AND jahr IS NOT NULL AND erreicht_9a <> 'nie'
    UNION
    SELECT gruppe, jahr_von
    FROM vertrag_2b_pruefung
    WHERE (jahr_bis > jahr_von OR verlauf = 2) AND erreicht_9a <> 'nie' AND gruppe IS NOT NULL
    UNION
    SELECT q.gruppe, p.jahr
    FROM vertrag_2b_pruefung AS q
    CROSS JOIN vertrag_2b_prognose AS p
      ON p.vertrag = q.vertrag
      AND p.jahr BETWEEN q.jahr_von AND q.jahr_bis
    WHERE (q.jahr_bis > q.jahr_von OR q.verlauf = 2) AND q.erreicht_9a <> 'nie' AND q.gruppe IS NOT NULL
    UNION
    SELECT q.gruppe, CAST(substr(b.bekannt_ab, 1, 4) AS INTEGER)
    FROM vertrag_2b_pruefung AS q
    CROSS JOIN vertrag_2b_basis AS b
      ON b.vertrag = q.vertrag
      AND CAST(substr(b.bekannt_ab, 1, 4) AS INTEGER) BETWEEN q.jahr_von AND q.jahr_bis
    WHERE (q.jahr_bis > q.jahr_von OR q.verlauf = 2) AND q.erreicht_9a <> 'nie' AND q.gruppe IS NOT NULL
  ) AS r
  CROSS JOIN (VALUES (0), (1)) AS n
  WHERE n.column1 = 0
    OR EXISTS (
      SELECT 1
      FROM vertrag_2b_pruefung AS q
      WHERE q.gruppe = r.gruppe
        AND q.jahr_von <= r.jahr + 1
        AND q.jahr_bis > r.jahr
        AND (q.jahr_bis > q.jahr_von OR q.verlauf = 2)
        AND q.erreicht_9a <> 'nie'
    )
) AS j;

-- What a contract that performs in several years counts in those that are asked beside its own one, and what one counts
-- in its own year by the day of its group.
CREATE VIEW vertrag_2b_weitere_jahre AS
SELECT
  m.gruppe,
  g.jahr,
  m.erreicht_9a,
  m.bekannt_ab,
  CASE
    WHEN m.verlauf = 0 THEN m.basis_cent
    ELSE coalesce(
      (
        SELECT p.betrag_cent
        FROM vertrag_2b_prognose AS p
        WHERE p.vertrag = m.vertrag AND p.jahr = g.jahr AND p.bekannt_ab <= g.stichtag
        ORDER BY p.sequence DESC
        LIMIT 1
      ),
      (
        SELECT b.betrag_cent
        FROM vertrag_2b_basis AS b
        WHERE b.vertrag = m.vertrag AND b.bekannt_ab <= g.stichtag
        ORDER BY b.sequence DESC
        LIMIT 1
      )
    )
  END AS beitrag_cent,
  CASE
    WHEN m.verlauf = 0 THEN m.basis_cent
    ELSE coalesce(
      (
        SELECT p.betrag_cent
        FROM vertrag_2b_prognose AS p
        WHERE p.vertrag = m.vertrag AND p.jahr = g.jahr
        ORDER BY p.sequence DESC
        LIMIT 1
      ),
      (
        SELECT b.betrag_cent
        FROM vertrag_2b_basis AS b
        WHERE b.vertrag = m.vertrag AND b.bekannt_ab <= g.jahr || '-12-31'
        ORDER BY b.sequence DESC
        LIMIT 1
      )
    )
  END AS beitrag_neu_cent
FROM vertrag_2b_gruppenjahr AS g
CROSS JOIN vertrag_2b_pruefung AS m
  ON m.gruppe = g.gruppe
  AND m.jahr_von <= g.jahr
  AND m.jahr_bis >= g.jahr
  AND (m.jahr <> g.jahr OR m.verlauf = 2)
  AND (m.jahr_bis > m.jahr_von OR m.verlauf = 2)
  AND m.erreicht_9a <> 'nie';

-- The sum of a group of like activities (§ 2b Abs. 2 Nr. 1): counted are the contracts that surely come to R9a in the
-- calendar year of performance and were known on 1 January or at the start of the activity. `summe_neu_cent` counts
-- later contracts and forecasts too: it decides nothing in this year, and is a finding where it passes the limit.
CREATE VIEW vertrag_2b_gruppensumme AS
SELECT
  gruppe,
  jahr,
  max(jahr || '-01-01', taetig_ab) AS stichtag,
  summe_cent,
  summe_neu_cent,
  summe_moeglich_cent,
  spaeter,
  (
    SELECT CAST(g.betrag_cent AS INTEGER)
    FROM vertrag_2b_grenzen AS g
    WHERE g.grenze = 'gleichartige_taetigkeiten'
      AND jahr || '-01-01' BETWEEN g.gilt_von AND coalesce(nullif(g.gilt_bis, ''), '9999-12-31')
  ) AS grenze_cent
FROM (
  SELECT
    gruppe,
    jahr,
    max(taetig_ab) AS taetig_ab,
    sum(summe_cent) AS summe_cent,
    sum(summe_neu_cent) AS summe_neu_cent,
    sum(summe_moeglich_cent) AS summe_moeglich_cent,
    sum(spaeter) AS spaeter
  FROM (
    -- Each in its own year, summed in the order of the index; then the few others, summed by themselves, for to sort both
    -- together would take longer than all the rest.
    SELECT
      m.gruppe,
      m.jahr,
      (
        SELECT min(b.taetig_ab)
        FROM vertrag_2b_pruefung AS b
        WHERE b.gruppe = m.gruppe AND b.jahr IS NOT NULL AND b.erreicht_9a <> 'nie'
      ) AS taetig_ab,
      sum(m.beitrag_cent) FILTER (
        WHERE m.erreicht_9a = 'sicher'
          AND (
            m.bekannt_ab <= m.jahr || '-01-01'
            OR m.bekannt_ab <= (
              SELECT min(b.taetig_ab)
              FROM vertrag_2b_pruefung AS b
              WHERE b.gruppe = m.gruppe AND b.jahr IS NOT NULL AND b.erreicht_9a <> 'nie'
            )
          )
      ) AS summe_cent,
      sum(m.beitrag_neu_cent) FILTER (WHERE m.erreicht_9a = 'sicher') AS summe_neu_cent,
      sum(m.beitrag_neu_cent) AS summe_moeglich_cent,
      count(*) FILTER (
        WHERE m.erreicht_9a = 'sicher'
          AND NOT (
            m.bekannt_ab <= m.jahr || '-01-01'
            OR m.bekannt_ab <= (
              SELECT min(b.taetig_ab)
              FROM vertrag_2b_pruefung AS b
              WHERE b.gruppe = m.gruppe AND b.jahr IS NOT NULL AND b.erreicht_9a <> 'nie'
            )
          )
      ) AS spaeter
    FROM vertrag_2b_pruefung AS m
    WHERE m.gruppe IS NOT NULL AND m.jahr IS NOT NULL AND m.erreicht_9a <> 'nie' AND m.verlauf < 2
    GROUP BY m.gruppe, m.jahr
    UNION ALL
    SELECT
      m.gruppe,
      m.jahr,
      (
        SELECT min(b.taetig_ab)
        FROM vertrag_2b_pruefung AS b
        WHERE b.gruppe = m.gruppe AND b.jahr IS NOT NULL AND b.erreicht_9a <> 'nie'
      ) AS taetig_ab,
      sum(m.beitrag_cent) FILTER (
        WHERE m.erreicht_9a = 'sicher'
          AND (
            m.bekannt_ab <= m.jahr || '-01-01'
            OR m.bekannt_ab <= (
              SELECT min(b.taetig_ab)
              FROM vertrag_2b_pruefung AS b
              WHERE b.gruppe = m.gruppe AND b.jahr IS NOT NULL AND b.erreicht_9a <> 'nie'
            )
          )
      ) AS summe_cent,
      sum(m.beitrag_neu_cent) FILTER (WHERE m.erreicht_9a = 'sicher') AS summe_neu_cent,
      sum(m.beitrag_neu_cent) AS summe_moeglich_cent,
      count(*) FILTER (
        WHERE m.erreicht_9a = 'sicher'
          AND NOT (
            m.bekannt_ab <= m.jahr || '-01-01'
            OR m.bekannt_ab <= (
              SELECT min(b.taetig_ab)
              FROM vertrag_2b_pruefung AS b
              WHERE b.gruppe = m.gruppe AND b.jahr IS NOT NULL AND b.erreicht_9a <> 'nie'
            )
          )
      ) AS spaeter
    FROM vertrag_2b_weitere_jahre AS m
    GROUP BY m.gruppe, m.jahr
  )
  GROUP BY gruppe, jahr
);

-- The same with the records of its members.
CREATE VIEW vertrag_2b_gruppe AS
SELECT
  s.*,
  (
    SELECT json_group_array(m.sequence)
    FROM vertrag_2b_pruefung AS m
    WHERE m.gruppe = s.gruppe AND s.jahr BETWEEN m.jahr_von AND m.jahr_bis AND m.erreicht_9a <> 'nie'
  ) AS sequences
FROM vertrag_2b_gruppensumme AS s;

-- R9a decided by the larger of the stated forecast and the group's sum: `treffer` where it is not over the limit,
-- `verfehlt` where it is, `ohne` without any forecast; `fest` where R9a is not reached.
CREATE VIEW vertrag_2b_prognosen AS
SELECT
  p.*,
  p.summe AS gruppensumme_cent,
  CASE
    WHEN p.erreicht_9a = 'nie' THEN 'fest'
    WHEN coalesce(p.genannt_cent, p.summe) IS NULL THEN 'ohne'
    WHEN max(coalesce(p.genannt_cent, 0), coalesce(p.summe, 0)) <= p.grenze_cent THEN 'treffer'
    ELSE 'verfehlt'
  END AS r9a
FROM (
  SELECT
    z.*,
    CASE
      WHEN z.erreicht_9a = 'nie' THEN NULL
      WHEN z.erreicht_9a = 'moeglich' AND z.bekannt_ab <= g.stichtag
        THEN coalesce(g.summe_cent + z.beitrag_cent, g.summe_cent, z.beitrag_cent)
      -- What came later alone was forecast as nothing.
      ELSE coalesce(g.summe_cent, iif(g.summe_moeglich_cent IS NULL, NULL, 0))
    END AS summe
  FROM vertrag_2b_pruefung AS z
  LEFT JOIN vertrag_2b_gruppensumme AS g
    -- Most rows are in no group. The plus keeps a list from being read in the order of the groups.
    ON g.gruppe = iif(z.erreicht_9a = 'nie', NULL, z.gruppe)
    AND g.jahr = +z.jahr
) AS p;

-- One row for each contract and date of performance, with its result.
CREATE VIEW vertrag_2b_zeile AS
SELECT
  vertrag,
  zeile,
  leistungsdatum,
  rechtstag,
  CASE alt WHEN 1 THEN 'altrecht' WHEN 0 THEN 'neurecht' END AS rechtsstand,
  CASE WHEN r9a <> 'treffer' THEN regel WHEN vor = '' THEN 'R9a' ELSE 'offen' END AS regel,
  CASE WHEN r9a <> 'treffer' THEN steuerbar WHEN vor = '' THEN 'nein' ELSE 'zu_pruefen' END AS steuerbar,
  CASE WHEN r9a <> 'treffer' THEN steuerstatus WHEN vor = '' THEN 'entfaellt' ELSE 'zu_pruefen' END AS steuerstatus,
  CASE WHEN r9a <> 'treffer' THEN klasse END AS satz_klasse,
  CASE WHEN r9a <> 'treffer' THEN status_regel END AS status_regel,
  rtrim(vor || iif(r9a = 'treffer', 'R9a:nein ', nach)) AS moeglich,
  CASE
    WHEN r9a = 'treffer' AND vor = '' THEN NULL
    WHEN r9a = 'treffer'
      THEN nullif(substr(fehlt_vor || iif(ja_vor, fehlt_status, ''), 3), '')
    WHEN NOT steht
      THEN nullif(
        substr(
          fehlt_vor || iif(r9a = 'ohne', ', jahresumsatz_gleichartig_cent', '') || fehlt_nach
          || iif(ja_vor OR ja_nach, fehlt_status, ''),
          3
        ),
        ''
      )
    WHEN r9a = 'ohne' THEN 'jahresumsatz_gleichartig_cent'
  END AS fehlende_angaben,
  gruppe,
  jahr,
  r9a,
  genannt_cent,
  gruppensumme_cent,
  grenze_cent,
  betrag_cent,
  sequence
FROM vertrag_2b_prognosen
WHERE NOT ungewiss
  OR w5 AND x0 IS NULL AND NOT iif(r9a = 'treffer', vor = '', steht);

-- The result of each contract by date of performance, beside the decision in force for that date. A result that asks for a
-- decision (zu_pruefen) is no deviation from one.
CREATE VIEW vertrag_2b AS
SELECT
  z.vertrag,
  z.leistungsdatum,
  z.regel,
  z.steuerbar,
  z.steuerstatus,
  CAST(p.satz_prozent AS INTEGER) AS satz_prozent,
  nullif(
    coalesce(r.norm, '')
    || coalesce(
      '; ' || coalesce(
        p.norm,
        (
          SELECT s.norm
          FROM vertrag_2b_status AS s
          WHERE s.regel = z.status_regel
            AND s.steuerstatus = z.steuerstatus
            AND s.steuerstatus <> 'steuerpflichtig'
            AND z.rechtstag BETWEEN coalesce(s.gilt_von, '') AND coalesce(nullif(s.gilt_bis, ''), '9999-12-31')
        )
      ),
      ''
    ),
    ''
  ) AS norm,
  nullif(
    ltrim(
      coalesce(r.folge, '')
      || iif(
        z.fehlende_angaben LIKE '%jahresumsatz_gleichartig_cent%',
        coalesce('; ' || (SELECT f.folge FROM vertrag_2b_felder AS f WHERE f.feld = 'jahresumsatz_gleichartig_cent'), ''),
        ''
      ),
      '; '
    ),
    ''
  ) AS folge,
  z.fehlende_angaben,
  (SELECT regelversion FROM vertrag_2b_version) AS regelversion,
  d.steuerbar || coalesce('/' || d.steuerstatus, '') AS entscheidung,
  CASE
    WHEN z.steuerbar <> 'zu_pruefen' AND d.steuerbar <> z.steuerbar
      THEN 'berechnet ' || z.steuerbar || ', entschieden ' || d.steuerbar
    WHEN z.steuerstatus <> 'zu_pruefen' AND d.steuerstatus <> z.steuerstatus
      THEN 'berechnet ' || z.steuerstatus || ', entschieden ' || d.steuerstatus
    WHEN d.satz_prozent <> CAST(p.satz_prozent AS INTEGER)
      THEN 'berechnet ' || p.satz_prozent || ' %, entschieden ' || d.satz_prozent || ' %'
  END AS abweichung,
  (SELECT hinweis FROM vertrag_2b_version) AS hinweis,
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
LEFT JOIN vertrag_2b_regeln AS r
  ON r.regel = z.regel
  AND r.steuerbar = z.steuerbar
  AND z.rechtstag BETWEEN coalesce(r.gilt_von, '') AND coalesce(nullif(r.gilt_bis, ''), '9999-12-31')
LEFT JOIN vertrag_2b_saetze AS p
  ON p.satz_klasse = z.satz_klasse
  AND z.rechtstag BETWEEN coalesce(p.gilt_von, '') AND coalesce(nullif(p.gilt_bis, ''), '9999-12-31')
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

-- The result alone, with the rate, for lists of many contracts.
CREATE VIEW vertrag_2b_ergebnis AS
SELECT
  z.vertrag,
  z.zeile,
  z.leistungsdatum,
  z.rechtsstand,
  z.regel,
  z.steuerbar,
  z.steuerstatus,
  (
    SELECT CAST(p.satz_prozent AS INTEGER)
    FROM vertrag_2b_saetze AS p
    WHERE p.satz_klasse = z.satz_klasse
      AND z.rechtstag BETWEEN coalesce(p.gilt_von, '') AND coalesce(nullif(p.gilt_bis, ''), '9999-12-31')
  ) AS satz_prozent,
  z.betrag_cent,
  z.sequence
FROM vertrag_2b_zeile AS z;

-- The contracts with another result under the new law than under the old one: taxable or not, with what status and rate.
-- Another rule with the same result is no change.
CREATE VIEW vertrag_2b_aenderung AS
SELECT
  a.vertrag,
  a.leistungsdatum AS alt_datum,
  a.regel AS alt_regel,
  a.steuerbar AS alt_steuerbar,
  a.steuerstatus AS alt_steuerstatus,
  a.satz_prozent AS alt_satz_prozent,
  n.leistungsdatum AS neu_datum,
  n.regel AS neu_regel,
  n.steuerbar AS neu_steuerbar,
  n.steuerstatus AS neu_steuerstatus,
  n.satz_prozent AS neu_satz_prozent,
  a.sequence AS alt_sequence,
  n.sequence AS neu_sequence
FROM vertrag_2b_ergebnis AS a
JOIN vertrag_2b_ergebnis AS n ON n.vertrag = a.vertrag AND n.zeile = 1 AND n.rechtsstand = 'neurecht'
WHERE a.zeile = 0
  AND a.rechtsstand = 'altrecht'
  AND (a.steuerbar, a.steuerstatus, coalesce(a.satz_prozent, -1))
    <> (n.steuerbar, n.steuerstatus, coalesce(n.satz_prozent, -1));

-- The tax in the amount of a taxable performance: the consideration is what the recipient pays (§ 10 Abs. 1 UStG), so that
-- the tax is taken out of it, rounded to the cent.
CREATE VIEW vertrag_2b_steuer AS
SELECT
  vertrag,
  leistungsdatum,
  satz_prozent,
  betrag_cent,
  (2 * betrag_cent * satz_prozent + 100 + satz_prozent) / (2 * (100 + satz_prozent)) AS steuer_cent,
  sequence
FROM vertrag_2b_ergebnis
WHERE steuerstatus = 'steuerpflichtig' AND betrag_cent IS NOT NULL;

-- The rules tried for each date of performance, in their order, up to the one that holds whatever is still missing, each
-- with the answers that decided it. `ausgang`: trifft_zu, trifft_nicht_zu, offen.
CREATE VIEW vertrag_2b_spur AS
SELECT
  vertrag,
  zeile,
  leistungsdatum,
  nr,
  regel,
  CASE trifft WHEN 1 THEN 'trifft_zu' WHEN 0 THEN 'trifft_nicht_zu' ELSE 'offen' END AS ausgang,
  antwort,
  sequence
FROM (
  SELECT
    p.vertrag,
    p.zeile,
    p.leistungsdatum,
    p.sequence,
    r.nr,
    r.regel,
    CASE r.regel
      WHEN 'R1' THEN 1
      WHEN 'R2' THEN p.w1
      WHEN 'R3' THEN p.w2
      WHEN 'R6' THEN p.w3
      WHEN 'R4' THEN p.w6
      WHEN 'R5' THEN p.w4
      WHEN 'R0' THEN p.w5
      WHEN 'R8' THEN p.w0
      WHEN 'R7' THEN p.w8
      WHEN 'R7u' THEN p.w7
      WHEN 'R8u' THEN p.w7u
      WHEN 'R9a' THEN p.w8u
      WHEN 'R9b' THEN p.w8u AND p.r9a <> 'treffer'
      WHEN 'R9c' THEN p.w9b AND p.r9a <> 'treffer'
      WHEN 'R9d' THEN p.w9c AND p.r9a <> 'treffer'
      WHEN 'R9e' THEN p.w9d AND p.r9a <> 'treffer'
      WHEN 'R9f' THEN p.w9d AND p.r9a <> 'treffer' AND p.wettbewerb IS NOT 'nein'
      WHEN 'R9g' THEN p.w9d AND p.r9a <> 'treffer' AND coalesce(p.wettbewerb, 'unklar') = 'unklar'
      WHEN 'S1' THEN p.offen_ja
      WHEN 'S2' THEN p.offen_ja AND coalesce(NOT p.xs1, 1)
      WHEN 'S3' THEN p.offen_ja AND coalesce(NOT p.xs1, 1) AND coalesce(NOT p.kleinunternehmer, 1)
    END AS erreicht,
    CASE r.regel
      WHEN 'R1' THEN p.x1
      WHEN 'R2' THEN p.x2
      WHEN 'R3' THEN p.x3
      WHEN 'R6' THEN p.x6
      WHEN 'R4' THEN p.x4
      WHEN 'R5' THEN p.x5
      WHEN 'R0' THEN p.x0
      WHEN 'R8' THEN p.x8
      WHEN 'R7' THEN p.x7
      WHEN 'R7u' THEN p.x7u
      WHEN 'R8u' THEN p.x8u
      WHEN 'R9a' THEN p.r9a = 'treffer'
      WHEN 'R9b' THEN p.x9b
      WHEN 'R9c' THEN p.x9c
      WHEN 'R9d' THEN p.x9d
      WHEN 'R9e' THEN p.wettbewerb = 'nein'
      WHEN 'R9f' THEN p.wettbewerb = 'ja'
      WHEN 'R9g' THEN p.wettbewerb = 'unklar'
      WHEN 'S1' THEN p.xs1
      WHEN 'S2' THEN p.kleinunternehmer = 1
      WHEN 'S3' THEN iif(p.xs1 IS NULL OR p.kleinunternehmer IS NULL, NULL, p.satz_klasse IS NOT NULL OR NULL)
    END AS trifft,
    CASE r.regel
      WHEN 'R1' THEN 'richtung: ' || coalesce(p.richtung, '?')
      WHEN 'R2' THEN 'empfaenger: ' || coalesce(p.empfaenger, '?')
      WHEN 'R3' THEN 'gegenleistung: ' || coalesce(p.gegenleistung, '?')
      WHEN 'R6' THEN 'leistender: ' || coalesce(p.leistender, '?')
      WHEN 'R4' THEN 'hilfsgeschaeft: ' || CASE p.hilfsgeschaeft WHEN 1 THEN 'ja' WHEN 0 THEN 'nein' ELSE '?' END
        || ', haendleraehnlich: ' || CASE p.haendleraehnlich WHEN 1 THEN 'ja' WHEN 0 THEN 'nein' ELSE '?' END
      WHEN 'R5' THEN 'nachhaltig: ' || CASE p.nachhaltig WHEN 1 THEN 'ja' WHEN 0 THEN 'nein' ELSE '?' END
      WHEN 'R0' THEN 'Leistung: ' || coalesce(p.leistungsdatum, '?') || ', altes Recht bis: ' || p.alt_bis
        || ', optionserklaerung: ' || CASE p.optionserklaerung WHEN 1 THEN 'ja' WHEN 0 THEN 'nein' ELSE '?' END
        || ', bga_altrecht: ' || CASE p.bga WHEN 1 THEN 'ja' WHEN 0 THEN 'nein' ELSE coalesce(p.bga, '?') END
        || ', katalog_abs4: ' || coalesce(p.katalog, '?')
      WHEN 'R8' THEN 'handlungsform: ' || coalesce(p.handlungsform, '?')
      WHEN 'R8u' THEN 'handlungsform: ' || coalesce(p.handlungsform, '?')
      WHEN 'R7' THEN 'katalog_abs4: ' || coalesce(p.katalog, '?')
      WHEN 'R7u' THEN 'katalog_abs4: ' || coalesce(p.katalog, '?')
      WHEN 'R9a' THEN 'Jahresprognose: ' || coalesce(p.genannt_cent || ' Cent', '?')
        || coalesce(', Summe der Gruppe ' || p.gruppe || ': ' || p.gruppensumme_cent || ' Cent', '')
        || ', Grenze: ' || p.grenze_cent || ' Cent'
      WHEN 'R9b' THEN 'vergleichbar_steuerfrei_ohne_option: '
        || CASE p.vergleichbar_frei WHEN 1 THEN 'ja' WHEN 0 THEN 'nein' ELSE '?' END
      WHEN 'R9c' THEN 'empfaenger: ' || coalesce(p.empfaenger, '?') || ', abs3_nr1_vorbehalten: '
        || CASE p.vorbehalten WHEN 1 THEN 'ja' WHEN 0 THEN 'nein' ELSE '?' END
      WHEN 'R9d' THEN 'empfaenger: ' || coalesce(p.empfaenger, '?') || ', abs3_nr2: '
        || CASE p.nr2a WHEN 1 THEN 'a ja' WHEN 0 THEN 'a nein' ELSE 'a ?' END
        || CASE p.nr2b WHEN 1 THEN ', b ja' WHEN 0 THEN ', b nein' ELSE ', b ?' END
        || CASE p.nr2c WHEN 1 THEN ', c ja' WHEN 0 THEN ', c nein' ELSE ', c ?' END
        || CASE p.nr2d WHEN 1 THEN ', d ja' WHEN 0 THEN ', d nein' ELSE ', d ?' END
        || ', wettbewerb: ' || coalesce(p.wettbewerb, '?')
      WHEN 'S1' THEN 'befreiung: ' || coalesce(p.befreiung, '?') || ', option_9: '
        || CASE p.option_9 WHEN 1 THEN 'ja' WHEN 0 THEN 'nein' ELSE '?' END
        || iif(p.option_9 = 1 AND p.verzichtbar = 0, ' (ohne Wirkung: § 9 Abs. 1 UStG nennt die Befreiung nicht)', '')
      WHEN 'S2' THEN 'kleinunternehmer: '
        || CASE p.kleinunternehmer WHEN 1 THEN 'ja' WHEN 0 THEN 'nein' ELSE '?' END
      WHEN 'S3' THEN 'satz_klasse: ' || coalesce(p.satz_klasse, '?')
      ELSE 'wettbewerb: ' || coalesce(p.wettbewerb, '?')
    END AS antwort
  FROM (
    SELECT
      z.*,
      z.ja_vor OR z.ja_nach AND z.r9a <> 'treffer' AS offen_ja
    FROM vertrag_2b_prognosen AS z
    WHERE NOT z.ungewiss
      OR z.w5 AND z.x0 IS NULL AND NOT iif(z.r9a = 'treffer', z.vor = '', z.steht)
  ) AS p
  CROSS JOIN (
    SELECT DISTINCT CAST(nr AS INTEGER) AS nr, regel FROM vertrag_2b_regeln WHERE regel <> 'offen'
    UNION ALL
    SELECT DISTINCT 100 + CAST(nr AS INTEGER), regel FROM vertrag_2b_status
  ) AS r
)
WHERE erreicht;

-- Each contract once, by the least settled of its dates of performance: `offen` if an answer that matters is missing for
-- one, else `zu_pruefen` if a result asks the Steuerabteilung, else `geprueft`. A decision in force settles a date.
CREATE VIEW vertrag_2b_stand AS
SELECT
  v.vertrag,
  v.fachdienst,
  v.bekannt_ab,
  CASE
    max(
      CASE
        WHEN z.steuerstatus <> 'zu_pruefen' THEN 0
        WHEN (
          SELECT d.steuerbar <> 'zu_pruefen' AND coalesce(d.steuerstatus, '') <> 'zu_pruefen'
          FROM vertrag_2b_entscheidung AS d
          WHERE d.vertrag = z.vertrag
            AND (
              z.leistungsdatum IS NULL
              OR z.leistungsdatum BETWEEN coalesce(d.gilt_von, '') AND coalesce(d.gilt_bis, '9999-12-31')
            )
          ORDER BY d.sequence DESC
          LIMIT 1
        ) THEN 0
        WHEN z.regel = 'offen' THEN 2
        ELSE 1
      END
    )
    WHEN 0 THEN 'geprueft'
    WHEN 1 THEN 'zu_pruefen'
    ELSE 'offen'
  END AS stand,
  v.sequence
FROM vertrag AS v
-- In the order of the contracts, which then need not be sorted.
CROSS JOIN vertrag_2b_zeile AS z ON z.vertrag = v.vertrag
GROUP BY v.vertrag;

-- For a month, the ends that a contract comes to, or must be given notice for, in it and in the twelve behind it: its own,
-- or where it renews by itself the next ones. Who ends with a month ends with the month; otherwise a day that a month does
-- not have is its last one. A period of notice said in other words has no day here, nor has the end of a contract that
-- renews itself in other words once its first end has passed. A query names a `monat`.
CREATE VIEW vertrag_termin AS
SELECT
  vertrag,
  monat,
  ende,
  CASE
    WHEN zustand = 'gekuendigt' THEN NULL
    WHEN frist_tage IS NOT NULL THEN date(ende, '-' || frist_tage || ' days')
    WHEN frist_monate IS NOT NULL AND endet_mit_monat
      THEN date(ende, 'start of month', '-' || (frist_monate - 1) || ' months', '-1 day')
    WHEN frist_monate IS NOT NULL
      THEN min(
        date(ende, 'start of month', '-' || frist_monate || ' months', '+' || (substr(ende, 9) - 1) || ' days'),
        date(ende, 'start of month', '-' || (frist_monate - 1) || ' months', '-1 day')
      )
  END AS kuendigen_bis,
  verlaengert_sich,
  sequence
FROM (
  SELECT
    k.*,
    CASE
      WHEN takte IS NULL THEN NULL
      WHEN takte = 0 THEN erstes_ende
      WHEN endet_mit_monat
        THEN date(erstes_ende, 'start of month', '+' || (takte * takt_monate + 1) || ' months', '-1 day')
      ELSE min(
        date(
          erstes_ende, 'start of month', '+' || (takte * takt_monate) || ' months',
          '+' || (substr(erstes_ende, 9) - 1) || ' days'
        ),
        date(erstes_ende, 'start of month', '+' || (takte * takt_monate + 1) || ' months', '-1 day')
      )
    END AS ende
  FROM (
    SELECT
      v.vertrag,
      m.monat,
      v.zustand,
      v.ende AS erstes_ende,
      v.endet_mit_monat,
      v.takt_monate,
      v.frist_tage,
      v.frist_monate,
      v.sequence,
      v.verlaengert_sich,
      CASE
        WHEN v.takt_monate > 0
          THEN max(
            0,
            (m.nr + n.vorlauf * coalesce(v.frist_monate, v.frist_tage / 28, 0) - v.ende_nr + v.takt_monate - 1)
              / v.takt_monate
          ) + n.weiter
        WHEN v.ende_nr >= CAST(m.nr AS INTEGER) THEN 0
      END AS takte
    FROM vertrag_monat AS m
    CROSS JOIN vertrag AS v
    -- the first end in the month or behind it, the first with notice there, and the ones after these
    CROSS JOIN (
      SELECT 0 AS vorlauf, 0 AS weiter UNION ALL SELECT 0, 1 UNION ALL SELECT 1, 0 UNION ALL SELECT 1, 1
    ) AS n
      ON n.vorlauf + n.weiter = 0 OR v.takt_monate > 0
    WHERE v.zustand IN ('laufend', 'gekuendigt')
      AND v.ende_nr <= m.nr + 13 + coalesce(v.frist_monate, v.frist_tage / 28, 0)
      AND (v.verlaengert_sich OR v.ende_nr >= CAST(m.nr AS INTEGER))
  ) AS k
);

-- on de.aktenspur.vertrag.erfasst
INSERT INTO vertrag_verlauf (vertrag, sequence, zeit, erfasst_von, ereignis, angaben)
VALUES (:subject, :sequence, :time, :authid, :type, :data);

INSERT INTO vertrag (
  vertrag, titel, gegenstand, fachdienst, partner, partnerart, beginn, ende, kuendigungsfrist, verlaengerung,
  entgelt_jahr_cent, zustand, erfasst_am, bekannt_ab, sequence
)
VALUES (
  :subject, :data ->> '$.titel', :data ->> '$.gegenstand', :data ->> '$.fachdienst', :data ->> '$.partner',
  :data ->> '$.partnerart', :data ->> '$.beginn', :data ->> '$.ende', :data ->> '$.kuendigungsfrist',
  CASE json_type(:data, '$.verlaengerung')
    WHEN 'true' THEN 'ja'
    WHEN 'false' THEN 'nein'
    ELSE :data ->> '$.verlaengerung'
  END,
  :data ->> '$.entgelt_jahr_cent', 'laufend', :day, :day, :sequence
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

INSERT INTO vertrag_2b_arbeit
SELECT *
FROM vertrag_2b_lage
WHERE vertrag = :subject;

INSERT INTO vertrag_2b_basis (vertrag, sequence, bekannt_ab, betrag_cent)
SELECT
  w.vertrag,
  :sequence,
  iif(EXISTS (SELECT 1 FROM vertrag_2b_basis AS b WHERE b.vertrag = w.vertrag), :day, ''),
  coalesce(w.betrag, w.entgelt_jahr_cent, w.jahresumsatz)
FROM vertrag_2b_arbeit AS w
WHERE coalesce(w.betrag, w.entgelt_jahr_cent, w.jahresumsatz) IS NOT (
  SELECT b.betrag_cent
  FROM vertrag_2b_basis AS b
  WHERE b.vertrag = w.vertrag
  ORDER BY b.sequence DESC
  LIMIT 1
);

DELETE FROM vertrag_2b_pruefung
WHERE vertrag = :subject;

INSERT INTO vertrag_2b_pruefung
SELECT *
FROM vertrag_2b_zeilen;

DELETE FROM vertrag_2b_arbeit;

-- on de.aktenspur.vertrag.geaendert
INSERT INTO vertrag_verlauf (vertrag, sequence, zeit, erfasst_von, ereignis, angaben)
VALUES (:subject, :sequence, :time, :authid, :type, :data);

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
  verlaengerung = CASE json_type(:data, '$.verlaengerung')
    WHEN 'true' THEN 'ja'
    WHEN 'false' THEN 'nein'
    ELSE iif(json_type(:data, '$.verlaengerung') IS NULL, verlaengerung, :data ->> '$.verlaengerung')
  END,
  entgelt_jahr_cent = iif(
    json_type(:data, '$.entgelt_jahr_cent') IS NULL,
    entgelt_jahr_cent,
    :data ->> '$.entgelt_jahr_cent'
  )
WHERE vertrag = :subject;

INSERT INTO vertrag_2b_arbeit
SELECT *
FROM vertrag_2b_lage
WHERE vertrag = :subject
  AND (
    json_type(:data, '$.beginn') IS NOT NULL
    OR json_type(:data, '$.ende') IS NOT NULL
    OR json_type(:data, '$.verlaengerung') IS NOT NULL
    OR json_type(:data, '$.entgelt_jahr_cent') IS NOT NULL
    OR NOT EXISTS (SELECT 1 FROM vertrag_2b_pruefung WHERE vertrag = :subject)
  );

INSERT INTO vertrag_2b_basis (vertrag, sequence, bekannt_ab, betrag_cent)
SELECT
  w.vertrag,
  :sequence,
  iif(EXISTS (SELECT 1 FROM vertrag_2b_basis AS b WHERE b.vertrag = w.vertrag), :day, ''),
  coalesce(w.betrag, w.entgelt_jahr_cent, w.jahresumsatz)
FROM vertrag_2b_arbeit AS w
WHERE coalesce(w.betrag, w.entgelt_jahr_cent, w.jahresumsatz) IS NOT (
  SELECT b.betrag_cent
  FROM vertrag_2b_basis AS b
  WHERE b.vertrag = w.vertrag
  ORDER BY b.sequence DESC
  LIMIT 1
);

DELETE FROM vertrag_2b_pruefung
WHERE vertrag IN (SELECT vertrag FROM vertrag_2b_arbeit);

INSERT INTO vertrag_2b_pruefung
SELECT *
FROM vertrag_2b_zeilen;

DELETE FROM vertrag_2b_arbeit;

-- on de.aktenspur.vertrag.verlaengert
INSERT INTO vertrag_verlauf (vertrag, sequence, zeit, erfasst_von, ereignis, angaben)
VALUES (:subject, :sequence, :time, :authid, :type, :data);

INSERT INTO vertrag (vertrag, bekannt_ab, sequence)
VALUES (:subject, :day, :sequence)
ON CONFLICT DO NOTHING;

UPDATE vertrag
SET
  zustand = 'laufend',
  ende = :data ->> '$.neues_ende'
WHERE vertrag = :subject;

INSERT INTO vertrag_2b_arbeit
SELECT *
FROM vertrag_2b_lage
WHERE vertrag = :subject
  AND (SELECT angaben ->> '$.leistungsdatum' FROM vertrag_2b_angaben WHERE vertrag = :subject) IS NULL;

DELETE FROM vertrag_2b_pruefung
WHERE vertrag IN (SELECT vertrag FROM vertrag_2b_arbeit);

INSERT INTO vertrag_2b_pruefung
SELECT *
FROM vertrag_2b_zeilen;

DELETE FROM vertrag_2b_arbeit;

-- on de.aktenspur.vertrag.gekuendigt
INSERT INTO vertrag_verlauf (vertrag, sequence, zeit, erfasst_von, ereignis, angaben)
VALUES (:subject, :sequence, :time, :authid, :type, :data);

INSERT INTO vertrag (vertrag, bekannt_ab, sequence)
VALUES (:subject, :day, :sequence)
ON CONFLICT DO NOTHING;

UPDATE vertrag
SET
  zustand = 'gekuendigt',
  ende = coalesce(:data ->> '$.gekuendigt_zum', ende)
WHERE vertrag = :subject;

INSERT INTO vertrag_2b_arbeit
SELECT *
FROM vertrag_2b_lage
WHERE vertrag = :subject
  AND (SELECT angaben ->> '$.leistungsdatum' FROM vertrag_2b_angaben WHERE vertrag = :subject) IS NULL;

DELETE FROM vertrag_2b_pruefung
WHERE vertrag IN (SELECT vertrag FROM vertrag_2b_arbeit);

INSERT INTO vertrag_2b_pruefung
SELECT *
FROM vertrag_2b_zeilen;

DELETE FROM vertrag_2b_arbeit;

-- on de.aktenspur.vertrag.beendet
INSERT INTO vertrag_verlauf (vertrag, sequence, zeit, erfasst_von, ereignis, angaben)
VALUES (:subject, :sequence, :time, :authid, :type, :data);

INSERT INTO vertrag (vertrag, bekannt_ab, sequence)
VALUES (:subject, :day, :sequence)
ON CONFLICT DO NOTHING;

UPDATE vertrag
SET
  zustand = 'beendet',
  ende = coalesce(:data ->> '$.beendet_zum', :day)
WHERE vertrag = :subject;

INSERT INTO vertrag_2b_arbeit
SELECT *
FROM vertrag_2b_lage
WHERE vertrag = :subject
  AND (SELECT angaben ->> '$.leistungsdatum' FROM vertrag_2b_angaben WHERE vertrag = :subject) IS NULL;

DELETE FROM vertrag_2b_pruefung
WHERE vertrag IN (SELECT vertrag FROM vertrag_2b_arbeit);

INSERT INTO vertrag_2b_pruefung
SELECT *
FROM vertrag_2b_zeilen;

DELETE FROM vertrag_2b_arbeit;

-- on de.aktenspur.vertrag.2b-angaben-erfasst
INSERT INTO vertrag_verlauf (vertrag, sequence, zeit, erfasst_von, ereignis, angaben)
VALUES (:subject, :sequence, :time, :authid, :type, :data);

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

INSERT INTO vertrag_2b_arbeit
SELECT *
FROM vertrag_2b_lage
WHERE vertrag = :subject;

INSERT INTO vertrag_2b_basis (vertrag, sequence, bekannt_ab, betrag_cent)
SELECT
  w.vertrag,
  :sequence,
  iif(EXISTS (SELECT 1 FROM vertrag_2b_basis AS b WHERE b.vertrag = w.vertrag), :day, ''),
  coalesce(w.betrag, w.entgelt_jahr_cent, w.jahresumsatz)
FROM vertrag_2b_arbeit AS w
WHERE coalesce(w.betrag, w.entgelt_jahr_cent, w.jahresumsatz) IS NOT (
  SELECT b.betrag_cent
  FROM vertrag_2b_basis AS b
  WHERE b.vertrag = w.vertrag
  ORDER BY b.sequence DESC
  LIMIT 1
);

DELETE FROM vertrag_2b_pruefung
WHERE vertrag = :subject;

INSERT INTO vertrag_2b_pruefung
SELECT *
FROM vertrag_2b_zeilen;

DELETE FROM vertrag_2b_arbeit;

-- on de.aktenspur.vertrag.jahresprognose-gesetzt
INSERT INTO vertrag_verlauf (vertrag, sequence, zeit, erfasst_von, ereignis, angaben)
VALUES (:subject, :sequence, :time, :authid, :type, :data);

INSERT INTO vertrag (vertrag, bekannt_ab, sequence)
VALUES (:subject, :day, :sequence)
ON CONFLICT DO NOTHING;

INSERT INTO vertrag_2b_prognose (vertrag, jahr, sequence, bekannt_ab, betrag_cent)
VALUES (
  :subject,
  :data ->> '$.jahr',
  :sequence,
  iif(
    EXISTS (SELECT 1 FROM vertrag_2b_prognose WHERE vertrag = :subject AND jahr = :data ->> '$.jahr'),
    :day,
    ''
  ),
  :data ->> '$.betrag_cent'
);

INSERT INTO vertrag_2b_arbeit
SELECT *
FROM vertrag_2b_lage
WHERE vertrag = :subject;

DELETE FROM vertrag_2b_pruefung
WHERE vertrag = :subject;

INSERT INTO vertrag_2b_pruefung
SELECT *
FROM vertrag_2b_zeilen;

DELETE FROM vertrag_2b_arbeit;

-- on de.aktenspur.vertrag.2b-entschieden
INSERT INTO vertrag_verlauf (vertrag, sequence, zeit, erfasst_von, ereignis, angaben)
VALUES (:subject, :sequence, :time, :authid, :type, :data);

INSERT INTO vertrag_2b_entscheidung (
  vertrag, sequence, steuerbar, steuerstatus, satz_prozent, begruendung, regelversion, gilt_von, gilt_bis,
  entschieden_von, entschieden_am
)
VALUES (
  :subject, :sequence, :data ->> '$.steuerbar', :data ->> '$.steuerstatus', :data ->> '$.satz_prozent',
  :data ->> '$.begruendung', :data ->> '$.regelversion', :data ->> '$.gilt_von', :data ->> '$.gilt_bis', :authid, :day
);

-- on de.aktenspur.vertrag.freigegeben
INSERT INTO vertrag_verlauf (vertrag, sequence, zeit, erfasst_von, ereignis, angaben)
VALUES (:subject, :sequence, :time, :authid, :type, :data);

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

INSERT INTO vertrag_2b_arbeit
SELECT l.*
FROM vertrag_2b_lage AS l
LEFT JOIN vertrag_2b_angaben AS a ON a.vertrag = l.vertrag
WHERE a.angaben ->> '$.optionserklaerung' IS NULL
  OR a.angaben ->> '$.widerruf_wirksam_ab' IS NULL;

DELETE FROM vertrag_2b_pruefung
WHERE vertrag IN (SELECT vertrag FROM vertrag_2b_arbeit);

INSERT INTO vertrag_2b_pruefung
SELECT *
FROM vertrag_2b_zeilen;

DELETE FROM vertrag_2b_arbeit;

-- on de.aktenspur.option.widerrufen
INSERT INTO vertrag_option (sequence, art, wirksam_ab, erklaert_am)
VALUES (:sequence, 'widerrufen', :data ->> '$.widerruf_wirksam_ab', coalesce(:data ->> '$.erklaert_am', :day));

INSERT INTO vertrag_2b_arbeit
SELECT l.*
FROM vertrag_2b_lage AS l
LEFT JOIN vertrag_2b_angaben AS a ON a.vertrag = l.vertrag
WHERE a.angaben ->> '$.optionserklaerung' IS NULL
  OR a.angaben ->> '$.widerruf_wirksam_ab' IS NULL;

DELETE FROM vertrag_2b_pruefung
WHERE vertrag IN (SELECT vertrag FROM vertrag_2b_arbeit);

INSERT INTO vertrag_2b_pruefung
SELECT *
FROM vertrag_2b_zeilen;

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

INSERT INTO vertrag_2b_arbeit
SELECT *
FROM vertrag_2b_lage
WHERE kleinunternehmer IS NULL;

DELETE FROM vertrag_2b_pruefung
WHERE vertrag IN (SELECT vertrag FROM vertrag_2b_arbeit);

INSERT INTO vertrag_2b_pruefung
SELECT *
FROM vertrag_2b_zeilen;

DELETE FROM vertrag_2b_arbeit;
