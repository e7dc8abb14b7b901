//! The Codex CLI: spans of its turns and requests, and events.
//!
//! Source: github.com/openai/codex, `codex-rs/otel`. Cached tokens are part of the input, reasoning of the output. A turn
//! repeats the sum of its requests.

use super::dialect::{Dialect, Sender};
use super::field::Field;
use crate::role::Role;

pub(super) const DIALECT: Dialect = Dialect {
    keys: &[
        (Field::EventNamespace, &["codex."]),
        (Field::Model, &["model", "slug"]),
        (Field::InputTokens, &["codex.turn.token_usage.input_tokens", "input_token_count"]),
        (Field::OutputTokens, &["codex.turn.token_usage.output_tokens", "output_token_count"]),
        (Field::TotalTokens, &["codex.turn.token_usage.total_tokens"]),
        (Field::CachedInputTokens, &["codex.turn.token_usage.cached_input_tokens", "cached_token_count"]),
        (Field::CacheWriteTokens, &["codex.turn.token_usage.cache_write_input_tokens"]),
        (
            Field::ReasoningTokens,
            &[
                "codex.turn.token_usage.reasoning_output_tokens",
                "codex.usage.reasoning_output_tokens",
                "reasoning_token_count",
            ],
        ),
        (Field::SessionId, &["conversation.id", "thread.id"]),
        (Field::UserId, &["user.account_id"]),
        (Field::ToolName, &["tool_name"]),
        (Field::ToolCallId, &["call_id"]),
        (Field::ToolArguments, &["arguments"]),
        (Field::ToolResult, &["output"]),
    ],
    spoken_by: Some(is_speaker),
    role_by_name: Some(role),
    ..Dialect::EMPTY
};

fn is_speaker(sender: &Sender<'_>) -> bool {
    sender.scope.starts_with("codex")
        || sender.name.starts_with("codex.")
        || sender.name == "session_task.turn"
}

fn role(sender: &Sender<'_>) -> Option<Role> {
    match sender.name {
        "session_task.turn" => Some(Role::Agent),
        "handle_responses" if sender.scope.starts_with("codex") => Some(Role::Llm),
        _ => None,
    }
}
