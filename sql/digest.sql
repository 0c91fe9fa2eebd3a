-- What is in each table, as a count of rows and a sum over their values that no order changes: equal in two databases
-- that hold the same rows. Run in both while nothing writes to either; it reads every row and changes none.

SET TimeZone = 'UTC';
SET DateStyle = 'ISO, YMD';
SET IntervalStyle = 'postgres';
SET extra_float_digits = 1;
SET bytea_output = 'hex';

CREATE TEMPORARY TABLE IF NOT EXISTS digests (object text, rows bigint, digest text);
TRUNCATE digests;
DO $$
DECLARE
    counted record;
BEGIN
    FOR counted IN
        SELECT format('%I.%I', n.nspname, c.relname) AS name, (
            -- By name: the order of columns may differ, and names of two schemas are alike whatever the search path.
            SELECT string_agg(format('%I', a.attname), ', ' ORDER BY a.attname COLLATE "C") FROM pg_attribute AS a
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        ) AS columns
        FROM pg_class AS c
        JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
            AND c.relkind = 'r' AND c.relpersistence = 'p'
    LOOP
        EXECUTE format(
            'INSERT INTO digests SELECT %L, count(*), coalesce(sum((''x'' || left(md5(row(%s)::text), 15))::bit(60)::bigint), 0)'
            ' FROM ONLY %s', counted.name, counted.columns, counted.name
        );
    END LOOP;
END
$$;
SELECT object, rows, digest FROM digests ORDER BY object COLLATE "C";
