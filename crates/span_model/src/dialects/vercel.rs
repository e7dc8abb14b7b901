//! The Vercel AI SDK, versions 3 to 7.
//!
//! Source: ai-sdk.dev/docs/ai-sdk-core/telemetry and the packages `ai` and `@ai-sdk/*`. Version 4 names prompt and
//! completion tokens and leaves cached ones to the provider's metadata; version 5 hands on what the provider says;
//! version 6 counts cached tokens into the input and says how many were not cached.

use serde_json::{Map, Value as Json};

use super::dialect::Dialect;
use super::field::Field;
use crate::counts::Counts;
use crate::role::Role;
use crate::scalar::json_count;

pub(super) const DIALECT: Dialect = Dialect {
    keys: &[
        (Field::Provider, &["ai.model.provider"]),
        (Field::Model, &["ai.response.model", "ai.model.id"]),
        (Field::InputTokens, &["ai.usage.inputTokens", "ai.usage.promptTokens", "ai.usage.tokens"]),
        (Field::UncachedInputTokens, &["ai.usage.inputTokenDetails.noCacheTokens"]),
        (Field::OutputTokens, &["ai.usage.outputTokens", "ai.usage.completionTokens"]),
        (Field::TotalTokens, &["ai.usage.totalTokens"]),
        (
            Field::CachedInputTokens,
            &["ai.usage.inputTokenDetails.cacheReadTokens", "ai.usage.cachedInputTokens"],
        ),
        (Field::CacheWriteTokens, &["ai.usage.inputTokenDetails.cacheWriteTokens"]),
        (
            Field::CachedInsideInput,
            &["ai.usage.inputTokenDetails.cacheReadTokens", "ai.usage.inputTokenDetails.cacheWriteTokens"],
        ),
        (Field::CachedAsProviderSays, &["ai.usage.cachedInputTokens"]),
        (Field::ProviderDetails, &["ai.response.providerMetadata"]),
        (
            Field::ReasoningTokens,
            &["ai.usage.outputTokenDetails.reasoningTokens", "ai.usage.reasoningTokens"],
        ),
        (
            Field::SessionId,
            &[
                "ai.telemetry.metadata.sessionId",
                "ai.telemetry.metadata.session_id",
                "ai.telemetry.metadata.threadId",
                "ai.telemetry.metadata.thread_id",
                "ai.telemetry.metadata.conversationId",
                "ai.telemetry.metadata.chatId",
            ],
        ),
        (Field::UserId, &["ai.telemetry.metadata.userId", "ai.telemetry.metadata.user_id"]),
        (Field::ToolName, &["ai.toolCall.name"]),
        (Field::ResponseId, &["ai.response.id"]),
        (Field::RequestModel, &["ai.model.id"]),
        (Field::ParameterPrefix, &["ai.settings."]),
        (Field::FinishReasons, &["ai.response.finishReason"]),
        (Field::FirstChunkMillis, &["ai.response.msToFirstChunk"]),
        (Field::FirstChunkEvent, &["ai.stream.firstChunk"]),
        (Field::ToolDefinitions, &["ai.prompt.tools"]),
        (Field::ToolCallId, &["ai.toolCall.id"]),
        (Field::ToolArguments, &["ai.toolCall.args", "ai.toolCall.input"]),
        (Field::ToolResult, &["ai.toolCall.result", "ai.toolCall.output"]),
        (Field::EntityPath, &["ai.telemetry.functionId"]),
        (Field::MetadataPrefix, &["ai.telemetry.metadata."]),
        (Field::EmbeddedTexts, &["ai.values", "ai.value"]),
    ],
    kinds: &[("ai.operationId", operation_id)],
    usage: &[("ai.response.providerMetadata", provider_metadata)],
    ..Dialect::EMPTY
};

/// Only the inner `do…` spans call a model, the outer ones repeat the sum of their usage.
fn operation_id(id: &str) -> Option<Role> {
    let operation = id.strip_prefix("ai.")?;
    Some(match operation.rsplit('.').next() {
        Some("doGenerate" | "doStream") => Role::Llm,
        Some("doEmbed") => Role::Embedding,
        Some("doRerank") => Role::Reranker,
        _ if operation == "toolCall" => Role::Tool,
        _ => Role::Chain,
    })
}

/// Parts that the SDK's own counts leave out: `{"anthropic": {"cacheCreationInputTokens": 7}}`.
fn provider_metadata(metadata: &Map<String, Json>) -> Counts {
    let objects = metadata.values().filter_map(Json::as_object);
    let objects: Vec<_> =
        objects.flat_map(|own| [Some(own), own.get("usage").and_then(Json::as_object)]).flatten().collect();
    let of = |names: &[&str]| {
        names.iter().find_map(|name| objects.iter().find_map(|object| object.get(*name).and_then(json_count)))
    };
    Counts {
        cached: of(&["cacheReadInputTokens", "cachedPromptTokens", "cache_read_input_tokens"]),
        cache_write: of(&[
            "cacheCreationInputTokens",
            "cacheWriteInputTokens",
            "cache_creation_input_tokens",
        ]),
        reasoning: of(&["reasoningTokens"]),
        ..Counts::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: Vercel operation ids. Guarantee: only the inner calls are model calls.
    #[test]
    fn operation_id_tells_inner_from_outer() {
        for (id, role) in [
            ("ai.generateText", Some(Role::Chain)),
            ("ai.generateText.doGenerate", Some(Role::Llm)),
            ("ai.streamObject.doStream", Some(Role::Llm)),
            ("ai.embedMany", Some(Role::Chain)),
            ("ai.embedMany.doEmbed", Some(Role::Embedding)),
            ("ai.toolCall", Some(Role::Tool)),
            ("doGenerate", None),
        ] {
            assert_eq!(operation_id(id), role, "{id}");
        }
    }
}
