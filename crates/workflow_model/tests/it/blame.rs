//! Blame against a model: every leaf of the state is the number of the change that wrote it.

use junjo_workflow_model::{Budget, Document, Patch};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

/// A place among few, so that changes meet.
fn path() -> impl Strategy<Value = String> {
    let token = prop_oneof![Just("a"), Just("b"), Just("0"), Just("1"), Just("2"), Just("-"), Just("~1x")];
    vec(token, 0..4).prop_map(|tokens| tokens.iter().fold(String::new(), |path, token| path + "/" + token))
}

/// A value whose leaves are to be the writer's number.
fn shape() -> impl Strategy<Value = Json> {
    let leaf = Just(Json::Null);
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 1..4).prop_map(Json::Array),
            vec(("[ab]|/x", inner), 1..3).prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    })
}

fn filled(shape: &Json, writer: i64) -> Json {
    match shape {
        Json::Array(items) => items.iter().map(|item| filled(item, writer)).collect(),
        Json::Object(members) => {
            members.iter().map(|(key, value)| (key.clone(), filled(value, writer))).collect()
        }
        _ => json!(writer),
    }
}

fn change() -> impl Strategy<Value = Vec<(u8, String, Json)>> {
    vec((0_u8..3, path(), shape()), 1..4)
}

proptest! {
    /// Scenario: arbitrary patches that add, replace and remove. Guarantee: each leaf is blamed on the change whose number
    /// it holds, each container on the newest change at or below it that is still known, and every part is listed once.
    #[test]
    fn leaves_are_blamed_on_who_wrote_them(start in shape(), changes in vec(change(), 1..12)) {
        let mut document = Document::new(filled(&start, -1), 0);
        let mut budget = Budget::default();
        for (writer, change) in changes.iter().enumerate() {
            let patch: Vec<Json> = change
                .iter()
                .map(|(op, path, shape)| {
                    let value = filled(shape, i64::try_from(writer).unwrap());
                    match op {
                        0 => json!({"op": "add", "path": path, "value": value}),
                        1 => json!({"op": "replace", "path": path, "value": value}),
                        _ => json!({"op": "remove", "path": path}),
                    }
                })
                .collect();
            let patch = Patch::read(Some(&Json::Array(patch).to_string())).unwrap();
            let before = document.state.clone();
            if document.apply(&patch, writer, &mut budget).is_err() {
                prop_assert_eq!(&document.state, &before);
            }
        }
        let (lines, complete) = document.blame.lines(&document.state, usize::MAX);
        prop_assert!(complete);
        let mut paths = std::collections::HashSet::new();
        for line in &lines {
            prop_assert!(paths.insert(line.path.clone()), "{} is listed twice", line.path);
            let part = document.state.pointer(&line.path).unwrap();
            let writer = line.writer.map_or(-1, |writer| i64::try_from(writer).unwrap());
            if let Some(number) = part.as_i64() {
                prop_assert_eq!(number, writer, "{}", line.path);
            }
            // a container is not older than what is in it
            let inside = lines.iter().filter(|other| other.path.starts_with(&format!("{}/", line.path)));
            prop_assert!(inside.filter_map(|other| other.writer).max() <= line.writer);
        }
    }
}

/// Scenario: items are inserted before, removed before and moved around a blamed item of a list.
/// Guarantee: blame goes with the item, and what was moved is blamed on the mover.
#[test]
fn blame_follows_items_of_a_list() {
    let mut document = Document::new(json!({"l": ["start"]}), 0);
    let mut budget = Budget::default();
    for (writer, patch) in [
        json!([{"op": "add", "path": "/l/1", "value": "one"}]),
        json!([{"op": "add", "path": "/l/0", "value": "two"}]),
        json!([{"op": "move", "from": "/l/2", "path": "/l/0"}]),
        json!([{"op": "remove", "path": "/l/1"}]),
        json!([{"op": "add", "path": "/l/-", "value": "five"}]),
    ]
    .iter()
    .enumerate()
    {
        let patch = Patch::read(Some(&patch.to_string())).unwrap();
        document.apply(&patch, writer, &mut budget).unwrap();
    }
    assert_eq!(document.state, json!({"l": ["one", "start", "five"]}));
    let (lines, _) = document.blame.lines(&document.state, 100);
    let lines: Vec<_> = lines.iter().map(|line| (line.path.as_str(), line.writer)).collect();
    let expected = [("", Some(4)), ("/l", Some(4)), ("/l/0", Some(2)), ("/l/1", None), ("/l/2", Some(4))];
    assert_eq!(lines, expected);
    assert_eq!(document.blame.lines(&document.state, 3).0.len(), 3);
}
