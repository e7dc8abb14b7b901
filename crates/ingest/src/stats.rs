//! What the receivers did, for the status route and for metrics.

use std::collections::VecDeque;

use junjo_span_model::Signal;
use parking_lot::Mutex;

use crate::refusal::Refusal;

/// Refusals kept for the status route; enough to see a pattern, too few to fill memory.
const REJECTIONS_MAX: usize = 50;

/// Items of one signal since the process started.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SignalTotals {
    /// Acknowledged.
    pub accepted: u64,
    /// Refused inside accepted requests (`partial_success`).
    pub rejected: u64,
}

/// A refused request; equal ones in a row are counted, not repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// When the last one came, unix nanoseconds.
    pub at_unix_nanos: i64,
    /// `traces`, `logs` or `metrics`.
    pub signal: &'static str,
    /// `unauthenticated`, `invalid`, `too_large`, `unsupported_content_type`, `unsupported_encoding` or `unavailable`.
    pub reason: &'static str,
    /// The sentence that the client got.
    pub detail: String,
    /// How many came in a row.
    pub count: u64,
}

/// Counters of one receiver.
#[derive(Debug, Default)]
pub struct IngestStats {
    totals: Mutex<[SignalTotals; 3]>,
    rejections: Mutex<VecDeque<Rejection>>,
}

impl IngestStats {
    /// Totals of one signal.
    pub fn totals(&self, signal: Signal) -> SignalTotals {
        self.totals.lock()[index(signal)]
    }

    /// Recent refusals, newest first.
    pub fn recent_rejections(&self) -> Vec<Rejection> {
        self.rejections.lock().iter().rev().cloned().collect()
    }

    pub(crate) fn accepted(&self, signal: Signal, accepted: u32, rejected: u32, bytes: usize) {
        let name = signal.as_str();
        metrics::counter!("junjo_ingest_items_total", "signal" => name, "outcome" => "accepted")
            .increment(u64::from(accepted));
        metrics::counter!("junjo_ingest_items_total", "signal" => name, "outcome" => "rejected")
            .increment(u64::from(rejected));
        metrics::counter!("junjo_ingest_bytes_total", "signal" => name).increment(bytes as u64);
        metrics::counter!("junjo_ingest_requests_total", "signal" => name, "outcome" => "accepted")
            .increment(1);
        let totals = &mut self.totals.lock()[index(signal)];
        totals.accepted += u64::from(accepted);
        totals.rejected += u64::from(rejected);
    }

    pub(crate) fn refused(&self, signal: Signal, refusal: &Refusal, at_unix_nanos: i64) {
        let (signal, reason) = (signal.as_str(), refusal.reason());
        metrics::counter!("junjo_ingest_requests_total", "signal" => signal, "outcome" => reason)
            .increment(1);
        let detail = refusal.to_string();
        let mut recent = self.rejections.lock();
        if let Some(last) = recent.back_mut()
            && (last.signal, last.reason, &last.detail) == (signal, reason, &detail)
        {
            last.at_unix_nanos = at_unix_nanos;
            last.count += 1;
            return;
        }
        if recent.len() == REJECTIONS_MAX {
            recent.pop_front();
        }
        recent.push_back(Rejection { at_unix_nanos, signal, reason, detail, count: 1 });
    }
}

fn index(signal: Signal) -> usize {
    match signal {
        Signal::Traces => 0,
        Signal::Logs => 1,
        Signal::Metrics => 2,
    }
}
