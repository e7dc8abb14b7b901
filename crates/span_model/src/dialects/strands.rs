//! Strands Agents, beside what it says in OpenTelemetry's words.
//!
//! Source: github.com/strands-agents/sdk-python, `telemetry/tracer.py`. It hands on what the model's provider counts:
//! Bedrock's cached tokens stand beside the input, which its total shows.

use super::dialect::{Dialect, Sender};
use super::field::Field;
use crate::role::Role;

pub(super) const DIALECT: Dialect = Dialect {
    keys: &[
        (Field::FirstChunkMillis, &["gen_ai.server.time_to_first_token"]),
        (Field::ToolKind, &["strands.tool.type"]),
    ],
    kinds: &[("gen_ai.operation.name", operation)],
    role_by_name: Some(role),
    ..Dialect::EMPTY
};

/// One turn of the agent: a model's call and the tools that it asks for.
fn operation(name: &str) -> Option<Role> {
    (name == "execute_event_loop_cycle").then_some(Role::Chain)
}

fn role(sender: &Sender<'_>) -> Option<Role> {
    if !sender.scope.starts_with("strands") {
        return None;
    }
    match sender.name.split(' ').next()? {
        "chat" => Some(Role::Llm),
        "invoke_agent" => Some(Role::Agent),
        "execute_tool" => Some(Role::Tool),
        "execute_event_loop_cycle" => Some(Role::Chain),
        _ => None,
    }
}
