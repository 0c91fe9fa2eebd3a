-- Makes a detached replica ready for writers: every sequence above its columns' values, and a look at roles and rights.
-- Run in the standby's database as an administrator, after `detach.sql`; again at any time, which changes nothing more.
--
-- Two settings may come before it, by SET or set_config():
--     promotion.margin   values that each sequence skips when it is set, 1000 by default: rows that were lost with the
--                        source had some, and people outside may know them
--     promotion.writers  roles, separated by commas, that must be able to read and write every table
--
-- It returns what a person must still see to: the problem, the object, the remedy. No row, no problem.

DO $$
BEGIN
    IF EXISTS (
        SELECT FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    ) THEN
        RAISE EXCEPTION 'No sequence is set: a subscription still brings rows, which may lie beyond it'
            USING HINT = 'Run detach.sql first.';
    END IF;
END
$$;

-- The columns that each sequence feeds: those that own it (serial, identity) and those whose default names it.
CREATE TEMPORARY TABLE IF NOT EXISTS promotion_columns (
    sequence oid, relation oid, attribute text, whole boolean
);
TRUNCATE promotion_columns;
INSERT INTO promotion_columns
SELECT DISTINCT used.sequence, used.relation, a.attname::text,
    a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'numeric'::regtype)
FROM (
    SELECT d.objid AS sequence, d.refobjid AS relation, d.refobjsubid AS number
    FROM pg_depend AS d
    JOIN pg_class AS s ON s.oid = d.objid AND s.relkind = 'S'
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
        AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
    UNION
    SELECT d.refobjid, f.adrelid, f.adnum
    FROM pg_depend AS d
    JOIN pg_class AS s ON s.oid = d.refobjid AND s.relkind = 'S'
    JOIN pg_attrdef AS f ON f.oid = d.objid
    WHERE d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_class'::regclass
) AS used
JOIN pg_attribute AS a ON a.attrelid = used.relation AND a.attnum = used.number AND NOT a.attisdropped;

CREATE TEMPORARY TABLE IF NOT EXISTS promotion_problems (problem text, object text, remedy text);
TRUNCATE promotion_problems;

DO $$
DECLARE
    margin numeric := coalesce(nullif(current_setting('promotion.margin', true), ''), '1000');
    sequence record;
    fed record;
    last numeric;
    called boolean;
    used numeric;
    furthest numeric;
    target numeric;
BEGIN
    FOR sequence IN
        SELECT c.oid, c.oid::regclass::text AS name, s.seqincrement AS step, s.seqmin AS low, s.seqmax AS high,
            s.seqcycle AS cycles
        FROM pg_sequence AS s
        JOIN pg_class AS c ON c.oid = s.seqrelid
        WHERE c.relpersistence <> 't'
        ORDER BY name
    LOOP
        EXECUTE format('SELECT last_value, is_called FROM %s', sequence.name) INTO last, called;
        -- The value in use that lies furthest in the sequence's direction.
        furthest := NULL;
        FOR fed IN SELECT * FROM promotion_columns AS p WHERE p.sequence = sequence.oid AND p.whole LOOP
            EXECUTE format(
                'SELECT %s(%I) FROM %s',
                CASE WHEN sequence.step > 0 THEN 'max' ELSE 'min' END, fed.attribute, fed.relation::regclass
            ) INTO used;
            furthest := CASE WHEN sequence.step > 0 THEN greatest(furthest, used) ELSE least(furthest, used) END;
        END LOOP;
        -- Never backwards: only where the next value would not lie beyond those in use.
        IF (last + CASE WHEN called THEN sequence.step ELSE 0 END - furthest) * sequence.step <= 0 THEN
            -- In whole steps, so that regions which share the numbers out as even and odd stay apart.
            target := last + ceil((furthest - last) / sequence.step) * sequence.step;
            IF target + margin * sequence.step BETWEEN sequence.low AND sequence.high THEN
                target := target + margin * sequence.step;
            END IF;
            IF target NOT BETWEEN sequence.low AND sequence.high THEN
                target := CASE WHEN sequence.step > 0 THEN sequence.high ELSE sequence.low END;
            END IF;
            PERFORM setval(sequence.oid, target::bigint, true);
            last := target;
            called := true;
        END IF;
        IF called AND NOT sequence.cycles AND last + sequence.step NOT BETWEEN sequence.low AND sequence.high THEN
            INSERT INTO promotion_problems
            VALUES ('sequence at its end', sequence.name, 'give it and its columns a larger type');
        END IF;
        IF NOT EXISTS (SELECT FROM promotion_columns AS p WHERE p.sequence = sequence.oid AND p.whole) THEN
            INSERT INTO promotion_problems
            VALUES ('sequence without a column', sequence.name,
                'setval() it above what applications took from it: no column of whole numbers tells');
        END IF;
    END LOOP;
END
$$;

WITH ours AS (
    SELECT c.oid, c.oid::regclass::text AS name, c.relkind, n.oid AS schema
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
        AND c.relkind IN ('r', 'p', 'S') AND c.relpersistence <> 't'
), wanted AS (
    SELECT trim(name) AS name
    FROM unnest(string_to_array(coalesce(current_setting('promotion.writers', true), ''), ',')) AS given (name)
    WHERE trim(name) <> ''
), writers AS (
    SELECT wanted.name, r.oid FROM wanted JOIN pg_roles AS r ON r.rolname = wanted.name
)
INSERT INTO promotion_problems
SELECT 'role is missing', name, 'create it as in the source: replication carries no roles'
FROM wanted
WHERE name NOT IN (SELECT name FROM writers)
UNION ALL
SELECT 'right is missing', ours.name || ' for ' || writers.name, 'GRANT it as in the source: replication carries no grants'
FROM ours, writers
WHERE NOT has_schema_privilege(writers.oid, ours.schema, 'USAGE')
    OR NOT CASE
        WHEN ours.relkind = 'S' THEN has_sequence_privilege(writers.oid, ours.oid, 'USAGE')
        ELSE has_table_privilege(writers.oid, ours.oid, 'SELECT')
            AND has_table_privilege(writers.oid, ours.oid, 'INSERT')
            AND has_table_privilege(writers.oid, ours.oid, 'UPDATE')
            AND has_table_privilege(writers.oid, ours.oid, 'DELETE')
    END;

SELECT problem, object, remedy FROM promotion_problems ORDER BY problem, object;
