//! What people decided about kinds of failures: rows of `failure_states` in `app.db`. A kind without a row is open.

use sqlx::{Row as _, SqlitePool};

use crate::error::StoreError;

/// Kinds that are remembered; the ones decided longest ago go first.
const STATES_MAX: i64 = 10_000;

/// What was decided about a kind of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It is not to be shown among those that need somebody.
    Muted,
    /// It is mended.
    Resolved,
}

/// A decision and its moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailureState {
    /// The kind of failure.
    pub fingerprint: String,
    /// What was decided.
    pub decision: Decision,
    /// When, unix nanoseconds.
    pub decided_at_unix_nano: i64,
}

/// The decisions.
#[derive(Clone)]
pub(crate) struct FailureStates {
    pool: SqlitePool,
}

impl FailureStates {
    pub(super) fn new(pool: SqlitePool) -> Self {
        Self { pool }
    }

    /// All of them.
    pub(crate) async fn all(&self) -> Result<Vec<FailureState>, StoreError> {
        let failed = || StoreError::catalog("read");
        let rows = sqlx::query("SELECT fingerprint, is_resolved, decided_at_unix_nano FROM failure_states")
            .fetch_all(&self.pool)
            .await
            .map_err(failed())?;
        let state = |row: &sqlx::sqlite::SqliteRow| {
            let is_resolved: bool = row.try_get(1)?;
            Ok(FailureState {
                fingerprint: row.try_get(0)?,
                decision: if is_resolved { Decision::Resolved } else { Decision::Muted },
                decided_at_unix_nano: row.try_get(2)?,
            })
        };
        rows.iter().map(state).collect::<Result<_, sqlx::Error>>().map_err(failed())
    }

    /// Writes a decision down, or with `None` that the kind is open again.
    pub(crate) async fn set(
        &self,
        fingerprint: &str,
        decision: Option<Decision>,
        now_unix_nano: i64,
    ) -> Result<(), StoreError> {
        let write = async {
            let mut transaction = self.pool.begin().await?;
            sqlx::query("DELETE FROM failure_states WHERE fingerprint = ?1")
                .bind(fingerprint)
                .execute(&mut *transaction)
                .await?;
            if let Some(decision) = decision {
                sqlx::query("INSERT INTO failure_states VALUES (?1, ?2, ?3)")
                    .bind(fingerprint)
                    .bind(decision == Decision::Resolved)
                    .bind(now_unix_nano)
                    .execute(&mut *transaction)
                    .await?;
            }
            sqlx::query(
                "DELETE FROM failure_states WHERE fingerprint IN (
                   SELECT fingerprint FROM failure_states ORDER BY decided_at_unix_nano DESC LIMIT -1 OFFSET ?1)",
            )
            .bind(STATES_MAX)
            .execute(&mut *transaction)
            .await?;
            transaction.commit().await
        };
        write.await.map_err(StoreError::catalog("write"))
    }
}
