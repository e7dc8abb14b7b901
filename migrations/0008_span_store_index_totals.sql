-- What the index has counted since ever, as of one record: an index that is older, or is made again, takes it up there. Rows
-- that are gone (sent again, deleted, too old) cannot be counted a second time.
CREATE TABLE index_totals (
    id INTEGER PRIMARY KEY CHECK (id = 1),  -- one row
    through INTEGER NOT NULL,               -- every record up to this one is counted
    indexed_spans INTEGER NOT NULL,
    indexed_logs INTEGER NOT NULL,
    duplicate_spans INTEGER NOT NULL,
    duplicate_logs INTEGER NOT NULL,
    quarantined_batches INTEGER NOT NULL,
    quarantined_spans INTEGER NOT NULL
) STRICT;
