//! The SQL of views. Which ones a caller may see, change or delete is part of the statement.

use chrono::DateTime;
use junjo_auth::AccountId;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqlitePool};

use crate::error::ViewError;
use crate::schemas::View;

/// A view as account `?1` sees it: its own, and what is shared.
const VISIBLE: &str = "SELECT views.*, owners.email AS owner_email, views.owner IS ?1 AS is_own,
        EXISTS (SELECT 1 FROM default_views WHERE account = ?1 AND view = views.id) AS is_default
     FROM views LEFT JOIN users AS owners ON owners.id = views.owner
     WHERE (views.owner = ?1 OR views.is_shared)";

/// Whether account `?1` may share.
const MAY_SHARE: &str = "EXISTS (SELECT 1 FROM users WHERE users.id = ?1 AND role IN ('member', 'admin'))";

#[derive(Clone, Debug)]
pub(crate) struct Repository {
    pool: SqlitePool,
}

/// A view to store.
#[derive(Debug)]
pub(crate) struct Row<'a> {
    pub(crate) id: String,
    pub(crate) page: &'a str,
    pub(crate) name: &'a str,
    pub(crate) is_shared: bool,
    pub(crate) search: String,
    pub(crate) now_unix_nano: i64,
}

/// What to change; what is none stays.
#[derive(Debug)]
pub(crate) struct RowChange<'a> {
    pub(crate) name: Option<&'a str>,
    pub(crate) is_shared: Option<bool>,
    pub(crate) search: Option<String>,
    pub(crate) now_unix_nano: i64,
}

impl Repository {
    pub(crate) fn new(pool: SqlitePool) -> Self {
        Self { pool }
    }

    /// Counts and inserts in one statement, so that simultaneous calls cannot pass the limit. False when it is reached.
    pub(crate) async fn insert(
        &self,
        owner: AccountId,
        row: &Row<'_>,
        per_account_max: u32,
    ) -> Result<bool, ViewError> {
        let statement = format!(
            "INSERT INTO views (id, owner, page, name, is_shared, search, created_at_unix_nano, updated_at_unix_nano)
             SELECT ?2, ?1, ?3, ?4, ?5, ?6, ?7, ?7
             WHERE (SELECT count(*) FROM views WHERE owner = ?1) < ?8 AND (NOT ?5 OR {MAY_SHARE})"
        );
        let done = sqlx::query(&statement)
            .bind(owner.to_string())
            .bind(&row.id)
            .bind(row.page)
            .bind(row.name)
            .bind(row.is_shared)
            .bind(&row.search)
            .bind(row.now_unix_nano)
            .bind(per_account_max)
            .execute(&self.pool)
            .await
            .map_err(ViewError::write("keep a view"))?;
        Ok(done.rows_affected() == 1)
    }

    /// By name. `after` is the name and id of the last row of the page before.
    pub(crate) async fn list(
        &self,
        caller: AccountId,
        page: Option<&str>,
        after: Option<&(String, String)>,
        limit: usize,
    ) -> Result<Vec<View>, ViewError> {
        let statement = format!(
            "{VISIBLE} AND (?2 IS NULL OR views.page = ?2)
               AND (?3 IS NULL OR (views.name COLLATE NOCASE, views.id) > (?3, ?4))
             ORDER BY views.name COLLATE NOCASE, views.id LIMIT ?5"
        );
        let rows = sqlx::query(&statement)
            .bind(caller.to_string())
            .bind(page)
            .bind(after.map(|(name, _)| name))
            .bind(after.map(|(_, id)| id))
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch_all(&self.pool)
            .await
            .map_err(ViewError::store("list views"))?;
        rows.iter().map(view_of).collect()
    }

