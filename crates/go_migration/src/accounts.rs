//! The Go server's SQLite file: who may sign in, which keys SDKs send, and how far its index had read the ingestion service.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use chrono::NaiveDateTime;
use secrecy::SecretString;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _, Row as _};

use crate::error::MigrationError;

const EXPECTED: &str = "SQLite database (app_data.db)";

/// Its tables: column and declared type. `goose_db_version` is the migrations' own.
const TABLES: &[(&str, &[(&str, &str)])] = &[
    (
        "users",
        &[("id", "INTEGER"), ("email", "TEXT"), ("password_hash", "TEXT"), ("created_at", "TIMESTAMP")],
    ),
    ("api_keys", &[("id", "TEXT"), ("key", "TEXT"), ("name", "TEXT"), ("created_at", "TIMESTAMP")]),
    ("poller_state", &[("id", "INTEGER"), ("last_key", "BLOB")]),
];

/// A user.
#[derive(Clone)]
pub struct GoUser {
    /// As typed.
    pub email: String,
    /// bcrypt.
    pub password_hash: SecretString,
    /// Unix nanoseconds; `None` for a time that cannot be read.
    pub created_at_unix_nano: Option<i64>,
}

/// An API key.
#[derive(Clone)]
pub struct GoKey {
    /// The whole secret; the file has it in the clear.
    pub secret: SecretString,
    /// What it was called.
    pub name: String,
    /// Unix nanoseconds; `None` for a time that cannot be read.
    pub created_at_unix_nano: Option<i64>,
}

/// All of the file. `Debug` shows counts only.
#[derive(Clone)]
pub struct GoAccounts {
    /// Oldest first.
    pub users: Vec<GoUser>,
    /// Oldest first.
    pub keys: Vec<GoKey>,
    /// The newest key of the ingestion service that the index had read: a ULID of 16 bytes.
    pub cursor: Option<[u8; 16]>,
}

impl fmt::Debug for GoAccounts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (users, keys) = (self.users.len(), self.keys.len());
        formatter
            .debug_struct("GoAccounts")
            .field("users", &users)
            .field("keys", &keys)
            .finish_non_exhaustive()
    }
}

impl GoAccounts {
    /// Reads the file at `path`, which is not changed.
    ///
    /// # Errors
    /// [`MigrationError::Foreign`] when its tables are not the Go server's, and others when it cannot be read.
    pub async fn read(path: &Path) -> Result<Self, MigrationError> {
        if !path.is_file() {
            return Err(MigrationError::Missing { path: path.to_owned(), expected: EXPECTED });
        }
        let failed = |source| MigrationError::Sqlite { path: path.to_owned(), source };
        let options = SqliteConnectOptions::new().filename(path).read_only(true).disable_statement_logging();
        let mut connection = options.connect().await.map_err(failed)?;
        check_tables(&mut connection, path).await?;
        let read = read_all(&mut connection).await.map_err(failed)?;
        connection.close().await.map_err(failed)?;
        Ok(read)
    }
}

async fn check_tables(connection: &mut SqliteConnection, path: &Path) -> Result<(), MigrationError> {
    for (table, columns) in TABLES {
        let rows = sqlx::query("SELECT name, upper(type) AS type FROM pragma_table_info(?)")
            .bind(table)
            .fetch_all(&mut *connection)
            .await
            .map_err(|source| MigrationError::Sqlite { path: path.to_owned(), source })?;
        let found = rows.iter().map(|row| (row.get("name"), row.get("type"))).collect();
        if let Some(reason) = difference(table, columns, &found) {
            return Err(MigrationError::Foreign { path: path.to_owned(), expected: EXPECTED, reason });
        }
    }
    Ok(())
}

