//! The OTLP messages as tables: which member is which field, and how its JSON is read.
//!
//! Source: opentelemetry-proto 1.9 (`trace.proto`, `logs.proto`, `metrics.proto`, `common.proto`, `resource.proto`).

use junjo_span_model::Signal;

use Kind::{
    AnyValue, Bool, Bytes, Double, Enum, Fixed32, Fixed64, Id, Int32, Int64, Message as Embedded, Sfixed64,
    Sint32, Text, Uint32, Uint64,
};

/// A message: its name for error texts, and its fields.
pub(super) struct Message {
    pub(super) name: &'static str,
    fields: &'static [Field],
}

/// A field of a message.
pub(super) struct Field {
    /// The name in the `.proto` file.
    pub(super) name: &'static str,
    pub(super) number: u32,
    pub(super) kind: Kind,
    pub(super) is_list: bool,
}

/// The type of a field, or of its elements.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Text,
    /// Base64 in JSON.
    Bytes,
    /// Bytes of this length, hex in JSON.
    Id(usize),
    Bool,
    Int32,
    Int64,
    Uint32,
    Uint64,
    Sint32,
    Fixed32,
    Fixed64,
    Sfixed64,
    Double,
    /// Names by number.
    Enum(&'static [&'static str]),
    Message(&'static Message),
    /// An `AnyValue`: a message that is one level deeper.
    AnyValue,
}

impl Kind {
    /// For error texts.
    pub(super) fn expected(self, is_list: bool) -> &'static str {
        if is_list {
            return "an array of what OTLP defines";
        }
        match self {
            Text => "a string",
            Bytes => "a base64 string",
            Id(_) => "a string of hex digits",
            Bool => "true or false",
            Int32 | Int64 | Uint32 | Uint64 | Sint32 | Fixed32 | Fixed64 | Sfixed64 => "an integer",
            Double => "a number, \"NaN\", \"Infinity\" or \"-Infinity\"",
            Enum(_) => "the number of an enum value",
            Embedded(_) | AnyValue => "an object",
        }
    }
}

impl Message {
    /// The field that `key` names, spelled as in JSON or as in the `.proto` file.
    pub(super) fn field(&self, key: &[u8]) -> Option<&'static Field> {
        self.fields.iter().find(|field| is_named(key, field.name))
    }
}

/// Whether `key` is `name` or its lowerCamelCase form, which drops each underscore and capitalises what follows it.
fn is_named(key: &[u8], name: &str) -> bool {
    let (mut key, mut name) = (key.iter().copied(), name.bytes());
    while let Some(mut expected) = name.next() {
        let mut actual = key.next();
        if expected == b'_' && actual != Some(b'_') {
            expected = name.next().map_or(b'_', |letter| letter.to_ascii_uppercase());
        } else if expected == b'_' {
            expected = name.next().unwrap_or(b'_');
            actual = key.next();
        }
        if actual != Some(expected) {
            return false;
        }
    }
    key.next().is_none()
}

/// The request message of `signal`.
pub(super) fn request(signal: Signal) -> &'static Message {
    match signal {
        Signal::Traces => &TRACES_REQUEST,
        Signal::Logs => &LOGS_REQUEST,
        Signal::Metrics => &METRICS_REQUEST,
    }
}

