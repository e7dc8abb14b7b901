//! The SQL of keys. Whose keys a caller may see or revoke is part of the statement.

mod imports;

use std::sync::Arc;

use chrono::DateTime;
use junjo_auth::{AccountId, CurrentUser};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqlitePool};

use crate::cache::KnownKey;
use crate::error::ApiKeyError;
use crate::key::{KeyHash, KeyIdentity, PlainKey, Scope};
use crate::schemas::{ApiKeyView, ExpiryChange};

pub(crate) use imports::ImportedRow;

#[derive(Clone, Debug)]
pub(crate) struct Repository {
    pool: SqlitePool,
}

/// A key to store.
#[derive(Debug)]
pub(crate) struct NewRow<'a> {
    pub(crate) id: &'a str,
    pub(crate) name: &'a str,
    pub(crate) prefix: &'a str,
    pub(crate) hash: KeyHash,
    pub(crate) scope: Scope,
    pub(crate) created_by: AccountId,
    pub(crate) created_at_unix_nano: i64,
    pub(crate) expires_at_unix_nano: Option<i64>,
}

/// What became of an insert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inserted {
    Yes,
    LimitReached,
    /// The random id or prefix is taken.
    Collision,
}

/// What to change; a name of nothing stays as it is.
#[derive(Debug)]
pub(crate) struct RowChange<'a> {
    pub(crate) name: Option<&'a str>,
    pub(crate) expires_at_unix_nano: ExpiryChange<i64>,
}

/// A changed key, and the hashes that caches know it by.
#[derive(Debug)]
pub(crate) struct ChangedRow {
    pub(crate) view: ApiKeyView,
    pub(crate) hashes: Vec<KeyHash>,
}

/// What became of a rotation.
#[derive(Debug)]
pub(crate) enum Rotated {
    Yes(ChangedRow),
    NoSuchKey,
    /// The random prefix is taken.
    Collision,
}

/// A row of the list with the key that its cursor holds.
#[derive(Debug)]
pub(crate) struct ListRow {
    pub(crate) view: ApiKeyView,
    pub(crate) created_at_unix_nano: i64,
}

impl Repository {
    pub(crate) fn new(pool: SqlitePool) -> Self {
        Self { pool }
    }

    /// Counts and inserts in one statement, so that simultaneous calls cannot pass the limit.
    pub(crate) async fn insert(
        &self,
        key: &NewRow<'_>,
        per_account_max: u32,
    ) -> Result<Inserted, ApiKeyError> {
        let created_by = key.created_by.to_string();
        let result = sqlx::query(
            "INSERT INTO api_keys
               (id, name, prefix, key_sha256, scope, created_by, created_at_unix_nano, expires_at_unix_nano)
             SELECT ?, ?, ?, ?, ?, ?, ?, ? WHERE (SELECT count(*) FROM api_keys WHERE created_by = ?) < ?",
        )
        .bind(key.id)
        .bind(key.name)
        .bind(key.prefix)
        .bind(key.hash.as_slice())
        .bind(key.scope.as_str())
        .bind(&created_by)
        .bind(key.created_at_unix_nano)
        .bind(key.expires_at_unix_nano)
        .bind(&created_by)
        .bind(per_account_max)
        .execute(&self.pool)
        .await;
        match result {
            Ok(done) if done.rows_affected() == 1 => Ok(Inserted::Yes),
            Ok(_) => Ok(Inserted::LimitReached),
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Ok(Inserted::Collision),
            Err(source) => Err(ApiKeyError::Store { action: "add a key", source }),
        }
    }

