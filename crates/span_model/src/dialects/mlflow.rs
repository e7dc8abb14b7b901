//! MLflow's tracing, whose attributes are all JSON, texts in quotes included.
//!
//! Source: mlflow.org/docs/latest/genai/tracing and `mlflow/tracing/constant.py`. Input tokens include cached ones.

use serde_json::{Map, Value as Json};

use super::dialect::Dialect;
use super::field::Field;
use crate::counts::Counts;
use crate::role::Role;
use crate::scalar::json_count;

pub(super) const DIALECT: Dialect = Dialect {
    keys: &[
        (Field::Input, &["mlflow.spanInputs"]),
        (Field::Output, &["mlflow.spanOutputs"]),
        (Field::ToolDefinitions, &["mlflow.chat.tools"]),
    ],
    kinds: &[("mlflow.spanType", span_type)],
    usage: &[("mlflow.chat.tokenUsage", token_usage)],
    ..Dialect::EMPTY
};

fn span_type(kind: &str) -> Option<Role> {
    match kind.trim_matches('"') {
        "LLM" | "CHAT_MODEL" => Some(Role::Llm),
        "EMBEDDING" => Some(Role::Embedding),
        "CHAIN" | "PARSER" | "TASK" => Some(Role::Chain),
        "AGENT" => Some(Role::Agent),
        "TOOL" => Some(Role::Tool),
        "RETRIEVER" => Some(Role::Retriever),
        "RERANKER" => Some(Role::Reranker),
        "WORKFLOW" => Some(Role::Workflow),
        "GUARDRAIL" => Some(Role::Guardrail),
        "EVALUATOR" => Some(Role::Evaluator),
        _ => None,
    }
}

/// `{"input_tokens": 40, "output_tokens": 12, "total_tokens": 52, "cache_read_input_tokens": 16}`.
fn token_usage(usage: &Map<String, Json>) -> Counts {
    let of = |name: &str| usage.get(name).and_then(json_count);
    Counts {
        input: of("input_tokens"),
        output: of("output_tokens"),
        total: of("total_tokens"),
        cached: of("cache_read_input_tokens"),
        cache_write: of("cache_creation_input_tokens"),
        ..Counts::default()
    }
}
