//! OTLP in JSON: ids as hex in either case, numbers as text or not, proto3's other spellings, and what is no OTLP.

use serde_json::{Value, json};

use super::super::case::{Case, Expected, Packing, Reason, TRACE_ID};

const SPAN_ID: &str = "EEE19B7EC3C1B174";

fn hex(upper: bool) -> String {
    let id = u128::from_be_bytes(TRACE_ID);
    if upper { format!("{id:032X}") } else { format!("{id:032x}") }
}

/// The script's span, with more or other members.
fn body(more: &Value) -> String {
    let mut span = json!({
        "traceId": hex(true), "spanId": SPAN_ID, "parentSpanId": "", "name": "json", "kind": 2,
        "startTimeUnixNano": "1544712660000000000", "endTimeUnixNano": 1_544_712_661_000_000_000_u64,
    });
    span.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let attributes = json!([{"key": "service.name", "value": {"stringValue": "edge-json"}}]);
    let scope_spans = json!([{"scope": {"name": "j"}, "spans": [span]}]);
    json!({"resourceSpans": [{"resource": {"attributes": attributes}, "scopeSpans": scope_spans}]})
        .to_string()
}

fn case(name: &str, more: &Value, shown: Value) -> Case {
    Case::json(name, body(more)).shown(vec![shown])
}

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = spellings();
    cases.extend(values());
    cases.extend(refusals());
    cases
}

/// The same span, spelt as clients spell it.
fn spellings() -> Vec<Case> {
    let whole = json!({
        "span_id": "eee19b7ec3c1b174", "parent_span_id": null, "name": "json", "kind": "server", "service": "edge-json",
        "start_time_unix_nano": "1544712660000000000", "end_time_unix_nano": "1544712661000000000",
        "status": "unset", "attributes": {}, "events": [], "links": [], "scope": {"name": "j"},
    });
    let named = json!({"kind": "SPAN_KIND_SERVER", "status": {"code": "STATUS_CODE_ERROR", "message": "m"}});
    let snake = json!({"resource_spans": [{"scope_spans": [{"spans": [{
        "trace_id": hex(false), "span_id": "eee19b7ec3c1b174", "name": "snake",
        "start_time_unix_nano": "1", "end_time_unix_nano": "2",
    }]}]}]});
    let base64 = json!({"traceId": "AAECAwQFBgcICQoLDA0ODw==", "spanId": "7uGbfsPBsXQ="});
    let javascript = json!({
        "traceState": null, "droppedAttributesCount": 0, "events": [], "droppedEventsCount": 0, "links": [],
        "droppedLinksCount": 0, "status": {"code": 0}, "flags": 257,
    });
    vec![
        case("json upper hex ids", &json!({}), whole.clone()),
        case(
            "json lower hex ids",
            &json!({"traceId": hex(false), "spanId": SPAN_ID.to_lowercase()}),
            whole.clone(),
        ),
        case("json base64 ids", &base64, whole.clone()),
        case("json enum names", &named, json!({"kind": "server", "status": "error", "status_message": "m"})),
        case("json unknown field", &json!({"futureField": {"x": [1, {"y": null}]}}), whole.clone()),
        case("json null attrs", &json!({"attributes": null, "status": null}), whole.clone()),
        case("json as JavaScript writes it", &javascript, json!({"flags": 257, "status": "unset"})),
        Case::json("json snake_case", snake.to_string())
            .shown(vec![json!({"name": "snake", "end_time_unix_nano": "2", "service": "unknown_service"})]),
        case("json gzip", &json!({}), whole.clone()).packed(Packing::Gzip),
        case("json deflate", &json!({}), whole.clone()).packed(Packing::Deflate),
        case("json zstd", &json!({}), whole.clone()).packed(Packing::Zstd),
        case("json chunked", &json!({}), whole.clone()).chunked(77),
        case("json content type in capitals, with charset", &json!({}), whole)
            .header("content-type", "Application/JSON; charset=UTF-8"),
        Case::json("json empty request", b"{\"resourceSpans\":[]}").partly(0, 0),
        Case::json("json empty body", b"").partly(0, 0),
    ]
}

/// Values of attributes.
fn values() -> Vec<Case> {
    let attribute = |key: &str, value: Value| json!({"key": key, "value": value});
    let numbers = json!([
        attribute("number", json!({"intValue": 5})),
        attribute("text", json!({"intValue": "6"})),
        attribute("large", json!({"intValue": "9223372036854775807"})),
        attribute("double", json!({"doubleValue": 1})),
        attribute("double as text", json!({"doubleValue": "1.5"})),
        attribute("none", json!({})),
    ]);
    let shown_numbers = json!({
        "number": 5, "text": 6, "large": {"int": "9223372036854775807"}, "double": 1.0, "double as text": 1.5, "none": null,
    });
    let nested = json!([attribute(
        "map",
        json!({"kvlistValue": {"values": [
            attribute("list", json!({"arrayValue": {"values": [{"stringValue": "a\u{e9}\u{0}"}, {"boolValue": true}]}})),
            attribute("bytes", json!({"bytesValue": "AP8="})),
        ]}})
    )]);
    let shown_nested = json!({"map": {"list": ["a\u{e9}\u{0}", true], "bytes": "AP8="}});
    let nan = json!([
        attribute("x", json!({"doubleValue": "NaN"})),
        attribute("y", json!({"doubleValue": "-Infinity"}))
    ]);
    vec![
        case("json int number", &json!({"attributes": numbers}), json!({"attributes": shown_numbers})),
        case("json nested values", &json!({"attributes": nested}), json!({"attributes": shown_nested})),
        case(
            "json time too large",
            &json!({"startTimeUnixNano": "18446744073709551616"}),
            json!({"start_time_unix_nano": "18446744073709551615"}),
        ),
        case("json NaN", &json!({"attributes": nan}), json!({"attributes": {"x": "NaN", "y": "-Infinity"}})),
    ]
}

/// What is no OTLP, or holds spans that cannot be kept.
fn refusals() -> Vec<Case> {
    let go = || Expected::Refused(Reason::ContentType, "application/x-protobuf");
    let invalid = |name: &str, body: &[u8]| Case::json(name, body).refused(Reason::Invalid, "").go(go());
    let deep = format!("{{\"resourceSpans\": {}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    vec![
        invalid("json malformed", b"{\"resourceSpans\": ["),
        invalid("json array root", b"[]"),
        invalid("json number root", b"7"),
        invalid("json with a tail", b"{} {}"),
        invalid("json not UTF-8", b"{\"resourceSpans\": \"\xff\xfe\"}"),
        invalid("json time that is no number", body(&json!({"startTimeUnixNano": "soon"})).as_bytes()),
        invalid("json deep nesting", deep.as_bytes()),
        Case::json("json id that is neither hex nor base64", body(&json!({"traceId": "abc"}))).partly(0, 1),
        Case::json("json zero ids", body(&json!({"traceId": "0".repeat(32)}))).partly(0, 1),
        Case::json("json empty ids", body(&json!({"traceId": "", "spanId": ""}))).partly(0, 1),
    ]
}
