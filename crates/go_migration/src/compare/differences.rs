//! Where two answers differ: `status`, `header.content-type`, `cookie.NAME.ATTRIBUTE`, and `body` with the field, where `[]` stands for
//! any place of a list. Items of a list that have a name are compared by it, and not by their place.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::server::Answer;

/// Texts that each server makes anew.
const MADE: [&str; 1] = ["csrfToken"];
/// Characters of a value that are shown.
const SHOWN_CHARS: usize = 80;

/// A difference: where, and what both say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) field: String,
    pub(super) go: String,
    pub(super) ours: String,
}

/// Everything that differs.
pub(super) fn differences(go: &Answer, ours: &Answer) -> Vec<Found> {
    let mut found = Vec::new();
    let mut text = |field: String, go: String, ours: String| {
        if go != ours {
            found.push(Found { field, go, ours });
        }
    };
    text("status".to_owned(), go.status.to_string(), ours.status.to_string());
    text("header.content-type".to_owned(), go.content_type.clone(), ours.content_type.clone());
    let cookies: BTreeSet<&String> = go.cookies.keys().chain(ours.cookies.keys()).collect();
    for cookie in cookies {
        match (go.cookies.get(cookie), ours.cookies.get(cookie)) {
            (Some(theirs), Some(own)) => {
                let names: BTreeSet<&String> = theirs.keys().chain(own.keys()).collect();
                for name in names {
                    let said = |attributes: &BTreeMap<String, String>| {
                        attributes
                            .get(name)
                            .map_or_else(|| "not set".to_owned(), |value| format!("{name}={value}"))
                    };
                    text(format!("cookie.{cookie}.{name}"), said(theirs), said(own));
                }
            }
            (theirs, own) => {
                let said = |is_set: bool| if is_set { "set" } else { "not set" }.to_owned();
                text(format!("cookie.{cookie}"), said(theirs.is_some()), said(own.is_some()));
            }
        }
    }
    values("body", &go.body, &ours.body, &mut found);
    found
}

fn values(at: &str, go: &Value, ours: &Value, found: &mut Vec<Found>) {
    match (go, ours) {
        (Value::Object(theirs), Value::Object(own)) => {
            let names: BTreeSet<&String> = theirs.keys().chain(own.keys()).collect();
            for name in names.into_iter().filter(|name| !MADE.contains(&name.as_str())) {
                let place = format!("{at}.{name}");
                match (theirs.get(name), own.get(name)) {
                    (Some(theirs), Some(own)) => values(&place, theirs, own, found),
                    (theirs, own) => found.push(Found { field: place, go: shown(theirs), ours: shown(own) }),
                }
            }
        }
        (Value::Array(theirs), Value::Array(own)) => lists(at, theirs, own, found),
        // what a browser makes of a number is what counts
        (Value::Number(theirs), Value::Number(own)) if theirs.as_f64() == own.as_f64() => {}
        (theirs, own) if theirs == own => {}
        (theirs, own) => {
            found.push(Found { field: at.to_owned(), go: shown(Some(theirs)), ours: shown(Some(own)) });
        }
    }
}

fn lists(at: &str, go: &[Value], ours: &[Value], found: &mut Vec<Found>) {
    let place = format!("{at}[]");
    let names = |list: &[Value]| list.iter().map(name_of).collect::<Option<Vec<String>>>();
    let (Some(theirs), Some(own)) = (names(go), names(ours)) else {
        if go.len() != ours.len() {
            found.push(Found {
                field: format!("{at}.length"),
                go: go.len().to_string(),
                ours: ours.len().to_string(),
            });
        }
        go.iter().zip(ours).for_each(|(theirs, own)| values(&place, theirs, own, found));
        return;
    };
    let known: BTreeMap<&String, &Value> = own.iter().zip(ours).collect();
    for (name, item) in theirs.iter().zip(go) {
        match known.get(name) {
            Some(own) => values(&place, item, own, found),
            None => found.push(Found {
                field: format!("{at}.missing"),
                go: name.clone(),
                ours: "missing".to_owned(),
            }),
        }
    }
    let of_go: BTreeSet<&String> = theirs.iter().collect();
    for name in own.iter().filter(|name| !of_go.contains(name)) {
        found.push(Found { field: format!("{at}.more"), go: "missing".to_owned(), ours: name.clone() });
    }
    let both = |list: &[String], other: &[String]| -> Vec<String> {
        let other: BTreeSet<&String> = other.iter().collect();
        list.iter().filter(|name| other.contains(name)).cloned().collect()
    };
    let (theirs, own) = (both(&theirs, &own), both(&own, &theirs));
    if let Some((theirs, own)) = theirs.iter().zip(&own).find(|(theirs, own)| theirs != own) {
        found.push(Found { field: format!("{at}.order"), go: theirs.clone(), ours: own.clone() });
    }
}

/// By what an item is known on both servers.
fn name_of(item: &Value) -> Option<String> {
    let text = |field: &str| item[field].as_str();
    match (text("trace_id"), text("span_id")) {
        (Some(trace_id), Some(span_id)) => Some(format!("{trace_id}/{span_id}")),
        _ => text("Email").or_else(|| text("Name")).map(str::to_owned),
    }
}

fn shown(value: Option<&Value>) -> String {
    let Some(value) = value else { return "missing".to_owned() };
    let text = value.to_string();
    match text.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(go: &Value, ours: &Value) -> Vec<String> {
        let mut found = Vec::new();
        values("body", go, ours, &mut found);
        found.into_iter().map(|found| found.field).collect()
    }

    /// Scenario: values that are alike for a browser, and others. Guarantee: only what a browser would see differ is named.
    #[test]
    fn fields_are_named() {
        assert!(fields(&json!({"n": 5, "csrfToken": "a"}), &json!({"n": 5.0, "csrfToken": "b"})).is_empty());
        assert_eq!(
            fields(&json!({"a": {"b": 1}}), &json!({"a": {"b": 2, "c": 1}})),
            ["body.a.b", "body.a.c"]
        );
        assert_eq!(fields(&json!([1, 2]), &json!([1])), ["body.length"]);
        assert_eq!(fields(&json!([1, 2]), &json!([1, 3])), ["body[]"]);
        assert_eq!(fields(&json!("x"), &json!(null)), ["body"]);
    }

    /// Scenario: lists of spans and accounts in another order, with some missing. Guarantee: items are matched by their names.
    #[test]
    fn items_are_matched_by_name() {
        let span = |id: &str, name: &str| json!({"trace_id": "t", "span_id": id, "name": name});
        let go = json!([span("1", "a"), span("2", "b"), span("3", "c")]);
        assert!(fields(&go, &go).is_empty());
        let ours = json!([span("2", "b"), span("1", "other"), span("4", "d")]);
        assert_eq!(fields(&go, &ours), ["body[].name", "body.missing", "body.more", "body.order"]);
        let users =
            |emails: &[&str]| -> Value { emails.iter().map(|email| json!({"Email": email})).collect() };
        assert_eq!(fields(&users(&["a", "b"]), &users(&["b", "a"])), ["body.order"]);
    }
}
