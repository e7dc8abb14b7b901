//! Claude Code and the Claude Agent SDK: traces (beta) and events.
//!
//! Source: code.claude.com/docs/en/monitoring-usage. Counts have no namespace and are Anthropic's: cached and written
//! tokens stand beside the input.

use super::dialect::{Dialect, Sender};
use super::field::Field;
use crate::role::Role;

pub(super) const DIALECT: Dialect = Dialect {
    keys: &[
        (Field::EventNamespace, &["claude_code."]),
        (Field::Model, &["model"]),
        (Field::UncachedInputTokens, &["input_tokens"]),
        (Field::OutputTokens, &["output_tokens"]),
        (Field::CachedInputTokens, &["cache_read_tokens", "cache_read_input_tokens"]),
        (Field::CacheWriteTokens, &["cache_creation_tokens", "cache_creation_input_tokens"]),
        (Field::CostTotal, &["cost_usd"]),
        (Field::AgentName, &["agent_name", "subagent_type", "agent_type"]),
        (Field::ToolName, &["tool_name"]),
        (Field::ErrorType, &["error_type"]),
        (Field::FinishReasons, &["stop_reason"]),
        (Field::FirstChunkMillis, &["ttft_ms"]),
        (Field::ToolCallId, &["tool_use_id"]),
        (Field::ToolArguments, &["tool_input"]),
        (Field::ToolResult, &["tool_output"]),
        (Field::Input, &["user_prompt"]),
    ],
    kinds: &[("span.type", span_type)],
    spoken_by: Some(is_speaker),
    role_by_name: Some(role),
    ..Dialect::EMPTY
};

fn is_speaker(sender: &Sender<'_>) -> bool {
    sender.name.starts_with("claude_code.") || sender.scope.starts_with("com.anthropic.claude_code")
}

fn span_type(kind: &str) -> Option<Role> {
    match kind {
        "llm_request" => Some(Role::Llm),
        "interaction" => Some(Role::Agent),
        "tool" => Some(Role::Tool),
        // parts of a tool's call, which would be counted as calls beside it
        "tool.execution" | "tool.blocked_on_user" | "hook" => Some(Role::Chain),
        _ => None,
    }
}

/// The type is also the end of the name.
fn role(sender: &Sender<'_>) -> Option<Role> {
    span_type(sender.name.strip_prefix("claude_code.")?)
}
