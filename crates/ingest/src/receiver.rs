//! The one path of a request, whatever the transport: key, decompression, JSON to protobuf, check, log, acknowledge.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use http::HeaderMap;
use junjo_memory::Memory;
use junjo_span_model::otlp::scan::DEPTH_CEILING;
use junjo_span_model::{ScanReport, Signal, scan, without_rejected};
use junjo_wal::{NewRecord, Sender, Wal};
use junjo_web::SharedClock;
use tokio::sync::Semaphore;

use crate::admission::{Admission, Share, UNIT_BYTES};
use crate::decompress::{Decompression, Encoding, Step};
use crate::json::{self, JsonError, JsonLimits};
use crate::keys::{KeyCheck, KeyOutcome, presented_key};
use crate::limits::IngestLimits;
use crate::refusal::Refusal;
use crate::stats::{Accepted, IngestStats};
use crate::upload::Message;

/// Factor by which OTLP compresses at least: what is reserved first for a compressed message. Doubled while it is too
/// little.
const EXPANSION: usize = 8;
/// The same for very small messages.
const EXPANDED_BYTES_MIN: usize = 16 << 10;
/// Bytes of protobuf for a byte of JSON, at most: a list of small numbers (`0,`) becomes 8 bytes each.
const TRANSCODED_FACTOR: usize = 4;

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
    /// Messages being worked on at once; more than cores would only hold more memory.
    workers: Arc<Semaphore>,
    stats: IngestStats,
}

/// The encoding of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Protobuf,
    Json,
}

impl Format {
    pub(crate) const fn content_type(self) -> &'static str {
        match self {
            Self::Protobuf => "application/x-protobuf",
            Self::Json => "application/json",
        }
    }
}

/// One authenticated message, as it came.
pub(crate) struct Export {
    pub(crate) signal: Signal,
    pub(crate) sender: Sender,
    pub(crate) encoding: Encoding,
    pub(crate) format: Format,
    pub(crate) message: Message,
}

/// What only exists once the stores are open.
struct Open {
    wal: Wal,
    keys: Arc<dyn KeyCheck>,
}

impl Receiver {
    /// A receiver that answers "unavailable" until [`Receiver::open`].
    /// Messages take their memory from `memory`.
    pub fn new(clock: SharedClock, limits: IngestLimits, memory: Memory) -> Self {
        let admission = Admission::new(memory, limits.admission_wait);
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let workers = Arc::new(Semaphore::new(cores.max(2)));
        let stats = IngestStats::default();
        Self { inner: Arc::new(Inner { open: OnceLock::new(), clock, limits, admission, workers, stats }) }
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
        self.inner.stats.refused(signal, refusal, self.inner.clock.now_unix_nano());
    }

    /// Whose key a request presents.
    pub(crate) async fn authenticate(&self, headers: &HeaderMap) -> Result<Sender, Refusal> {
        let open = self.inner.open.get().ok_or_else(Refusal::starting)?;
        let Some(key) = presented_key(headers).filter(|key| !key.is_empty()) else {
            return Err(Refusal::Unauthenticated(
                "no API key: send it as x-junjo-api-key (or authorization: Bearer)",
            ));
        };
        Err(match open.keys.check(&key).await {
            KeyOutcome::Valid(sender) => return Ok(sender),
            KeyOutcome::Invalid => {
                Refusal::Unauthenticated("invalid API key: create one on the API keys page of the server")
            }
            KeyOutcome::Expired => Refusal::Unauthenticated(
                "expired API key: create a new one on the API keys page of the server",
            ),
            KeyOutcome::WrongScope => Refusal::Unauthenticated(
                "wrong scope: this API key does not allow ingest, create one that does on the API keys page",
            ),
            KeyOutcome::Unavailable => {
                Refusal::Unavailable("API keys cannot be checked at the moment: try again".to_owned())
            }
        })
    }

    /// Checks, stores and only then acknowledges one message.
    pub(crate) async fn receive(&self, export: Export) -> Result<Outcome, Refusal> {
        let Export { signal, sender, encoding, format, mut message } = export;
        if !message.bytes.is_empty() {
            message = self.decompress(encoding, message).await?;
        }
        if format == Format::Json && !message.bytes.is_empty() {
            message = self.transcode(signal, message).await?;
        }
        self.store(signal, sender, message).await
    }

    /// Checks a protobuf message, makes it durable, and counts it.
    pub(crate) async fn store(
        &self,
        signal: Signal,
        sender: Sender,
        message: Message,
    ) -> Result<Outcome, Refusal> {
        let wal = &self.inner.open.get().ok_or_else(Refusal::starting)?.wal;
        let received_unix_nano = self.inner.clock.now_unix_nano();
        let Message { bytes, share } = message;
        let (message_bytes, counted_key) = (bytes.len(), sender.key_id.clone());
        let inner = Arc::clone(&self.inner);
        let prepare = move || prepare(signal, sender, received_unix_nano, &bytes, &inner.limits);
        // the share lives until the record is on disk
        let (prepared, _share) = self.work(share, prepare).await?;
        let Prepared { report, record } = prepared?;
        if let Some(record) = record {
            wal.append(record).await?;
        }
        self.inner.stats.accepted(&Accepted {
            signal,
            key_id: &counted_key,
            accepted: report.accepted,
            rejected: report.rejected,
            bytes: message_bytes,
            at_unix_nano: received_unix_nano,
        });
        let message = report.first_rejection.map(|rejection| rejection.to_string()).unwrap_or_default();
        Ok(Outcome { accepted: report.accepted, rejected: report.rejected, message })
    }