macro_rules! messages {
    ($($(#[$doc:meta])* $id:ident = $name:literal [$($number:literal $field:literal $kind:expr $(, $list:ident)?);* $(;)?])*) => {
        $($(#[$doc])* pub(super) static $id: Message = Message {
            name: $name,
            fields: &[$(Field { name: $field, number: $number, kind: $kind, is_list: is_list!($($list)?) }),*],
        };)*
    };
}

/// Whether a table row ends in the word `list`: a repeated field.
macro_rules! is_list {
    () => {
        false
    };
    (list) => {
        true
    };
}

const SPAN_KINDS: &[&str] = &[
    "SPAN_KIND_UNSPECIFIED",
    "SPAN_KIND_INTERNAL",
    "SPAN_KIND_SERVER",
    "SPAN_KIND_CLIENT",
    "SPAN_KIND_PRODUCER",
    "SPAN_KIND_CONSUMER",
];
const STATUS_CODES: &[&str] = &["STATUS_CODE_UNSET", "STATUS_CODE_OK", "STATUS_CODE_ERROR"];
const TEMPORALITIES: &[&str] = &[
    "AGGREGATION_TEMPORALITY_UNSPECIFIED",
    "AGGREGATION_TEMPORALITY_DELTA",
    "AGGREGATION_TEMPORALITY_CUMULATIVE",
];
const SEVERITIES: &[&str] = &[
    "SEVERITY_NUMBER_UNSPECIFIED",
    "SEVERITY_NUMBER_TRACE",
    "SEVERITY_NUMBER_TRACE2",
    "SEVERITY_NUMBER_TRACE3",
    "SEVERITY_NUMBER_TRACE4",
    "SEVERITY_NUMBER_DEBUG",
    "SEVERITY_NUMBER_DEBUG2",
    "SEVERITY_NUMBER_DEBUG3",
    "SEVERITY_NUMBER_DEBUG4",
    "SEVERITY_NUMBER_INFO",
    "SEVERITY_NUMBER_INFO2",
    "SEVERITY_NUMBER_INFO3",
    "SEVERITY_NUMBER_INFO4",
    "SEVERITY_NUMBER_WARN",
    "SEVERITY_NUMBER_WARN2",
    "SEVERITY_NUMBER_WARN3",
    "SEVERITY_NUMBER_WARN4",
    "SEVERITY_NUMBER_ERROR",
    "SEVERITY_NUMBER_ERROR2",
    "SEVERITY_NUMBER_ERROR3",
    "SEVERITY_NUMBER_ERROR4",
    "SEVERITY_NUMBER_FATAL",
    "SEVERITY_NUMBER_FATAL2",
    "SEVERITY_NUMBER_FATAL3",
    "SEVERITY_NUMBER_FATAL4",
];

messages! {
    // common.proto, resource.proto
    ANY_VALUE = "AnyValue" [
        1 "string_value" Text; 2 "bool_value" Bool; 3 "int_value" Int64; 4 "double_value" Double;
        5 "array_value" Embedded(&ARRAY_VALUE); 6 "kvlist_value" Embedded(&KEY_VALUE_LIST); 7 "bytes_value" Bytes;
        8 "string_value_strindex" Int32;
    ]
    ARRAY_VALUE = "ArrayValue" [1 "values" AnyValue, list]
    KEY_VALUE_LIST = "KeyValueList" [1 "values" Embedded(&KEY_VALUE), list]
    KEY_VALUE = "KeyValue" [1 "key" Text; 2 "value" AnyValue; 3 "key_strindex" Int32]
    SCOPE = "InstrumentationScope" [
        1 "name" Text; 2 "version" Text; 3 "attributes" Embedded(&KEY_VALUE), list; 4 "dropped_attributes_count" Uint32;
    ]
    ENTITY_REF = "EntityRef" [
        1 "schema_url" Text; 2 "type" Text; 3 "id_keys" Text, list; 4 "description_keys" Text, list;
    ]
    RESOURCE = "Resource" [
        1 "attributes" Embedded(&KEY_VALUE), list; 2 "dropped_attributes_count" Uint32;
        3 "entity_refs" Embedded(&ENTITY_REF), list;
    ]

    // trace.proto
    TRACES_REQUEST = "ExportTraceServiceRequest" [1 "resource_spans" Embedded(&RESOURCE_SPANS), list]
    RESOURCE_SPANS = "ResourceSpans" [
        1 "resource" Embedded(&RESOURCE); 2 "scope_spans" Embedded(&SCOPE_SPANS), list; 3 "schema_url" Text;
    ]
    SCOPE_SPANS = "ScopeSpans" [
        1 "scope" Embedded(&SCOPE); 2 "spans" Embedded(&SPAN), list; 3 "schema_url" Text;
    ]
    SPAN = "Span" [
        1 "trace_id" Id(16); 2 "span_id" Id(8); 3 "trace_state" Text; 4 "parent_span_id" Id(8); 5 "name" Text;
        6 "kind" Enum(SPAN_KINDS); 7 "start_time_unix_nano" Fixed64; 8 "end_time_unix_nano" Fixed64;
        9 "attributes" Embedded(&KEY_VALUE), list; 10 "dropped_attributes_count" Uint32;
        11 "events" Embedded(&EVENT), list; 12 "dropped_events_count" Uint32;
        13 "links" Embedded(&LINK), list; 14 "dropped_links_count" Uint32;
        15 "status" Embedded(&STATUS); 16 "flags" Fixed32;
    ]
    EVENT = "Span.Event" [
        1 "time_unix_nano" Fixed64; 2 "name" Text; 3 "attributes" Embedded(&KEY_VALUE), list;
        4 "dropped_attributes_count" Uint32;
    ]
    LINK = "Span.Link" [
        1 "trace_id" Id(16); 2 "span_id" Id(8); 3 "trace_state" Text; 4 "attributes" Embedded(&KEY_VALUE), list;
        5 "dropped_attributes_count" Uint32; 6 "flags" Fixed32;
    ]
    STATUS = "Status" [2 "message" Text; 3 "code" Enum(STATUS_CODES)]

    // logs.proto
    LOGS_REQUEST = "ExportLogsServiceRequest" [1 "resource_logs" Embedded(&RESOURCE_LOGS), list]
    RESOURCE_LOGS = "ResourceLogs" [
        1 "resource" Embedded(&RESOURCE); 2 "scope_logs" Embedded(&SCOPE_LOGS), list; 3 "schema_url" Text;
    ]
    SCOPE_LOGS = "ScopeLogs" [
        1 "scope" Embedded(&SCOPE); 2 "log_records" Embedded(&LOG_RECORD), list; 3 "schema_url" Text;
    ]
    LOG_RECORD = "LogRecord" [
        1 "time_unix_nano" Fixed64; 2 "severity_number" Enum(SEVERITIES); 3 "severity_text" Text; 5 "body" AnyValue;
        6 "attributes" Embedded(&KEY_VALUE), list; 7 "dropped_attributes_count" Uint32; 8 "flags" Fixed32;
        9 "trace_id" Id(16); 10 "span_id" Id(8); 11 "observed_time_unix_nano" Fixed64; 12 "event_name" Text;
    ]

    // metrics.proto
    METRICS_REQUEST = "ExportMetricsServiceRequest" [1 "resource_metrics" Embedded(&RESOURCE_METRICS), list]
    RESOURCE_METRICS = "ResourceMetrics" [
        1 "resource" Embedded(&RESOURCE); 2 "scope_metrics" Embedded(&SCOPE_METRICS), list; 3 "schema_url" Text;
    ]
    SCOPE_METRICS = "ScopeMetrics" [
        1 "scope" Embedded(&SCOPE); 2 "metrics" Embedded(&METRIC), list; 3 "schema_url" Text;
    ]
    METRIC = "Metric" [
        1 "name" Text; 2 "description" Text; 3 "unit" Text; 5 "gauge" Embedded(&GAUGE); 7 "sum" Embedded(&SUM);
        9 "histogram" Embedded(&HISTOGRAM); 10 "exponential_histogram" Embedded(&EXPONENTIAL_HISTOGRAM);
        11 "summary" Embedded(&SUMMARY); 12 "metadata" Embedded(&KEY_VALUE), list;
    ]
    GAUGE = "Gauge" [1 "data_points" Embedded(&NUMBER_DATA_POINT), list]
    SUM = "Sum" [
        1 "data_points" Embedded(&NUMBER_DATA_POINT), list; 2 "aggregation_temporality" Enum(TEMPORALITIES);
        3 "is_monotonic" Bool;
    ]
    HISTOGRAM = "Histogram" [
        1 "data_points" Embedded(&HISTOGRAM_DATA_POINT), list; 2 "aggregation_temporality" Enum(TEMPORALITIES);
    ]
    EXPONENTIAL_HISTOGRAM = "ExponentialHistogram" [
        1 "data_points" Embedded(&EXPONENTIAL_DATA_POINT), list; 2 "aggregation_temporality" Enum(TEMPORALITIES);
    ]
    SUMMARY = "Summary" [1 "data_points" Embedded(&SUMMARY_DATA_POINT), list]
    NUMBER_DATA_POINT = "NumberDataPoint" [
        2 "start_time_unix_nano" Fixed64; 3 "time_unix_nano" Fixed64; 4 "as_double" Double;
        5 "exemplars" Embedded(&EXEMPLAR), list; 6 "as_int" Sfixed64; 7 "attributes" Embedded(&KEY_VALUE), list;
        8 "flags" Uint32;
    ]
    HISTOGRAM_DATA_POINT = "HistogramDataPoint" [
        2 "start_time_unix_nano" Fixed64; 3 "time_unix_nano" Fixed64; 4 "count" Fixed64; 5 "sum" Double;
        6 "bucket_counts" Fixed64, list; 7 "explicit_bounds" Double, list; 8 "exemplars" Embedded(&EXEMPLAR), list;
        9 "attributes" Embedded(&KEY_VALUE), list; 10 "flags" Uint32; 11 "min" Double; 12 "max" Double;
    ]
    EXPONENTIAL_DATA_POINT = "ExponentialHistogramDataPoint" [
        1 "attributes" Embedded(&KEY_VALUE), list; 2 "start_time_unix_nano" Fixed64; 3 "time_unix_nano" Fixed64;
        4 "count" Fixed64; 5 "sum" Double; 6 "scale" Sint32; 7 "zero_count" Fixed64; 8 "positive" Embedded(&BUCKETS);
        9 "negative" Embedded(&BUCKETS); 10 "flags" Uint32; 11 "exemplars" Embedded(&EXEMPLAR), list;
        12 "min" Double; 13 "max" Double; 14 "zero_threshold" Double;
    ]
    BUCKETS = "Buckets" [1 "offset" Sint32; 2 "bucket_counts" Uint64, list]
    SUMMARY_DATA_POINT = "SummaryDataPoint" [
        2 "start_time_unix_nano" Fixed64; 3 "time_unix_nano" Fixed64; 4 "count" Fixed64; 5 "sum" Double;
        6 "quantile_values" Embedded(&VALUE_AT_QUANTILE), list; 7 "attributes" Embedded(&KEY_VALUE), list;
        8 "flags" Uint32;
    ]
    VALUE_AT_QUANTILE = "ValueAtQuantile" [1 "quantile" Double; 2 "value" Double]
    EXEMPLAR = "Exemplar" [
        2 "time_unix_nano" Fixed64; 3 "as_double" Double; 4 "span_id" Id(8); 5 "trace_id" Id(16);
        6 "as_int" Sfixed64; 7 "filtered_attributes" Embedded(&KEY_VALUE), list;
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: member names in both spellings, and near misses. Guarantee: exactly the two spellings name a field.
    #[test]
    fn field_takes_both_spellings() {
        for key in ["startTimeUnixNano", "start_time_unix_nano"] {
            assert_eq!(SPAN.field(key.as_bytes()).map(|field| field.number), Some(7), "{key}");
        }
        assert_eq!(SPAN.field(b"name").map(|field| field.number), Some(5));
        for key in [
            "",
            "x",
            "names",
            "Name",
            "starttimeunixnano",
            "start_time_unix_nano_",
            "_name",
            "StartTimeUnixNano",
        ] {
            assert!(SPAN.field(key.as_bytes()).is_none(), "{key}");
        }
    }
}
