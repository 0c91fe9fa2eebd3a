-- What of the source's definitions this standby lacks, has otherwise or has still: the problem, the object, the remedy.
-- Run in the standby's database as an administrator, at any time; it changes nothing and asks the source nothing, whose
-- definitions came by replication (watch.sql). No row, no problem.

CREATE TEMPORARY TABLE IF NOT EXISTS schema_problems (problem text, object text, remedy text);
TRUNCATE schema_problems;

DO $$
BEGIN
    IF to_regprocedure('replication_parity.catalog()') IS NULL
        OR to_regclass('replication_parity.definitions') IS NULL THEN
        -- A database without tables has nothing that could differ.
        INSERT INTO schema_problems
        SELECT 'definitions are not compared', current_database(), 'run definitions.sql here, then in the source'
        WHERE EXISTS (
            SELECT FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
        );
        RETURN;
    END IF;
    INSERT INTO schema_problems
    WITH source AS (
        SELECT * FROM replication_parity.definitions
    ), here AS (
        SELECT * FROM replication_parity.catalog()
    ), schemas AS (
        SELECT substr(object, length('schema ') + 1) AS name FROM source WHERE object LIKE 'schema %'
    )
    SELECT 'definitions have not come', current_database(),
        'run watch.sql in the source, and see that its tables are published and copied'
    WHERE NOT EXISTS (SELECT FROM source)
    UNION ALL
    SELECT CASE WHEN here.object IS NULL THEN 'is missing here' ELSE 'differs from the source' END, source.object,
        'run the migration here that made it in the source: ' || source.definition
            || coalesce(', and here ' || here.definition, '')
    FROM source
    LEFT JOIN here USING (object)
    WHERE here.object IS NULL OR here.definition <> source.definition
    UNION ALL
    -- Schemas that the source does not have are the cloud's own, or somebody's for this side alone.
    SELECT 'is no more in the source', here.object, 'run the migration here that removed it, or there the one that made it'
    FROM here
    WHERE EXISTS (SELECT FROM source) AND NOT EXISTS (SELECT FROM source WHERE source.object = here.object)
        AND EXISTS (
            SELECT FROM schemas WHERE here.object ~ ('(^| )' || regexp_replace(name, '([^\w])', '\\\1', 'g') || '\.')
        );
END
$$;

SELECT problem, object, remedy FROM schema_problems ORDER BY object, problem;
