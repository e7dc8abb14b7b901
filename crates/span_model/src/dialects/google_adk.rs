//! Google's Agent Development Kit.
//!
//! Source: github.com/google/adk-python, `telemetry/tracing.py`. Request, response and a tool's arguments are JSON under
//! `gcp.vertex.agent.`; the span of a model's call has a name but no operation.

use serde_json::{Map, Value as Json};

use super::dialect::{Dialect, Sender};
use super::field::Field;
use super::google::usage_metadata;
use crate::counts::Counts;
use crate::role::Role;

pub(super) const DIALECT: Dialect = Dialect {
    keys: &[
        (Field::SessionId, &["gcp.vertex.agent.session_id"]),
        (Field::UserId, &["gcp.vertex.agent.user_id"]),
        (Field::ReasoningTokens, &["gen_ai.usage.experimental.reasoning_tokens"]),
        (Field::CachedInputTokens, &["gen_ai.usage.experimental.cached_tokens"]),
        (Field::Input, &["gcp.vertex.agent.llm_request", "gcp.vertex.agent.data"]),
        (Field::Output, &["gcp.vertex.agent.llm_response"]),
        (Field::ToolsInside, &["gcp.vertex.agent.llm_request"]),
        (Field::ToolArguments, &["gcp.vertex.agent.tool_call_args"]),
        (Field::ToolResult, &["gcp.vertex.agent.tool_response"]),
    ],
    usage: &[("gcp.vertex.agent.llm_response", response_usage)],
    role_by_name: Some(role),
    ..Dialect::EMPTY
};

/// The response holds the API's own counts.
fn response_usage(response: &Map<String, Json>) -> Counts {
    let usage = response.get("usage_metadata").or_else(|| response.get("usageMetadata"));
    usage.and_then(Json::as_object).map(usage_metadata).unwrap_or_default()
}

fn role(sender: &Sender<'_>) -> Option<Role> {
    if !sender.scope.starts_with("gcp.vertex.agent") {
        return None;
    }
    match sender.name.split(' ').next()? {
        "call_llm" | "generate_content" => Some(Role::Llm),
        "invoke_agent" | "agent_run" => Some(Role::Agent),
        "execute_tool" => Some(Role::Tool),
        "invocation" => Some(Role::Chain),
        _ => None,
    }
}
