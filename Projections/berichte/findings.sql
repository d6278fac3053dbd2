-- finding berichte.freigabe-anderer-fassung: Freigegeben ist eine andere Fassung als die vorgelegte
SELECT
  f.subject || ': vorgelegt ' || coalesce('Version ' || b.version, 'ohne Version') || ', freigegeben '
    || coalesce('Version ' || f.version, 'ohne Version') AS text,
  json_array(b.sequence, f.sequence) AS sequences
FROM bericht_freigabe AS f
JOIN bericht AS b
  ON b.subject = f.subject
WHERE f.version IS NOT b.version
AND f.day <= :effective;

-- finding berichte.kennzahl-mehrfach-gemeldet: Dieselbe Kennzahl ist zum selben Stichtag verschieden gemeldet
SELECT
  kennzahl || ' zum ' || stichtag || ': ' || group_concat(wert, ' und ') AS text,
  json_group_array(sequence) AS sequences
FROM (
  SELECT kennzahl, stichtag, wert, min(sequence) AS sequence
  FROM bericht_kennzahl
  WHERE stichtag <= :effective
  GROUP BY kennzahl, stichtag, wert
  ORDER BY sequence
)
GROUP BY kennzahl, stichtag
HAVING count(*) > 1;
