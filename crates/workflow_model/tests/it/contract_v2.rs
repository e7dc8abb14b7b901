//! The fixtures of Junjo's telemetry contract 2: what is whole is complete, and each broken rule is found where it is broken.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use junjo_span_model::{SpanId, decode_spans};
use junjo_test_support::contract_v2::{ContractFixture, contract_fixtures, contract_request};
use junjo_test_support::fixture;
use junjo_workflow_model::{
    Budget, Document, Evidence, EvidenceStatus, JunjoSpan, JunjoTrace, Patch, PatchError, PayloadMode,
    ReplayStatus, SchemaFault, StructuralKind, canonical_json, normalize_schema, parse_ijson, structural_id,
};
use proptest::prelude::*;
use prost::Message as _;
use serde_json::Value as Json;

/// The trace of an envelope, with its runs.
fn trace(envelope: &Json) -> JunjoTrace {
    let request = contract_request(envelope).encode_to_vec();
    let mut spans = Vec::new();
    let mut parents: HashMap<SpanId, Option<SpanId>> = HashMap::new();
    decode_spans(&request, &mut |resource, _, span| {
        parents.insert(span.span_id, span.parent_span_id);
        spans.push(JunjoSpan::read_with(resource, &span));
    })
    .unwrap();
    JunjoTrace::new(spans, parents)
}

/// What each run of an envelope proves, by its span.
pub(crate) fn evidence(envelope: &Json) -> HashMap<String, Evidence> {
    let trace = trace(envelope);
    trace.runs().map(|run| (run.to_string(), trace.evidence(run, Vec::new()).unwrap())).collect()
}

/// A valid fixture's envelope.
pub(crate) fn envelope(name: &str) -> Json {
    valid().iter().find(|fixture| fixture.name == name).unwrap().envelope.clone()
}

fn valid() -> &'static [ContractFixture] {
    static VALID: LazyLock<Vec<ContractFixture>> =
        LazyLock::new(|| ["agent", "workflow"].into_iter().flat_map(contract_fixtures).collect());
    &VALID
}

fn invalid() -> &'static [ContractFixture] {
    static INVALID: LazyLock<Vec<ContractFixture>> = LazyLock::new(|| contract_fixtures("invalid"));
    &INVALID
}

pub(crate) fn codes(evidence: &Evidence) -> Vec<String> {
    let code = |finding: &junjo_workflow_model::Finding| {
        let code = serde_json::to_value(finding.code).unwrap();
        format!("{} at {} {:?}", code.as_str().unwrap(), finding.span_id, finding.event)
    };
    evidence.findings.iter().map(code).collect()
}

/// Scenario: every run that the SDK made. Guarantee: it is complete, or partial where its name says so, and nothing else
/// is found in it.
#[test]
fn valid_runs_are_complete_or_partial_as_their_names_say() {
    let fixtures = valid();
    assert_eq!(fixtures.len(), 30);
    for fixture in fixtures {
        let partial = fixture.name.ends_with("_partial");
        for (run, evidence) in evidence(&fixture.envelope) {
            let wanted = if partial { EvidenceStatus::Partial } else { EvidenceStatus::Complete };
            assert_eq!(evidence.status, wanted, "{} {run}: {:?}", fixture.name, codes(&evidence));
        }
    }
}

/// Scenario: the two runs whose names say that they are partial. Guarantee: the reasons are those, and no others.
#[test]
fn partial_runs_say_why() {
    let of = |name: &str| {
        let fixture = valid().iter().find(|fixture| fixture.name == name).unwrap();
        let mut found: Vec<String> = evidence(&fixture.envelope)
            .values()
            .flat_map(codes)
            .map(|code| code.split(' ').next().unwrap().to_owned())
            .collect();
        found.sort();
        found
    };
    let dropped = of("agent/dropped_evidence_partial");
    assert_eq!(dropped, ["event_attributes_dropped", "events_dropped", "resource_attributes_dropped"]);
    assert_eq!(of("agent/terminal_commit_internal_error_partial"), ["state_not_reconstructable"]);
}

/// Scenario: every run with one thing wrong. Guarantee: a finding with the code that the fixture names at the span whose data
/// is wrong, and the run is partial and still shown.
#[test]
fn invalid_runs_have_the_finding_that_they_name() {
    let fixtures = invalid();
    assert_eq!(fixtures.len(), 20);
    for fixture in fixtures {
        let expected = fixture.expected.clone().unwrap();
        let spans = culprits(&fixture.name);
        let trace = trace(&fixture.envelope);
        let id = fixture.envelope["trace_id"].as_str().unwrap().parse().unwrap();
        let mut found = Vec::new();
        for run in trace.runs() {
            assert!(trace.detail(id, run).is_ok(), "{}", fixture.name);
            found.extend(codes(&trace.evidence(run, Vec::new()).unwrap()));
        }
        let wanted = format!("{expected} at {spans}");
        assert!(
            found.iter().any(|code| code.starts_with(&wanted)),
            "{}: {wanted}, not {found:?}",
            fixture.name
        );
    }
}

