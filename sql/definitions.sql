-- What is compared between source and standby: a table of definitions, and a function that lists this database's own.
-- Run in the standby's database, then in the source's, as an administrator, before replication is set up: the table is
-- replicated like any other. Run again with a newer version of this file. It changes nothing else.

CREATE SCHEMA IF NOT EXISTS replication_parity;

CREATE TABLE IF NOT EXISTS replication_parity.definitions (
    object text PRIMARY KEY,
    definition text NOT NULL
);
COMMENT ON TABLE replication_parity.definitions IS
    'What the source of the replication consists of; written there by watch.sql, read in the standby by schema.sql';

-- One row for each object that a migration may change, in words that do not depend on its oid, on the session or on the
-- server's major version: hence no text of a view. What extensions bring is theirs; rights are compared elsewhere.
CREATE OR REPLACE FUNCTION replication_parity.catalog() RETURNS TABLE (object text, definition text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH spaces AS (
        SELECT oid, nspname FROM pg_namespace AS n
        WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
            AND NOT EXISTS (
                SELECT FROM pg_depend WHERE classid = 'pg_namespace'::regclass AND objid = n.oid AND deptype = 'e'
            )
    ), relations AS (
        SELECT c.oid, c.relkind, c.relpersistence, format('%I.%I', s.nspname, c.relname) AS name
        FROM pg_class AS c
        JOIN spaces AS s ON s.oid = c.relnamespace
        WHERE NOT EXISTS (
            SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e'
        )
    )
    SELECT format('schema %I', nspname), '' FROM spaces
    UNION ALL
    SELECT format('%s %s',
            CASE relkind WHEN 'S' THEN 'sequence' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'table' END,
            name), concat_ws(' ', relkind, relpersistence)
    FROM relations
    WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
    UNION ALL
    SELECT format('column %s.%I', r.name, a.attname),
        concat_ws(' ', format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'NOT NULL' END,
            'identity ' || nullif(a.attidentity::text, ''), 'generated ' || nullif(a.attgenerated::text, ''),
            'default ' || pg_get_expr(d.adbin, d.adrelid))
    FROM relations AS r
    JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef AS d ON d.adrelid = r.oid AND d.adnum = a.attnum
    WHERE r.relkind IN ('r', 'p', 'f')
    UNION ALL
    -- Columns tell of NOT NULL, which is a constraint of its own from version 18 on.
    SELECT format('constraint %I of %s', c.conname, r.name), pg_get_constraintdef(c.oid)
    FROM relations AS r
    JOIN pg_constraint AS c ON c.conrelid = r.oid AND c.contype <> 'n'
    WHERE r.relkind IN ('r', 'p', 'f')
    UNION ALL
    SELECT format('index %s', r.name), pg_get_indexdef(r.oid) || CASE WHEN i.indisvalid THEN '' ELSE ' not valid' END
    FROM relations AS r
    JOIN pg_index AS i ON i.indexrelid = r.oid
    UNION ALL
    SELECT format('type %I.%I', s.nspname, t.typname),
        CASE t.typtype
            WHEN 'e' THEN (SELECT string_agg(quote_literal(enumlabel), ', ' ORDER BY enumsortorder) FROM pg_enum
                WHERE enumtypid = t.oid)
            ELSE concat_ws(' ', format_type(t.typbasetype, t.typtypmod), CASE WHEN t.typnotnull THEN 'NOT NULL' END,
                (SELECT string_agg(pg_get_constraintdef(oid), ' ' ORDER BY conname) FROM pg_constraint
                WHERE contypid = t.oid AND contype <> 'n'))
        END
    FROM pg_type AS t
    JOIN spaces AS s ON s.oid = t.typnamespace
    WHERE t.typtype IN ('e', 'd') AND NOT EXISTS (
        SELECT FROM pg_depend WHERE classid = 'pg_type'::regclass AND objid = t.oid AND deptype = 'e'
    )
    UNION ALL
    SELECT format('function %I.%I(%s)', s.nspname, p.proname, pg_get_function_identity_arguments(p.oid)),
        concat_ws(' ', pg_get_function_result(p.oid), md5(p.prosrc))
    FROM pg_proc AS p
    JOIN spaces AS s ON s.oid = p.pronamespace
    WHERE s.nspname <> 'replication_parity' AND NOT EXISTS (
        SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND deptype = 'e'
    )
    UNION ALL
    SELECT format('trigger %I of %s', t.tgname, r.name), pg_get_triggerdef(t.oid)
    FROM relations AS r
    JOIN pg_trigger AS t ON t.tgrelid = r.oid AND NOT t.tgisinternal
$$;
