//! Junjo runs out of the real captures, and out of whatever else a client may send.

#![expect(clippy::unwrap_used, reason = "helpers of tests may unwrap")]

mod arbitrary;
#[path = "../../../span_model/tests/it/arbitrary.rs"]
mod arbitrary_otlp;
mod blame;
mod captures;
mod contract_rules;
mod contract_v2;
mod edges;
mod history;
mod hostile;
mod runs;

use std::collections::{BTreeMap, HashMap};

use junjo_span_model::{SpanId, TraceId, decode_spans};
use junjo_test_support::{delimited_messages, fixture};
use junjo_workflow_model::{JunjoSpan, JunjoTrace};

/// All traces in a capture, by id.
fn traces(capture: &str) -> BTreeMap<TraceId, JunjoTrace> {
    let mut spans: BTreeMap<TraceId, Vec<JunjoSpan>> = BTreeMap::new();
    for request in delimited_messages(&fixture(&format!("{capture}.bin"))) {
        let mut sink = |_: &_, _: &_, span: junjo_span_model::Span<'_>| {
            spans.entry(span.trace_id).or_default().push(JunjoSpan::read(&span));
        };
        decode_spans(&request, &mut |resource, scope, span| sink(resource, scope, span)).unwrap();
    }
    spans.into_iter().map(|(id, spans)| (id, trace(spans))).collect()
}

fn trace(spans: Vec<JunjoSpan>) -> JunjoTrace {
    let parents: HashMap<SpanId, Option<SpanId>> =
        spans.iter().map(|span| (span.span_id, span.parent_span_id)).collect();
    JunjoTrace::new(spans, parents)
}

/// The id with this number.
fn id(number: u64) -> SpanId {
    SpanId(number.to_be_bytes())
}
