//! A page of spans, and the position behind it.

use std::collections::HashSet;

use junjo_span_model::{ScanLimits, Signal, SpanId, TraceId, scan, without_rejected};
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

    /// What to store, and the position to store with it. Spans that no receiver would take are left out, and counted.
    pub fn into_batch(mut self) -> Result<(Option<Batch>, Position), MigrationError> {
        if self.spans.is_empty() {
            return Ok((None, self.behind));
        }
        let mut message = message(self.spans);
        let report = scan(Signal::Traces, &message, &ScanLimits::default())
            .map_err(|source| MigrationError::Message { source })?;
        if report.rejected > 0 {
            message = without_rejected(Signal::Traces, &message);
        }
        self.behind.tally.refused += u64::from(report.rejected);
        self.behind.tally.imported += u64::from(report.accepted);
        let batch = (report.accepted > 0).then_some(Batch { message, spans: report.accepted });
        Ok((batch, self.behind))
    }
}

/// Spans to store.
#[derive(Debug, Clone)]
pub struct Batch {
    /// A serialised `ExportTraceServiceRequest`.
    pub message: Vec<u8>,
    /// How many spans it has.
    pub spans: u32,
}
