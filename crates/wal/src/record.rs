//! What the log stores: one export request, compressed and checksummed.

use std::fmt;

use bytes::Bytes;

use crate::frame;

/// The place of a record in the log; above 0, never reused.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sequence(pub i64);

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The random identity of one log file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WalId(pub uuid::Uuid);

impl fmt::Display for WalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.simple().fmt(f)
    }
}

/// Which OTLP message a record holds: a signal that is stored, with its number on disk. The wal has an enum of its own because
/// it depends on no other crate; who receives a signal says which of these it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Signal {
    /// `ExportTraceServiceRequest`
    Traces,
    /// `ExportLogsServiceRequest`
    Logs,
}

impl Signal {
    pub(crate) fn code(self) -> i64 {
        match self {
            Self::Traces => 1,
            Self::Logs => 2,
        }
    }

    pub(crate) fn from_code(code: i64) -> Option<Self> {
        match code {
            1 => Some(Self::Traces),
            2 => Some(Self::Logs),
            _ => None,
        }
    }
}

/// The project of records that say none: of logs and ingestion services from before there were projects.
pub const DEFAULT_PROJECT: &str = "default";

/// Who sent a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// Id of the API key.
    pub key_id: String,
    /// The key's project.
    pub project: String,
}

impl Sender {
    /// A key of the project [`DEFAULT_PROJECT`].
    pub fn in_default_project(key_id: impl Into<String>) -> Self {
        Self { key_id: key_id.into(), project: DEFAULT_PROJECT.to_owned() }
    }
}

/// A record before it has a sequence.
#[derive(Debug, Clone)]
pub struct NewRecord {
    /// Which OTLP message the payload holds.
    pub signal: Signal,
    /// Who sent it.
    pub sender: Sender,
    /// Server clock at receipt, unix nanoseconds.
    pub received_unix_nano: i64,
    /// Spans or log records in the message.
    pub item_count: u32,
    pub(crate) raw_bytes: u64,
    pub(crate) checksum: u32,
    pub(crate) payload: Vec<u8>,
}

impl NewRecord {
    /// Compresses `message` (a serialised OTLP export request). CPU work: call it off the async threads.
    pub fn compress(
        signal: Signal,
        sender: Sender,
        received_unix_nano: i64,
        item_count: u32,
        message: &[u8],
    ) -> std::io::Result<Self> {
        let payload = frame::compress(message)?;
        let checksum = crc32fast::hash(&payload);
        let raw_bytes = message.len() as u64;
        Ok(Self { signal, sender, received_unix_nano, item_count, raw_bytes, checksum, payload })
    }
}

/// What a log of another process says about a record that it stored.
#[derive(Debug, Clone)]
pub struct PulledRecord {
    /// Which OTLP message the payload holds.
    pub signal: Signal,
    /// Who sent it.
    pub sender: Sender,
    /// Clock of the process that received it, unix nanoseconds.
    pub received_unix_nano: i64,
    /// Spans or log records in the message.
    pub item_count: u32,
    /// Payload length before compression.
    pub raw_bytes: u64,
    /// CRC-32 of the payload as that process stored it.
    pub checksum: u32,
    /// One zstd frame.
    pub payload: Vec<u8>,
}

impl NewRecord {
    /// Takes a record over as it is; refuses one whose bytes changed on the way.
    pub fn from_pulled(pulled: PulledRecord) -> Result<Self, RecordDamage> {
        let found = crc32fast::hash(&pulled.payload);
        if found != pulled.checksum {
            let sequence = Sequence::default();
            return Err(RecordDamage::Checksum { sequence, stored: pulled.checksum, found });
        }
        let PulledRecord { signal, sender, received_unix_nano, item_count, raw_bytes, checksum, payload } =
            pulled;
        Ok(Self { signal, sender, received_unix_nano, item_count, raw_bytes, checksum, payload })
    }
}

/// Bytes of [`Record::to_trial`] before the payload.
const TRIAL_HEAD_BYTES: usize = 28;