/// The span that a fixture's change is in.
fn culprits(name: &str) -> &'static str {
    match name.trim_start_matches("invalid/") {
        "completed_model_without_response"
        | "duplicate_transition_sequence"
        | "out_of_range_operation_sequence" => "260e2cca6821ea5a",
        "boundary_rejection_with_wrong_candidate" => "02e89bc05777aa6d",
        "duplicate_operation_sequence" | "tool_call_identity_mismatch" => "f452e1b10f5dc4dd",
        "model_ordinal_noncontiguous" => "62601efe9f4e9e1f",
        "failed_tool_with_validated_result" => "f5a10def213d2d80",
        "malformed_tool_with_validated_arguments" | "started_tool_without_arguments" => "f0aec7e3f87ec0fb",
        "model_usage_without_response" | "unavailable_candidate_with_payload" => "46cc23942e01894e",
        _ => "4bc42f40551fd3b6",
    }
}

/// Scenario: runs whose payloads were redacted, excluded or put elsewhere. Guarantee: they are complete, each payload is listed
/// with its mode and policy, and a state that is not there is not said to have been replayed.
#[test]
fn withheld_payloads_are_told_with_their_policy() {
    let of = |name: &str| {
        let fixture = valid().iter().find(|fixture| fixture.name == name).unwrap();
        evidence(&fixture.envelope).into_values().next().unwrap()
    };
    let run = of("agent/nonfull_payload_modes");
    assert_eq!(run.replay, ReplayStatus::Withheld);
    let output = run.withheld.iter().find(|payload| payload.attribute == "junjo.agent.output").unwrap();
    assert_eq!(output.mode, PayloadMode::Reference);
    assert_eq!(output.policy.as_deref(), Some("fixture.reference.v1"));
    assert_eq!(output.reference.as_deref(), Some("fixture://agent-output"));
    let modes = |mode| run.withheld.iter().filter(|payload| payload.mode == mode).count();
    assert_eq!([modes(PayloadMode::Redacted), modes(PayloadMode::Excluded)], [6, 1]);
    assert_eq!(of("agent/redacted_operation_payloads").replay, ReplayStatus::Verified);
    assert_eq!(of("agent/policy_unavailable_store").replay, ReplayStatus::Withheld);
    assert_eq!(of("agent/direct_typed_completion").withheld_count, 0);
}

fn vectors(name: &str) -> Json {
    parse_ijson(std::str::from_utf8(&fixture(&format!("contract_v2/vectors/{name}.json"))).unwrap()).unwrap()
}

