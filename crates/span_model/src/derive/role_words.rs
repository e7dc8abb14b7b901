//! Each vocabulary's words for what a span does.

use super::role::Role;
use super::vocabulary::{Field, Slots};
use crate::otlp::value::{Scope, Span};

/// What a word of one vocabulary means.
type Words = fn(&str) -> Option<Role>;

/// Each vocabulary with its words, the best first; a word that says nothing ("UNKNOWN", "span") leaves it to the next.
const VOCABULARIES: &[(Field, Words)] = &[
    (Field::OpenInferenceKind, openinference),
    (Field::OperationName, operation_name),
    (Field::TraceloopKind, traceloop),
    (Field::RequestType, request_type),
    (Field::LangfuseType, langfuse),
    (Field::LangsmithKind, langsmith),
    (Field::AiOperationId, ai_operation_id),
    (Field::JunjoOperationType, junjo_operation_type),
    (Field::JunjoSpanType, junjo_span_type),
    (Field::JunjoEvaluationRole, junjo_evaluation_role),
    (Field::OpenAiAgentsType, openai_agents_type),
    (Field::McpMethod, mcp_method),
];

/// What Logfire calls the placeholder of a span that has not ended: with a role it would be counted beside the span.
const PENDING: &str = "pending_span";

/// What the span does, from the best vocabulary that says so, else from what it carries.
pub(super) fn role_of(slots: &Slots<'_, '_>, scope: &Scope<'_>, span: &Span<'_>) -> Option<Role> {
    if slots.str(Field::LogfireSpanType) == Some(PENDING) {
        return None;
    }
    VOCABULARIES
        .iter()
        .find_map(|(field, role)| slots.str(*field).and_then(role))
        .or_else(|| from_usage(slots))
        .or_else(|| from_content(slots, scope, span))
}

