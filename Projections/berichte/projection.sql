-- Berichte: was sie nennen, wann sie vorlagen und mit welchem Kopf des Ledgers sie freigegeben sind.

CREATE TABLE bericht (
  subject      TEXT PRIMARY KEY,
  periode      TEXT NOT NULL,
  titel        TEXT,
  stichtag     TEXT NOT NULL,
  stand        TEXT NOT NULL,
  version      TEXT,
  erstellt_von TEXT,
  sequence     INTEGER NOT NULL
);

CREATE TABLE bericht_freigabe (
  sequence  INTEGER PRIMARY KEY,
  subject   TEXT NOT NULL,
  day       TEXT NOT NULL,
  version   TEXT,
  stand     TEXT,
  kopf_size INTEGER,
  kopf_root TEXT,
  authid    TEXT
);

-- Der Wert steht, wie er gemeldet wurde: Zahl oder Text.
CREATE TABLE bericht_kennzahl (
  sequence  INTEGER PRIMARY KEY,
  subject   TEXT NOT NULL,
  kennzahl  TEXT NOT NULL,
  titel     TEXT,
  wert      NOT NULL,
  einheit   TEXT,
  von       TEXT,
  stichtag  TEXT NOT NULL,
  quelle    TEXT NOT NULL,
  abschnitt TEXT,
  hinweis   TEXT
);

-- on de.aktenspur.bericht.kennzahl-gemeldet
INSERT INTO bericht_kennzahl (
  sequence, subject, kennzahl, titel, wert, einheit, von, stichtag, quelle, abschnitt, hinweis
)
VALUES (
  :sequence,
  :subject,
  :data ->> '$.kennzahl',
  :data ->> '$.titel',
  :data ->> '$.wert',
  :data ->> '$.einheit',
  :data ->> '$.von',
  :data ->> '$.stichtag',
  :data ->> '$.quelle',
  :data ->> '$.abschnitt',
  :data ->> '$.hinweis'
);

-- on de.aktenspur.bericht.vorgelegt
INSERT INTO bericht (subject, periode, titel, stichtag, stand, version, erstellt_von, sequence)
VALUES (
  :subject,
  substr(:subject, length('bericht/') + 1),
  :data ->> '$.titel',
  :data ->> '$.stichtag',
  coalesce(:data ->> '$.stand', :day),
  :data ->> '$.version',
  :data ->> '$.erstellt_von',
  :sequence
)
ON CONFLICT (subject) DO UPDATE
SET titel = coalesce(excluded.titel, titel),
  stichtag = excluded.stichtag,
  stand = excluded.stand,
  version = excluded.version,
  erstellt_von = coalesce(excluded.erstellt_von, erstellt_von),
  sequence = excluded.sequence;

-- on de.aktenspur.bericht.freigegeben
INSERT INTO bericht_freigabe (sequence, subject, day, version, stand, kopf_size, kopf_root, authid)
VALUES (
  :sequence,
  :subject,
  :day,
  :data ->> '$.version',
  :data ->> '$.stand',
  :data ->> '$.kopf.size',
  :data ->> '$.kopf.root',
  :authid
);
