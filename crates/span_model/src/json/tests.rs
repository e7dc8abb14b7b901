//! Tests of the JSON writer.

use super::*;

fn pair<'a>(key: &'a str, value: Value<'a>) -> KeyValue<'a> {
    KeyValue { key: Cow::Borrowed(key), value }
}

fn text(value: &str) -> Value<'_> {
    Value::String(Cow::Borrowed(value))
}

fn attributes(pairs: &[KeyValue<'_>]) -> (String, Fidelity) {
    let mut out = String::new();
    let fidelity = attributes_json(pairs, &mut out);
    (out, fidelity)
}

/// Scenario: every kind of value that JSON can hold. Guarantee: the text is exact and says so.
#[test]
fn write_plain_values_is_exact() {
    let pairs = [
        pair("s", text("a\"b\\c\n\r\t\u{0}\u{1f}é🚀")),
        pair("", Value::Empty),
        pair("b", Value::Array(vec![Value::Bool(true), Value::Bool(false)])),
        pair("i", Value::Array(vec![Value::Int(i64::MIN), Value::Int(i64::MAX)])),
        pair("d", Value::Array([0.1, 1.0, -0.0, 1e16, 5e-324, f64::MAX].map(Value::Double).to_vec())),
        pair("m", Value::Map(vec![pair("k", Value::Map(vec![]))])),
    ];
    let (json, fidelity) = attributes(&pairs);
    assert_eq!(
        json,
        r#"{"s":"a\"b\\c\n\r\t\u0000\u001fé🚀","":null,"b":[true,false],"i":[-9223372036854775808,9223372036854775807],"d":[0.1,1.0,-0.0,1e16,5e-324,1.7976931348623157e308],"m":{"k":{}}}"#
    );
    assert_eq!(fidelity, Fidelity::Exact);
    assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok());
}

/// Scenario: values that JSON cannot hold, each alone and nested. Guarantee: valid JSON, and it is called lossy.
#[test]
fn write_values_beyond_json_is_lossy() {
    for (value, expected) in [
        (Value::Bytes(b"\x00\xff"), r#"{"k":"AP8="}"#),
        (Value::Double(f64::NAN), r#"{"k":"NaN"}"#),
        (Value::Array(vec![Value::Double(f64::INFINITY)]), r#"{"k":["Infinity"]}"#),
        (Value::Double(f64::NEG_INFINITY), r#"{"k":"-Infinity"}"#),
        (Value::Map(vec![pair("a", Value::Int(1)), pair("a", Value::Int(2))]), r#"{"k":{"a":2}}"#),
        (Value::String(Cow::Owned("\u{fffd}".to_owned())), "{\"k\":\"\u{fffd}\"}"),
    ] {
        assert_eq!(attributes(&[pair("k", value)]), (expected.to_owned(), Fidelity::Lossy));
    }
}

/// Scenario: keys repeat in a short and in a long list. Guarantee: one member per key, the last value, lossy.
#[test]
fn write_repeated_keys_keeps_the_last() {
    let short = [pair("a", Value::Int(1)), pair("b", Value::Int(2)), pair("a", text("two"))];
    assert_eq!(attributes(&short), (r#"{"b":2,"a":"two"}"#.to_owned(), Fidelity::Lossy));

    let keys: Vec<String> = (0..100).map(|index| format!("k{}", index % 99)).collect();
    let long: Vec<_> =
        keys.iter().enumerate().map(|(index, key)| pair(key, Value::Int(index as i64))).collect();
    let (json, fidelity) = attributes(&long);
    assert_eq!(fidelity, Fidelity::Lossy);
    assert!(json.ends_with("\"k98\":98,\"k0\":99}"), "{json}");
    assert_eq!(attributes(&long[..99]).1, Fidelity::Exact);
}

/// Scenario: an event and a link with odd ids. Guarantee: the documented members, times and ids exact.
#[test]
fn write_events_and_links_has_all_members() {
    let mut out = String::new();
    let event = Event {
        name: "exception".into(),
        time_unix_nano: u64::MAX,
        attributes: vec![pair("a", Value::Int(1))],
        dropped_attributes_count: 3,
    };
    assert_eq!(events_json(&[event, Event::default()], &mut out), Fidelity::Exact);
    assert_eq!(
        out,
        r#"[{"name":"exception","time_unix_nano":"18446744073709551615","attributes":{"a":1},"dropped_attributes_count":3},{"name":"","time_unix_nano":"0","attributes":{},"dropped_attributes_count":0}]"#
    );
    out.clear();
    let link = Link { trace_id: &[1, 0xab], trace_state: "k=v".into(), flags: 0x301, ..Link::default() };
    assert_eq!(links_json(&[link], &mut out), Fidelity::Exact);
    assert_eq!(
        out,
        r#"[{"trace_id":"01ab","span_id":"","trace_state":"k=v","flags":769,"attributes":{},"dropped_attributes_count":0}]"#
    );
}

/// Scenario: resources and scopes with some parts empty. Guarantee: only the others are written, commas right.
#[test]
fn write_resource_and_scope_leaves_empty_parts_out() {
    let mut out = String::new();
    resource_json(&Resource::default(), &mut out);
    let resource = Resource { dropped_attributes_count: 2, schema_url: "u".into(), ..Resource::default() };
    resource_json(&resource, &mut out);
    let scope =
        Scope { version: "1".into(), attributes: vec![pair("a", Value::Bool(true))], ..Scope::default() };
    scope_json(&scope, &mut out);
    assert_eq!(
        out,
        r#"{}{"dropped_attributes_count":2,"schema_url":"u"}{"version":"1","attributes":{"a":true}}"#
    );
}

/// Scenario: an attribute with a text of 8 MiB, with escapes, inside of lists. Guarantee: its JSON has little room left over, rather
/// than as much again.
#[test]
fn long_text_does_not_take_its_room_twice() {
    let long = "{\"line\": \"of a long prompt\"}\n".repeat(8 << 15);
    let (json, fidelity) = attributes(&[pair("prompt", Value::Array(vec![text(&long)]))]);
    assert_eq!(fidelity, Fidelity::Exact);
    assert!(json.capacity() < json.len() + json.len() / 20, "{} of {}", json.len(), json.capacity());
}
