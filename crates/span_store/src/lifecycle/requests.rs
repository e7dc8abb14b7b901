//! What people ask to be forgotten, and how far that is.

use std::sync::Arc;

use duckdb::Connection;
use junjo_span_model::TraceId;
use junjo_wal::Sequence;

use super::deletions::{DELETION_TRACES_MAX, Deletion, DeletionRequest, DeletionTarget};
use crate::error::StoreError;
use crate::index::delete::Scope;
use crate::row::trace_from_halves;
use crate::store::SpanStore;

/// What somebody wants deleted. Traces of sessions and users are looked up when it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeletionSubject {
    /// Spans and log records of these traces.
    Traces(Vec<TraceId>),
    /// Spans and log records of a service.
    Service(String),
    /// The traces that any of whose spans belongs to this session.
    Session(String),
    /// The traces that any of whose spans belongs to this user.
    User(String),
}

impl Deletion {
    /// Its rows in the index.
    pub(crate) fn scope(&self) -> Scope<'_> {
        match &self.target {
            DeletionTarget::Traces(ids) => Scope::Traces(ids, self.through),
            DeletionTarget::Service(name) => Scope::Service(name, self.through),
        }
    }
}

impl SpanStore {
    /// Deletes everything of `subject` that has been acknowledged so far. When this returns, it is written down and no
    /// query shows any of it; `None` when no trace belongs to the session or user.
    pub async fn delete(
        &self,
        subject: DeletionSubject,
        request: DeletionRequest,
    ) -> Result<Option<Deletion>, StoreError> {
        let through = *self.wal().committed().borrow();
        self.delete_through(subject, through, request).await
    }

    /// The same for what was received up to a record.
    pub(super) async fn delete_through(
        &self,
        subject: DeletionSubject,
        through: Sequence,
        request: DeletionRequest,
    ) -> Result<Option<Deletion>, StoreError> {
        let target = match subject {
            DeletionSubject::Traces(ids) => DeletionTarget::Traces(ids),
            DeletionSubject::Service(name) => DeletionTarget::Service(name),
            DeletionSubject::Session(id) => DeletionTarget::Traces(self.traces_with("sessions", id).await?),
            DeletionSubject::User(id) => DeletionTarget::Traces(self.traces_with("users", id).await?),
        };
        if matches!(&target, DeletionTarget::Traces(ids) if ids.is_empty()) {
            return Ok(None);
        }
        let deletion = self.manifest().deletions().insert(target, through, request).await?;
        let (store, applied) = (self.clone(), Arc::clone(&deletion));
        // an index that is not open now deletes the rows when it opens
        let apply = move || store.delete_rows(applied.scope());
        tokio::task::spawn_blocking(apply).await.map_err(StoreError::Worker)??;
        Ok(Some(Deletion::clone(&deletion)))
    }

    /// At most `limit` deletions with numbers below `before`, newest first.
    pub async fn deletions(&self, before: Option<i64>, limit: usize) -> Result<Vec<Deletion>, StoreError> {
        self.manifest().deletions().list(before, limit).await
    }

    /// One deletion; `None` for an unknown number.
    pub async fn deletion(&self, id: i64) -> Result<Option<Deletion>, StoreError> {
        self.manifest().deletions().get(id).await
    }

    /// Whether the index has anything of a service up to a record.
    pub(super) async fn has_rows(&self, service: &str, through: Sequence) -> Result<bool, StoreError> {
        let service = service.to_owned();
        let run = move |connection: &Connection| {
            connection
                .query_row(
                    "SELECT EXISTS (SELECT 1 FROM spans WHERE sequence <= $1 AND service = $2)
                     OR EXISTS (SELECT 1 FROM logs WHERE sequence <= $1 AND service = $2)",
                    duckdb::params![through.0, service],
                    |row| row.get(0),
                )
                .map_err(StoreError::index("look for old rows of a service"))
        };
        self.executor()?.run(run).await
    }

    /// The traces that have `value` in a list column.
    async fn traces_with(&self, column: &'static str, value: String) -> Result<Vec<TraceId>, StoreError> {
        let run = move |connection: &Connection| {
            let failed = || StoreError::index("find the traces to delete");
            let sql = format!(
                "SELECT trace_hi, trace_lo FROM traces WHERE list_contains({column}, ?) LIMIT {}",
                DELETION_TRACES_MAX + 1
            );
            let mut statement = connection.prepare(&sql).map_err(failed())?;
            statement
                .query_map([value], |row| Ok(trace_from_halves(row.get(0)?, row.get(1)?)))
                .and_then(Iterator::collect)
                .map_err(failed())
        };
        self.executor()?.run(run).await
    }
}
