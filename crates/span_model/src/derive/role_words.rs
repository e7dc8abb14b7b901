//! What a span does, from what its dialect says, its name, its counts, or what it carries.

use crate::dialects::{Field, PENDING, Slots, keys};
use crate::otlp::value::{Scope, Span};
use crate::role::Role;

/// What the span does, from the best vocabulary that says so, else from what it carries.
pub(super) fn role_of(slots: &Slots<'_, '_>, scope: &Scope<'_>, span: &Span<'_>) -> Option<Role> {
    if slots.str(Field::PendingMark) == Some(PENDING) {
        return None;
    }
    slots
        .role_against_keys()
        .or_else(|| slots.role())
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
    keys(Field::MessageEvent).contains(&name).then_some(Role::Llm)
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
    if span.events.iter().any(|event| keys(Field::DocumentEvent).contains(&event.name.as_ref())) {
        return Some(Role::Retriever);
    }
    if span.dropped_attributes_count == 0 && !scope.name.starts_with("openinference.") {
        return None;
    }
    let starts = |prefixes: &[&str]| {
        let is = |key: &str| prefixes.iter().any(|prefix| key.starts_with(prefix));
        span.attributes.iter().any(|pair| is(&pair.key))
    };
    if starts(keys(Field::AnswerPrefix)) {
        Some(Role::Llm)
    } else if starts(keys(Field::EmbeddingListPrefix)) {
        Some(Role::Embedding)
    } else if starts(keys(Field::RerankerPrefix)) {
        Some(Role::Reranker)
    } else if starts(keys(Field::DocumentListPrefix)) {
        Some(Role::Retriever)
    } else if slots.get(Field::ToolName).is_some() {
        Some(Role::Tool)
    } else {
        None
    }
}
