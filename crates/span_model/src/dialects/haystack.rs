//! Haystack's own tracing: components and pipelines by the class of the component.
//!
//! Source: docs.haystack.deepset.ai/docs/tracing.

use super::dialect::{Dialect, Sender};
use super::field::Field;
use crate::role::Role;

pub(super) const DIALECT: Dialect = Dialect {
    keys: &[
        (Field::EntityName, &["haystack.component.name"]),
        (Field::ToolName, &["haystack.tool.name"]),
        (Field::Input, &["haystack.component.input", "haystack.agent.input", "haystack.pipeline.input_data"]),
        (
            Field::Output,
            &["haystack.component.output", "haystack.agent.output", "haystack.pipeline.output_data"],
        ),
        (Field::ToolArguments, &["haystack.tool.input"]),
        (Field::ToolResult, &["haystack.tool.output"]),
    ],
    kinds: &[("haystack.component.type", component)],
    role_by_name: Some(role),
    ..Dialect::EMPTY
};

/// Classes are named after what they do: `OpenAIChatGenerator`, `SentenceTransformersTextEmbedder`.
fn component(class: &str) -> Option<Role> {
    let ends = |ends: &[&str]| ends.iter().any(|end| class.ends_with(end));
    if !class.starts_with(|first: char| first.is_ascii_uppercase()) {
        return None;
    }
    Some(if ends(&["Generator"]) {
        Role::Llm
    } else if ends(&["Embedder"]) {
        Role::Embedding
    } else if ends(&["Retriever", "WebSearch"]) {
        Role::Retriever
    } else if ends(&["Ranker"]) {
        Role::Reranker
    } else if ends(&["PromptBuilder"]) {
        Role::Prompt
    } else if ends(&["Evaluator"]) {
        Role::Evaluator
    } else if ends(&["ToolInvoker"]) {
        Role::Tool
    } else if ends(&["Agent"]) {
        Role::Agent
    } else {
        Role::Chain
    })
}

fn role(sender: &Sender<'_>) -> Option<Role> {
    match sender.name {
        "haystack.pipeline.run" | "haystack.async_pipeline.run" => Some(Role::Workflow),
        "haystack.agent.run" => Some(Role::Agent),
        _ => None,
    }
}
