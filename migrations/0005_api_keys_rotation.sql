-- Rotating an API key (crates/api_keys): the secret before may go on working for a while. Use per key, for /otel/status.

ALTER TABLE api_keys ADD COLUMN previous_sha256 BLOB;
ALTER TABLE api_keys ADD COLUMN previous_until_unix_nano INTEGER;

CREATE UNIQUE INDEX api_keys_by_previous ON api_keys (previous_sha256) WHERE previous_sha256 IS NOT NULL;

-- All-time counts of what came in with the key, written every half minute.
ALTER TABLE api_keys ADD COLUMN request_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE api_keys ADD COLUMN item_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE api_keys ADD COLUMN byte_count INTEGER NOT NULL DEFAULT 0;