/// Scenario: the contract's vectors of structural ids. Guarantee: the same canonical text and the same id.
#[test]
fn vectors_of_structural_ids_give_the_same_results() {
    let file = vectors("agent-structural-v1");
    let vectors = file["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 9);
    for vector in vectors {
        let kind = if vector["kind"] == "tool" { StructuralKind::Tool } else { StructuralKind::Agent };
        assert_eq!(
            canonical_json(&vector["material"]),
            vector["canonical"].as_str().unwrap(),
            "{}",
            vector["name"]
        );
        assert_eq!(structural_id(kind, &vector["material"]), vector["structural_id"].as_str().unwrap());
    }
}

/// Scenario: the contract's vectors of patches. Guarantee: the same state, or the refusal that the vector names and the state
/// as it was.
#[test]
fn vectors_of_patches_give_the_same_results() {
    let file = vectors("rfc6902-replay");
    let apply = |vector: &Json| {
        let mut document = Document::new(vector["start"].clone(), 100);
        let patch = Patch::read(Some(&vector["patch"].to_string())).unwrap();
        let applied = document.apply(&patch, 0, &mut Budget::default());
        (document.state, applied)
    };
    for vector in file["valid"].as_array().unwrap() {
        assert_eq!(apply(vector), (vector["end"].clone(), Ok(())), "{}", vector["name"]);
    }
    for vector in file["invalid"].as_array().unwrap() {
        let (state, applied) = apply(vector);
        assert_eq!(state, vector["start"]);
        let code = match applied.unwrap_err() {
            PatchError::TestFailed { .. } => "patch_test_failed",
            _ => "invalid_state_patch",
        };
        assert_eq!(code, vector["expected_diagnostic"].as_str().unwrap());
    }
}

/// Scenario: the contract's vectors of schemas. Guarantee: the same normal form, from every input, and of the normal form
/// itself; the same refusals.
#[test]
fn vectors_of_schemas_give_the_same_results() {
    let file = vectors("schema-normalization-v1");
    for vector in file["vectors"].as_array().unwrap() {
        for input in vector["inputs"].as_array().unwrap().iter().chain([&vector["normalized"]]) {
            assert_eq!(normalize_schema(input).as_ref(), Ok(&vector["normalized"]), "{}", vector["name"]);
        }
    }
    for vector in file["invalid"].as_array().unwrap() {
        let code = match normalize_schema(&vector["input"]).unwrap_err() {
            SchemaFault::DuplicateSetMember => "duplicate_set_member",
            SchemaFault::InvalidProfile => "invalid_schema_profile",
        };
        assert_eq!(code, vector["expected_error"].as_str().unwrap(), "{}", vector["name"]);
    }
}

/// Runs that are not complete although they were before something in them went missing must not exist.
fn still_complete(before: &Json, after: &Json, of: &str) -> Vec<String> {
    let trace = trace(before);
    let around = |run: &str| {
        // the runs that the span lies in, by parents
        let spans = before["spans"].as_array().unwrap();
        let parent_of = |id: &str| {
            spans.iter().find(|span| span["span_id"] == id).and_then(|span| span["parent_span_id"].as_str())
        };
        std::iter::successors(Some(of), |id| parent_of(id)).any(|id| id == run)
    };
    let runs: Vec<String> = trace.runs().map(|run| run.to_string()).filter(|run| around(run)).collect();
    let after = evidence(after);
    let complete =
        |run: &String| after.get(run).is_some_and(|found| found.status == EvidenceStatus::Complete);
    runs.into_iter().filter(complete).collect()
}

/// Scenario: each span of each valid run is left out, one at a time; and each change of a state and each exception.
/// Guarantee: no run that it lay in is still called complete.
#[test]
fn nothing_can_go_missing_unnoticed() {
    let mut tried = 0;
    for fixture in valid() {
        let spans = fixture.envelope["spans"].as_array().unwrap();
        for (place, span) in spans.iter().enumerate() {
            let id = span["span_id"].as_str().unwrap();
            let mut without = fixture.envelope.clone();
            without["spans"].as_array_mut().unwrap().remove(place);
            // its workflow neither failed nor counted it: by what is left, nothing followed the node before it
            if fixture.name == "workflow/failed_executable_with_error_type" && span["name"] == "persist" {
                continue;
            }
            assert_eq!(
                still_complete(&fixture.envelope, &without, id),
                Vec::<String>::new(),
                "{} without {id}",
                fixture.name
            );
            for (at, event) in span["events_json"].as_array().unwrap().iter().enumerate() {
                if event["name"] != "set_state" && event["name"] != "exception" {
                    continue;
                }
                let mut without = fixture.envelope.clone();
                without["spans"][place]["events_json"].as_array_mut().unwrap().remove(at);
                let left = still_complete(&fixture.envelope, &without, id);
                assert_eq!(left, Vec::<String>::new(), "{} without event {at} of {id}", fixture.name);
                tried += 1;
            }
        }
    }
    assert!(tried > 100, "{tried}");
}

/// Something that may happen to the spans of a run on their way.
#[derive(Debug, Clone)]
enum Accident {
    DropSpan(usize),
    RepeatSpan(usize),
    SwapSpans(usize, usize),
    DropEvent(usize, usize),
    RepeatEvent(usize, usize),
    SwapEvents(usize, usize, usize),
    DropAttribute(usize, usize),
    MoveTime(usize, u32),
}

fn accidents(harmless: bool) -> impl Strategy<Value = Vec<Accident>> {
    let at = || 0_usize..64;
    let orders = prop_oneof![
        at().prop_map(Accident::RepeatSpan),
        (at(), at()).prop_map(|(one, other)| Accident::SwapSpans(one, other)),
        (at(), at(), at()).prop_map(|(span, one, other)| Accident::SwapEvents(span, one, other)),
    ];
    let losses = prop_oneof![
        at().prop_map(Accident::DropSpan),
        (at(), at()).prop_map(|(span, event)| Accident::DropEvent(span, event)),
        (at(), at()).prop_map(|(span, event)| Accident::RepeatEvent(span, event)),
        (at(), at()).prop_map(|(span, attribute)| Accident::DropAttribute(span, attribute)),
        (at(), any::<u32>()).prop_map(|(span, time)| Accident::MoveTime(span, time)),
    ];
    let weight = u32::from(!harmless) * 2 + 1;
    proptest::collection::vec(
        prop_oneof![3 => orders.boxed(), weight => if harmless { Just(Accident::RepeatSpan(0)).boxed() } else { losses.boxed() }],
        1..8,
    )
}

fn happen(envelope: &mut Json, accident: &Accident) {
    let spans = envelope["spans"].as_array_mut().unwrap();
    if spans.is_empty() {
        return;
    }
    let count = spans.len();
    let events =
        |spans: &mut Vec<Json>, span: usize| spans[span % count]["events_json"].as_array().unwrap().len();
    match *accident {
        Accident::DropSpan(span) => drop(spans.remove(span % count)),
        Accident::RepeatSpan(span) => spans.push(spans[span % count].clone()),
        Accident::SwapSpans(one, other) => spans.swap(one % count, other % count),
        Accident::DropEvent(span, event) | Accident::RepeatEvent(span, event) => {
            let events_of = events(spans, span);
            if events_of == 0 {
                return;
            }
            let list = spans[span % count]["events_json"].as_array_mut().unwrap();
            let removed = list.remove(event % events_of);
            if matches!(accident, Accident::RepeatEvent(..)) {
                list.extend([removed.clone(), removed]);
            }
        }
        Accident::SwapEvents(span, one, other) => {
            let events_of = events(spans, span);
            if events_of > 0 {
                spans[span % count]["events_json"]
                    .as_array_mut()
                    .unwrap()
                    .swap(one % events_of, other % events_of);
            }
        }
        Accident::DropAttribute(span, attribute) => {
            let attributes = spans[span % count]["attributes_json"].as_object_mut().unwrap();
            let key = attributes.keys().nth(attribute % attributes.len().max(1)).cloned();
            key.and_then(|key| attributes.shift_remove(&key));
        }
        Accident::MoveTime(span, seconds) => {
            let minute = format!("2026-07-13T12:{:02}:00.000000+00:00", seconds % 60);
            spans[span % count]["start_time"] = Json::from(minute);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    /// Scenario: spans of a valid run come twice and in another order, and events in another order. Guarantee: the same is
    /// proven, because numbers count and not the order of arrival.
    #[test]
    fn order_and_repetition_change_nothing(place in 0_usize..30, accidents in accidents(true)) {
        let fixture = &valid()[place];
        let mut changed = fixture.envelope.clone();
        for accident in &accidents {
            happen(&mut changed, accident);
        }
        let (before, after) = (evidence(&fixture.envelope), evidence(&changed));
        prop_assert_eq!(before.len(), after.len());
        for (run, evidence) in before {
            prop_assert_eq!(evidence.status, after[&run].status, "{} {:?}", fixture.name, codes(&after[&run]));
            prop_assert_eq!(evidence.replay, after[&run].replay);
        }
    }

    /// Scenario: anything happens to any fixture. Guarantee: an answer for each run that is left, never a panic; and the run is
    /// never complete when one of its operations or changes is gone.
    #[test]
    fn accidents_end_in_an_answer(place in 0_usize..50, accidents in accidents(false)) {
        let fixture = valid().iter().chain(invalid()).nth(place).unwrap();
        let mut changed = fixture.envelope.clone();
        for accident in &accidents {
            happen(&mut changed, accident);
        }
        let ids = |envelope: &Json| -> BTreeSet<String> {
            envelope["spans"].as_array().unwrap().iter().map(|span| span["span_id"].as_str().unwrap().to_owned()).collect()
        };
        let is_operation = |id: &String| {
            let spans = fixture.envelope["spans"].as_array().unwrap();
            spans.iter().any(|span| span["span_id"] == id.as_str() && span["attributes_json"]["junjo.agent.operation.sequence"].is_i64())
        };
        let lost: Vec<String> = ids(&fixture.envelope).difference(&ids(&changed)).filter(|id| is_operation(id)).cloned().collect();
        let after = evidence(&changed);
        for id in &lost {
            let spans = fixture.envelope["spans"].as_array().unwrap();
            let lost = spans.iter().find(|span| span["span_id"] == id.as_str()).unwrap();
            let agent = lost["parent_span_id"].as_str().unwrap();
            prop_assert!(after.get(agent).is_none_or(|found| found.status != EvidenceStatus::Complete), "{}", fixture.name);
        }
    }
}
