-- Lets replication read this database: a login, its grants, and the publication of all tables.
-- Run in the source's database as its administrator; again when tables or schemas were added. The login has no password
-- until somebody sets one: psql's \password sends only its hash, which no log then shows.

DO $$
DECLARE
    schema_name text;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'standby_replication') THEN
        CREATE ROLE standby_replication LOGIN;
    END IF;
    -- Aurora gives the right to replicate by a role of its own; elsewhere it is an attribute.
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'rds_replication') THEN
        GRANT rds_replication TO standby_replication;
    ELSE
        ALTER ROLE standby_replication REPLICATION;
    END IF;
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO standby_replication', current_database());
    FOR schema_name IN
        SELECT nspname FROM pg_namespace
        WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
            AND has_schema_privilege(oid, 'USAGE WITH GRANT OPTION')
    LOOP
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO standby_replication', schema_name);
        EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO standby_replication', schema_name);
        EXECUTE format('GRANT SELECT ON ALL SEQUENCES IN SCHEMA %I TO standby_replication', schema_name);
    END LOOP;
END
$$;

DO $$
DECLARE
    unkeyed text;
BEGIN
    IF EXISTS (SELECT FROM pg_publication WHERE pubname = 'standby') THEN
        RETURN;
    END IF;
    SELECT string_agg(c.oid::regclass::text, ', ' ORDER BY c.oid::regclass::text) INTO unkeyed
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relkind = 'r' AND c.relpersistence = 'p' AND (
        c.relreplident = 'n'
        OR c.relreplident = 'd' AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = c.oid AND indisprimary)
        OR c.relreplident = 'i' AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = c.oid AND indisreplident)
    );
    IF unkeyed IS NOT NULL THEN
        RAISE EXCEPTION 'Nothing is published: updates and deletes would fail in % from then on', unkeyed
            USING HINT = 'Add a primary key to each, or ALTER TABLE … REPLICA IDENTITY FULL.';
    END IF;
    CREATE PUBLICATION standby FOR ALL TABLES;
END
$$;
