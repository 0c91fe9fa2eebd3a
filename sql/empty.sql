-- Empties every table, so that replication can begin anew: it fetches all rows, and would meet those that are here. Run
-- in the standby's database after the way back; again at any time. Everything is in the primary then, and in backups.
--
-- So that no mistake empties another database, `empty.database` must have been set to this one's name.

DO $$
DECLARE
    reader text;
    tables text;
BEGIN
    IF current_setting('empty.database', true) IS DISTINCT FROM current_database() THEN
        RAISE EXCEPTION 'Nothing was changed: SET empty.database to the name of the database to empty, %',
            current_database();
    END IF;
    -- Whoever follows this database would empty its own tables with it.
    SELECT string_agg(slot_name::text, ', ') INTO reader
    FROM pg_replication_slots
    WHERE database = current_database();
    IF reader IS NOT NULL THEN
        RAISE EXCEPTION 'Nothing was changed: % follows this database', reader
            USING HINT = 'DROP SUBSCRIPTION where it is read first.';
    END IF;
    IF EXISTS (
        SELECT FROM pg_subscription
        WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    ) THEN
        RAISE EXCEPTION 'Nothing was changed: this database follows another, whose rows it may already hold'
            USING HINT = 'DROP SUBSCRIPTION first, or leave the rows that it fetched.';
    END IF;
    DROP PUBLICATION IF EXISTS standby;
    SELECT string_agg(c.oid::regclass::text, ', ') INTO tables
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
        AND c.relkind IN ('r', 'p') AND c.relpersistence = 'p'
        -- An extension keeps its own.
        AND NOT EXISTS (
            SELECT FROM pg_depend AS d
            WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
        );
    IF tables IS NOT NULL THEN
        EXECUTE 'TRUNCATE ' || tables;
    END IF;
END
$$;
