//! LangSmith's OpenTelemetry exporter, of LangChain and LangGraph.
//!
//! Source: docs.langchain.com/langsmith/trace-with-opentelemetry and `langsmith/_internal/otel/_otel_exporter.py`.
//! `langsmith.trace.session_id` is left out: it names the LangSmith project, not a conversation. Threads are metadata.

use serde_json::{Map, Value as Json};

use super::dialect::Dialect;
use super::field::Field;
use crate::counts::Counts;
use crate::role::Role;
use crate::scalar::json_count;

pub(super) const DIALECT: Dialect = Dialect {
    keys: &[
        (Field::Provider, &["langsmith.metadata.ls_provider"]),
        (Field::Model, &["langsmith.metadata.ls_model_name"]),
        (
            Field::SessionId,
            &[
                "langsmith.metadata.session_id",
                "langsmith.metadata.thread_id",
                "langsmith.metadata.conversation_id",
            ],
        ),
        (Field::Metadata, &["langsmith.metadata"]),
        (Field::UserId, &["langsmith.metadata.user_id"]),
        (Field::AgentName, &["langsmith.metadata.lc_agent_name", "langsmith.metadata.agent_name"]),
        (Field::Tags, &["langsmith.span.tags"]),
        (Field::MetadataPrefix, &["langsmith.metadata."]),
        (Field::MetadataObject, &["langsmith.metadata"]),
    ],
    kinds: &[("langsmith.span.kind", span_kind)],
    usage: &[
        ("gen_ai.usage.input_token_details", input_details),
        ("gen_ai.usage.output_token_details", output_details),
    ],
    ..Dialect::EMPTY
};

fn span_kind(kind: &str) -> Option<Role> {
    match kind {
        "llm" => Some(Role::Llm),
        "chain" | "parser" => Some(Role::Chain),
        "tool" => Some(Role::Tool),
        "retriever" => Some(Role::Retriever),
        "embedding" => Some(Role::Embedding),
        "prompt" => Some(Role::Prompt),
        _ => None,
    }
}

/// LangChain's `input_token_details`, parts of the input: `{"cache_read": 10, "cache_creation": 0, "audio": 0}`.
fn input_details(details: &Map<String, Json>) -> Counts {
    let of = |name: &str| details.get(name).and_then(json_count);
    Counts {
        cached: of("cache_read"),
        cache_write: of("cache_creation"),
        audio_input: of("audio"),
        ..Counts::default()
    }
}

/// LangChain's `output_token_details`, parts of the output: `{"reasoning": 2, "audio": 0}`.
fn output_details(details: &Map<String, Json>) -> Counts {
    let of = |name: &str| details.get(name).and_then(json_count);
    Counts { reasoning: of("reasoning"), audio_output: of("audio"), ..Counts::default() }
}
