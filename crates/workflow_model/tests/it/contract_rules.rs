//! Every rule of the contract, broken in ways of our own: `contract_rules.json` has for each code runs of the contract's fixtures with
//! edits, and the span that the finding has to be at.
//!
//! | edit | what |
//! |---|---|
//! | `["set", span, pointer, value]` | a value within the span |
//! | `["remove", span, pointer]` | a member or an item of it is gone |
//! | `["inside", span, attribute, pointer, value]` | a value within the JSON that an attribute holds as a text |
//! | `["drop", span]` | the span does not arrive |

use std::collections::{BTreeMap, BTreeSet};

use junjo_workflow_model::{Evidence, FindingCode};
use serde_json::{Value as Json, json};

use crate::contract_v2::{codes, envelope, evidence};

/// Codes that no telemetry causes by itself.
const BY_THE_SERVER: [&str; 1] = ["trace_not_read"];

/// Codes of findings with their spans.
fn codes_at(evidence: &Evidence) -> Vec<String> {
    let code = |text: &String| text.rsplit_once(' ').unwrap().0.to_owned();
    codes(evidence).iter().map(code).collect()
}

struct Case {
    code: String,
    fixture: String,
    at: String,
    edits: Vec<Vec<Json>>,
}

fn cases() -> Vec<Case> {
    let file: Vec<Json> = serde_json::from_str(include_str!("contract_rules.json")).unwrap();
    let text = |entry: &Json, name: &str| entry[name].as_str().unwrap().to_owned();
    file.iter()
        .map(|entry| Case {
            code: text(entry, "code"),
            fixture: text(entry, "fixture"),
            at: text(entry, "at"),
            edits: serde_json::from_value(entry["edits"].clone()).unwrap(),
        })
        .collect()
}

fn edit(envelope: &mut Json, edit: &[Json]) {
    let spans = envelope["spans"].as_array_mut().unwrap();
    let place = spans.iter().position(|span| span["span_id"] == edit[1]).unwrap();
    let text = |at: usize| edit[at].as_str().unwrap();
    match text(0) {
        "set" => set(&mut spans[place], text(2), edit[3].clone()),
        "remove" => remove(&mut spans[place], text(2)),
        "drop" => drop(spans.remove(place)),
        "inside" => {
            let attribute = &mut spans[place]["attributes_json"][text(2)];
            let mut payload: Json = serde_json::from_str(attribute.as_str().unwrap()).unwrap();
            set(&mut payload, text(3), edit[4].clone());
            *attribute = json!(payload.to_string());
        }
        other => panic!("no such edit: {other}"),
    }
}

fn set(json: &mut Json, pointer: &str, value: Json) {
    let (around, name) = pointer.rsplit_once('/').unwrap();
    let around = json.pointer_mut(around).unwrap_or_else(|| panic!("nothing at {pointer}"));
    match around {
        Json::Array(items) => items[name.parse::<usize>().unwrap()] = value,
        around => around[name] = value,
    }
}

/// What is removed has to be there.
fn remove(json: &mut Json, pointer: &str) {
    let (around, name) = pointer.rsplit_once('/').unwrap();
    match json.pointer_mut(around).unwrap() {
        Json::Array(items) => drop(items.remove(name.parse().unwrap())),
        Json::Object(members) => {
            drop(members.shift_remove(name).unwrap_or_else(|| panic!("{pointer} is not there")));
        }
        other => panic!("{other} has no members"),
    }
}

/// Scenario: each rule is broken in ways that the contract's own fixtures do not show. Guarantee: a finding with its code at the span
/// that breaks it, and the run is partial.
#[test]
fn every_rule_is_found_where_it_is_broken() {
    let mut wrong = Vec::new();
    for case in cases() {
        let mut changed = envelope(&case.fixture);
        for change in &case.edits {
            edit(&mut changed, change);
        }
        let found: BTreeSet<String> = evidence(&changed).values().flat_map(codes_at).collect();
        let wanted = format!("{} at {}", case.code, case.at);
        if !found.contains(&wanted) {
            wrong.push(format!("{wanted}, not {found:?}: {} {:?}", case.fixture, case.edits));
        }
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Scenario: the codes that the API describes, and those above. Guarantee: each is broken in at least two ways.
#[test]
fn every_rule_is_broken_twice() {
    let schema = serde_json::to_value(<FindingCode as utoipa::PartialSchema>::schema()).unwrap();
    let codes = schema["enum"].as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned());
    let mut ways: BTreeMap<String, usize> = codes.map(|code| (code, 0)).collect();
    for case in cases() {
        *ways.get_mut(&case.code).unwrap_or_else(|| panic!("no such code: {}", case.code)) += 1;
    }
    let few: Vec<_> =
        ways.iter().filter(|(code, ways)| **ways < 2 && !BY_THE_SERVER.contains(&code.as_str())).collect();
    assert!(few.is_empty(), "{few:?}");
}

/// Attributes that only say more than the contract's rules ask for: names and words for people, who a model is, what observers
/// did, and details of a failure.
const OPTIONAL: [&str; 20] = [
    "error.type",
    "exception.escaped",
    "exception.message",
    "exception.stacktrace",
    "exception.type",
    "id",
    "junjo.agent.model.driver_key",
    "junjo.agent.model.name",
    "junjo.agent.model.provider",
    "junjo.agent.superseded_outcome",
    "junjo.cancelled",
    "junjo.cancelled_reason",
    "junjo.enclosing_graph_structural_id",
    "junjo.hook.callback",
    "junjo.hook.event",
    "junjo.parent_executable_type",
    "junjo.store.action",
    "junjo.store.name",
    "junjo.workflow.node.count",
    "junjo.workflow.parent_store.id",
];

/// Runs that have every kind of span between them.
const SAMPLES: [&str; 6] = [
    "agent/boundary_input_history_rejection",
    "agent/model_request_limit_exhaustion",
    "agent/nested_workflow_failure",
    "workflow/basic_workflow_success",
    "workflow/run_concurrent_success",
    "workflow/subflow_with_parent_store",
];

/// Scenario: each attribute of each span and of each event of a valid run is left out, one at a time. Guarantee: no run that it
/// lay in is still called complete, but for attributes that the contract leaves open.
#[test]
fn no_attribute_can_go_missing_unnoticed() {
    let mut unnoticed: BTreeMap<String, usize> = BTreeMap::new();
    for name in SAMPLES {
        let valid = envelope(name);
        let before = evidence(&valid);
        for (place, span) in valid["spans"].as_array().unwrap().iter().enumerate() {
            let own = format!("/spans/{place}/attributes_json");
            let events = (0..span["events_json"].as_array().unwrap().len())
                .map(|event| format!("/spans/{place}/events_json/{event}/attributes"));
            for pointer in events.chain([own]) {
                let names = valid.pointer(&pointer).unwrap().as_object().unwrap().keys();
                for name in names.filter(|name| !OPTIONAL.contains(&name.as_str())) {
                    let mut changed = valid.clone();
                    changed.pointer_mut(&pointer).unwrap().as_object_mut().unwrap().shift_remove(name);
                    if evidence(&changed) == before {
                        *unnoticed.entry(name.clone()).or_default() += 1;
                    }
                }
            }
        }
    }
    assert!(unnoticed.is_empty(), "{unnoticed:#?}");
}
