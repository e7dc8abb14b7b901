-- Accounts that were taken over from another server (crates/auth). An address that was imported once is not imported again: an
-- account that was deleted here since then must not come back with its old password.

CREATE TABLE imported_accounts (
    email_sha256 BLOB NOT NULL PRIMARY KEY -- of users.email_key; the address itself goes with its account
) STRICT, WITHOUT ROWID;
