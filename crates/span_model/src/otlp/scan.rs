//! What the receiver runs before it acknowledges: one allocation-free walk of the complete wire format.
//!
//! A message is refused as a whole when it is no sound OTLP; one bad span in a sound message is only counted, so that
//! the rest can be kept (`partial_success`). What passes here is what [`super::decode`] can decode.

use super::schema::{self, Counts, Kind, Schema};
use super::signal::Signal;
use super::wire::{Field, Payload, Reader, WireError};

/// Items in one request. A span has at least 28 bytes, so the 64 MiB of a request could hold 2.4 million; SDKs send
/// 512, collectors 8,192, and a place in the WAL counts ordinals in 32 bits.
pub const ITEMS_MAX: u32 = 1_000_000;

/// Levels of values within values. Real attributes stay below 10; protobuf libraries give up near 50.
pub const DEPTH_MAX: u32 = 64;

/// Highest `depth_max` that takes effect: what is stored as JSON must be readable again, and serde_json and others stop at
/// 128 levels. Decoder and JSON writer recurse once a level.
pub const DEPTH_CEILING: u32 = 100;

/// Attributes, values, events and links of one span or log record, nested ones included. Each costs the decoder up to
/// 64 bytes where the wire needs only 2, so this bounds a hostile span to some 64 MiB; 300 embeddings of 3,072 fit.
pub const VALUES_PER_ITEM_MAX: u32 = 1 << 20;

/// What one message may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScanLimits {
    /// Most items (spans, log records, data points) in a message, rejected ones included.
    pub items_max: u32,
    /// Most levels of values within values, at most [`DEPTH_CEILING`].
    pub depth_max: u32,
}

impl Default for ScanLimits {
    fn default() -> Self {
        Self { items_max: ITEMS_MAX, depth_max: DEPTH_MAX }
    }
}

/// What the scan counted; items are spans, log records or data points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ScanReport {
    /// Items that can be stored.
    pub accepted: u32,
    /// Items that must be left out.
    pub rejected: u32,
    /// Why the first of those was rejected.
    pub first_rejection: Option<Rejection>,
}

/// Why one item of a sound message is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// A trace id of another length than 16 bytes.
    #[error("a span was left out: its trace_id must have 16 bytes")]
    TraceIdLength,
    /// A trace id of zeros only.
    #[error("a span was left out: its trace_id must not be all zero")]
    TraceIdZero,
    /// A span id of another length than 8 bytes.
    #[error("a span was left out: its span_id must have 8 bytes")]
    SpanIdLength,
    /// A span id of zeros only.
    #[error("a span was left out: its span_id must not be all zero")]
    SpanIdZero,
    /// More than [`VALUES_PER_ITEM_MAX`] attributes, events, links and nested values.
    #[error(
        "a span or log record was left out: it may hold at most {VALUES_PER_ITEM_MAX} attributes, events, links and values"
    )]
    TooManyValues,
}

/// Why a whole message is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ScanError {
    /// The bytes are no protobuf.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// A field that OTLP defines has the type of another one.
    #[error(
        "field {field} of {message} has the wrong wire type; check that the body is OTLP protobuf for this signal"
    )]
    FieldType {
        /// The OTLP message.
        message: &'static str,
        /// The field's number in it.
        field: u32,
    },
    /// Values nest too deep.
    #[error("attribute values nest deeper than {max} levels; flatten them or send them as text")]
    TooDeep {
        /// The limit that was passed.
        max: u32,
    },
    /// Too many spans, log records or data points.
    #[error("the request holds more than {max} items; send smaller batches")]
    TooManyItems {
        /// The limit that was passed.
        max: u32,
    },
    /// Too many attributes on resources and scopes.
    #[error(
        "the resources and scopes of the request hold more than {max} attributes and values; send smaller batches"
    )]
    TooManyValues {
        /// The limit that was passed.
        max: u32,
    },
}

/// Walks `message` completely and says how many items it holds, or why it cannot be stored.
pub fn scan(signal: Signal, message: &[u8], limits: &ScanLimits) -> Result<ScanReport, ScanError> {
    let mut scanner = Scanner::new(*limits);
    scanner.walk(schema::request(signal), message, 0)?;
    Ok(scanner.report)
}

/// Why the item in `message` is rejected; `None` for a good one and for a signal whose items are not spliced.
pub(super) fn item_rejection(signal: Signal, message: &[u8]) -> Result<Option<Rejection>, ScanError> {
    let mut scanner = Scanner::new(ScanLimits { items_max: 1, depth_max: DEPTH_CEILING });
    if let Some(item) = schema::item(signal) {
        scanner.enter(item, message, 0)?;
    }
    Ok(scanner.report.first_rejection)
}

