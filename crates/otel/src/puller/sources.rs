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
    /// Why it is not being read.
    pub last_error: Option<String>,
    /// What it refused lately, newest first; empty when the source does not tell.
    pub recent_rejections: Vec<RemoteRejection>,
}

/// A request that an ingestion service refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteRejection {
    /// When the last one came, by the clock of the ingestion service.
    pub at_unix_nanos: i64,
    /// `traces`, `logs` or `metrics`.
    pub signal: String,
    /// A short name, as in the embedded receiver.
    pub reason: String,
    /// What the client was told.
    pub detail: String,
    /// How many came in a row.
    pub count: u64,
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

    pub(crate) fn pulled(&self, url: &str, mode: SourceMode, items: u64, waiting_batches: Option<u64>) {
        metrics::counter!("junjo_pulled_items_total", "source" => url.to_owned()).increment(items);
        if let Some(waiting) = waiting_batches {
            metrics::gauge!("junjo_pull_waiting_batches", "source" => url.to_owned()).set(waiting as f64);
        }
        let mut states = self.states.lock();
        let state = states.entry(url.to_owned()).or_default();
        state.pulled_items += items;
        (state.mode, state.connected) = (mode, true);
        (state.waiting_batches, state.last_error) = (waiting_batches, None);
    }

    pub(crate) fn rejected(&self, url: &str, recent_rejections: Vec<RemoteRejection>) {
        self.states.lock().entry(url.to_owned()).or_default().recent_rejections = recent_rejections;
    }

    pub(crate) fn failed(&self, url: &str, error: &dyn Error) {
        metrics::counter!("junjo_pull_failures_total", "source" => url.to_owned()).increment(1);
        let mut states = self.states.lock();
        let state = states.entry(url.to_owned()).or_default();
        state.connected = false;
        state.last_error = Some(error.to_string());
    }
}
