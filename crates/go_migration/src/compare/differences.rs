//! Where two answers differ: `status`, `header.content-type`, `cookie.NAME.ATTRIBUTE`, `newline`, and `body` with the field, where `[]`
//! stands for any place of a list. Items of a list that have a name are compared by it, and not by their place. How something
//! differs ends its name where that is more than another value:
//!
//! | ending | what |
//! |---|---|
//! | `.more` | the Go server does not have the field, or the item of this name |
//! | `.missing` | this server does not |
//! | `.cut` | nor does it, because its list ended at the newest spans before |
//! | `.filled` | the Go server has it empty: null, or a text without characters |
//! | `.length`, `.order` | of a list |

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::answer::Answer;

/// Texts that each server makes anew.
const MADE: [&str; 1] = ["csrfToken"];
/// Spans in a list of this server.
const SPANS_MAX: usize = 500;
/// Characters of a value that are shown.
const SHOWN_CHARS: usize = 80;

/// A difference: where, and what both say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its name within a route.
    pub field: String,
    /// What the Go server says.
    pub go: String,
    /// What this server says.
    pub ours: String,
}

/// Everything that differs.
pub fn differences(go: &Answer, ours: &Answer) -> Vec<Found> {
    let mut found = Vec::new();
    let mut text = |field: &str, go: String, ours: String| {
        if go != ours {
            found.push(Found { field: field.to_owned(), go, ours });
        }
    };
    text("status", go.status.to_string(), ours.status.to_string());
    if let (Some(theirs), Some(own)) = (go.has_newline, ours.has_newline) {
        text("newline", theirs.to_string(), own.to_string());
    }
    for name in names(&go.headers, &ours.headers) {
        let (theirs, own) = (go.headers.get(name), ours.headers.get(name));
        if name == "vary" && depends_on_as_much(theirs, own) {
            continue;
        }
        let said = |value: Option<&String>| value.map_or_else(|| "not set".to_owned(), String::clone);
        text(&format!("header.{name}"), said(theirs), said(own));
    }
    for cookie in names(&go.cookies, &ours.cookies) {
        let said = |is_set: bool| if is_set { "set" } else { "not set" }.to_owned();
        let (theirs, own) = (go.cookies.get(cookie), ours.cookies.get(cookie));
        let (Some(theirs), Some(own)) = (theirs, own) else {
            text(&format!("cookie.{cookie}"), said(theirs.is_some()), said(own.is_some()));
            continue;
        };
        for name in names(theirs, own) {
            let said = |value: Option<&String>| {
                value.map_or_else(|| "not set".to_owned(), |value| format!("{name}={value}"))
            };
            text(&format!("cookie.{cookie}.{name}"), said(theirs.get(name)), said(own.get(name)));
        }
    }
    values("body", &go.body, &ours.body, &mut found);
    found
}

fn names<'m, V>(theirs: &'m BTreeMap<String, V>, own: &'m BTreeMap<String, V>) -> BTreeSet<&'m String> {
    theirs.keys().chain(own.keys()).collect()
}

/// An answer may depend on more than the Go server's, and never on less.
fn depends_on_as_much(theirs: Option<&String>, own: Option<&String>) -> bool {
    let names = |value: Option<&String>| -> BTreeSet<String> {
        let value = value.map(String::as_str).unwrap_or_default();
        value
            .split(',')
            .map(|name| name.trim().to_ascii_lowercase())
            .filter(|name| !name.is_empty())
            .collect()
    };
    names(theirs).is_subset(&names(own))
}

