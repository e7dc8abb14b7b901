-- Compaction, retention and deletion of telemetry.

-- Items of the sealed records that are left out because somebody wanted them deleted.
ALTER TABLE archive_files ADD COLUMN deleted_count INTEGER NOT NULL DEFAULT 0;

-- Files that others replaced or that retention dropped: listed until nobody reads them and they are gone from the folder.
CREATE TABLE archive_removed (
    path TEXT PRIMARY KEY                   -- relative to the archive folder
) STRICT;

-- What has to be forgotten: everything of a service, or of the traces in deletion_traces, that was received up to a record.
CREATE TABLE deletions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    requested_at_unix_nano INTEGER NOT NULL,
    requested_by TEXT,                      -- user id; NULL for the retention of a service
    service TEXT,                           -- NULL for traces
    through_sequence INTEGER NOT NULL,      -- later records are new data
    finished_at_unix_nano INTEGER           -- NULL until no file, record or row is left
) STRICT;

CREATE TABLE deletion_traces (
    deletion_id INTEGER NOT NULL REFERENCES deletions (id) ON DELETE CASCADE,
    trace_id BLOB NOT NULL,
    PRIMARY KEY (deletion_id, trace_id)
) STRICT, WITHOUT ROWID;

-- Days for which the telemetry of a service is kept, where that is less than for all.
CREATE TABLE service_retention (
    service TEXT PRIMARY KEY,
    days INTEGER NOT NULL
) STRICT;
