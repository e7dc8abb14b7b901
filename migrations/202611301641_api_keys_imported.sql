-- Keys that were taken over from another server (crates/api_keys). One that was imported once is not imported again: a key that was
-- revoked or rotated here since then must not work again.

CREATE TABLE imported_api_keys (
    key_sha256 BLOB NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;
