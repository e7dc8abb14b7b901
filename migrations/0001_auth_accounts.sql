-- Accounts, browser sessions and the audit log (crates/auth). Times are nanoseconds since 1970, UTC.

CREATE TABLE users (
    id                   TEXT    NOT NULL PRIMARY KEY, -- UUID v7
    email                TEXT    NOT NULL,             -- as typed, trimmed
    email_key            TEXT    NOT NULL UNIQUE,      -- lower case: one account per address
    password_hash        TEXT    NOT NULL,             -- PHC string, argon2id
    role                 TEXT    NOT NULL CHECK (role IN ('admin', 'member', 'viewer')),
    created_at_unix_nano INTEGER NOT NULL
) STRICT;

-- One row per login. The cookie's own record (tower_sessions) only names a row here, so deleting the row, or its user,
-- ends the session at once.
CREATE TABLE user_sessions (
    id                     TEXT    NOT NULL PRIMARY KEY, -- UUID v7, shown in session lists; not the cookie
    user_id                TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at_unix_nano   INTEGER NOT NULL,
    last_seen_at_unix_nano INTEGER NOT NULL,
    ip                     TEXT    NOT NULL,
    user_agent             TEXT    NOT NULL              -- shortened
) STRICT;

CREATE INDEX user_sessions_by_user ON user_sessions (user_id, last_seen_at_unix_nano);
CREATE INDEX user_sessions_by_last_seen ON user_sessions (last_seen_at_unix_nano);

-- The table of tower-sessions-sqlx-store. Its id is the cookie's value; expiry_date is RFC 3339 text, whatever the type says.
CREATE TABLE tower_sessions (
    id          TEXT    NOT NULL PRIMARY KEY,
    data        BLOB    NOT NULL,
    expiry_date INTEGER NOT NULL
);

-- Security events. Ids stay after the user or key they name is gone, hence no foreign keys. Never secrets, never e-mails.
CREATE TABLE audit_events (
    id                     INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    occurred_at_unix_nano  INTEGER NOT NULL,
    action                 TEXT    NOT NULL,
    outcome                TEXT    NOT NULL CHECK (outcome IN ('success', 'refused')),
    actor_user_id          TEXT,
    target_id              TEXT,
    ip                     TEXT    NOT NULL,
    request_id             TEXT    NOT NULL
) STRICT;

CREATE INDEX audit_events_by_time ON audit_events (occurred_at_unix_nano);
