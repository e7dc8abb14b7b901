-- Which Parquet files make up the archive. A row is inserted after the file is durable and before the log is trimmed.
CREATE TABLE archive_files (
    path TEXT PRIMARY KEY,                  -- relative to the archive folder
    dataset TEXT NOT NULL,                  -- 'spans'
    wal_id TEXT NOT NULL,                   -- identity of the log that the records came from
    first_sequence INTEGER NOT NULL,
    last_sequence INTEGER NOT NULL,         -- ranges of one dataset never overlap
    received_day TEXT NOT NULL,             -- UTC, YYYY-MM-DD
    min_start_unix_nanos INTEGER NOT NULL,
    max_end_unix_nanos INTEGER NOT NULL,
    row_count INTEGER NOT NULL,             -- spans in the file
    item_count INTEGER NOT NULL,            -- spans in the sealed records, superseded and quarantined ones included
    file_bytes INTEGER NOT NULL,
    checksum INTEGER NOT NULL,              -- CRC-32 of the file
    schema_version INTEGER NOT NULL,
    derive_version INTEGER NOT NULL,
    sealed_at TEXT NOT NULL                 -- RFC 3339 UTC
) STRICT;

CREATE UNIQUE INDEX archive_files_range ON archive_files (dataset, first_sequence);

-- All-time totals that outlive the files they came from.
CREATE TABLE archive_totals (
    dataset TEXT PRIMARY KEY,
    sealed_items INTEGER NOT NULL,
    sealed_through INTEGER NOT NULL         -- newest sealed sequence
) STRICT;

INSERT INTO archive_totals VALUES ('spans', 0, 0);