/// What the span of a log record does, as far as the record says.
pub(super) fn role_of_log(slots: &Slots<'_, '_>, event_name: &str) -> Option<Role> {
    let said = || VOCABULARIES.iter().find_map(|(field, role)| slots.str(*field).and_then(role));
    said().or_else(|| from_event(event_name)).or_else(|| from_usage(slots))
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
    slots.get(Field::InputTokens).or(slots.get(Field::OutputTokens))?;
    Some(if slots.get(Field::AgentName).is_some() {
        Role::Agent
    } else if slots.get(Field::OutputTokens).is_some() || slots.get(Field::Model).is_none() {
        Role::Llm
    } else {
        Role::Embedding
    })
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

fn openinference(kind: &str) -> Option<Role> {
    match kind {
        "LLM" => Some(Role::Llm),
        "EMBEDDING" => Some(Role::Embedding),
        "CHAIN" | "DECISION" => Some(Role::Chain),
        "RETRIEVER" => Some(Role::Retriever),
        "RERANKER" => Some(Role::Reranker),
        "TOOL" => Some(Role::Tool),
        "AGENT" => Some(Role::Agent),
        "GUARDRAIL" => Some(Role::Guardrail),
        "EVALUATOR" => Some(Role::Evaluator),
        "PROMPT" => Some(Role::Prompt),
        _ if kind.bytes().any(|byte| byte.is_ascii_lowercase()) => openinference(&kind.to_ascii_uppercase()),
        _ => None,
    }
}

fn operation_name(name: &str) -> Option<Role> {
    match name {
        "chat" | "text_completion" | "generate_content" | "completion" => Some(Role::Llm),
        "embeddings" | "embedding" => Some(Role::Embedding),
        "retrieval" => Some(Role::Retriever),
        "rerank" => Some(Role::Reranker),
        "execute_tool" => Some(Role::Tool),
        "invoke_agent" | "create_agent" => Some(Role::Agent),
        "invoke_workflow" => Some(Role::Workflow),
        _ => None,
    }
}

fn traceloop(kind: &str) -> Option<Role> {
    match kind {
        "workflow" => Some(Role::Workflow),
        "task" => Some(Role::Chain),
        "agent" => Some(Role::Agent),
        "tool" => Some(Role::Tool),
        _ => None,
    }
}

fn request_type(request: &str) -> Option<Role> {
    match request {
        "chat" | "completion" => Some(Role::Llm),
        "embedding" => Some(Role::Embedding),
        "rerank" => Some(Role::Reranker),
        _ => None,
    }
}

fn langfuse(observation: &str) -> Option<Role> {
    match observation {
        "generation" => Some(Role::Llm),
        "embedding" => Some(Role::Embedding),
        "agent" => Some(Role::Agent),
        "tool" => Some(Role::Tool),
        "chain" => Some(Role::Chain),
        "retriever" => Some(Role::Retriever),
        "evaluator" => Some(Role::Evaluator),
        "guardrail" => Some(Role::Guardrail),
        _ => None,
    }
}

fn langsmith(kind: &str) -> Option<Role> {
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

/// The Vercel AI SDK: only the inner `do…` spans call a model, the outer ones repeat the sum of their usage.
fn ai_operation_id(id: &str) -> Option<Role> {
    let operation = id.strip_prefix("ai.")?;
    Some(match operation.rsplit('.').next() {
        Some("doGenerate" | "doStream") => Role::Llm,
        Some("doEmbed") => Role::Embedding,
        Some("doRerank") => Role::Reranker,
        _ if operation == "toolCall" => Role::Tool,
        _ => Role::Chain,
    })
}

fn junjo_operation_type(operation: &str) -> Option<Role> {
    match operation {
        "model_request" => Some(Role::Llm),
        "tool" => Some(Role::Tool),
        _ => None,
    }
}

fn junjo_span_type(kind: &str) -> Option<Role> {
    match kind {
        "workflow" => Some(Role::Workflow),
        "subflow" => Some(Role::Subflow),
        "node" => Some(Role::Node),
        "run_concurrent" => Some(Role::RunConcurrent),
        "agent" => Some(Role::Agent),
        _ => None,
    }
}

fn junjo_evaluation_role(role: &str) -> Option<Role> {
    match role {
        "judge" | "verifier" => Some(Role::Evaluator),
        "orchestrator" | "subject" => Some(Role::Chain),
        _ => None,
    }
}

/// The openai-agents plugin, for the spans that get no `gen_ai.operation.name`.
fn openai_agents_type(kind: &str) -> Option<Role> {
    match kind {
        "guardrail" => Some(Role::Guardrail),
        "handoff" | "task" | "turn" | "custom" | "mcp_tools" | "speech_group" => Some(Role::Chain),
        _ => None,
    }
}

fn mcp_method(method: &str) -> Option<Role> {
    match method {
        "tools/call" => Some(Role::Tool),
        "prompts/get" => Some(Role::Prompt),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: Vercel operation ids. Guarantee: only the inner calls are model calls.
    #[test]
    fn ai_operation_id_tells_inner_from_outer() {
        for (id, role) in [
            ("ai.generateText", Some(Role::Chain)),
            ("ai.generateText.doGenerate", Some(Role::Llm)),
            ("ai.streamObject.doStream", Some(Role::Llm)),
            ("ai.embedMany", Some(Role::Chain)),
            ("ai.embedMany.doEmbed", Some(Role::Embedding)),
            ("ai.toolCall", Some(Role::Tool)),
            ("doGenerate", None),
        ] {
            assert_eq!(ai_operation_id(id), role, "{id}");
        }
    }

    /// Scenario: OpenInference kinds in both cases and unknown ones. Guarantee: case does not matter, unknown is none.
    #[test]
    fn openinference_kind_ignores_case() {
        assert_eq!(openinference("llm"), Some(Role::Llm));
        assert_eq!(openinference("Chain"), Some(Role::Chain));
        assert_eq!(openinference("UNKNOWN"), None);
        assert_eq!(openinference("unknown"), None);
    }
}
