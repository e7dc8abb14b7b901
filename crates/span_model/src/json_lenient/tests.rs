//! Tests of the lenient reader: alone, and against `serde_json` on whatever that reads.

use proptest::prelude::*;
use serde_json::json;

use super::reading::DEPTH_MAX;
use super::*;

/// Scenario: texts that are no JSON though they begin like it. Guarantee: they stay texts.
#[test]
fn read_leaves_plain_texts_alone() {
    for text in [
        "",
        "hello",
        "007",
        "null",
        "[note] see below",
        "[INST] hi [/INST]",
        "{name} is here",
        "{{template}}",
        "\"Hello,\" she said",
        "\"an open quote",
        "[1] a footnote",
        "{\"a\":",
        "{\"a\":1} {\"b\":2}",
        "{\"a\" 1}",
        "[1 2]",
        "[1,,2]",
        "{'a': Foo(x=1)}",
        "[",
        &"[".repeat(100_000),
    ] {
        assert!(read(text).is_none(), "{text:.40}");
        assert!(read_or_text(text) == Reading::whole(Json::from(text)), "{text:.40}");
    }
}

/// Scenario: JSON that is not strict but whole. Guarantee: every value is read, and nothing is called cut.
#[test]
fn read_takes_what_python_and_javascript_write() {
    for (text, expected) in [
        (r#"{"a": NaN, "b": [Infinity, -Infinity]}"#, json!({"a": "NaN", "b": ["Infinity", "-Infinity"]})),
        (
            r#"["\ud83d", "\ud83d\ude00", "x\ude00", "\ud83dx"]"#,
            json!(["\u{fffd}", "😀", "x\u{fffd}", "\u{fffd}x"]),
        ),
        (r#"["\ud83d\u0041", "\ud83d\ud83d\ude00"]"#, json!(["\u{fffd}A", "\u{fffd}😀"])),
        (
            "{'a': True, 'b': None, 'c': \"it's\", 'd': 'say \\'x\\' \\xe9'}",
            json!({"a": true, "b": null, "c": "it's", "d": "say 'x' é"}),
        ),
        ("[\"line\nbreak\", \"a\\qb\", \"\\u00zz\"]", json!(["line\nbreak", "a\\qb", "\\u00zz"])),
        (r#"{"a": [1, 2,], }"#, json!({"a": [1, 2]})),
        (r#"{"a": 1, "b": 2, "a": NaN}"#, json!({"a": "NaN", "b": 2})),
        ("[1e999, 01]", json!(["1e999", 1.0])),
        (" [nan, inf, -inf] ", json!(["NaN", "Infinity", "-Infinity"])),
    ] {
        assert_eq!(read(text), Some(Reading::whole(expected)), "{text}");
    }
}

/// Scenario: JSON that ends too early, at every kind of place. Guarantee: what is known is kept, what is not is left
/// out, and the number of open levels says where it was cut.
#[test]
fn read_keeps_what_was_whole_before_the_cut() {
    for (text, expected, open_levels) in [
        (r#"[{"role":"user","content":"hel"#, json!([{"role": "user", "content": "hel"}]), 3),
        (r#"[{"role":"user","content":"a\"#, json!([{"role": "user", "content": "a"}]), 3),
        (r#"[{"role":"user","content":"a\u00"#, json!([{"role": "user", "content": "a"}]), 3),
        (r#"[{"role":"user","content":"a\ud83d"#, json!([{"role": "user", "content": "a"}]), 3),
        (r#"[{"role":"user","content":"a\ud83d\ude"#, json!([{"role": "user", "content": "a"}]), 3),
        (r#"[{"role":"user","cont"#, json!([{"role": "user"}]), 2),
        (r#"[{"role":"user","content""#, json!([{"role": "user"}]), 2),
        (r#"[{"role":"user","content":"#, json!([{"role": "user"}]), 2),
        (r#"[{"role":"user"},"#, json!([{"role": "user"}]), 1),
        (r#"[{"role":"user"}"#, json!([{"role": "user"}]), 1),
        (r#"[{"role":"user"}, ..."#, json!([{"role": "user"}]), 1),
        (r#"[{"role":"user"}, [truncated 20 bytes]"#, json!([{"role": "user"}]), 1),
        (r#"[{"role":"user"}]..."#, json!([{"role": "user"}]), 0),
        (r#"{"n":[1,23"#, json!({"n": [1]}), 2),
        (r#"{"n":[1,23..."#, json!({"n": [1]}), 2),
        (r#"{"n":[1,-"#, json!({"n": [1]}), 2),
        (r#"{"n":[1,tru"#, json!({"n": [1]}), 2),
        (r#"{"n":[1,Na  "#, json!({"n": [1]}), 2),
        (r#"{"a":1,"b":2,"a":"x"#, json!({"b": 2, "a": "x"}), 2),
        (r#""line\nand"#, json!("line\nand"), 1),
    ] {
        assert_eq!(read(text), Some(Reading { json: expected, is_cut: true, open_levels }), "{text}");
    }
}

/// Scenario: brackets far deeper than any conversation, whole and cut. Guarantee: the levels above are read, the rest
/// is kept as its text.
#[test]
fn read_keeps_deep_levels_as_text() {
    let deep = format!("[1,{}\"'é]\"{}]", "[".repeat(50_000), "]".repeat(50_000));
    let mut value = &read(&deep).unwrap().json;
    let mut levels = 0;
    while let Some(items) = value.as_array() {
        value = items.last().unwrap();
        levels += 1;
    }
    assert_eq!(levels, DEPTH_MAX);
    assert!(value.as_str().unwrap().contains("'é]"));
    let cut = read(&deep[..60_000]).unwrap();
    assert_eq!((cut.is_cut, cut.open_levels), (true, DEPTH_MAX + 1));
}

/// Scenario: a megabyte of small values before a megabyte of blanks, of escapes, and of open brackets. Guarantee: it is
/// read at once; a reader that looks ahead from each value would need hours.
#[test]
fn read_takes_linear_time() {
    let values = format!("[{}1{}", "1,".repeat(500_000), " ".repeat(1_000_000));
    assert_eq!(read(&values).unwrap().json.as_array().unwrap().len(), 500_000);
    let escapes = format!("[\"{}", "\\ud83d".repeat(200_000));
    assert!(read(&escapes).unwrap().is_cut);
    let brackets = format!("[1,{}", "[{\"a\":".repeat(200_000));
    assert!(read(&brackets).unwrap().is_cut);
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        any::<String>().prop_map(Json::from),
        "[\"'\\\\u0-9a-fé😀.\n]{0,8}".prop_map(Json::from),
    ];
    leaf.prop_recursive(6, 48, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::from),
            prop::collection::vec((any::<String>(), inner), 0..6)
                .prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    })
}

/// The values on the way to the cut: the whole, its last member, and so on.
fn open_values(reading: &Reading) -> Vec<&Json> {
    let mut open = vec![&reading.json];
    while open.len() < reading.open_levels {
        let last = match open[open.len() - 1] {
            Json::Array(items) => items.last(),
            Json::Object(members) => members.values().next_back(),
            _ => None,
        };
        open.push(last.expect("an open value has an open member"));
    }
    open
}

proptest! {
    /// Scenario: any valid JSON, compact and indented. Guarantee: the lenient reader says what the strict one says.
    #[test]
    fn read_valid_json_equals_the_strict_result(json in any_json()) {
        for text in [serde_json::to_string(&json).unwrap(), serde_json::to_string_pretty(&json).unwrap()] {
            let strict: Json = serde_json::from_str(&text).unwrap();
            if text.starts_with(['[', '{', '"']) {
                prop_assert_eq!(reader::read(&text), Some(Reading::whole(strict)));
            }
        }
    }

    /// Scenario: every prefix of a valid document. Guarantee: no panic, what was whole is what it was, and the values
    /// that are called open exist.
    #[test]
    fn read_every_prefix(items in prop::collection::vec(any_json(), 1..4)) {
        let text = serde_json::to_string(&items).unwrap();
        let strict: Json = serde_json::from_str(&text).unwrap();
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            let Some(reading) = read(&text[..end]) else { continue };
            prop_assert!(reading.is_cut && reading.open_levels >= 1);
            prop_assert_eq!(open_values(&reading).len(), reading.open_levels);
            let read = reading.json.as_array().unwrap();
            let whole = read.len() - usize::from(reading.open_levels > 1);
            prop_assert_eq!(&read[..whole], &strict.as_array().unwrap()[..whole]);
        }
    }

    /// Scenario: any text, and any that is made of JSON's own characters. Guarantee: no panic.
    #[test]
    fn read_any_text(text in any::<String>(), like in "[\\[{\"':,\\\\]?[\\[\\]{}\"':,\\\\uxU0-9a-f.é NIt-]{0,60}") {
        read_or_text(&text);
        read_or_text(&like);
        reader::read(&like);
    }
}