    /// Newest first: the caller's own keys, an admin's everybody's. `after` is the last row of the page before.
    pub(crate) async fn list(
        &self,
        caller: &CurrentUser,
        after: Option<&(i64, String)>,
        limit: usize,
    ) -> Result<Vec<ListRow>, ApiKeyError> {
        let (after_unix_nano, after_id) = after.map_or((i64::MAX, ""), |(time, id)| (*time, id.as_str()));
        let rows = sqlx::query(
            "SELECT api_keys.*, creator.email AS created_by_email
             FROM api_keys LEFT JOIN users AS creator ON creator.id = api_keys.created_by
             WHERE (api_keys.created_by = ?1 OR EXISTS (SELECT 1 FROM users WHERE users.id = ?1 AND role = 'admin'))
               AND (api_keys.created_at_unix_nano, api_keys.id) < (?2, ?3)
             ORDER BY api_keys.created_at_unix_nano DESC, api_keys.id DESC LIMIT ?4",
        )
        .bind(caller.id.to_string())
        .bind(after_unix_nano)
        .bind(after_id)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&self.pool)
        .await
        .map_err(ApiKeyError::store("list keys"))?;
        rows.iter().map(list_row).collect()
    }

    /// Renames a key that is the caller's (or any, for an admin) and sets its expiry, each if given. Returns the row, and the
    /// hashes under which it is known.
    pub(crate) async fn change(
        &self,
        caller: &CurrentUser,
        id: &str,
        change: &RowChange<'_>,
    ) -> Result<Option<ChangedRow>, ApiKeyError> {
        let (is_expiry_set, expires_at_unix_nano) = match change.expires_at_unix_nano {
            ExpiryChange::Keep => (false, None),
            ExpiryChange::Never => (true, None),
            ExpiryChange::At(unix_nano) => (true, Some(unix_nano)),
        };
        let row = sqlx::query(
            "UPDATE api_keys SET name = coalesce(?3, name),
                expires_at_unix_nano = CASE WHEN ?4 THEN ?5 ELSE expires_at_unix_nano END
             WHERE id = ?2
               AND (created_by = ?1 OR EXISTS (SELECT 1 FROM users WHERE users.id = ?1 AND role = 'admin'))
             RETURNING *, (SELECT email FROM users WHERE users.id = created_by) AS created_by_email",
        )
        .bind(caller.id.to_string())
        .bind(id)
        .bind(change.name)
        .bind(is_expiry_set)
        .bind(expires_at_unix_nano)
        .fetch_optional(&self.pool)
        .await
        .map_err(ApiKeyError::store("change a key"))?;
        row.as_ref().map(changed_row).transpose()
    }

    /// Gives a key of the caller's (or any, for an admin) another secret. The one so far works until `previous_until`.
    /// The hashes returned are those from before. Nothing when there is no such key; `Err(Collision)` inside when the prefix
    /// is taken.
    pub(crate) async fn rotate(
        &self,
        caller: &CurrentUser,
        id: &str,
        secret: &PlainKey,
        previous_until_unix_nano: Option<i64>,
    ) -> Result<Rotated, ApiKeyError> {
        let failed = "rotate a key";
        let mut transaction =
            self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(ApiKeyError::store(failed))?;
        let before = sqlx::query(
            "SELECT key_sha256, previous_sha256 FROM api_keys
             WHERE id = ?2
               AND (created_by = ?1 OR EXISTS (SELECT 1 FROM users WHERE users.id = ?1 AND role = 'admin'))",
        )
        .bind(caller.id.to_string())
        .bind(id)
        .fetch_optional(&mut *transaction)
        .await
        .map_err(ApiKeyError::store(failed))?;
        let Some(before) = before else { return Ok(Rotated::NoSuchKey) };
        let hashes = hashes_of(&before)?;
        let updated = sqlx::query(
            "UPDATE api_keys SET prefix = ?2, key_sha256 = ?3, previous_until_unix_nano = ?4,
                previous_sha256 = CASE WHEN ?4 IS NULL THEN NULL ELSE key_sha256 END
             WHERE id = ?1
             RETURNING *, (SELECT email FROM users WHERE users.id = created_by) AS created_by_email",
        )
        .bind(id)
        .bind(secret.visible_prefix())
        .bind(secret.hash().as_slice())
        .bind(previous_until_unix_nano)
        .fetch_one(&mut *transaction)
        .await;
        let row = match updated {
            Ok(row) => row,
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
                return Ok(Rotated::Collision);
            }
            Err(source) => return Err(ApiKeyError::Store { action: failed, source }),
        };
        let view = list_row(&row)?.view;
        transaction.commit().await.map_err(ApiKeyError::store(failed))?;
        Ok(Rotated::Yes(ChangedRow { view, hashes }))
    }

    /// Deletes a key that is the caller's, or any if the caller is an admin; returns the hashes under which it was known.
    pub(crate) async fn delete(
        &self,
        caller: &CurrentUser,
        id: &str,
    ) -> Result<Option<Vec<KeyHash>>, ApiKeyError> {
        let row = sqlx::query(
            "DELETE FROM api_keys
             WHERE id = ?2
               AND (created_by = ?1 OR EXISTS (SELECT 1 FROM users WHERE users.id = ?1 AND role = 'admin'))
             RETURNING key_sha256, previous_sha256",
        )
        .bind(caller.id.to_string())
        .bind(id)
        .fetch_optional(&self.pool)
        .await
        .map_err(ApiKeyError::store("revoke a key"))?;
        row.as_ref().map(hashes_of).transpose()
    }

    pub(crate) async fn find(&self, hash: &KeyHash) -> Result<Option<KnownKey>, ApiKeyError> {
        let failed = "look up a key";
        let row = sqlx::query(
            "SELECT id, name, project, scope, expires_at_unix_nano FROM api_keys WHERE key_sha256 = ?1
             UNION ALL
             SELECT id, name, project, scope, min(previous_until_unix_nano, coalesce(expires_at_unix_nano, previous_until_unix_nano))
             FROM api_keys WHERE previous_sha256 = ?1",
        )
        .bind(hash.as_slice())
        .fetch_optional(&self.pool)
        .await
        .map_err(ApiKeyError::store(failed))?;
        let Some(row) = row else { return Ok(None) };
        let text = |column| row.try_get::<String, _>(column).map_err(ApiKeyError::store(failed));
        let identity = KeyIdentity {
            id: text("id")?.into(),
            name: text("name")?.into(),
            project: text("project")?.into(),
        };
        let scope = Scope::parse(&text("scope")?).ok_or(ApiKeyError::Corrupt { what: "scope" })?;
        let expires_at_unix_nano = row.try_get("expires_at_unix_nano").map_err(ApiKeyError::store(failed))?;
        Ok(Some(KnownKey { identity, scope, expires_at_unix_nano }))
    }

    /// The id of a key that is the caller's (or any, for an admin), by prefix or by hash.
    pub(crate) async fn id_of(
        &self,
        caller: &CurrentUser,
        prefix: &str,
        hash: &KeyHash,
    ) -> Result<Option<String>, ApiKeyError> {
        sqlx::query_scalar(
            "SELECT id FROM api_keys
             WHERE (prefix = ?2 OR key_sha256 = ?3 OR previous_sha256 = ?3)
               AND (created_by = ?1 OR EXISTS (SELECT 1 FROM users WHERE users.id = ?1 AND role = 'admin'))",
        )
        .bind(caller.id.to_string())
        .bind(prefix)
        .bind(hash.as_slice())
        .fetch_optional(&self.pool)
        .await
        .map_err(ApiKeyError::store("look for a key"))
    }

    /// Writes uses in one transaction. Keys that are gone are skipped.
    pub(crate) async fn save_uses(&self, uses: &[(Arc<str>, i64)]) -> Result<(), ApiKeyError> {
        let failed = "note the use of keys";
        let mut transaction =
            self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(ApiKeyError::store(failed))?;
        for (key_id, at_unix_nano) in uses {
            sqlx::query(
                "UPDATE api_keys SET last_used_at_unix_nano = max(coalesce(last_used_at_unix_nano, ?1), ?1)
                 WHERE id = ?2",
            )
            .bind(at_unix_nano)
            .bind(key_id.as_ref())
            .execute(&mut *transaction)
            .await
            .map_err(ApiKeyError::store(failed))?;
        }
        transaction.commit().await.map_err(ApiKeyError::store(failed))
    }
}

