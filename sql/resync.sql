-- Fetches every row of this database anew from the standby, where a failover left the newest ones. Run with psql in the
-- primary's database as its administrator, after a snapshot of it and while nothing writes there; the standby's
-- connection is in the environment, so that neither a list of processes nor a log shows its password:
--
--     RESYNC_SOURCE='host=… dbname=… user=standby_replication password=… sslmode=require' psql -f sql/resync.sql
--
-- Rows that never reached the standby are in the snapshot alone afterwards. It may be run again: rows are then fetched
-- once more from the beginning. It returns tables that are not fetched, with the reason.

\set ON_ERROR_STOP on
\getenv source RESYNC_SOURCE

DO $$
DECLARE
    reader text;
    slot text;
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'cloudsqlsuperuser') THEN
        RAISE EXCEPTION 'Nothing was changed: this is the standby, and its rows are the ones to keep'
            USING HINT = 'Connect to the primary.';
    END IF;
    -- A reader of this database would carry the emptying of its tables to the standby.
    SELECT string_agg(slot_name::text, ', ') INTO reader
    FROM pg_replication_slots
    WHERE database = current_database() AND active;
    IF reader IS NOT NULL THEN
        RAISE EXCEPTION 'Nothing was changed: % still reads this database', reader
            USING HINT = 'Stop the migration job of the standby, and whatever else follows this database.';
    END IF;
    FOR slot IN
        SELECT slot_name FROM pg_replication_slots WHERE database = current_database()
    LOOP
        PERFORM pg_drop_replication_slot(slot);
    END LOOP;
END
$$;
-- Nobody can begin to read before source.sql was run again.
DROP PUBLICATION IF EXISTS standby;

SELECT EXISTS (
    SELECT FROM pg_subscription AS s
    JOIN pg_database AS d ON d.oid = s.subdbid
    WHERE d.datname = current_database() AND s.subname = 'resync'
) AS again \gset
\if :again
    DROP SUBSCRIPTION resync;
\endif
-- It proves the connection and each table's existence before a row goes, and copies nothing yet.
CREATE SUBSCRIPTION resync CONNECTION :'source' PUBLICATION standby WITH (enabled = false, copy_data = true);

BEGIN;
DO $$
DECLARE
    tables text;
BEGIN
    -- A table of partitions goes as a whole: another's foreign key may name it and not its partitions.
    SELECT string_agg(DISTINCT coalesce(pg_partition_root(r.srrelid), r.srrelid)::regclass::text, ', ') INTO tables
    FROM pg_subscription_rel AS r
    JOIN pg_subscription AS s ON s.oid = r.srsubid
    WHERE s.subname = 'resync';
    IF tables IS NULL THEN
        RAISE EXCEPTION 'The standby publishes no table'
            USING HINT = 'Run sql/source.sql there first.';
    END IF;
    EXECUTE 'TRUNCATE ' || tables;
END
$$;
ALTER SUBSCRIPTION resync ENABLE;
COMMIT;

SELECT 'not fetched' AS problem, c.oid::regclass::text AS object, CASE c.relpersistence
    WHEN 'u' THEN 'make its rows anew: unlogged tables are not replicated'
    ELSE 'the standby lacks it or does not publish it: its rows are as they were' END AS remedy
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND c.relkind = 'r' AND c.relpersistence <> 't'
    AND NOT EXISTS (
        SELECT FROM pg_subscription_rel AS r
        JOIN pg_subscription AS s ON s.oid = r.srsubid
        WHERE s.subname = 'resync' AND r.srrelid = c.oid
    )
ORDER BY object;
