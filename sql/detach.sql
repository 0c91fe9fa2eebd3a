-- Ends every subscription of this database, whether or not its source is still there: nothing arrives any more, and what
-- has arrived stays. Run in the standby's database as the subscriptions' owner, once the source's writers are stopped or
-- gone; again at any time. `sequences.sql` comes next.

-- Without its slot a subscription is dropped even if nothing answers at the other end. A source that comes back keeps
-- the slot, and its log for it, until somebody drops it there.
DO $$
DECLARE
    subscription text;
BEGIN
    FOR subscription IN
        SELECT subname FROM pg_subscription
        WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    LOOP
        EXECUTE format('ALTER SUBSCRIPTION %I DISABLE', subscription);
        EXECUTE format('ALTER SUBSCRIPTION %I SET (slot_name = NONE)', subscription);
        EXECUTE format('DROP SUBSCRIPTION %I', subscription);
    END LOOP;
END
$$;
