-- Who follows this database, and how far each is behind. Run in the standby's database on the way back; it changes
-- nothing. A slot of PostgreSQL's own name belongs to the first copy of one table, and goes when that copy is whole.

SELECT s.slot_name::text AS slot,
    s.active,
    s.slot_name ~ '^pg_\d+_sync_\d+_' AS copies,
    coalesce(s.wal_status, '') = 'lost' AS lost,
    coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), s.confirmed_flush_lsn), 0)::bigint AS bytes_behind,
    (s.confirmed_flush_lsn - '0/0'::pg_lsn)::bigint AS confirmed,
    (pg_current_wal_lsn() - '0/0'::pg_lsn)::bigint AS written
FROM pg_replication_slots AS s
WHERE s.database = current_database()
UNION ALL
-- The last row is the database's own: how far it has written.
SELECT '', false, false, false, 0, 0, (pg_current_wal_lsn() - '0/0'::pg_lsn)::bigint
ORDER BY slot DESC;
