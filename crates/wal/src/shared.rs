//! What the writer thread and every handle share: numbers about the log, and why it refuses records. It must not touch
//! the file.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

use parking_lot::Mutex;

use crate::error::AppendError;
use crate::record::Signal;

/// All-time totals of one signal, durable.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Accepted {
    /// Spans or log records.
    pub items: u64,
    /// Export requests.
    pub records: u64,
}

/// Numbers that the writer thread publishes after each commit.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    pub(crate) live_bytes: AtomicU64,
    pub(crate) live_records: AtomicU64,
    accepted_spans: AtomicU64,
    accepted_span_records: AtomicU64,
    accepted_logs: AtomicU64,
    accepted_log_records: AtomicU64,
    pub(crate) trim_target: AtomicI64,
    pub(crate) closing: AtomicBool,
    refusal: Mutex<Option<AppendError>>,
}

impl Shared {
    /// Notes why records are not taken.
    pub(crate) fn refuse(&self, error: AppendError) {
        *self.refusal.lock() = Some(error);
    }

    pub(crate) fn refusal(&self) -> Option<AppendError> {
        self.refusal.lock().clone()
    }

    /// A record has been made durable again.
    pub(crate) fn accept_again(&self) {
        *self.refusal.lock() = None;
    }

    /// A trim has freed some bytes.
    pub(crate) fn made_room(&self) {
        self.refusal.lock().take_if(|error| matches!(error, AppendError::Full { .. }));
    }

    pub(crate) fn accepted(&self, signal: Signal) -> Accepted {
        let (items, records) = self.totals(signal);
        Accepted { items: items.load(Ordering::Relaxed), records: records.load(Ordering::Relaxed) }
    }

    pub(crate) fn set(&self, signal: Signal, accepted: Accepted) {
        let (items, records) = self.totals(signal);
        items.store(accepted.items, Ordering::Relaxed);
        records.store(accepted.records, Ordering::Relaxed);
    }

    /// Items and records.
    fn totals(&self, signal: Signal) -> (&AtomicU64, &AtomicU64) {
        match signal {
            Signal::Traces => (&self.accepted_spans, &self.accepted_span_records),
            Signal::Logs => (&self.accepted_logs, &self.accepted_log_records),
        }
    }

    pub(crate) fn raise_items(&self, signal: Signal, items: u64) {
        self.totals(signal).0.fetch_max(items, Ordering::Relaxed);
    }

    pub(crate) fn add(&self, signal: Signal, accepted: Accepted) {
        let (items, records) = self.totals(signal);
        items.fetch_add(accepted.items, Ordering::Relaxed);
        records.fetch_add(accepted.records, Ordering::Relaxed);
    }
}
