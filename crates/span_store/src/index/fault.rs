//! Faults of the index that trying again does not cure. Whoever meets one says so; the indexer then closes the file, and
//! opens it again or has it made anew.

use std::sync::Arc;

use tokio::sync::watch;

use super::words::{Meaning, meaning};
use crate::error::StoreError;

/// What is wrong, with DuckDB's reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The file does not hold what was written to it: it has to be made anew.
    Corrupt(String),
    /// DuckDB has declared its instance unusable: the file has to be opened again.
    Invalidated(String),
}

impl Fault {
    /// The fault that an error tells of, if it does.
    pub(crate) fn of(error: &StoreError) -> Option<Self> {
        let StoreError::Index { source, .. } = error else { return None };
        let source = source.downcast_ref::<duckdb::Error>()?;
        match meaning(source) {
            Meaning::Corrupt => Some(Self::Corrupt(source.to_string())),
            Meaning::Invalidated => Some(Self::Invalidated(source.to_string())),
            _ => None,
        }
    }

    /// What the status route says while nothing has been done about it yet.
    pub(crate) fn detail(&self) -> String {
        match self {
            Self::Corrupt(reason) => format!("the index is damaged and will be made anew: {reason}"),
            Self::Invalidated(reason) => format!("the index will be opened again: {reason}"),
        }
    }
}

/// The faults of one opening of the index. A query that is still running after the next opening reports here, where nobody
/// reads it any more.
#[derive(Debug, Clone, Default)]
pub(crate) struct Health(Arc<watch::Sender<Option<Fault>>>);

impl Health {
    /// Takes note of a fault that `error` tells of; true when it does. The first one that is found stays.
    pub(crate) fn note(&self, error: &StoreError) -> bool {
        let Some(fault) = Fault::of(error) else { return false };
        let is_first = self.0.send_if_modified(|known| {
            let is_first = known.is_none();
            known.get_or_insert(fault);
            is_first
        });
        if is_first {
            metrics::counter!("junjo_index_faults_total").increment(1);
            tracing::error!(error = error as &dyn std::error::Error, "the index has a fault");
        }
        true
    }

    /// Takes note that the file has to be opened again.
    pub(crate) fn invalidate(&self, reason: &str) {
        self.0.send_modify(|known| {
            known.get_or_insert_with(|| Fault::Invalidated(reason.to_owned()));
        });
    }

    /// What was found.
    pub(crate) fn fault(&self) -> Option<Fault> {
        self.0.borrow().clone()
    }

    /// Waits until something is found.
    pub(crate) async fn faulted(&self) {
        // the sender is ours, so waiting cannot fail
        let _ = self.0.subscribe().wait_for(Option::is_some).await;
    }
}
