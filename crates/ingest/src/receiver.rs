//! The one path of a request, whatever the transport: key, check, log, acknowledge.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::HeaderMap;
use junjo_span_model::{ScanReport, Signal, scan, without_rejected};
use junjo_wal::{NewRecord, Wal};
use junjo_web::SharedClock;

use crate::admission::{Admission, Share};
use crate::decompress::{Encoding, decompress};
use crate::keys::{KeyCheck, KeyOutcome, presented_key};
use crate::limits::IngestLimits;
use crate::refusal::Refusal;
use crate::stats::IngestStats;

/// An acknowledged request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Items that are on disk now (metrics: counted and discarded).
    pub accepted: u32,
    /// Items that were refused.
    pub rejected: u32,
    /// Why the first one was refused, as a sentence for the client.
    pub message: String,
}

/// Receives export requests; cheap to clone.
#[derive(Clone)]
pub struct Receiver {
    inner: Arc<Inner>,
}

struct Inner {
    open: OnceLock<Open>,
    clock: SharedClock,
    limits: IngestLimits,
    admission: Admission,
    stats: IngestStats,
}

/// One authenticated message, as it came.
pub(crate) struct Export {
    pub(crate) signal: Signal,
    pub(crate) key_id: String,
    pub(crate) encoding: Encoding,
    pub(crate) body: Bytes,
}

/// What only exists once the stores are open.
struct Open {
    wal: Wal,
    keys: Arc<dyn KeyCheck>,
}

impl Receiver {
    /// A receiver that answers "unavailable" until [`Receiver::open`].
    pub fn new(clock: SharedClock, limits: IngestLimits) -> Self {
        let admission = Admission::new(limits.in_flight_bytes_max, limits.admission_wait);
        let stats = IngestStats::default();
        Self { inner: Arc::new(Inner { open: OnceLock::new(), clock, limits, admission, stats }) }
    }

    /// From now on requests are checked with `keys` and stored in `wal`. A second call changes nothing.
    pub fn open(&self, wal: Wal, keys: Arc<dyn KeyCheck>) {
        let _ = self.inner.open.set(Open { wal, keys });
    }

    /// Whether requests can be acknowledged.
    pub fn is_open(&self) -> bool {
        self.inner.open.get().is_some()
    }

    /// Counters since the process started.
    pub fn stats(&self) -> &IngestStats {
        &self.inner.stats
    }

    pub(crate) fn limits(&self) -> &IngestLimits {
        &self.inner.limits
    }

    pub(crate) fn admission(&self) -> &Admission {
        &self.inner.admission
    }

    pub(crate) fn record_refusal(&self, signal: Signal, refusal: &Refusal) {
        self.inner.stats.refused(signal, refusal, self.inner.clock.now_unix_nanos());
    }

    /// The id of the key that a request presents.
    pub(crate) async fn authenticate(&self, headers: &HeaderMap) -> Result<String, Refusal> {
        let open = self.inner.open.get().ok_or_else(Refusal::starting)?;
        let Some(key) = presented_key(headers).filter(|key| !key.is_empty()) else {
            return Err(Refusal::Unauthenticated(
                "no API key: send it as x-junjo-api-key (or authorization: Bearer)",
            ));
        };
        match open.keys.check(&key).await {
            KeyOutcome::Valid(id) => Ok(id),
            KeyOutcome::Invalid => Err(Refusal::Unauthenticated(
                "invalid API key: create one on the API keys page of the server",
            )),
            KeyOutcome::Unavailable => {
                Err(Refusal::Unavailable("API keys cannot be checked at the moment: try again".to_owned()))
            }
        }
    }

    /// Checks, stores and only then acknowledges one message. `share` holds the memory of `body`.
    pub(crate) async fn receive(&self, export: Export, share: &mut Share) -> Result<Outcome, Refusal> {
        let wal = &self.inner.open.get().ok_or_else(Refusal::starting)?.wal;
        if export.encoding != Encoding::Identity {
            // the most that the message can become: reserved before, because the cap is all that is known of it
            let expected =
                export.body.len().saturating_mul(EXPANSION).min(self.inner.limits.message_bytes_max);
            self.inner.admission.reserve(share, expected).await?;
        }
        let received_unix_nanos = self.inner.clock.now_unix_nanos();
        let limits = self.inner.limits.clone();
        let signal = export.signal;
        let prepared = tokio::task::spawn_blocking(move || prepare(export, received_unix_nanos, &limits))
            .await
            .map_err(|_| Refusal::Unavailable("the message could not be checked: try again".to_owned()))??;
        if let Some(record) = prepared.record {
            wal.append(record).await?;
        }
        let report = prepared.report;
        self.inner.stats.accepted(signal, report.accepted, report.rejected, prepared.message_bytes);
        let message = report.first_rejection.map(|rejection| rejection.to_string()).unwrap_or_default();
        Ok(Outcome { accepted: report.accepted, rejected: report.rejected, message })
    }
}

/// Typical factor by which OTLP compresses: reserved for a compressed message on top of its own bytes.
const EXPANSION: usize = 12;

struct Prepared {
    report: ScanReport,
    message_bytes: usize,
    /// What goes into the log; nothing for metrics, for logs (until they are stored) and for empty requests.
    record: Option<NewRecord>,
}

/// The CPU work of one request: decompress, walk the wire format, compress for the log.
fn prepare(export: Export, received_unix_nanos: i64, limits: &IngestLimits) -> Result<Prepared, Refusal> {
    let Export { signal, key_id, encoding, body } = export;
    let decompressed;
    let message: &[u8] = if encoding == Encoding::Identity {
        &body
    } else {
        decompressed = decompress(encoding, &body, limits.message_bytes_max)?;
        &decompressed
    };
    let report = scan(signal, message, &limits.scan).map_err(|error| Refusal::Invalid(error.to_string()))?;
    let message_bytes = message.len();
    let stored = match signal {
        Signal::Traces if report.accepted > 0 => Some(junjo_wal::Signal::Traces),
        _ => None,
    };
    let Some(stored) = stored else {
        return Ok(Prepared { report, message_bytes, record: None });
    };
    let kept;
    let message = if report.rejected > 0 {
        kept = without_rejected(signal, message);
        &kept
    } else {
        message
    };
    NewRecord::compress(stored, key_id, received_unix_nanos, report.accepted, message)
        .map(|record| Prepared { report, message_bytes, record: Some(record) })
        .map_err(|error| Refusal::Unavailable(format!("the message cannot be compressed: {error}")))
}