fn list_row(row: &SqliteRow) -> Result<ListRow, ApiKeyError> {
    let failed = "read a key";
    let text = |column| row.try_get::<String, _>(column).map_err(ApiKeyError::store(failed));
    let time = |column| row.try_get::<Option<i64>, _>(column).map_err(ApiKeyError::store(failed));
    let created_at_unix_nano = time("created_at_unix_nano")?.unwrap_or_default();
    let view = ApiKeyView {
        id: text("id")?,
        name: text("name")?,
        prefix: text("prefix")?,
        scope: Scope::parse(&text("scope")?).ok_or(ApiKeyError::Corrupt { what: "scope" })?,
        created_at: DateTime::from_timestamp_nanos(created_at_unix_nano),
        last_used_at: time("last_used_at_unix_nano")?.map(DateTime::from_timestamp_nanos),
        expires_at: time("expires_at_unix_nano")?.map(DateTime::from_timestamp_nanos),
        previous_until: time("previous_until_unix_nano")?.map(DateTime::from_timestamp_nanos),
        created_by: row.try_get("created_by_email").map_err(ApiKeyError::store(failed))?,
    };
    Ok(ListRow { view, created_at_unix_nano })
}

fn changed_row(row: &SqliteRow) -> Result<ChangedRow, ApiKeyError> {
    Ok(ChangedRow { view: list_row(row)?.view, hashes: hashes_of(row)? })
}

fn hashes_of(row: &SqliteRow) -> Result<Vec<KeyHash>, ApiKeyError> {
    let hash = |column| row.try_get::<Option<Vec<u8>>, _>(column).map_err(ApiKeyError::store("read a key"));
    [hash("key_sha256")?, hash("previous_sha256")?]
        .into_iter()
        .flatten()
        .map(|hash| hash.try_into().map_err(|_| ApiKeyError::Corrupt { what: "key hash" }))
        .collect()
}
