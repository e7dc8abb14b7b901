//! What the old page asks of answers (contract §6.3): its schemas, as strict checks. One span that fails makes it refuse a whole
//! list.

use chrono::DateTime;
use serde_json::Value;

/// The types of spans that the page knows.
const SPAN_TYPES: [&str; 5] = ["workflow", "subflow", "node", "run_concurrent", ""];

/// Why the page would refuse a value: the path of the first thing that is wrong.
pub(super) type Checked = Result<(), String>;

fn is(what: &str, holds: bool) -> Checked {
    holds.then_some(()).ok_or_else(|| what.to_owned())
}

fn each(value: &Value, what: &str, check: impl Fn(&Value) -> Checked) -> Checked {
    let items = value.as_array().ok_or_else(|| format!("{what} is no list"))?;
    items
        .iter()
        .enumerate()
        .try_for_each(|(place, item)| check(item).map_err(|wrong| format!("{what}[{place}].{wrong}")))
}

/// An ISO time with an offset or Z, and no more digits than the page can count with.
fn is_time(value: &Value) -> bool {
    let Some(text) = value.as_str() else { return false };
    let fraction = text.split_once('.').map_or("", |(_, rest)| rest.trim_end_matches('Z'));
    DateTime::parse_from_rfc3339(text).is_ok() && fraction.len() <= 6
}

/// A list of spans.
pub(super) fn spans(value: &Value) -> Checked {
    each(value, "spans", span)
}

fn span(span: &Value) -> Checked {
    for name in ["span_id", "trace_id", "service_name", "name", "kind", "status_code", "status_message"] {
        is(name, span[name].is_string())?;
    }
    for name in ["junjo_id", "junjo_parent_id", "junjo_wf_store_id"] {
        is(name, span[name].is_string())?;
    }
    for name in ["attributes_json", "junjo_wf_state_start", "junjo_wf_state_end", "junjo_wf_graph_structure"]
    {
        is(name, span[name].is_object())?;
    }
    for name in ["start_time", "end_time"] {
        is(name, is_time(&span[name]))?;
    }
    each(&span["events_json"], "events_json", event)?;
    each(&span["links_json"], "links_json", |link| is("link", link.is_object()))?;
    is("parent_span_id", span["parent_span_id"].is_null() || span["parent_span_id"].is_string())?;
    is("trace_flags", span["trace_flags"].is_number())?;
    is("trace_state", span.get("trace_state").is_some())?;
    is("junjo_span_type", span["junjo_span_type"].as_str().is_some_and(|kind| SPAN_TYPES.contains(&kind)))?;
    if span["junjo_wf_graph_structure"].as_object().is_some_and(|graph| !graph.is_empty()) {
        graph(&span["junjo_wf_graph_structure"])?;
    }
    Ok(())
}

fn event(event: &Value) -> Checked {
    is("name", event["name"].is_string())?;
    is("timeUnixNano", event["timeUnixNano"].is_number())?;
    is("droppedAttributesCount", event["droppedAttributesCount"].is_u64())?;
    is("attributes", event["attributes"].is_object())?;
    let texts =
        |names: &[&str]| names.iter().try_for_each(|name| is(name, event["attributes"][*name].is_string()));
    match event["name"].as_str() {
        // a change whose patch was not sent is none that the page shows
        Some("set_state") if event["attributes"].get("junjo.state_json_patch").is_some() => texts(&[
            "id",
            "junjo.state_json_patch",
            "junjo.store.action",
            "junjo.store.name",
            "junjo.store.id",
        ]),
        Some("exception") if event["attributes"].get("exception.escaped").is_some() => {
            texts(&["exception.message", "exception.stacktrace", "exception.type", "exception.escaped"])
        }
        _ => Ok(()),
    }
}

/// A graph of version 1.
pub(super) fn graph(graph: &Value) -> Checked {
    is("graph.v", graph["v"].is_number())?;
    each(&graph["nodes"], "nodes", |node| {
        for name in ["id", "type", "label"] {
            is(name, node[name].is_string())?;
        }
        for name in ["isSubgraph", "isSubflow"] {
            is(name, node.get(name).is_none_or(Value::is_boolean))?;
        }
        for name in ["subflowSourceId", "subflowSinkId"] {
            is(name, node.get(name).is_none_or(Value::is_string))?;
        }
        node.get("children")
            .map_or(Ok(()), |children| each(children, "children", |id| is("id", id.is_string())))
    })?;
    each(&graph["edges"], "edges", |edge| {
        for name in ["id", "source", "target"] {
            is(name, edge[name].is_string())?;
        }
        for name in ["condition", "subflowId"] {
            is(name, edge.get(name).is_none_or(|value| value.is_null() || value.is_string()))?;
        }
        is("type", edge.get("type").is_none_or(|kind| kind == "explicit" || kind == "subflow"))
    })
}

/// The list of accounts.
pub(super) fn users(value: &Value) -> Checked {
    each(value, "users", |user| {
        is("ID", user["ID"].is_i64())?;
        is("Email", user["Email"].is_string())?;
        is("CreatedAt", is_time(&user["CreatedAt"]) && user["CreatedAt"].as_str().unwrap().ends_with('Z'))
    })
}

/// The list of keys.
pub(super) fn keys(value: &Value) -> Checked {
    each(value, "keys", |key| {
        ["Key", "Name", "CreatedAt"].iter().try_for_each(|name| is(name, key[*name].is_string()))
    })
}

/// Names of services.
pub(super) fn names(value: &Value) -> Checked {
    each(value, "names", |name| is("name", name.is_string()))
}

/// Scenario: values that the page refuses. Guarantee: the checks refuse them too.
#[test]
fn checks_refuse_what_the_page_refuses() {
    for (check, value) in [
        (spans as fn(&Value) -> Checked, serde_json::json!([{}])),
        (graph, serde_json::json!({})),
        (graph, serde_json::json!({"v": 1, "nodes": [{"id": 1}], "edges": []})),
        (users, serde_json::json!([{"ID": "1", "Email": "", "CreatedAt": "2026-01-01T00:00:00Z"}])),
        (users, serde_json::json!([{"ID": 1, "Email": "", "CreatedAt": "2026-01-01T00:00:00+00:00"}])),
        (keys, serde_json::json!(null)),
        (names, serde_json::json!([null])),
    ] {
        assert!(check(&value).is_err(), "{value}");
    }
    assert!(!is_time(&Value::from("2026-01-01T00:00:00.1234567Z")));
}
