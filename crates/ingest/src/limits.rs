//! Limits of the receivers, each with its reason.

use std::time::Duration;

use junjo_span_model::ScanLimits;

/// Bytes of one message before and after decompression: what the OTLP specification recommends.
pub(crate) const MESSAGE_BYTES_MAX: usize = 64 << 20;
/// How long a request waits for its share of memory before it is refused: slows clients down before it sends them away.
const ADMISSION_WAIT: Duration = Duration::from_secs(2);
/// How long a client may take to send one message after its header; slow senders hold memory.
const BODY_TIME_MAX: Duration = Duration::from_mins(1);
/// How long a body may take before its rate counts: connections and clients need time to start.
const BODY_GRACE: Duration = Duration::from_secs(5);
/// Bytes of a body for each second after that; below every uplink, and memory that hardly grows is not held for long.
const BODY_RATE_MIN: u32 = 16 << 10;
/// How long a refused request is read on, so that clients that send before they listen see why they were refused.
const DISCARD_TIME_MAX: Duration = Duration::from_secs(2);

/// What one receiver accepts.
#[derive(Debug, Clone)]
pub struct IngestLimits {
    /// Bytes of one message, before and after decompression.
    pub message_bytes_max: usize,
    /// How long a request waits for memory.
    pub admission_wait: Duration,
    /// How long a client may take to send one message.
    pub body_time_max: Duration,
    /// How long a body may take before [`IngestLimits::body_rate_min`] counts.
    pub body_grace: Duration,
    /// Bytes of a body that must have come for each second since then.
    pub body_rate_min: u32,
    /// How long the rest of a refused HTTP body is read and thrown away.
    pub discard_time_max: Duration,
    /// Spans per request and nesting depth.
    pub scan: ScanLimits,
}

impl Default for IngestLimits {
    fn default() -> Self {
        Self {
            message_bytes_max: MESSAGE_BYTES_MAX,
            admission_wait: ADMISSION_WAIT,
            body_time_max: BODY_TIME_MAX,
            body_grace: BODY_GRACE,
            body_rate_min: BODY_RATE_MIN,
            discard_time_max: DISCARD_TIME_MAX,
            scan: ScanLimits::default(),
        }
    }
}
