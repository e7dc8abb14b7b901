-- API keys (crates/api_keys). Times are nanoseconds since 1970, UTC.

CREATE TABLE api_keys (
    id                     TEXT    NOT NULL PRIMARY KEY, -- 12 random characters
    name                   TEXT    NOT NULL,
    prefix                 TEXT    NOT NULL UNIQUE,      -- the visible start of the key
    key_sha256             BLOB    NOT NULL UNIQUE,      -- the key has 256 random bits, so a plain hash is enough
    scope                  TEXT    NOT NULL CHECK (scope IN ('ingest', 'read')),
    created_by             TEXT    REFERENCES users (id) ON DELETE SET NULL, -- keys survive their creator
    created_at_unix_nano   INTEGER NOT NULL,
    expires_at_unix_nano   INTEGER,
    last_used_at_unix_nano INTEGER
) STRICT;

CREATE INDEX api_keys_by_creator ON api_keys (created_by);
CREATE INDEX api_keys_by_time ON api_keys (created_at_unix_nano, id);