fn values(at: &str, go: &Value, ours: &Value, found: &mut Vec<Found>) {
    let mut found_at =
        |field: String| found.push(Found { field, go: shown(Some(go)), ours: shown(Some(ours)) });
    match (go, ours) {
        (theirs, own) if theirs == own => {}
        (Value::Object(theirs), Value::Object(own)) => {
            let names: BTreeSet<&String> = theirs.keys().chain(own.keys()).collect();
            for name in names.into_iter().filter(|name| !MADE.contains(&name.as_str())) {
                let place = format!("{at}.{name}");
                let (theirs, own) = (theirs.get(name), own.get(name));
                let ending = match (theirs, own) {
                    (Some(theirs), Some(own)) => {
                        values(&place, theirs, own, found);
                        continue;
                    }
                    (None, _) => "more",
                    (_, None) => "missing",
                };
                found.push(Found { field: format!("{place}.{ending}"), go: shown(theirs), ours: shown(own) });
            }
        }
        (Value::Array(theirs), Value::Array(own)) => lists(at, theirs, own, found),
        // what a browser makes of a number is what counts
        (Value::Number(theirs), Value::Number(own)) if theirs.as_f64() == own.as_f64() => {}
        (Value::Null, _) => found_at(format!("{at}.filled")),
        (Value::String(theirs), Value::String(_)) if theirs.is_empty() => found_at(format!("{at}.filled")),
        _ => found_at(at.to_owned()),
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
    let last_of_ours = own.last().and_then(|last| theirs.iter().position(|name| name == last));
    let end = last_of_ours.filter(|_| own.len() >= SPANS_MAX).unwrap_or(theirs.len());
    for (number, (name, item)) in theirs.iter().zip(go).enumerate() {
        let ending = match known.get(name) {
            Some(own) => {
                values(&place, item, own, found);
                continue;
            }
            None if number > end => "cut",
            None => "missing",
        };
        let (field, go) = (format!("{at}.{ending}"), name.clone());
        found.push(Found { field, go, ours: "missing".to_owned() });
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
    // two items of one name
    if theirs.len() != own.len() {
        found.push(Found {
            field: format!("{at}.length"),
            go: theirs.len().to_string(),
            ours: own.len().to_string(),
        });
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

    /// Scenario: values that are alike for a browser, and others. Guarantee: only what a browser would see differ is named, and how.
    #[test]
    fn fields_are_named() {
        assert!(fields(&json!({"n": 5, "csrfToken": "a"}), &json!({"n": 5.0, "csrfToken": "b"})).is_empty());
        assert_eq!(
            fields(&json!({"a": {"b": 1, "d": 1}}), &json!({"a": {"b": 2, "c": 1}})),
            ["body.a.b", "body.a.c.more", "body.a.d.missing"]
        );
        assert_eq!(fields(&json!([1, 2]), &json!([1])), ["body.length"]);
        assert_eq!(fields(&json!([1, 2]), &json!([1, 3])), ["body[]"]);
        assert_eq!(fields(&json!("x"), &json!(null)), ["body"]);
        assert_eq!(
            fields(&json!({"a": null, "b": ""}), &json!({"a": [], "b": "x"})),
            ["body.a.filled", "body.b.filled"]
        );
    }

    /// Scenario: lists of spans and accounts in another order, with some missing or twice. Guarantee: items are matched by their names.
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
        assert_eq!(fields(&users(&["a", "b"]), &users(&["a", "b", "b"])), ["body.length"]);
    }

    /// Scenario: the Go server lists more spans than this one ever does, and one in their midst is not here. Guarantee: those behind the
    /// last one here were cut off, the other one is missing.
    #[test]
    fn lists_that_end_are_told_from_lists_with_gaps() {
        let spans = |ids: &[usize]| -> Value {
            ids.iter().map(|id| json!({"trace_id": "t", "span_id": id.to_string()})).collect()
        };
        let (go, mut ours): (Vec<usize>, Vec<usize>) = ((0..503).collect(), (0..501).collect());
        ours.remove(7);
        assert_eq!(fields(&spans(&go), &spans(&ours)), ["body.missing", "body.cut", "body.cut"]);
        ours.remove(9);
        assert_eq!(fields(&spans(&go), &spans(&ours)).len(), 4);
        assert!(!fields(&spans(&go), &spans(&ours)).contains(&"body.cut".to_owned()));
    }

    /// Scenario: an answer that depends on more than the Go server's, one on less, and one that lets another origin read it.
    /// Guarantee: the first is alike, the others differ.
    #[test]
    fn headers_are_compared() {
        let answer = |headers: &[(&'static str, &'static str)]| {
            Answer::new(200, headers.iter().copied(), "1".to_owned())
        };
        let go = answer(&[("Vary", "Origin"), ("date", "x")]);
        assert!(differences(&go, &answer(&[("vary", "Cookie"), ("vary", "origin")])).is_empty());
        let differ = differences(&go, &answer(&[("Access-Control-Allow-Origin", "*")]));
        let fields: Vec<&str> = differ.iter().map(|found| found.field.as_str()).collect();
        assert_eq!(fields, ["header.access-control-allow-origin", "header.vary"]);
    }
}