/// A stored record.
#[derive(Debug, Clone)]
pub struct Record {
    /// Its place.
    pub sequence: Sequence,
    /// Which OTLP message the payload holds; `None` for a signal that this version does not know.
    pub signal: Option<Signal>,
    /// The API key that sent it.
    pub key_id: String,
    /// The key's project.
    pub project: String,
    /// Server clock at receipt, unix nanoseconds.
    pub received_unix_nano: i64,
    /// Spans or log records in the message.
    pub item_count: u32,
    pub(crate) raw_bytes: u64,
    pub(crate) checksum: u32,
    pub(crate) payload: Bytes,
}

impl Record {
    /// Bytes as stored.
    pub fn payload_bytes(&self) -> u64 {
        self.payload.len() as u64
    }

    /// Bytes of the message that [`Self::message`] gives.
    pub fn message_bytes(&self) -> u64 {
        self.raw_bytes
    }

    /// What a trial in another process needs: sequence and lengths as `i64` or `u32` LE, the signal's number, then the payload.
    pub fn to_trial(&self) -> Vec<u8> {
        let signal = u32::try_from(self.signal.map_or(0, Signal::code)).unwrap_or(0);
        let mut bytes = Vec::with_capacity(TRIAL_HEAD_BYTES + self.payload.len());
        bytes.extend(self.sequence.0.to_le_bytes());
        bytes.extend(self.raw_bytes.to_le_bytes());
        bytes.extend([signal, self.item_count, self.checksum].map(u32::to_le_bytes).as_flattened());
        bytes.extend_from_slice(&self.payload);
        bytes
    }

    /// The record of [`Self::to_trial`], without its sender; `None` for anything else.
    pub fn of_trial(bytes: &[u8]) -> Option<Self> {
        let (sequence, rest) = bytes.split_first_chunk()?;
        let (raw_bytes, rest) = rest.split_first_chunk()?;
        let (signal, rest) = rest.split_first_chunk()?;
        let (item_count, rest) = rest.split_first_chunk()?;
        let (checksum, payload) = rest.split_first_chunk()?;
        let code = i64::from(u32::from_le_bytes(*signal));
        Some(Self {
            sequence: Sequence(i64::from_le_bytes(*sequence)),
            signal: [Signal::Traces, Signal::Logs].into_iter().find(|known| known.code() == code),
            key_id: String::new(),
            project: String::new(),
            received_unix_nano: 0,
            item_count: u32::from_le_bytes(*item_count),
            raw_bytes: u64::from_le_bytes(*raw_bytes),
            checksum: u32::from_le_bytes(*checksum),
            payload: Bytes::copy_from_slice(payload),
        })
    }

    /// The payload as stored, for a quarantine file.
    pub fn payload(&self) -> &Bytes {
        &self.payload
    }

    /// Checks and decompresses the payload into the protobuf message that was received.
    pub fn message(&self) -> Result<Vec<u8>, RecordDamage> {
        let found = crc32fast::hash(&self.payload);
        if found != self.checksum {
            return Err(RecordDamage::Checksum { sequence: self.sequence, stored: self.checksum, found });
        }
        frame::decompress(&self.payload, self.raw_bytes)
            .map_err(|source| RecordDamage::Frame { sequence: self.sequence, source })
    }
}

/// What is known of a record without reading its payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordSize {
    /// Its place.
    pub sequence: Sequence,
    /// Payload bytes as stored.
    pub payload_bytes: u64,
    /// Spans or log records in the message.
    pub item_count: u32,
    /// Server clock at receipt, unix nanoseconds.
    pub received_unix_nano: i64,
}

/// A stored record whose bytes are not what was written.
#[derive(Debug, thiserror::Error)]
pub enum RecordDamage {
    /// The checksum does not match.
    #[error("record {sequence} has checksum {found:08x} instead of {stored:08x}")]
    Checksum {
        /// The record.
        sequence: Sequence,
        /// As stored.
        stored: u32,
        /// As computed.
        found: u32,
    },
    /// The payload is not one zstd frame of the stored length.
    #[error("record {sequence} cannot be decompressed")]
    Frame {
        /// The record.
        sequence: Sequence,
        /// zstd's reason.
        #[source]
        source: std::io::Error,
    },
}
