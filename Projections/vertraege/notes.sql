-- Was zu jeder Kennzahl der Verträge gehört.

-- note vertraege.regelversion: Regelversion und Vorbehalt
SELECT 'Verträge nach Regelversion ' || regelversion || '. ' || hinweis AS text
FROM vertrag_2b_version;
