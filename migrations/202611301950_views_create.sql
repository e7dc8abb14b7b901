-- Saved views of lists (crates/views). Times are nanoseconds since 1970, UTC.

CREATE TABLE views (
    id                   TEXT    NOT NULL PRIMARY KEY, -- 16 random characters
    owner                TEXT    REFERENCES users (id) ON DELETE SET NULL, -- null: its account is gone, what was shared stays
    page                 TEXT    NOT NULL,             -- which list: traces, runs, logs
    name                 TEXT    NOT NULL,
    is_shared            INTEGER NOT NULL CHECK (is_shared IN (0, 1)),
    search               TEXT    NOT NULL,             -- JSON object: filters, order, columns and time window, as in the page's address
    created_at_unix_nano INTEGER NOT NULL,
    updated_at_unix_nano INTEGER NOT NULL,
    UNIQUE (owner, page, name)
) STRICT;

CREATE INDEX views_by_page ON views (page, name COLLATE NOCASE, id);

-- A view that nobody shared has no reader without its owner.
CREATE TRIGGER views_of_nobody AFTER UPDATE OF owner ON views WHEN NEW.owner IS NULL AND NEW.is_shared = 0
BEGIN
    DELETE FROM views WHERE id = NEW.id;
END;

-- The view that a list opens with, chosen by each account for itself.
CREATE TABLE default_views (
    account TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    page    TEXT NOT NULL,
    view    TEXT NOT NULL REFERENCES views (id) ON DELETE CASCADE,
    PRIMARY KEY (account, page)
) STRICT, WITHOUT ROWID;

CREATE INDEX default_views_by_view ON default_views (view);
