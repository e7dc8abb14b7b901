-- What people decided about kinds of failures (crates/span_store/src/catalog/failure_states.rs). A kind without a row is open.
CREATE TABLE failure_states (
    fingerprint TEXT PRIMARY KEY,             -- 16 hexadecimal digits
    is_resolved INTEGER NOT NULL,             -- 0 muted, 1 resolved
    decided_at_unix_nano INTEGER NOT NULL
) STRICT;
