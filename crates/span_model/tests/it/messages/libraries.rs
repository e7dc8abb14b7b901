//! Captures of real libraries, made by `examples/captures`: role, model, tokens and messages of every span.

use std::collections::HashMap;
use std::fmt::Write;

use junjo_span_model::{
    LogRecord, PriceTable, Resource, Scope, Span, SpanId, decode_logs, decode_spans, details_with_logs,
    promote,
};
use serde_json::Value as Json;

use super::short;
use crate::captures;

/// The library, and whether its messages come as log records.
const LIBRARIES: [(&str, bool); 10] = [
    ("autogen", false),
    ("crewai", false),
    ("google_adk", true),
    ("haystack", false),
    ("litellm", false),
    ("llama_index", false),
    ("openai_agents", false),
    ("pydantic_ai", false),
    ("semantic_kernel", true),
    ("strands", false),
];

/// Characters of a text that stay in a snapshot.
const TEXT_CHARS: usize = 120;

/// One span: what it is and counts, then what went in and what came out.
fn lines(resource: &Resource<'_>, scope: &Scope<'_>, span: &Span<'_>, logs: &[LogRecord<'_>]) -> String {
    let details = serde_json::to_value(details_with_logs(resource, scope, span, logs)).unwrap();
    let promoted = promote(resource, scope, span, PriceTable::bundled());
    let mut lines = format!("{:?}", span.name.split("Crew_").next().unwrap());
    for field in ["role", "provider", "model", "input_tokens", "output_tokens", "cached_input_tokens"] {
        if details[field] != Json::Null {
            write!(lines, " {field}={}", details[field].to_string().trim_matches('"')).unwrap();
        }
    }
    for field in ["cost_usd", "user_id", "session_id", "time_to_first_chunk_nanos"] {
        if details[field] != Json::Null {
            write!(lines, " {field}={}", details[field].to_string().trim_matches('"')).unwrap();
        }
    }
    if details["finish_reasons"] != Json::Array(Vec::new()) {
        write!(lines, " finish_reasons={}", details["finish_reasons"]).unwrap();
    }
    if let Some(tool) = &promoted.tool_name {
        write!(lines, " tool={tool}").unwrap();
    }
    if details["tool_call"] != Json::Null {
        let call = &details["tool_call"];
        write!(lines, "\n    called with {} gave {}", call["arguments"], call["result"]).unwrap();
    }
    for side in ["input_messages", "output_messages"] {
        for message in short(&details[side]).as_array().unwrap() {
            let message: String = message.to_string().chars().take(TEXT_CHARS).collect();
            write!(lines, "\n    {side} {message}").unwrap();
        }
    }
    lines
}

/// Scenario: every capture of a library that ran against a vendor on loopback. Guarantee: each span's role, model, counts and
/// messages are those that were read and approved by hand.
#[test]
fn spans_of_libraries_are_as_approved() {
    for (library, has_logs) in LIBRARIES {
        let requests = captures::requests(&format!("real_{library}"));
        let log_requests =
            if has_logs { captures::requests(&format!("real_{library}.logs")) } else { Vec::new() };
        let mut logs: HashMap<Option<SpanId>, Vec<LogRecord<'_>>> = HashMap::new();
        for request in &log_requests {
            decode_logs(request, &mut |_, record| logs.entry(record.span_id).or_default().push(record))
                .unwrap();
        }
        let mut read = String::new();
        for request in &requests {
            decode_spans(request, &mut |resource, scope, span| {
                let logs = logs.get(&Some(span.span_id)).map_or(&[][..], Vec::as_slice);
                writeln!(read, "{}", lines(resource, scope, &span, logs)).unwrap();
            })
            .unwrap();
        }
        insta::assert_snapshot!(format!("library_{library}"), read);
    }
}
