//! Every request of the kit's `gen_edge.py` (telemetry.md section 3.3), by its captured bytes.

use serde_json::{Value, json};

use super::super::case::Case;
use super::captured;

const SPAN_ID: &str = "0102030405060708";
const START: &str = "1795226661755157376";
const END: &str = "1795226662755157376";

fn case(name: &str) -> Case {
    Case::traces(name, captured(name))
}

fn attributes(name: &str, attributes: &Value) -> Case {
    case(name).shown(vec![json!({"attributes": attributes})])
}

fn timed(name: &str, start: &str, end: &str, duration: &str) -> Case {
    let times = json!({"start_time_unix_nano": start, "end_time_unix_nano": end, "duration_ns": duration, "status": "unset"});
    case(name).shown(vec![times])
}

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = identity();
    cases.extend(values());
    cases.extend(times_and_ids());
    cases.extend(sizes());
    cases
}

/// Names and resources.
fn identity() -> Vec<Case> {
    vec![
        case("empty request").partly(0, 0),
        case("no resource").shown(vec![json!({
            "span_id": SPAN_ID, "name": "no resource", "kind": "internal", "service": "unknown_service",
            "parent_span_id": null, "status": "unset", "status_message": "", "trace_state": "", "flags": 0,
            "start_time_unix_nano": START, "end_time_unix_nano": END, "duration_ns": "1000000000",
            "attributes": {}, "events": [], "links": [], "resource": {}, "scope": {"name": "edge"},
        })]),
        case("no service.name")
            .shown(vec![json!({"service": "unknown_service", "resource": {"attributes": {"x": 1}}})]),
        case("unknown_service").shown(vec![json!({"service": "unknown_service:python"})]),
        case("empty name").shown(vec![json!({"name": "", "service": "edge"})]),
        case("unknown kind/status")
            .shown(vec![json!({"kind": "unspecified", "status": "unset", "status_message": "?"})]),
    ]
}

/// Attributes, events and links.
fn values() -> Vec<Case> {
    let any = json!({
        "s": "", "b": false, "i": {"int": "-9223372036854775808"}, "imax": {"int": "9223372036854775807"}, "d": 0.1,
        "nan": "NaN", "inf": "Infinity", "bytes": "AP8=", "arr": [1, "x", [true], {"k": null}],
        "map": {"a": {"b": [1.5]}}, "null": null,
    });
    let model_call = json!({
        "attributes": {"gen_ai.input.messages": [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}]},
        "derived": {"role": "llm", "model": "m", "input_tokens": 3, "output_tokens": 4},
    });
    let links = json!([{"trace_id": "01".repeat(16), "span_id": "02".repeat(8), "trace_state": "k=v", "flags": 0x301}]);
    vec![
        attributes("any values", &any),
        case("structured gen_ai").shown(vec![model_call]),
        attributes("duplicate keys", &json!({"a": "two"})),
        // two spans of one id in the request: the later one stands
        case("events/links").shown(vec![json!({"name": "links", "links": links})]).count_accepted(2),
        case("same span twice").shown(vec![json!({"name": "twice"})]).count_accepted(2),
        case("nul and emoji").shown(vec![json!({
            "name": "n\u{0}ul 🚀", "attributes": {"k\u{0}": "v\u{0}", "": "empty key"},
        })]),
    ]
}

/// Times that no clock shows, ids that cannot be kept.
fn times_and_ids() -> Vec<Case> {
    vec![
        timed("end before start", START, "1795226660755157376", "0"),
        timed("zero times", "0", "0", "0"),
        timed("far future", "9223372036854775808", "18446744073709551615", "9223372036854775807"),
        case("zero ids").partly(0, 1),
        case("short trace id").partly(0, 1),
        case("empty ids").partly(0, 1),
        case("mixed valid+invalid")
            .partly(1, 1)
            .shown(vec![json!({"name": "good", "span_id": "474f4f445350414e"})]),
        case("self parent").shown(vec![json!({"parent_span_id": SPAN_ID})]),
        case("orphan").shown(vec![json!({"parent_span_id": "0909090909090909"})]),
    ]
}

/// Much of something.
fn sizes() -> Vec<Case> {
    let many: serde_json::Map<String, Value> = (0..2000).map(|i| (format!("k{i}"), json!(i))).collect();
    let mut deep = json!("leaf");
    for _ in 0..40 {
        deep = json!([deep]);
    }
    vec![
        attributes("1 MiB attribute", &json!({"input.value": "x".repeat(1 << 20)})),
        attributes("2000 attributes", &Value::Object(many)),
        attributes("deep nesting", &json!({"deep": deep})),
        case("10k spans").count(10_000, 10_000),
    ]
}
