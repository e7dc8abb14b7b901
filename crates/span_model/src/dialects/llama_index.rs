//! LlamaIndex's own instrumentation, whose spans are named after the class and method that run.
//!
//! Source: docs.llamaindex.ai, "Instrumentation", package `llama-index-observability-otel`.

use super::dialect::{Dialect, Sender};
use super::field::Field;
use crate::role::Role;

pub(super) const DIALECT: Dialect = Dialect {
    keys: &[
        (Field::Model, &["model_dict.model", "model_dict.model_name"]),
        (Field::RetrievalQuery, &["str_or_query_bundle", "query_str"]),
    ],
    spoken_by: Some(is_speaker),
    role_against_keys: Some(role_against_keys),
    role_by_name: Some(role),
    ..Dialect::EMPTY
};

fn is_speaker(sender: &Sender<'_>) -> bool {
    sender.scope.starts_with("llamaindex") || sender.scope.starts_with("llama_index")
}

/// OpenInference calls every method of a model's class a model call; this one only makes the request.
fn role_against_keys(sender: &Sender<'_>) -> Option<Role> {
    let prepares =
        sender.name.ends_with("._prepare_chat_with_tools") && sender.scope.ends_with("llama_index");
    prepares.then_some(Role::Chain)
}

/// `OpenAI.chat-<id>`, `VectorIndexRetriever._retrieve`, `FunctionTool.call`.
fn role(sender: &Sender<'_>) -> Option<Role> {
    if !is_speaker(sender) {
        return None;
    }
    let (class, method) = sender.name.split_once('.')?;
    let method = method.split('-').next()?.trim_start_matches('_');
    if class.ends_with("Retriever") {
        return Some(Role::Retriever);
    }
    if class.ends_with("Embedding") {
        return Some(Role::Embedding);
    }
    match method {
        "chat" | "achat" | "stream_chat" | "astream_chat" | "complete" | "acomplete" | "stream_complete"
            if !class.ends_with("Engine") && !class.ends_with("Agent") =>
        {
            Some(Role::Llm)
        }
        "call" | "acall" if class.ends_with("Tool") => Some(Role::Tool),
        "run" if class.ends_with("Agent") || class.ends_with("AgentWorkflow") => Some(Role::Agent),
        "run" if class.ends_with("Workflow") => Some(Role::Workflow),
        "query" | "aquery" | "retrieve" | "aretrieve" | "synthesize" | "asynthesize" => Some(Role::Chain),
        _ => None,
    }
}
