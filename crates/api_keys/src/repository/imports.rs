//! The SQL of keys that come from another server.

use sqlx::SqliteConnection;

use super::Repository;
use crate::error::ApiKeyError;
use crate::key::{self, KeyHash, Scope};

/// Draws of an id; two in a row collide about never.
const ATTEMPTS_MAX: usize = 3;

/// A key to insert.
#[derive(Debug)]
pub(crate) struct ImportedRow {
    pub(crate) name: String,
    /// What lists show; `None`: something made up.
    pub(crate) prefix: Option<String>,
    pub(crate) hash: KeyHash,
    pub(crate) created_at_unix_nano: i64,
}

impl Repository {
    /// Adds keys, all or none; returns the ids of those that are new, and how many were imported before, which are left as they are,
    /// or left revoked.
    pub(crate) async fn import(&self, rows: &[ImportedRow]) -> Result<(Vec<String>, usize), ApiKeyError> {
        let failed = "import keys";
        let mut transaction =
            self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(ApiKeyError::store(failed))?;
        let (mut added, mut again) = (Vec::new(), 0);
        for row in rows {
            let noted = sqlx::query("INSERT OR IGNORE INTO imported_api_keys (key_sha256) VALUES (?)")
                .bind(row.hash.as_slice())
                .execute(&mut *transaction)
                .await
                .map_err(ApiKeyError::store(failed))?;
            if noted.rows_affected() == 0 {
                again += 1;
            } else {
                added.push(insert(&mut transaction, row).await?);
            }
        }
        transaction.commit().await.map_err(ApiKeyError::store(failed))?;
        Ok((added, again))
    }
}

async fn insert(connection: &mut SqliteConnection, row: &ImportedRow) -> Result<String, ApiKeyError> {
    let mut prefix = row.prefix.clone();
    for _ in 0..ATTEMPTS_MAX {
        let id = key::new_id(&mut rand::rng());
        // made up where nothing can be shown, and where another key begins alike
        let shown = prefix.take().unwrap_or_else(|| format!("go_{}", &id[..8]));
        let inserted = sqlx::query(
            "INSERT INTO api_keys (id, name, prefix, key_sha256, scope, created_by, created_at_unix_nano)
             VALUES (?, ?, ?, ?, ?, NULL, ?) ON CONFLICT DO NOTHING",
        )
        .bind(&id)
        .bind(&row.name)
        .bind(shown)
        .bind(row.hash.as_slice())
        .bind(Scope::Ingest.as_str())
        .bind(row.created_at_unix_nano)
        .execute(&mut *connection)
        .await
        .map_err(ApiKeyError::store("import a key"))?;
        if inserted.rows_affected() == 1 {
            return Ok(id);
        }
    }
    Err(ApiKeyError::NoFreePrefix)
}
