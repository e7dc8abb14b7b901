-- A number for every account (crates/auth): the Go server's API names accounts by integers. A number is never given twice.

CREATE TABLE user_numbers (
    number  INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    user_id TEXT    NOT NULL UNIQUE REFERENCES users (id) ON DELETE CASCADE
) STRICT;

INSERT INTO user_numbers (user_id) SELECT id FROM users ORDER BY created_at_unix_nano, id;

CREATE TRIGGER user_numbers_of_new_users AFTER INSERT ON users
BEGIN
    INSERT INTO user_numbers (user_id) VALUES (new.id);
END;
