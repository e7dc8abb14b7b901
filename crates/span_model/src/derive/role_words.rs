//! What a span does, from what its dialect says, its name, its counts, or what it carries.

use super::role::Role;
use crate::dialects::{Field, PENDING, Slots};
use crate::otlp::value::{Scope, Span};

/// What the span does, from the best vocabulary that says so, else from what it carries.
pub(super) fn role_of(slots: &Slots<'_, '_>, scope: &Scope<'_>, span: &Span<'_>) -> Option<Role> {
    if slots.str(Field::PendingMark) == Some(PENDING) {
        return None;
    }
    slots
        .role()
        .or_else(|| slots.role_by_name())
        .or_else(|| from_usage(slots))
        .or_else(|| from_content(slots, scope, span))
}

/// What the span of a log record does, as far as the record says.
pub(super) fn role_of_log(slots: &Slots<'_, '_>, event_name: &str) -> Option<Role> {
    slots.role().or_else(|| from_event(event_name)).or_else(|| from_usage(slots))
}

/// Messages are recorded where a model is called.
fn from_event(name: &str) -> Option<Role> {
    let is_call = matches!(
        name,
        "gen_ai.system.message"
            | "gen_ai.user.message"
            | "gen_ai.assistant.message"
            | "gen_ai.tool.message"
            | "gen_ai.choice"
            | "gen_ai.content.prompt"
            | "gen_ai.content.completion"
            | "gen_ai.client.inference.operation.details"
    );
    is_call.then_some(Role::Llm)
}

/// Old GenAI spans have no operation name, and SDKs drop the oldest attributes first when there are more than 128.
fn from_usage(slots: &Slots<'_, '_>) -> Option<Role> {
    has_counts(slots).then_some(())?;
    let has_output = slots.get(Field::OutputTokens).or(slots.get(Field::VisibleOutputTokens)).is_some();
    Some(if slots.get(Field::AgentName).is_some() {
        Role::Agent
    } else if has_output || slots.get(Field::Model).is_none() {
        Role::Llm
    } else {
        Role::Embedding
    })
}

fn has_counts(slots: &Slots<'_, '_>) -> bool {
    [Field::InputTokens, Field::UncachedInputTokens, Field::OutputTokens, Field::VisibleOutputTokens]
        .into_iter()
        .any(|field| slots.get(field).is_some())
}

fn from_content(slots: &Slots<'_, '_>, scope: &Scope<'_>, span: &Span<'_>) -> Option<Role> {
    if span.events.iter().any(|event| event.name == "db.query.result") {
        return Some(Role::Retriever);
    }
    if span.dropped_attributes_count == 0 && !scope.name.starts_with("openinference.") {
        return None;
    }
    let has = |prefix: &str| span.attributes.iter().any(|pair| pair.key.starts_with(prefix));
    if has("llm.output_messages.") || has("gen_ai.completion.") || has("gen_ai.output.messages") {
        Some(Role::Llm)
    } else if has("embedding.embeddings.") {
        Some(Role::Embedding)
    } else if has("reranker.") {
        Some(Role::Reranker)
    } else if has("retrieval.documents.") {
        Some(Role::Retriever)
    } else if slots.get(Field::ToolName).is_some() {
        Some(Role::Tool)
    } else {
        None
    }
}
