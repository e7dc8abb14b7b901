//! The OTLP messages as tables: which field number holds what. The scan walks these; unknown numbers are stepped over.
//!
//! Source: opentelemetry-proto 1.9 (`trace.proto`, `logs.proto`, `metrics.proto`, `common.proto`, `resource.proto`).

use super::signal::Signal;
use Kind::{Bytes, Fixed32, Fixed64, Message, PackedFixed64, PackedVarint, Varint};

/// `Span.trace_id`.
pub(super) const SPAN_TRACE_ID: u32 = 1;
/// `Span.span_id`.
pub(super) const SPAN_SPAN_ID: u32 = 2;
/// One past the highest field number in any table.
const FIELDS: usize = 17;

/// A message: its name for error texts, what it counts as, and its fields by number.
pub(super) struct Schema {
    pub(super) name: &'static str,
    pub(super) counts: Counts,
    fields: [Option<Kind>; FIELDS],
}

/// What entering a message means for the scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counts {
    /// Structure only.
    Nothing,
    /// An item with ids to check.
    Span,
    /// An item whose ids may be missing.
    LogRecord,
    /// An item that is counted and never decoded.
    DataPoint,
    /// Something the decoder would allocate for.
    Value,
    /// An attribute value: allocated for, and one level deeper.
    NestedValue,
}

/// The type of a field.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// bool, enum, int32, uint32, int64, uint64, sint32.
    Varint,
    /// fixed32.
    Fixed32,
    /// fixed64, sfixed64, double.
    Fixed64,
    /// bytes and string; UTF-8 is not required, for the decoder replaces what is not.
    Bytes,
    /// An embedded message.
    Message(&'static Schema),
    /// Repeated varints, packed or not.
    PackedVarint,
    /// Repeated 8-byte numbers, packed or not.
    PackedFixed64,
}

impl Schema {
    const fn new(name: &'static str, counts: Counts, list: &[(usize, Kind)]) -> Self {
        let mut fields = [None; FIELDS];
        let mut index = 0;
        while index < list.len() {
            fields[list[index].0] = Some(list[index].1);
            index += 1;
        }
        Self { name, counts, fields }
    }

    /// The type of field `number`, or `None` when the table does not know it.
    #[inline]
    pub(super) fn field(&self, number: u32) -> Option<Kind> {
        self.fields.get(number as usize).copied().flatten()
    }
}

/// The request message of `signal`.
pub(super) fn request(signal: Signal) -> &'static Schema {
    match signal {
        Signal::Traces => &TRACES_REQUEST,
        Signal::Logs => &LOGS_REQUEST,
        Signal::Metrics => &METRICS_REQUEST,
    }
}

/// The item message of `signal`, where a request holds its items as resource, scope, item.
pub(super) fn item(signal: Signal) -> Option<&'static Schema> {
    match signal {
        Signal::Traces => Some(&SPAN),
        Signal::Logs => Some(&LOG_RECORD),
        Signal::Metrics => None,
    }
}

