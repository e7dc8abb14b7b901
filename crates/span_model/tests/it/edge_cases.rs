//! The 25 hand-made requests of `edge_cases.bin`.

use std::fmt::Write;
use std::fs;

use junjo_span_model::{PriceTable, ScanLimits, Signal, Value, attributes_json, promote, scan};

use crate::reference::{Visit, decoded};
use crate::{captures, details, promoted};

fn named_cases() -> Vec<(String, Vec<u8>)> {
    let names = fs::read_to_string(captures::path("edge_cases.bin.names.json")).unwrap();
    let names: Vec<String> = serde_json::from_str(&names).unwrap();
    let requests = captures::requests("edge_cases");
    assert_eq!(names.len(), requests.len());
    names.into_iter().zip(requests).collect()
}

fn case(name: &str) -> Vec<u8> {
    named_cases().into_iter().find(|(other, _)| other == name).unwrap().1
}

/// Scenario: every edge case. Guarantee: what may be stored is accepted, what may not is counted with its reason.
#[test]
fn scan_every_edge_case_counts_as_expected() {
    let mut lines = String::new();
    for (name, request) in named_cases() {
        let report = scan(Signal::Traces, &request, &ScanLimits::default()).unwrap();
        assert_eq!(decoded(&request).len(), report.accepted as usize);
        let reason = report.first_rejection.map(|reason| format!(": {reason}")).unwrap_or_default();
        writeln!(lines, "{name}: {} accepted, {} rejected{reason}", report.accepted, report.rejected)
            .unwrap();
    }
    insta::assert_snapshot!(lines);
}

/// Scenario: values of every type. Guarantee: each arrives as what it was.
#[test]
fn decode_any_values_keeps_types() {
    let request = case("any values");
    let span = &decoded(&request)[0].span;
    let value = |key: &str| &span.attributes.iter().find(|pair| pair.key == key).unwrap().value;
    assert_eq!(*value("s"), Value::String("".into()));
    assert_eq!(*value("i"), Value::Int(i64::MIN));
    assert_eq!(*value("imax"), Value::Int(i64::MAX));
    assert!(matches!(value("nan"), Value::Double(nan) if nan.is_nan()));
    assert_eq!(*value("bytes"), Value::Bytes(b"\x00\xff"));
    assert_eq!(*value("null"), Value::Empty);
    let mut json = String::new();
    attributes_json(&span.attributes, &mut json);
    insta::assert_snapshot!(json);
}

/// Scenario: the first span of every edge case. Guarantee: odd values are clamped, missing ones stay missing, and what
/// is derived is what was read and approved by hand.
#[test]
fn promote_every_edge_case_is_as_approved() {
    let mut lines = String::new();
    for (name, request) in named_cases() {
        let Some(Visit { resource, scope, span }) = decoded(&request).into_iter().next() else {
            continue;
        };
        let promoted = promote(&resource, &scope, &span, PriceTable::bundled());
        let mut json = String::new();
        let fidelity = attributes_json(&span.attributes, &mut json);
        let start = match promoted.start_unix_nano {
            0 => "0",
            i64::MAX => "max",
            _ => "sent",
        };
        writeln!(lines, "{name}: {fidelity:?} start={start} duration={}", promoted.duration_nanos).unwrap();
        writeln!(lines, "    {}", promoted::line(&promoted)).unwrap();
        writeln!(lines, "    {}", details::line(&resource, &scope, &span)).unwrap();
    }
    insta::assert_snapshot!(lines);
}

/// Scenario: messages as a nested attribute, tokens as a double and as a text. Guarantee: read as if sent plainly.
#[test]
fn promote_structured_gen_ai_reads_every_type() {
    let request = case("structured gen_ai");
    let visit = decoded(&request).remove(0);
    let promoted = promote(&visit.resource, &visit.scope, &visit.span, &PriceTable::empty());
    assert_eq!((promoted.input_tokens, promoted.output_tokens), (Some(3), Some(4)));
    assert_eq!((promoted.cost_usd, promoted.model.as_deref()), (None, Some("m")));
}
