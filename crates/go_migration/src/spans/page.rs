//! A page of spans, and the position behind it.

use std::collections::HashSet;

use junjo_span_model::{SpanId, TraceId};
use serde::{Deserialize, Serialize};

use super::message::message;
use super::row::Read;
use crate::error::MigrationError;
use crate::tally::Tally;

/// How far a file has been imported. It is stored in the transaction that stores the spans.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The `rowid` of the next row.
    pub next_row: i64,
    /// Ids of the row before it, by which a rewritten file is recognised; empty at the start.
    pub last_ids: (String, String),
    /// What all pages so far held.
    pub tally: Tally,
}

impl Position {
    /// As it is stored.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("numbers and texts can be written as JSON")
    }

    /// The reverse of [`Self::to_bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, MigrationError> {
        serde_json::from_slice(bytes).map_err(|source| MigrationError::Position { source })
    }
}

/// Some rows of the file.
#[derive(Debug)]
pub struct Page {
    pub(super) spans: Vec<Read>,
    pub(super) behind: Position,
}

impl Page {
    /// The ids of its spans, each once.
    pub fn ids(&self) -> Vec<(TraceId, SpanId)> {
        self.spans.iter().map(|read| (read.trace_id, read.span_id)).collect()
    }

    /// Leaves out what the server has already, in a form that is better or equal.
    pub fn leave_out(&mut self, known: &HashSet<(TraceId, SpanId)>) {
        let before = self.spans.len();
        self.spans.retain(|read| !known.contains(&(read.trace_id, read.span_id)));
        self.behind.tally.already_here += (before - self.spans.len()) as u64;
    }

    /// The spans as a serialised `ExportTraceServiceRequest`, `None` without spans; how many they are; and the position to
    /// store with them.
    pub fn into_message(mut self) -> (Option<Vec<u8>>, u32, Position) {
        let count = u32::try_from(self.spans.len()).unwrap_or(u32::MAX);
        self.behind.tally.imported += u64::from(count);
        let bytes = (count > 0).then(|| message(self.spans));
        (bytes, count, self.behind)
    }
}
