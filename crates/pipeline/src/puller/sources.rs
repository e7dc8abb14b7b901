//! What the status route shows of each ingestion service.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;

use parking_lot::Mutex;

/// How a source is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SourceMode {
    /// Not connected yet.
    #[default]
    Unknown,
    /// Batch by batch, with trimming (our ingestion service).
    Batches,
    /// Span by span, without trimming (Junjo's existing ingestion service).
    Spans,
}

/// One ingestion service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceState {
    /// How it is read.
    pub mode: SourceMode,
    /// Whether the last thing that happened was a success.
    pub connected: bool,
    /// Spans and log records pulled since start.
    pub pulled_items: u64,
    /// Batches that wait there; `None` when the source does not tell.
    pub waiting_batches: Option<u64>,
    /// Age of what was read last while more waits; 0 when nothing waits.
    pub lag_nanos: i64,
    /// Why it is not being read.
    pub last_error: Option<String>,
    /// Requests that it refused lately, newest first; empty when the source does not tell.
    pub rejections: Vec<SourceRejection>,
}

/// A request that an ingestion service refused; equal ones in a row are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRejection {
    /// When the last one came, unix nanoseconds of the service's clock.
    pub at_unix_nano: i64,
    /// `traces`, `logs` or `metrics`.
    pub signal: String,
    /// As in `junjo_ingest::Rejection`.
    pub reason: String,
    /// What the sender was told.
    pub detail: String,
    /// How many came in a row.
    pub count: u64,
}

/// One successful read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pulled {
    pub(crate) mode: SourceMode,
    pub(crate) items: u64,
    pub(crate) waiting_batches: Option<u64>,
    pub(crate) lag_nanos: i64,
}

/// All sources by URL; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    states: Arc<Mutex<BTreeMap<String, SourceState>>>,
}

impl Sources {
    /// The sources by URL.
    pub fn all(&self) -> BTreeMap<String, SourceState> {
        self.states.lock().clone()
    }

    pub(crate) fn add(&self, url: &str) {
        self.states.lock().entry(url.to_owned()).or_default();
    }

    pub(crate) fn pulled(&self, url: &str, pulled: Pulled) {
        metrics::counter!("junjo_pulled_items_total", "source" => url.to_owned()).increment(pulled.items);
        metrics::gauge!("junjo_pull_connected", "source" => url.to_owned()).set(1.0);
        metrics::gauge!("junjo_pull_lag_seconds", "source" => url.to_owned())
            .set(pulled.lag_nanos as f64 / 1e9);
        if let Some(waiting) = pulled.waiting_batches {
            metrics::gauge!("junjo_pull_waiting_batches", "source" => url.to_owned()).set(waiting as f64);
        }
        let mut states = self.states.lock();
        let state = states.entry(url.to_owned()).or_default();
        state.mode = pulled.mode;
        state.connected = true;
        state.pulled_items += pulled.items;
        state.waiting_batches = pulled.waiting_batches;
        state.lag_nanos = pulled.lag_nanos;
        state.last_error = None;
    }

    pub(crate) fn rejected(&self, url: &str, rejections: Vec<SourceRejection>) {
        self.states.lock().entry(url.to_owned()).or_default().rejections = rejections;
    }

    pub(crate) fn failed(&self, url: &str, error: &dyn Error) {
        metrics::counter!("junjo_pull_failures_total", "source" => url.to_owned()).increment(1);
        metrics::gauge!("junjo_pull_connected", "source" => url.to_owned()).set(0.0);
        let mut states = self.states.lock();
        let state = states.entry(url.to_owned()).or_default();
        state.connected = false;
        state.last_error = Some(error.to_string());
    }
}
