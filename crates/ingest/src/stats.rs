//! What the receivers did, for the status route and for metrics.

use std::collections::{HashMap, VecDeque};

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

/// What came in with one API key since the process started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyTotals {
    /// The key's id.
    pub key_id: String,
    /// Acknowledged requests.
    pub requests: u64,
    /// Spans, log records and metric points in them.
    pub items: u64,
    /// Their bytes, decompressed.
    pub bytes: u64,
    /// When the last one came, unix nanoseconds.
    pub last_at_unix_nano: i64,
}

/// An acknowledged request, for the counters.
pub(crate) struct Accepted<'a> {
    pub(crate) signal: Signal,
    pub(crate) key_id: &'a str,
    pub(crate) accepted: u32,
    pub(crate) rejected: u32,
    pub(crate) bytes: usize,
    pub(crate) at_unix_nano: i64,
}

/// A refused request; equal ones in a row are counted, not repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// When the last one came, unix nanoseconds.
    pub at_unix_nano: i64,
    /// `traces`, `logs` or `metrics`.
    pub signal: &'static str,
    /// `unauthenticated`, `invalid`, `too_large`, `unsupported_content_type`, `unsupported_encoding` or `unavailable`.
    pub reason: &'static str,
    /// The sentence that the client got.
    pub detail: String,
    /// How many came in a row.
    pub count: u64,
}

/// Keys that are counted one by one; only keys that exist get here, so this is a guard and no limit that is met.
const KEYS_MAX: usize = 10_000;

/// Counters of one receiver.
#[derive(Debug, Default)]
pub struct IngestStats {
    keys: Mutex<HashMap<String, KeyTotals>>,
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

    /// What came in with each key, the latest used first.
    pub fn keys(&self) -> Vec<KeyTotals> {
        let mut keys: Vec<_> = self.keys.lock().values().cloned().collect();
        keys.sort_unstable_by_key(|key| std::cmp::Reverse(key.last_at_unix_nano));
        keys
    }

    pub(crate) fn accepted(&self, request: &Accepted<'_>) {
        let Accepted { signal, accepted, rejected, bytes, .. } = *request;
        self.count_for_key(request);
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

    fn count_for_key(&self, request: &Accepted<'_>) {
        let mut keys = self.keys.lock();
        if !keys.contains_key(request.key_id) {
            if keys.len() == KEYS_MAX {
                return;
            }
            let key_id = request.key_id.to_owned();
            let none =
                KeyTotals { key_id: key_id.clone(), requests: 0, items: 0, bytes: 0, last_at_unix_nano: 0 };
            keys.insert(key_id, none);
        }
        if let Some(key) = keys.get_mut(request.key_id) {
            key.requests += 1;
            key.items += u64::from(request.accepted);
            key.bytes += request.bytes as u64;
            key.last_at_unix_nano = request.at_unix_nano.max(key.last_at_unix_nano);
        }
    }

    pub(crate) fn refused(&self, signal: Signal, refusal: &Refusal, at_unix_nano: i64) {
        let (signal, reason) = (signal.as_str(), refusal.reason());
        metrics::counter!("junjo_ingest_requests_total", "signal" => signal, "outcome" => reason)
            .increment(1);
        let detail = refusal.to_string();
        let mut recent = self.rejections.lock();
        if let Some(last) = recent.back_mut()
            && (last.signal, last.reason, &last.detail) == (signal, reason, &detail)
        {
            last.at_unix_nano = at_unix_nano;
            last.count += 1;
            return;
        }
        if recent.len() == REJECTIONS_MAX {
            recent.pop_front();
        }
        recent.push_back(Rejection { at_unix_nano, signal, reason, detail, count: 1 });
    }
}

fn index(signal: Signal) -> usize {
    match signal {
        Signal::Traces => 0,
        Signal::Logs => 1,
        Signal::Metrics => 2,
    }
}
