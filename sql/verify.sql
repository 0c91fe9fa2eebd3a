-- Proves that this database is one of its own, and changes nothing. Run in the standby's database as an administrator,
-- after `sequences.sql`; again at any time. It returns what does not hold: the problem, the object, the remedy. No row,
-- no problem.

-- A write is tried and rolled back. Its outcome goes into a setting, which even a read-only session may change.
DO $$
DECLARE
    refused text := '';
BEGIN
    BEGIN
        CREATE TEMPORARY TABLE verify_write (value int);
        INSERT INTO verify_write VALUES (1);
        RAISE EXCEPTION 'written' USING ERRCODE = 'VW001';
    EXCEPTION
        WHEN SQLSTATE 'VW001' THEN refused := '';
        WHEN OTHERS THEN refused := SQLERRM;
    END;
    PERFORM set_config('verify.refused', refused, false);
END
$$;

-- The columns that each sequence feeds, as in sequences.sql.
WITH fed AS (
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
), columns AS (
    SELECT fed.sequence, s.seqincrement AS step, fed.relation, a.attname AS attribute
    FROM fed
    JOIN pg_sequence AS s ON s.seqrelid = fed.sequence
    JOIN pg_class AS c ON c.oid = fed.sequence AND c.relpersistence <> 't'
    JOIN pg_attribute AS a ON a.attrelid = fed.relation AND a.attnum = fed.number AND NOT a.attisdropped
    WHERE a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'numeric'::regtype)
), measured AS (
    -- How far the next value lies beyond the column's, in the sequence's direction; none where the column is empty.
    SELECT sequence, relation, attribute, (xpath('//ahead/text()', query_to_xml(format(
        'SELECT (s.last_value + CASE WHEN s.is_called THEN %1$s ELSE 0 END - u.used) * %1$s AS ahead'
        ' FROM %2$s AS s, (SELECT %3$s(%4$I)::numeric AS used FROM %5$s) AS u',
        step, sequence::regclass, CASE WHEN step > 0 THEN 'max' ELSE 'min' END, attribute, relation::regclass
    ), false, false, '')))[1]::text::numeric AS ahead
    FROM columns
)
SELECT 'subscription is left' AS problem, subname::text AS object,
    'run detach.sql: it brings rows, or will when its source is back' AS remedy
FROM pg_subscription
WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
UNION ALL
SELECT 'in recovery', current_database(), 'promote the instance: it follows another one and takes no writes'
WHERE pg_is_in_recovery()
UNION ALL
SELECT 'write is refused', current_setting('verify.refused'), 'see to what the server says'
WHERE current_setting('verify.refused') <> ''
UNION ALL
SELECT 'read only by default', coalesce(r.rolname, 'every role') || ' in ' || coalesce(d.datname, 'every database'),
    'ALTER ROLE or ALTER DATABASE … RESET default_transaction_read_only'
FROM pg_db_role_setting AS s
LEFT JOIN pg_roles AS r ON r.oid = s.setrole
LEFT JOIN pg_database AS d ON d.oid = s.setdatabase
WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
    AND EXISTS (
        SELECT FROM unnest(s.setconfig) AS given (setting)
        WHERE setting IN ('default_transaction_read_only=on', 'default_transaction_read_only=true')
    )
UNION ALL
SELECT 'read only by default', current_database(), 'turn default_transaction_read_only off'
WHERE current_setting('default_transaction_read_only')::boolean
UNION ALL
SELECT 'sequence is behind', sequence::regclass || ' of ' || relation::regclass || '.' || quote_ident(attribute),
    'run sequences.sql: its next value is in use'
FROM measured
WHERE ahead <= 0
ORDER BY problem, object;
