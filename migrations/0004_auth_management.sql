-- Managing accounts (crates/auth): one-time links, re-authentication, and why an event was refused. Times are nanoseconds
-- since 1970, UTC.

-- A link that lets its bearer set a password once: for a new account (invitation) or for an existing one (password_reset).
CREATE TABLE account_links (
    id                   TEXT    NOT NULL PRIMARY KEY, -- UUID v7, shown in lists; not the token
    purpose              TEXT    NOT NULL CHECK (purpose IN ('invitation', 'password_reset')),
    token_sha256         BLOB    NOT NULL UNIQUE,      -- the token has 256 random bits, so a plain hash is enough
    email                TEXT,                         -- of an invitation, as typed
    role                 TEXT    CHECK (role IN ('admin', 'member', 'viewer')),
    user_id              TEXT    REFERENCES users (id) ON DELETE CASCADE, -- of a reset
    created_by           TEXT    REFERENCES users (id) ON DELETE CASCADE, -- null: the command line
    created_at_unix_nano INTEGER NOT NULL,
    expires_at_unix_nano INTEGER NOT NULL,
    CHECK ((purpose = 'invitation') = (email IS NOT NULL AND role IS NOT NULL AND user_id IS NULL)),
    CHECK ((purpose = 'password_reset') = (user_id IS NOT NULL))
) STRICT;

CREATE INDEX account_links_by_user ON account_links (user_id);
CREATE INDEX account_links_by_creator ON account_links (created_by);

-- When the password was last presented in this session: what is sensitive asks for it again after a while.
ALTER TABLE user_sessions ADD COLUMN authenticated_at_unix_nano INTEGER NOT NULL DEFAULT 0;

-- A fixed word, never a text of the caller: the new role, or why it was refused.
ALTER TABLE audit_events ADD COLUMN detail TEXT;

CREATE INDEX audit_events_by_actor ON audit_events (actor_user_id, id);

-- From now on the id of a cookie's record is a hash of the cookie. The old ones were the cookies: everybody signs in again.
DELETE FROM tower_sessions;
DELETE FROM user_sessions;