/// How the columns of a table differ from the Go server's, as the end of a sentence.
pub(crate) fn difference(
    table: &str,
    expected: &[(&str, &str)],
    found: &BTreeMap<String, String>,
) -> Option<String> {
    if found.is_empty() {
        return Some(format!("it has no table {table}"));
    }
    for (column, expected_type) in expected {
        match found.get(*column) {
            None => return Some(format!("table {table} has no column {column}")),
            Some(found_type) if found_type != expected_type => {
                return Some(format!("column {table}.{column} is {found_type} and not {expected_type}"));
            }
            Some(_) => {}
        }
    }
    let unknown = found.keys().find(|column| expected.iter().all(|(known, _)| known != column));
    unknown.map(|column| {
        format!("table {table} has a column {column}, which this import does not know and would lose")
    })
}

async fn read_all(connection: &mut SqliteConnection) -> Result<GoAccounts, sqlx::Error> {
    let users = sqlx::query(
        "SELECT email, password_hash, CAST(created_at AS TEXT) AS created_at FROM users ORDER BY id",
    )
    .fetch_all(&mut *connection)
    .await?;
    let users = users.iter().map(|row| {
        Ok(GoUser {
            email: row.try_get("email")?,
            password_hash: row.try_get::<String, _>("password_hash")?.into(),
            created_at_unix_nano: unix_nano(row.try_get("created_at")?),
        })
    });
    let keys = sqlx::query(
        "SELECT key, name, CAST(created_at AS TEXT) AS created_at FROM api_keys ORDER BY created_at, id",
    )
    .fetch_all(&mut *connection)
    .await?;
    let keys = keys.iter().map(|row| {
        Ok(GoKey {
            secret: row.try_get::<String, _>("key")?.into(),
            name: row.try_get("name")?,
            created_at_unix_nano: unix_nano(row.try_get("created_at")?),
        })
    });
    let (users, keys) =
        (users.collect::<Result<_, sqlx::Error>>()?, keys.collect::<Result<_, sqlx::Error>>()?);
    let cursor: Option<Option<Vec<u8>>> =
        sqlx::query_scalar("SELECT last_key FROM poller_state WHERE id = 1")
            .fetch_optional(connection)
            .await?;
    let cursor = cursor.flatten().and_then(|key| key.try_into().ok());
    Ok(GoAccounts { users, keys, cursor })
}

/// SQLite's `CURRENT_TIMESTAMP`, or the form in which the Go driver writes a time; both are UTC and begin alike.
fn unix_nano(text: &str) -> Option<i64> {
    let seconds = text.get(..19)?.replace('T', " ");
    let time = NaiveDateTime::parse_from_str(&seconds, "%Y-%m-%d %H:%M:%S").ok()?;
    time.and_utc().timestamp_nanos_opt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: the two forms of a time, and rubbish. Guarantee: UTC nanoseconds, and nothing made up.
    #[test]
    fn times_are_read_in_both_forms() {
        let expected = Some(1_760_277_181_000_000_000);
        assert_eq!(unix_nano("2025-10-12 13:53:01"), expected);
        assert_eq!(unix_nano("2025-10-12T13:53:01Z"), expected);
        assert_eq!(unix_nano("2025-10-12 13:53:01.5 +0000 UTC"), expected);
        for rubbish in ["", "yesterday", "2025-10-12", "ééééééééééééééé"] {
            assert_eq!(unix_nano(rubbish), None, "{rubbish}");
        }
    }

    /// Scenario: a column is missing, of another type, or unknown. Guarantee: each is named.
    #[test]
    fn differences_name_the_column() {
        let expected = [("id", "TEXT"), ("n", "BLOB")];
        let found = |columns: &[(&str, &str)]| {
            let found = columns.iter().map(|(name, kind)| ((*name).to_owned(), (*kind).to_owned())).collect();
            difference("t", &expected, &found).unwrap_or_default()
        };
        assert_eq!(found(&[]), "it has no table t");
        assert_eq!(found(&[("id", "TEXT")]), "table t has no column n");
        assert_eq!(found(&[("id", "TEXT"), ("n", "TEXT")]), "column t.n is TEXT and not BLOB");
        let unknown = found(&[("id", "TEXT"), ("n", "BLOB"), ("x", "TEXT")]);
        assert!(unknown.starts_with("table t has a column x"), "{unknown}");
        assert_eq!(found(&expected), "");
    }
}
