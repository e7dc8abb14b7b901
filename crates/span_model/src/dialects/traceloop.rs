//! OpenLLMetry, the SDK and instrumentations of Traceloop, and the `llm.*` keys of its first versions.
//!
//! Source: github.com/traceloop/openllmetry, `opentelemetry-semantic-conventions-ai`. Its instrumentations add cached
//! tokens to the input before they send it.

use super::dialect::Dialect;
use super::field::Field;
use crate::role::Role;

pub(super) const DIALECT: Dialect = Dialect {
    keys: &[
        (
            Field::Model,
            &["llm.request.model_name", "llm.response.model_name", "llm.response.model", "llm.request.model"],
        ),
        (Field::InputTokens, &["llm.usage.prompt_tokens"]),
        (Field::OutputTokens, &["llm.usage.completion_tokens"]),
        (Field::TotalTokens, &["llm.usage.total_tokens"]),
        (Field::CachedInputTokens, &["llm.usage.cache_read_input_tokens"]),
        (Field::CacheWriteTokens, &["llm.usage.cache_creation_input_tokens"]),
        (Field::ReasoningTokens, &["llm.usage.reasoning_tokens"]),
        (Field::CostTotal, &["llm.usage.total_cost"]),
        (
            Field::SessionId,
            &[
                "traceloop.association.properties.session_id",
                "traceloop.association.properties.chat_id",
                "traceloop.association.properties.conversation_id",
                "traceloop.association.properties.thread_id",
            ],
        ),
        (Field::UserId, &["llm.user", "traceloop.association.properties.user_id"]),
        (Field::EntityName, &["traceloop.entity.name"]),
        (Field::AnswerPrefix, &["gen_ai.completion."]),
        (Field::RequestModel, &["llm.request.model_name", "llm.request.model"]),
        (
            Field::FinishReasons,
            &["llm.response.finish_reason", "llm.response.stop_reason", "gen_ai.response.stop_reason"],
        ),
        (Field::IsStreaming, &["llm.is_streaming"]),
        (Field::ChunkEvent, &["gen_ai.content.completion.chunk", "llm.content.completion.chunk"]),
        (Field::Input, &["traceloop.entity.input"]),
        (Field::Output, &["traceloop.entity.output"]),
        (Field::ToolListPrefix, &["llm.request.functions."]),
        (Field::WorkflowName, &["traceloop.workflow.name"]),
        (Field::EntityPath, &["traceloop.entity.path"]),
        (Field::PromptName, &["traceloop.prompt.key"]),
        (Field::PromptVersion, &["traceloop.prompt.version"]),
        (Field::PromptTemplate, &["traceloop.prompt.template"]),
        (Field::PromptVariables, &["traceloop.prompt.template_variables"]),
        (Field::MetadataPrefix, &["traceloop.association.properties."]),
        (Field::DocumentEvent, &["db.query.result"]),
        (Field::DocumentEventPrefix, &["db.query.result."]),
    ],
    kinds: &[("traceloop.span.kind", span_kind), ("llm.request.type", request_type)],
    ..Dialect::EMPTY
};

fn span_kind(kind: &str) -> Option<Role> {
    match kind {
        "workflow" => Some(Role::Workflow),
        "task" => Some(Role::Chain),
        "agent" => Some(Role::Agent),
        "tool" => Some(Role::Tool),
        _ => None,
    }
}

/// The kind of request; LiteLLM has the same key with the names of its functions, asynchronous ones with an "a".
fn request_type(request: &str) -> Option<Role> {
    match request {
        "chat" | "completion" | "acompletion" | "text_completion" | "atext_completion" | "responses"
        | "aresponses" => Some(Role::Llm),
        "embedding" | "aembedding" => Some(Role::Embedding),
        "rerank" | "arerank" => Some(Role::Reranker),
        _ => None,
    }
}