    /// The message without its compression. Memory is reserved before each step in which it grows.
    async fn decompress(&self, encoding: Encoding, message: Message) -> Result<Message, Refusal> {
        if encoding == Encoding::Identity {
            return Ok(message);
        }
        let Message { bytes, mut share } = message;
        let message_bytes_max = self.inner.limits.message_bytes_max;
        let room_max = encoding.output_bytes(self.inner.admission.left_for(&share)).min(message_bytes_max);
        // whole units, or each step would round up, and the last one would not fit
        let usual = bytes.len().saturating_mul(EXPANSION).max(EXPANDED_BYTES_MIN);
        let mut room = usual.next_multiple_of(UNIT_BYTES).min(room_max);
        let mut reserved = 0;
        let mut decompression = Decompression::new(encoding, bytes)?;
        loop {
            let needed = encoding.memory_bytes(room);
            self.inner.admission.reserve(&mut share, needed - reserved).await?;
            reserved = needed;
            // one byte more than allowed is enough to see that there is too much
            let fill = if room == room_max { room + 1 } else { room };
            let (step, held) = self.work(share, move || decompression.run(fill)).await?;
            share = held;
            match step? {
                Step::Done(message) => {
                    share.shrink_to(message.len());
                    return Ok(Message { bytes: message.into(), share });
                }
                Step::Full(_) if room == message_bytes_max => {
                    return Err(Refusal::TooLarge { bytes_max: message_bytes_max });
                }
                Step::Full(_) if room == room_max => return Err(self.inner.admission.over_budget()),
                Step::Full(next) => decompression = next,
            }
            room = room.saturating_mul(2).min(room_max);
        }
    }

    /// The protobuf form of a JSON message.
    async fn transcode(&self, signal: Signal, message: Message) -> Result<Message, Refusal> {
        let Message { bytes: json, mut share } = message;
        let limits = &self.inner.limits;
        let depth_max = limits.scan.depth_max.min(DEPTH_CEILING);
        // as a rule, protobuf is no longer than JSON
        let usual = json.len().min(limits.message_bytes_max);
        let longest = json.len().saturating_mul(TRANSCODED_FACTOR).min(limits.message_bytes_max);
        // also for the JSON reader's own copy of the longest text that has escapes
        self.inner.admission.reserve(&mut share, usual + json.len()).await?;
        for bytes_max in [usual, longest] {
            if bytes_max == longest {
                self.inner.admission.reserve(&mut share, longest - usual).await?;
            }
            let json = json.clone();
            let json_limits = JsonLimits { bytes_max, depth_max };
            let work = self.work(share, move || json::transcode(signal, &json, json_limits));
            let (transcoded, held) = work.await?;
            share = held;
            match transcoded {
                Ok(protobuf) => {
                    share.shrink_to(protobuf.len());
                    return Ok(Message { bytes: protobuf.into(), share });
                }
                Err(JsonError::TooLarge { .. }) => {}
                Err(error) => return Err(Refusal::Invalid(error.to_string())),
            }
        }
        Err(Refusal::TooLarge { bytes_max: limits.message_bytes_max })
    }

    /// Runs `job` off the async threads. `share` stays with it even when the client goes away meanwhile.
    async fn work<T: Send + 'static>(
        &self,
        share: Share,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<(T, Share), Refusal> {
        let worker = Arc::clone(&self.inner.workers).acquire_owned().await;
        let task = tokio::task::spawn_blocking(move || {
            let done = job();
            drop(worker);
            (done, share)
        });
        task.await.map_err(|_| Refusal::Unavailable("the message could not be checked: try again".to_owned()))
    }
}

/// A message that was checked.
struct Prepared {
    report: ScanReport,
    /// What goes into the wal: nothing for signals that are not stored and for messages without a good item.
    record: Option<NewRecord>,
}

/// What the wal calls a signal; `None` for one that is not stored.
const fn stored_as(signal: Signal) -> Option<junjo_wal::Signal> {
    match signal {
        Signal::Traces => Some(junjo_wal::Signal::Traces),
        Signal::Logs => Some(junjo_wal::Signal::Logs),
        Signal::Metrics => None,
    }
}

/// Walks the whole wire format, leaves out what is rejected, and compresses the rest for the wal.
fn prepare(
    signal: Signal,
    sender: Sender,
    received_unix_nano: i64,
    message: &[u8],
    limits: &IngestLimits,
) -> Result<Prepared, Refusal> {
    let report = scan(signal, message, &limits.scan).map_err(|error| Refusal::Invalid(error.to_string()))?;
    let Some(stored) = stored_as(signal).filter(|_| report.accepted > 0) else {
        return Ok(Prepared { report, record: None });
    };
    let kept = if report.rejected > 0 {
        Cow::Owned(without_rejected(signal, message))
    } else {
        Cow::Borrowed(message)
    };
    NewRecord::compress(stored, sender, received_unix_nano, report.accepted, &kept)
        .map(|record| Prepared { report, record: Some(record) })
        .map_err(|error| Refusal::Unavailable(format!("the message cannot be compressed: {error}")))
}
