//! The promoted fields of every span in the captures, one line a span.

use std::fmt::Write;

use junjo_span_model::{PriceTable, Promoted, SpanStatus, decode_spans, promote};

use crate::captures;

/// The fields that say something, in one line; times are left out, for they only say when the capture was made.
pub(crate) fn line(promoted: &Promoted<'_>) -> String {
    let mut line = format!("{:?} {:?}", promoted.service, promoted.name);
    let mut part = |name: &str, value: Option<&dyn std::fmt::Display>| {
        if let Some(value) = value {
            write!(line, " {name}={value}").unwrap();
        }
    };
    part("kind", (promoted.kind > 1).then_some(&promoted.kind as _));
    part(
        "status",
        match promoted.status {
            SpanStatus::Unset => None,
            SpanStatus::Ok => Some(&"ok"),
            SpanStatus::Error => Some(&"error"),
        },
    );
    part("role", promoted.role.as_ref().map(|role| role as _));
    part("counts", promoted.is_model_call.then_some(&"usage" as _));
    part("provider", promoted.provider.as_ref().map(|text| text as _));
    part("model", promoted.model.as_ref().map(|text| text as _));
    part("in", promoted.input_tokens.as_ref().map(|count| count as _));
    part("out", promoted.output_tokens.as_ref().map(|count| count as _));
    part("cached", promoted.cached_input_tokens.as_ref().map(|count| count as _));
    part("written", promoted.cache_write_tokens.as_ref().map(|count| count as _));
    part("reasoning", promoted.reasoning_tokens.as_ref().map(|count| count as _));
    let cost = promoted.cost_usd.map(|dollars| format!("{dollars:.8}"));
    part("usd", cost.as_ref().map(|cost| cost as _));
    part("usd_from", promoted.cost_source.as_ref().map(|source| source as _));
    part("session", promoted.session_id.as_ref().map(|text| text as _));
    part("user", promoted.user_id.as_ref().map(|text| text as _));
    part("error", promoted.error_type.as_ref().map(|text| text as _));
    part("span_type", promoted.span_type.as_ref().map(|text| text as _));
    let structural_id = promoted.structural_id.as_ref().map(|id| &id[..id.len().min(16)]);
    part("structural_id", structural_id.as_ref().map(|text| text as _));
    part("nodes", promoted.node_count.as_ref().map(|count| count as _));
    part("agent", promoted.agent_name.as_ref().map(|text| text as _));
    part("tool", promoted.tool_name.as_ref().map(|text| text as _));
    let counts = [
        ("events", promoted.event_count),
        ("exceptions", promoted.exception_count),
        ("states", promoted.state_event_count),
        ("links", promoted.link_count),
    ];
    for (name, count) in counts {
        part(name, (count > 0).then_some(&count as _));
    }
    line
}

/// One line for every span of a capture.
fn lines(name: &str) -> String {
    let mut lines = String::new();
    for request in captures::requests(name) {
        decode_spans(&request, &mut |resource, scope, span| {
            let promoted = promote(resource, scope, &span, PriceTable::bundled());
            assert!(promoted.start_unix_nano >= 0 && promoted.duration_nanos >= 0);
            writeln!(lines, "{}", line(&promoted)).unwrap();
        })
        .unwrap();
    }
    lines
}

/// Scenario: every capture. Guarantee: each span's promoted fields are those that were read and approved by hand.
#[test]
fn promote_captures_is_as_approved() {
    for name in captures::TRACES {
        insta::assert_snapshot!(format!("promoted_{name}"), lines(name));
    }
}
