//! The details of every span in the captures, one line of JSON a span, empty parts and long texts cut.

use std::fmt::Write;

use junjo_span_model::{Resource, Scope, Span, decode_spans, details};
use serde_json::{Map, Value as Json};

use crate::captures;

/// Characters of a text that stay in a snapshot.
const TEXT_CHARS: usize = 48;

/// `json` without nulls, empty parts and `false`, and with its texts shortened.
fn compact(json: Json) -> Option<Json> {
    match json {
        Json::Null | Json::Bool(false) => None,
        Json::String(text) if text.is_empty() => None,
        Json::String(text) if text.chars().count() > TEXT_CHARS => {
            Some(Json::from(text.chars().take(TEXT_CHARS).chain(['…']).collect::<String>()))
        }
        Json::Array(items) => {
            let items: Vec<_> = items.into_iter().filter_map(compact).collect();
            (!items.is_empty()).then_some(Json::Array(items))
        }
        Json::Object(members) => {
            let members = members.into_iter().filter_map(|(name, member)| Some((name, compact(member)?)));
            let members: Map<_, _> = members.collect();
            (!members.is_empty()).then_some(Json::Object(members))
        }
        other => Some(other),
    }
}

/// One line; the table's date and the time of exceptions change, so they are left out.
pub(crate) fn line(resource: &Resource<'_>, scope: &Scope<'_>, span: &Span<'_>) -> String {
    let mut json = serde_json::to_value(details(resource, scope, span)).unwrap();
    json["cost_source"] = Json::Null;
    for exception in json["exceptions"].as_array_mut().unwrap() {
        exception["time_unix_nano"] = Json::Null;
    }
    if json["limits"].as_object().unwrap().values().all(|count| count == 0) {
        json["limits"] = Json::Null;
    }
    format!("{:?} {}", span.name, compact(json).unwrap_or_default())
}

/// One line for every span of a capture.
fn lines(name: &str) -> String {
    let mut lines = String::new();
    for request in captures::requests(name) {
        decode_spans(&request, &mut |resource, scope, span| {
            writeln!(lines, "{}", line(resource, scope, &span)).unwrap();
        })
        .unwrap();
    }
    lines
}

/// Scenario: every capture. Guarantee: each span's details are those that were read and approved by hand.
#[test]
fn details_of_captures_are_as_approved() {
    for name in captures::TRACES {
        insta::assert_snapshot!(format!("details_{name}"), lines(name));
    }
}
