//! Deletions as rows of `app.db`: durable before anybody is told, in force until nothing is left.

use std::sync::Arc;

use junjo_span_model::TraceId;
use junjo_wal::Sequence;
use parking_lot::RwLock;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqlitePool};

use super::to_delete::ToDelete;
use crate::error::StoreError;

/// Traces of all pending deletions together: every reader of the wal and every rewrite holds them in memory.
pub(crate) const DELETION_TRACES_MAX: usize = 200_000;
/// Finished deletions that are kept to be looked at.
const FINISHED_MAX: i64 = 1_000;

/// What has to be forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeletionTarget {
    /// Spans and log records of these traces.
    Traces(Vec<TraceId>),
    /// Spans and log records of a service.
    Service(String),
}

/// Something that has to be forgotten, up to a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deletion {
    /// Its number; later ones are larger.
    pub id: i64,
    /// What.
    pub target: DeletionTarget,
    /// Up to which record; later ones are new data.
    pub through: Sequence,
    /// Unix nanoseconds.
    pub requested_at_unix_nano: i64,
    /// Id of the user; `None` for the retention of a service.
    pub requested_by: Option<String>,
    /// When nothing was left, unix nanoseconds; `None` before that.
    pub finished_at_unix_nano: Option<i64>,
}

/// Who asks for a deletion, and when.
#[derive(Debug, Clone, Default)]
pub struct DeletionRequest {
    /// Unix nanoseconds.
    pub at_unix_nano: i64,
    /// Id of the user; `None` for the retention of a service.
    pub by: Option<String>,
}

/// All deletions: rows in `app.db`, with a copy of the pending ones in memory.
#[derive(Debug, Clone)]
pub(crate) struct Deletions {
    pool: SqlitePool,
    pending: Arc<RwLock<Pending>>,
}

#[derive(Debug, Default)]
struct Pending {
    deletions: Vec<Arc<Deletion>>,
    to_delete: Arc<ToDelete>,
}

impl Pending {
    fn set(&mut self, deletions: Vec<Arc<Deletion>>) {
        self.to_delete = Arc::new(to_delete_of(&deletions));
        self.deletions = deletions;
    }
}

/// What these deletions name.
pub(crate) fn to_delete_of(deletions: &[Arc<Deletion>]) -> ToDelete {
    let mut to_delete = ToDelete::default();
    for deletion in deletions {
        match &deletion.target {
            DeletionTarget::Traces(ids) => ids.iter().for_each(|id| to_delete.trace(*id, deletion.through)),
            DeletionTarget::Service(name) => to_delete.service(name, deletion.through),
        }
    }
    to_delete
}

const COLUMNS: &str =
    "id, requested_at_unix_nano, requested_by, service, through_sequence, finished_at_unix_nano";

impl Deletions {
    pub(crate) async fn load(pool: SqlitePool) -> Result<Self, StoreError> {
        let deletions = Self { pool, pending: Arc::default() };
        let sql = format!("SELECT {COLUMNS} FROM deletions WHERE finished_at_unix_nano IS NULL ORDER BY id");
        let pending = deletions.select(sqlx::query(&sql)).await?;
        deletions.pending.write().set(pending.into_iter().map(Arc::new).collect());
        Ok(deletions)
    }

    /// What readers of the wal, seals and rewrites have to leave out now.
    pub(crate) fn to_delete(&self) -> Arc<ToDelete> {
        Arc::clone(&self.pending.read().to_delete)
    }

    /// Those that are not finished, in order.
    pub(crate) fn pending(&self) -> Vec<Arc<Deletion>> {
        self.pending.read().deletions.clone()
    }

    /// Writes a deletion down; from then on it is in force.
    pub(crate) async fn insert(
        &self,
        target: DeletionTarget,
        through: Sequence,
        request: DeletionRequest,
    ) -> Result<Arc<Deletion>, StoreError> {
        let traces: &[TraceId] = if let DeletionTarget::Traces(ids) = &target { ids } else { &[] };
        let pending = self.pending().iter().map(|deletion| traces_of(deletion)).sum::<usize>();
        if pending + traces.len() > DELETION_TRACES_MAX {
            return Err(StoreError::TooManyDeletions);
        }
        let id =
            self.write(&target, traces, through, &request).await.map_err(StoreError::catalog("write"))?;
        let deletion = Arc::new(Deletion {
            id,
            target,
            through,
            requested_at_unix_nano: request.at_unix_nano,
            requested_by: request.by,
            finished_at_unix_nano: None,
        });
        let mut pending = self.pending.write();
        let mut deletions = std::mem::take(&mut pending.deletions);
        deletions.push(Arc::clone(&deletion));
        pending.set(deletions);
        Ok(deletion)
    }