struct Scanner {
    limits: ScanLimits,
    report: ScanReport,
    /// Values seen in the current item, or in all resources and scopes while outside of one.
    values: u32,
    in_item: bool,
    trace_id: IdState,
    span_id: IdState,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum IdState {
    WrongLength,
    Zero,
    Good,
}

impl IdState {
    fn of(bytes: &[u8], length: usize) -> Self {
        if bytes.len() != length {
            Self::WrongLength
        } else if bytes.iter().all(|byte| *byte == 0) {
            Self::Zero
        } else {
            Self::Good
        }
    }
}

impl Scanner {
    fn new(limits: ScanLimits) -> Self {
        Self {
            limits: ScanLimits { depth_max: limits.depth_max.min(DEPTH_CEILING), ..limits },
            report: ScanReport::default(),
            values: 0,
            in_item: false,
            trace_id: IdState::WrongLength,
            span_id: IdState::WrongLength,
        }
    }

    fn walk(&mut self, schema: &'static Schema, message: &[u8], depth: u32) -> Result<(), ScanError> {
        let mut reader = Reader::new(message);
        while let Some(field) = reader.next()? {
            let Some(kind) = schema.field(field.number) else {
                continue;
            };
            match (kind, field.payload) {
                (Kind::Message(inner), Payload::Bytes(bytes)) => self.enter(inner, bytes, depth)?,
                (Kind::Bytes, Payload::Bytes(bytes)) => {
                    if schema.counts == Counts::Span {
                        self.note_id(field.number, bytes);
                    }
                }
                (Kind::Varint | Kind::PackedVarint, Payload::Varint(_))
                | (Kind::Fixed64 | Kind::PackedFixed64, Payload::Fixed64(_))
                | (Kind::Fixed32, Payload::Fixed32(_)) => {}
                (Kind::PackedVarint, Payload::Bytes(bytes)) => check_varints(bytes)?,
                (Kind::PackedFixed64, Payload::Bytes(bytes)) if bytes.len() % 8 == 0 => {}
                _ => return Err(wrong_type(schema, &field)),
            }
        }
        Ok(())
    }

    fn enter(&mut self, schema: &'static Schema, message: &[u8], depth: u32) -> Result<(), ScanError> {
        match schema.counts {
            Counts::Nothing => self.walk(schema, message, depth),
            Counts::Span | Counts::LogRecord | Counts::DataPoint => self.item(schema, message),
            Counts::Value => {
                self.count_value()?;
                self.walk(schema, message, depth)
            }
            Counts::NestedValue => {
                self.count_value()?;
                if depth >= self.limits.depth_max {
                    return Err(ScanError::TooDeep { max: self.limits.depth_max });
                }
                self.walk(schema, message, depth + 1)
            }
        }
    }

    fn item(&mut self, schema: &'static Schema, message: &[u8]) -> Result<(), ScanError> {
        if self.report.accepted + self.report.rejected >= self.limits.items_max {
            return Err(ScanError::TooManyItems { max: self.limits.items_max });
        }
        let values_outside = std::mem::take(&mut self.values);
        (self.trace_id, self.span_id) = (IdState::WrongLength, IdState::WrongLength);
        self.in_item = true;
        self.walk(schema, message, 0)?;
        self.in_item = false;
        let values = std::mem::replace(&mut self.values, values_outside);
        let rejection = match schema.counts {
            Counts::Span => self.id_rejection().or(too_many_values(values)),
            Counts::LogRecord => too_many_values(values),
            _ => None,
        };
        match rejection {
            None => self.report.accepted += 1,
            Some(reason) => {
                self.report.rejected += 1;
                self.report.first_rejection.get_or_insert(reason);
            }
        }
        Ok(())
    }

    fn count_value(&mut self) -> Result<(), ScanError> {
        self.values = self.values.saturating_add(1);
        if self.values > VALUES_PER_ITEM_MAX && !self.in_item {
            return Err(ScanError::TooManyValues { max: VALUES_PER_ITEM_MAX });
        }
        Ok(())
    }

    /// Keeps what the last `trace_id` and `span_id` of a span look like.
    fn note_id(&mut self, field: u32, bytes: &[u8]) {
        match field {
            schema::SPAN_TRACE_ID => self.trace_id = IdState::of(bytes, 16),
            schema::SPAN_SPAN_ID => self.span_id = IdState::of(bytes, 8),
            _ => {}
        }
    }

    fn id_rejection(&self) -> Option<Rejection> {
        match (self.trace_id, self.span_id) {
            (IdState::WrongLength, _) => Some(Rejection::TraceIdLength),
            (IdState::Zero, _) => Some(Rejection::TraceIdZero),
            (_, IdState::WrongLength) => Some(Rejection::SpanIdLength),
            (_, IdState::Zero) => Some(Rejection::SpanIdZero),
            (IdState::Good, IdState::Good) => None,
        }
    }
}

fn too_many_values(values: u32) -> Option<Rejection> {
    (values > VALUES_PER_ITEM_MAX).then_some(Rejection::TooManyValues)
}

fn check_varints(packed: &[u8]) -> Result<(), WireError> {
    let mut reader = Reader::new(packed);
    while !reader.rest().is_empty() {
        reader.varint()?;
    }
    Ok(())
}

fn wrong_type(schema: &Schema, field: &Field<'_>) -> ScanError {
    ScanError::FieldType { message: schema.name, field: field.number }
}