    /// The view, if the caller may see it.
    pub(crate) async fn find(&self, caller: AccountId, id: &str) -> Result<Option<View>, ViewError> {
        let row = sqlx::query(&format!("{VISIBLE} AND views.id = ?2"))
            .bind(caller.to_string())
            .bind(id)
            .fetch_optional(&self.pool)
            .await
            .map_err(ViewError::store("find a view"))?;
        row.as_ref().map(view_of).transpose()
    }

    /// Changes a view of the caller's; false when there is none, or when the caller may not share what would be shared.
    pub(crate) async fn change(
        &self,
        caller: AccountId,
        id: &str,
        change: &RowChange<'_>,
    ) -> Result<bool, ViewError> {
        let statement = format!(
            "UPDATE views SET name = coalesce(?3, name), is_shared = coalesce(?4, is_shared),
                search = coalesce(?5, search), updated_at_unix_nano = ?6
             WHERE id = ?2 AND owner = ?1 AND (NOT coalesce(?4, is_shared) OR {MAY_SHARE})"
        );
        let done = sqlx::query(&statement)
            .bind(caller.to_string())
            .bind(id)
            .bind(change.name)
            .bind(change.is_shared)
            .bind(&change.search)
            .bind(change.now_unix_nano)
            .execute(&self.pool)
            .await
            .map_err(ViewError::write("change a view"))?;
        Ok(done.rows_affected() == 1)
    }

    /// Deletes a view that is the caller's, or shared if the caller is an admin. Says whether it was shared; none when there
    /// is no such view.
    pub(crate) async fn delete(&self, caller: AccountId, id: &str) -> Result<Option<bool>, ViewError> {
        sqlx::query_scalar(
            "DELETE FROM views
             WHERE id = ?2
               AND (owner = ?1
                    OR is_shared AND EXISTS (SELECT 1 FROM users WHERE users.id = ?1 AND role = 'admin'))
             RETURNING is_shared",
        )
        .bind(caller.to_string())
        .bind(id)
        .fetch_optional(&self.pool)
        .await
        .map_err(ViewError::store("delete a view"))
    }

    /// False when the caller sees no such view.
    pub(crate) async fn set_default(&self, caller: AccountId, id: &str) -> Result<bool, ViewError> {
        let done = sqlx::query(
            "INSERT INTO default_views (account, page, view)
             SELECT ?1, page, id FROM views WHERE id = ?2 AND (owner = ?1 OR is_shared)
             ON CONFLICT (account, page) DO UPDATE SET view = excluded.view",
        )
        .bind(caller.to_string())
        .bind(id)
        .execute(&self.pool)
        .await
        .map_err(ViewError::store("set a default view"))?;
        Ok(done.rows_affected() == 1)
    }

    pub(crate) async fn unset_default(&self, caller: AccountId, id: &str) -> Result<(), ViewError> {
        sqlx::query("DELETE FROM default_views WHERE account = ?1 AND view = ?2")
            .bind(caller.to_string())
            .bind(id)
            .execute(&self.pool)
            .await
            .map_err(ViewError::store("unset a default view"))?;
        Ok(())
    }
}

fn view_of(row: &SqliteRow) -> Result<View, ViewError> {
    let failed = "read a view";
    let text = |column| row.try_get::<String, _>(column).map_err(ViewError::store(failed));
    let flag = |column| row.try_get::<bool, _>(column).map_err(ViewError::store(failed));
    let time = |column| {
        row.try_get::<i64, _>(column).map(DateTime::from_timestamp_nanos).map_err(ViewError::store(failed))
    };
    Ok(View {
        id: text("id")?,
        page: text("page")?,
        name: text("name")?,
        is_shared: flag("is_shared")?,
        search: serde_json::from_str(&text("search")?).map_err(|source| ViewError::Corrupt { source })?,
        owner: row.try_get("owner_email").map_err(ViewError::store(failed))?,
        is_own: flag("is_own")?,
        is_default: flag("is_default")?,
        created_at: time("created_at_unix_nano")?,
        updated_at: time("updated_at_unix_nano")?,
    })
}