    async fn write(
        &self,
        target: &DeletionTarget,
        traces: &[TraceId],
        through: Sequence,
        request: &DeletionRequest,
    ) -> Result<i64, sqlx::Error> {
        let service = if let DeletionTarget::Service(name) = target { Some(name) } else { None };
        let mut transaction = self.pool.begin().await?;
        let inserted = sqlx::query(
            "INSERT INTO deletions (requested_at_unix_nano, requested_by, service, through_sequence)
             VALUES (?1, ?2, ?3, ?4)",
        )
        .bind(request.at_unix_nano)
        .bind(&request.by)
        .bind(service)
        .bind(through.0)
        .execute(&mut *transaction)
        .await?;
        let id = inserted.last_insert_rowid();
        for trace in traces {
            sqlx::query("INSERT INTO deletion_traces VALUES (?1, ?2) ON CONFLICT DO NOTHING")
                .bind(id)
                .bind(trace.0.as_slice())
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(id)
    }

    /// Says that nothing is left; forgets the oldest of those that are kept to be looked at.
    pub(crate) async fn finish(&self, id: i64, now_unix_nano: i64) -> Result<(), StoreError> {
        let failed = || StoreError::catalog("write");
        sqlx::query("UPDATE deletions SET finished_at_unix_nano = ?2 WHERE id = ?1")
            .bind(id)
            .bind(now_unix_nano)
            .execute(&self.pool)
            .await
            .map_err(failed())?;
        let old = "SELECT id FROM deletions WHERE finished_at_unix_nano IS NOT NULL ORDER BY id DESC LIMIT -1 OFFSET ?1";
        for sql in [
            format!("DELETE FROM deletion_traces WHERE deletion_id IN ({old})"),
            format!("DELETE FROM deletions WHERE id IN ({old})"),
        ] {
            sqlx::query(&sql).bind(FINISHED_MAX).execute(&self.pool).await.map_err(failed())?;
        }
        let mut pending = self.pending.write();
        let mut deletions = std::mem::take(&mut pending.deletions);
        deletions.retain(|deletion| deletion.id != id);
        pending.set(deletions);
        Ok(())
    }

    /// At most `limit` deletions with numbers below `before`, newest first.
    pub(crate) async fn list(&self, before: Option<i64>, limit: usize) -> Result<Vec<Deletion>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM deletions WHERE id < ?1 ORDER BY id DESC LIMIT ?2");
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.select(sqlx::query(&sql).bind(before.unwrap_or(i64::MAX)).bind(limit)).await
    }

    pub(crate) async fn get(&self, id: i64) -> Result<Option<Deletion>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM deletions WHERE id = ?1");
        Ok(self.select(sqlx::query(&sql).bind(id)).await?.pop())
    }

    async fn select<'q>(
        &self,
        query: sqlx::query::Query<'q, sqlx::Sqlite, sqlx::sqlite::SqliteArguments<'q>>,
    ) -> Result<Vec<Deletion>, StoreError> {
        let failed = || StoreError::catalog("read");
        let rows = query.fetch_all(&self.pool).await.map_err(failed())?;
        let mut deletions = Vec::with_capacity(rows.len());
        for row in rows {
            let mut deletion = deletion_of(&row).map_err(failed())?;
            if let DeletionTarget::Traces(ids) = &mut deletion.target {
                let traces = sqlx::query("SELECT trace_id FROM deletion_traces WHERE deletion_id = ?1")
                    .bind(deletion.id)
                    .fetch_all(&self.pool)
                    .await
                    .map_err(failed())?;
                let id = |row: &SqliteRow| row.try_get::<Vec<u8>, _>(0).map(|bytes| trace_of(&bytes));
                *ids = traces.iter().map(id).collect::<Result<_, _>>().map_err(failed())?;
            }
            deletions.push(deletion);
        }
        Ok(deletions)
    }
}

fn traces_of(deletion: &Deletion) -> usize {
    if let DeletionTarget::Traces(ids) = &deletion.target { ids.len() } else { 0 }
}

/// Without its traces, which are in a table of their own.
fn deletion_of(row: &SqliteRow) -> Result<Deletion, sqlx::Error> {
    let service: Option<String> = row.try_get("service")?;
    Ok(Deletion {
        id: row.try_get("id")?,
        target: service.map_or(DeletionTarget::Traces(Vec::new()), DeletionTarget::Service),
        through: Sequence(row.try_get("through_sequence")?),
        requested_at_unix_nano: row.try_get("requested_at_unix_nano")?,
        requested_by: row.try_get("requested_by")?,
        finished_at_unix_nano: row.try_get("finished_at_unix_nano")?,
    })
}

fn trace_of(bytes: &[u8]) -> TraceId {
    TraceId(crate::columns::fixed(bytes))
}
