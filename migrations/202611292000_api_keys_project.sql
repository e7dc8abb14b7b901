-- The project of an API key (crates/api_keys): what a key sends belongs to it. There is one for now.

ALTER TABLE api_keys ADD COLUMN project TEXT NOT NULL DEFAULT 'default';