macro_rules! schemas {
    ($($(#[$doc:meta])* $id:ident = $name:literal $counts:ident [$($number:literal: $kind:expr),* $(,)?];)*) => {
        $($(#[$doc])* static $id: Schema = Schema::new($name, Counts::$counts, &[$(($number, $kind)),*]);)*
    };
}

schemas! {
    // common.proto, resource.proto
    ANY_VALUE = "AnyValue" NestedValue [
        1: Bytes, 2: Varint, 3: Varint, 4: Fixed64, 5: Message(&ARRAY_VALUE), 6: Message(&KEY_VALUE_LIST), 7: Bytes,
        8: Varint,
    ];
    ARRAY_VALUE = "ArrayValue" Nothing [1: Message(&ANY_VALUE)];
    KEY_VALUE_LIST = "KeyValueList" Nothing [1: Message(&KEY_VALUE)];
    KEY_VALUE = "KeyValue" Value [1: Bytes, 2: Message(&ANY_VALUE), 3: Varint];
    SCOPE = "InstrumentationScope" Nothing [1: Bytes, 2: Bytes, 3: Message(&KEY_VALUE), 4: Varint];
    ENTITY_REF = "EntityRef" Nothing [1: Bytes, 2: Bytes, 3: Bytes, 4: Bytes];
    RESOURCE = "Resource" Nothing [1: Message(&KEY_VALUE), 2: Varint, 3: Message(&ENTITY_REF)];

    // trace.proto
    TRACES_REQUEST = "ExportTraceServiceRequest" Nothing [1: Message(&RESOURCE_SPANS)];
    RESOURCE_SPANS = "ResourceSpans" Nothing [1: Message(&RESOURCE), 2: Message(&SCOPE_SPANS), 3: Bytes];
    SCOPE_SPANS = "ScopeSpans" Nothing [1: Message(&SCOPE), 2: Message(&SPAN), 3: Bytes];
    SPAN = "Span" Span [
        1: Bytes, 2: Bytes, 3: Bytes, 4: Bytes, 5: Bytes, 6: Varint, 7: Fixed64, 8: Fixed64, 9: Message(&KEY_VALUE),
        10: Varint, 11: Message(&EVENT), 12: Varint, 13: Message(&LINK), 14: Varint, 15: Message(&STATUS), 16: Fixed32,
    ];
    EVENT = "Event" Value [1: Fixed64, 2: Bytes, 3: Message(&KEY_VALUE), 4: Varint];
    LINK = "Link" Value [1: Bytes, 2: Bytes, 3: Bytes, 4: Message(&KEY_VALUE), 5: Varint, 6: Fixed32];
    STATUS = "Status" Nothing [2: Bytes, 3: Varint];

    // logs.proto
    LOGS_REQUEST = "ExportLogsServiceRequest" Nothing [1: Message(&RESOURCE_LOGS)];
    RESOURCE_LOGS = "ResourceLogs" Nothing [1: Message(&RESOURCE), 2: Message(&SCOPE_LOGS), 3: Bytes];
    SCOPE_LOGS = "ScopeLogs" Nothing [1: Message(&SCOPE), 2: Message(&LOG_RECORD), 3: Bytes];
    LOG_RECORD = "LogRecord" LogRecord [
        1: Fixed64, 2: Varint, 3: Bytes, 5: Message(&ANY_VALUE), 6: Message(&KEY_VALUE), 7: Varint, 8: Fixed32,
        9: Bytes, 10: Bytes, 11: Fixed64, 12: Bytes,
    ];

    // metrics.proto
    METRICS_REQUEST = "ExportMetricsServiceRequest" Nothing [1: Message(&RESOURCE_METRICS)];
    RESOURCE_METRICS = "ResourceMetrics" Nothing [1: Message(&RESOURCE), 2: Message(&SCOPE_METRICS), 3: Bytes];
    SCOPE_METRICS = "ScopeMetrics" Nothing [1: Message(&SCOPE), 2: Message(&METRIC), 3: Bytes];
    METRIC = "Metric" Nothing [
        1: Bytes, 2: Bytes, 3: Bytes, 5: Message(&GAUGE), 7: Message(&SUM), 9: Message(&HISTOGRAM),
        10: Message(&EXPONENTIAL_HISTOGRAM), 11: Message(&SUMMARY), 12: Message(&KEY_VALUE),
    ];
    GAUGE = "Gauge" Nothing [1: Message(&NUMBER_DATA_POINT)];
    SUM = "Sum" Nothing [1: Message(&NUMBER_DATA_POINT), 2: Varint, 3: Varint];
    HISTOGRAM = "Histogram" Nothing [1: Message(&HISTOGRAM_DATA_POINT), 2: Varint];
    EXPONENTIAL_HISTOGRAM = "ExponentialHistogram" Nothing [1: Message(&EXPONENTIAL_DATA_POINT), 2: Varint];
    SUMMARY = "Summary" Nothing [1: Message(&SUMMARY_DATA_POINT)];
    NUMBER_DATA_POINT = "NumberDataPoint" DataPoint [
        2: Fixed64, 3: Fixed64, 4: Fixed64, 5: Message(&EXEMPLAR), 6: Fixed64, 7: Message(&KEY_VALUE), 8: Varint,
    ];
    HISTOGRAM_DATA_POINT = "HistogramDataPoint" DataPoint [
        2: Fixed64, 3: Fixed64, 4: Fixed64, 5: Fixed64, 6: PackedFixed64, 7: PackedFixed64, 8: Message(&EXEMPLAR),
        9: Message(&KEY_VALUE), 10: Varint, 11: Fixed64, 12: Fixed64,
    ];
    EXPONENTIAL_DATA_POINT = "ExponentialHistogramDataPoint" DataPoint [
        1: Message(&KEY_VALUE), 2: Fixed64, 3: Fixed64, 4: Fixed64, 5: Fixed64, 6: Varint, 7: Fixed64,
        8: Message(&BUCKETS), 9: Message(&BUCKETS), 10: Varint, 11: Message(&EXEMPLAR), 12: Fixed64, 13: Fixed64,
        14: Fixed64,
    ];
    BUCKETS = "Buckets" Nothing [1: Varint, 2: PackedVarint];
    SUMMARY_DATA_POINT = "SummaryDataPoint" DataPoint [
        2: Fixed64, 3: Fixed64, 4: Fixed64, 5: Fixed64, 6: Message(&VALUE_AT_QUANTILE), 7: Message(&KEY_VALUE),
        8: Varint,
    ];
    VALUE_AT_QUANTILE = "ValueAtQuantile" Nothing [1: Fixed64, 2: Fixed64];
    EXEMPLAR = "Exemplar" Nothing [
        2: Fixed64, 3: Fixed64, 4: Bytes, 5: Bytes, 6: Fixed64, 7: Message(&KEY_VALUE),
    ];
}
