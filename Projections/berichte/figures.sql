-- figure berichte.vorgelegt: Vorgelegte Berichte [Berichte]
SELECT sequence
FROM bericht
WHERE stichtag <= :effective;

-- figure berichte.freigegeben: Freigegebene Berichte [Berichte]
SELECT sequence
FROM bericht_freigabe
WHERE day <= :effective;
