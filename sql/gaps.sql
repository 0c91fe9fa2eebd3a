-- What logical replication does not carry out of this database: one row for each, with its remedy.
-- Run in the source; it changes nothing. Roles and changed definitions are never carried and have no row here.

WITH ours AS (
    SELECT c.oid, c.relkind, c.relpersistence, c.relreplident, format('%I.%I', n.nspname, c.relname) AS name
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
)
SELECT 'no replica identity' AS gap, name AS object,
    'add a primary key, or ALTER TABLE … REPLICA IDENTITY FULL: its updates and deletes fail once it is published'
        AS remedy
FROM ours
WHERE relkind = 'r' AND relpersistence = 'p' AND (
    relreplident = 'n'
    OR relreplident = 'd' AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = ours.oid AND indisprimary)
    OR relreplident = 'i' AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = ours.oid AND indisreplident)
)
UNION ALL
SELECT 'unlogged table', name, 'ALTER TABLE … SET LOGGED, or make its rows anew after a failover'
FROM ours
WHERE relkind = 'r' AND relpersistence = 'u'
UNION ALL
SELECT 'generated column', ours.name || '.' || quote_ident(a.attname),
    'none needed where the standby''s table generates it too: its values are not sent'
FROM ours
JOIN pg_attribute AS a ON a.attrelid = ours.oid AND a.attgenerated <> '' AND NOT a.attisdropped
WHERE relkind IN ('r', 'p')
UNION ALL
SELECT 'materialized view', name, 'REFRESH MATERIALIZED VIEW after a failover'
FROM ours
WHERE relkind = 'm'
UNION ALL
SELECT 'sequence', name, 'sequences.sql sets it above its column''s values'
FROM ours
WHERE relkind = 'S'
UNION ALL
SELECT 'large objects', count(*)::text, 'move them into bytea columns, or into a bucket'
FROM pg_largeobject_metadata
HAVING count(*) > 0
ORDER BY gap, object;
