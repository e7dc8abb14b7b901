//! What people ask to be forgotten, and how far that is.

use std::sync::Arc;

use junjo_span_model::TraceId;
use junjo_wal::Sequence;

use super::handle::UpkeepWork;
use crate::catalog::deletions::{DELETION_TRACES_MAX, Deletion, DeletionRequest, DeletionTarget};
use crate::error::StoreError;
use crate::index::delete::Scope;

/// What somebody wants deleted. Traces of conversations and users are looked up when it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeletionSubject {
    /// Spans and log records of these traces.
    Traces(Vec<TraceId>),
    /// Spans and log records of a service.
    Service(String),
    /// The traces that any of whose spans belongs to this conversation.
    Conversation(String),
    /// The traces that any of whose spans belongs to this user.
    User(String),
}

impl UpkeepWork {
    /// Deletes everything of `subject` that has been acknowledged so far. When this returns, it is written down and no
    /// query shows any of it; `None` when no trace belongs to the conversation or user.
    pub(crate) async fn delete(
        &self,
        subject: DeletionSubject,
        request: DeletionRequest,
    ) -> Result<Option<Deletion>, StoreError> {
        let through = *self.wal.committed().borrow();
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
            DeletionSubject::Conversation(id) => {
                DeletionTarget::Traces(self.index.traces_with("sessions", id, DELETION_TRACES_MAX + 1).await?)
            }
            DeletionSubject::User(id) => {
                DeletionTarget::Traces(self.index.traces_with("users", id, DELETION_TRACES_MAX + 1).await?)
            }
        };
        if matches!(&target, DeletionTarget::Traces(ids) if ids.is_empty()) {
            return Ok(None);
        }
        let deletion = self.catalog().deletions().insert(target, through, request).await?;
        let (index, applied) = (self.index.clone(), Arc::clone(&deletion));
        // an index that is not open now deletes the rows when it opens
        let apply = move || index.delete_rows(Scope::of(&applied));
        tokio::task::spawn_blocking(apply).await.map_err(StoreError::Worker)??;
        Ok(Some(Deletion::clone(&deletion)))
    }

    /// At most `limit` deletions with numbers below `before`, newest first.
    pub(crate) async fn deletions(
        &self,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Deletion>, StoreError> {
        self.catalog().deletions().list(before, limit).await
    }

    /// One deletion; `None` for an unknown number.
    pub(crate) async fn deletion(&self, id: i64) -> Result<Option<Deletion>, StoreError> {
        self.catalog().deletions().get(id).await
    }
}
