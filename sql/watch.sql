-- Notes every change of definitions in a table that is replicated, in the transaction that makes it: it arrives in the
-- standby before the first row that needs it, and stays there when this source is gone. Run in the source's database as its
-- administrator, after definitions.sql; again at any time. A change that cannot be noted is made all the same.

CREATE OR REPLACE FUNCTION replication_parity.note() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    -- Only what changed is written, so that two migrations at once wait for each other where they would anyway.
    WITH found AS MATERIALIZED (
        SELECT * FROM replication_parity.catalog()
    ), gone AS (
        DELETE FROM replication_parity.definitions AS d
        WHERE NOT EXISTS (SELECT FROM found WHERE found.object = d.object)
    )
    INSERT INTO replication_parity.definitions AS d
    SELECT * FROM found
    ON CONFLICT (object) DO UPDATE SET definition = EXCLUDED.definition WHERE d.definition <> EXCLUDED.definition
$$;
REVOKE ALL ON FUNCTION replication_parity.note() FROM PUBLIC;

CREATE OR REPLACE FUNCTION replication_parity.changed() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- Temporary tables come and go with sessions.
    IF tg_event = 'sql_drop' THEN
        IF NOT EXISTS (SELECT FROM pg_event_trigger_dropped_objects() WHERE NOT is_temporary) THEN
            RETURN;
        END IF;
    ELSIF NOT EXISTS (
        SELECT FROM pg_event_trigger_ddl_commands() WHERE coalesce(schema_name, '') !~ '^pg_temp'
    ) THEN
        RETURN;
    END IF;
    PERFORM replication_parity.note();
EXCEPTION WHEN OTHERS THEN
    RAISE WARNING 'the standby is not told of this change: %; run watch.sql again', SQLERRM;
END
$$;

DROP EVENT TRIGGER IF EXISTS replication_parity_changed;
DROP EVENT TRIGGER IF EXISTS replication_parity_dropped;
CREATE EVENT TRIGGER replication_parity_changed ON ddl_command_end EXECUTE FUNCTION replication_parity.changed();
CREATE EVENT TRIGGER replication_parity_dropped ON sql_drop EXECUTE FUNCTION replication_parity.changed();

SELECT replication_parity.note();
