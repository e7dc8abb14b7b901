//! JSON as clients write it, against prost's decoder as the judge.

mod arbitrary;

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::AnyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use proptest::prelude::*;
use prost::Message;
use serde::Serialize;

use super::*;
use arbitrary::{logs, metrics, traces};

const LIMITS: JsonLimits = JsonLimits { bytes_max: 1 << 20, depth_max: 64 };

fn read<T: Message + Default>(signal: Signal, json: &str) -> T {
    let protobuf =
        transcode(signal, json.as_bytes(), LIMITS).unwrap_or_else(|error| panic!("{error}: {json}"));
    T::decode(&protobuf[..]).unwrap()
}

/// The only span of a request that has `members` beside its ids.
fn span(members: &str) -> Span {
    let json = format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{{members}}}]}}]}}]}}"#);
    let mut request: ExportTraceServiceRequest = read(Signal::Traces, &json);
    request.resource_spans.remove(0).scope_spans.remove(0).spans.remove(0)
}

fn refusal(members: &str) -> String {
    let json = format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{{members}}}]}}]}}]}}"#);
    transcode(Signal::Traces, json.as_bytes(), LIMITS).unwrap_err().to_string()
}

fn value(members: &str) -> Option<Value> {
    let mut span = span(&format!(r#""attributes":[{{"key":"k","value":{{{members}}}}}]"#));
    span.attributes.remove(0).value.unwrap().value
}

/// Other spellings that mean the same.
#[derive(Debug, Clone, Copy)]
enum Spelling {
    AsWritten,
    SnakeCase,
    NumbersForTexts,
    UpperCaseIds,
    UnknownMembers,
}

fn snake_case(name: &str) -> String {
    let underscored = name
        .chars()
        .map(|c| if c.is_ascii_uppercase() { format!("_{}", c.to_ascii_lowercase()) } else { c.into() });
    underscored.collect()
}

/// Whether opentelemetry-proto writes this member's number as a text.
fn is_number(name: &str) -> bool {
    name.ends_with("UnixNano") || ["intValue", "asInt", "count", "zeroCount"].contains(&name)
}

fn respell(json: serde_json::Value, spelling: Spelling) -> serde_json::Value {
    use serde_json::Value as Json;
    let Json::Object(members) = json else {
        return match json {
            Json::Array(items) => items.into_iter().map(|item| respell(item, spelling)).collect(),
            scalar => scalar,
        };
    };
    let mut respelled = serde_json::Map::new();
    if matches!(spelling, Spelling::UnknownMembers) {
        respelled.insert("futureField".to_owned(), serde_json::json!({"a": [1, {"b": null}], "name": 5}));
    }
    for (name, value) in members {
        let is_id = name.ends_with("Id");
        let value = match (spelling, value) {
            (Spelling::NumbersForTexts, Json::String(text)) if is_number(&name) => {
                let number =
                    text.parse::<u64>().map(Json::from).or_else(|_| text.parse::<i64>().map(Json::from));
                number.unwrap_or(Json::String(text))
            }
            (Spelling::UpperCaseIds, Json::String(text)) if is_id => Json::String(text.to_uppercase()),
            (_, value) => respell(value, spelling),
        };
        let name = if matches!(spelling, Spelling::SnakeCase) { snake_case(&name) } else { name };
        respelled.insert(name, value);
    }
    Json::Object(respelled)
}

fn check<T: Message + Default + PartialEq + Serialize + std::fmt::Debug>(
    signal: Signal,
    request: &T,
    spelling: Spelling,
) -> Result<(), TestCaseError> {
    let json = respell(serde_json::to_value(request).unwrap(), spelling).to_string();
    prop_assert_eq!(&read::<T>(signal, &json), request, "{}", json);
    Ok(())
}

fn spelling() -> impl Strategy<Value = Spelling> {
    prop_oneof![
        Just(Spelling::AsWritten),
        Just(Spelling::SnakeCase),
        Just(Spelling::NumbersForTexts),
        Just(Spelling::UpperCaseIds),
        Just(Spelling::UnknownMembers),
    ]
}

proptest! {
    /// Scenario: any traces request in any spelling of its JSON. Guarantee: every field survives.
    #[test]
    fn transcode_traces_keeps_every_field(request in traces(), spelling in spelling()) {
        check::<ExportTraceServiceRequest>(Signal::Traces, &request, spelling)?;
    }

    /// Scenario: any logs request in any spelling of its JSON. Guarantee: every field survives.
    #[test]
    fn transcode_logs_keeps_every_field(request in logs(), spelling in spelling()) {
        check::<ExportLogsServiceRequest>(Signal::Logs, &request, spelling)?;
    }

    /// Scenario: any metrics request in any spelling of its JSON. Guarantee: every field survives.
    #[test]
    fn transcode_metrics_keeps_every_field(request in metrics(), spelling in spelling()) {
        check::<ExportMetricsServiceRequest>(Signal::Metrics, &request, spelling)?;
    }

    /// Scenario: JSON with a byte changed or cut off. Guarantee: an answer, never a panic, and what is accepted is sound.
    #[test]
    fn transcode_damaged_json_never_panics(request in traces(), at in any::<prop::sample::Index>(), byte: Option<u8>) {
        let mut json = serde_json::to_vec(&request).unwrap();
        let at = at.index(json.len());
        match byte {
            Some(byte) => json[at] = byte,
            None => json.truncate(at),
        }
        if let Ok(protobuf) = transcode(Signal::Traces, &json, LIMITS) {
            prop_assert!(junjo_span_model::scan(Signal::Traces, &protobuf, &junjo_span_model::ScanLimits::default()).is_ok());
        }
    }
}

/// Scenario: numbers in every form that JSON writers use. Guarantee: exact where they fit, clamped where they do not.
#[test]
fn integers_as_numbers_or_texts() {
    assert_eq!(value(r#""intValue":5"#), Some(Value::IntValue(5)));
    assert_eq!(value(r#""intValue":"-9223372036854775808""#), Some(Value::IntValue(i64::MIN)));
    assert_eq!(value(r#""intValue":-9223372036854775808"#), Some(Value::IntValue(i64::MIN)));
    assert_eq!(value(r#""intValue":2.0"#), Some(Value::IntValue(2)));
    assert_eq!(value(r#""intValue":"1e3""#), Some(Value::IntValue(1000)));
    assert_eq!(value(r#""intValue":18446744073709551615"#), Some(Value::IntValue(i64::MAX)));
    let span = span(
        r#""startTimeUnixNano":18446744073709551615,"endTimeUnixNano":"1544712661000000001","flags":257,
           "droppedAttributesCount":-1,"droppedEventsCount":99999999999,"kind":17"#,
    );
    assert_eq!(span.start_time_unix_nano, u64::MAX);
    assert_eq!(span.end_time_unix_nano, 1_544_712_661_000_000_001);
    assert_eq!((span.flags, span.dropped_attributes_count, span.dropped_events_count), (257, 0, u32::MAX));
    assert_eq!(span.kind, 17, "enum values that nobody knows are kept");
}

/// Scenario: doubles, among them those that JSON has no number for. Guarantee: the double that was meant.
#[test]
fn doubles_as_numbers_or_texts() {
    for (json, expected) in [
        ("1", 1.0),
        ("-0.0", -0.0),
        ("0.30000000000000004", 0.1 + 0.2),
        ("\"1.5\"", 1.5),
        ("\"Infinity\"", f64::INFINITY),
        ("\"-Infinity\"", f64::NEG_INFINITY),
    ] {
        let Some(Value::DoubleValue(actual)) = value(&format!(r#""doubleValue":{json}"#)) else {
            panic!("{json} is no double")
        };
        assert_eq!(actual.to_bits(), f64::to_bits(expected), "{json}");
    }
    assert!(matches!(value(r#""doubleValue":"NaN""#), Some(Value::DoubleValue(nan)) if nan.is_nan()));
}

/// Scenario: enums by name. Guarantee: known names are their numbers, others are 0.
#[test]
fn enums_by_name() {
    let known = span(r#""kind":"SPAN_KIND_SERVER","status":{"code":"STATUS_CODE_ERROR","message":"no"}"#);
    assert_eq!((known.kind, known.status.map(|status| status.code)), (2, Some(2)));
    assert_eq!(span(r#""kind":"SPAN_KIND_FUTURE""#).kind, 0);
    assert_eq!(span(r#""kind":"3""#).kind, 3);
}

/// Scenario: values of every type, the empty one included. Guarantee: types are kept, an empty value is empty.
#[test]
fn any_values_of_every_type() {
    assert_eq!(value(""), None);
    assert_eq!(value(r#""stringValue":null"#), None);
    assert_eq!(value(r#""stringValue":"""#), Some(Value::StringValue(String::new())));
    assert_eq!(value(r#""boolValue":false"#), Some(Value::BoolValue(false)));
    assert_eq!(value(r#""bytesValue":"AP8=""#), Some(Value::BytesValue(vec![0, 255])));
    assert_eq!(value(r#""bytesValue":"AP8""#), Some(Value::BytesValue(vec![0, 255])));
    let Some(Value::ArrayValue(array)) = value(r#""arrayValue":{"values":[{"intValue":1},null,{}]}"#) else {
        panic!("an array")
    };
    let one = AnyValue { value: Some(Value::IntValue(1)) };
    assert_eq!(
        array.values,
        [one, AnyValue::default(), AnyValue::default()],
        "null keeps the places of the others"
    );
}

/// Scenario: absent, null and repeated members. Guarantee: null is absent, lists append, the last scalar wins.
#[test]
fn null_and_repeated_members() {
    let span = span(
        r#""attributes":null,"name":"a","name":"b","status":null,
           "events":[{"name":"1"}],"events":[{"name":"2","attributes":[{"key":"k"},{"key":"k"}]}]"#,
    );
    assert_eq!((span.name.as_str(), span.status, span.attributes.len()), ("b", None, 0));
    assert_eq!(span.events.len(), 2);
    assert_eq!(span.events[1].attributes.len(), 2, "an attribute key may repeat");
}

/// Scenario: a text cut inside an emoji, as JavaScript's substring does. Guarantee: the span is kept.
#[test]
fn lone_surrogate_is_kept() {
    let json = br#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"cut \ud83d"}]}]}]}"#;
    let protobuf = transcode(Signal::Traces, json, LIMITS).unwrap();
    assert!(protobuf.windows(4).any(|window| window == b"cut "));
}

/// Scenario: bodies that are no OTLP/JSON. Guarantee: a sentence with the place, and never what was sent.
#[test]
fn faults_are_named_without_contents() {
    let whole = |json: &str| transcode(Signal::Traces, json.as_bytes(), LIMITS).unwrap_err();
    assert_eq!(whole("[]"), JsonError::Root);
    assert_eq!(whole("\"secret\""), JsonError::Root);
    assert_eq!(whole("null"), JsonError::Root);
    assert_eq!(whole(r#"{"resourceSpans": ["#), JsonError::Truncated);
    assert_eq!(whole(""), JsonError::Truncated);
    assert!(matches!(whole("{} x"), JsonError::Syntax { line: 1, column: 4 }));
    assert!(matches!(whole("{'a':1}"), JsonError::Syntax { .. }));
    for (members, expected) in [
        (r#""name":7"#, "name of Span must be a string"),
        (r#""name":["secret"]"#, "name of Span must be a string"),
        (r#""kind":{"secret":1}"#, "kind of Span must be the number of an enum value"),
        (r#""attributes":"secret""#, "attributes of Span must be an array"),
        (r#""attributes":["secret"]"#, "attributes of Span must be an array"),
        (r#""startTimeUnixNano":"secret""#, "start_time_unix_nano of Span must be an integer"),
        (r#""status":{"code":true}"#, "code of Status must be the number of an enum value"),
        (
            r#""attributes":[{"value":{"bytesValue":"%secret"}}]"#,
            "bytes_value of AnyValue must be a base64 string",
        ),
        (r#""attributes":[{"value":{"doubleValue":"secret"}}]"#, "double_value of AnyValue must be a number"),
    ] {
        let text = refusal(members);
        assert!(text.starts_with(expected), "{members}: {text}");
        assert!(!text.contains("secret"), "{text}");
    }
}

fn nested(levels: usize) -> String {
    let (open, close) = (r#"{"kvlistValue":{"values":[{"value":"#, "}]}}");
    let value = format!("{}{{}}{}", open.repeat(levels), close.repeat(levels));
    format!(r#"{{"resourceSpans":[{{"resource":{{"attributes":[{{"value":{value}}}]}}}}]}}"#)
}

/// Scenario: values nested up to the highest limit and beyond, and deep JSON that OTLP does not know. Guarantee: the same
/// limit as the scan's, on the stack that blocking threads have.
#[test]
fn nesting_is_bounded() {
    let limits = |depth_max| JsonLimits { depth_max, ..LIMITS };
    let run = move || {
        for depth_max in [64, junjo_span_model::otlp::scan::DEPTH_CEILING] {
            let deepest = nested(depth_max as usize - 1);
            let protobuf = transcode(Signal::Traces, deepest.as_bytes(), limits(depth_max)).unwrap();
            let scan_limits = junjo_span_model::ScanLimits { depth_max, ..Default::default() };
            assert!(junjo_span_model::scan(Signal::Traces, &protobuf, &scan_limits).is_ok());
            let too_deep = nested(depth_max as usize);
            let error = transcode(Signal::Traces, too_deep.as_bytes(), limits(depth_max));
            assert_eq!(error, Err(JsonError::TooDeep { max: depth_max }));
        }
        let unknown = format!(r#"{{"future":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(transcode(Signal::Traces, unknown.as_bytes(), LIMITS), Ok(Vec::new()));
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(run).unwrap().join().unwrap();
}

/// Scenario: a list of small numbers, which is longer in protobuf. Guarantee: the room is kept to, four times the JSON
/// is always enough.
#[test]
fn size_is_bounded() {
    let counts = "0,".repeat(10_000);
    let counts = counts.trim_end_matches(',');
    let json = format!(
        r#"{{"resourceMetrics":[{{"scopeMetrics":[{{"metrics":[{{"histogram":{{"dataPoints":[{{"bucketCounts":[{counts}]}}]}}}}]}}]}}]}}"#
    );
    let limits = |bytes_max| JsonLimits { bytes_max, ..LIMITS };
    let bytes_max = json.len();
    let error = transcode(Signal::Metrics, json.as_bytes(), limits(bytes_max));
    assert_eq!(error, Err(JsonError::TooLarge { bytes_max }));
    assert!(transcode(Signal::Metrics, json.as_bytes(), limits(bytes_max * 4)).is_ok());
}
