-- Rotating an API key (crates/api_keys): the secret before may go on working for a while.

ALTER TABLE api_keys ADD COLUMN previous_sha256 BLOB;
ALTER TABLE api_keys ADD COLUMN previous_until_unix_nano INTEGER;

CREATE UNIQUE INDEX api_keys_by_previous ON api_keys (previous_sha256) WHERE previous_sha256 IS NOT NULL;
