//! The Junjo SDK's plugin for openai-agents, for the spans that get no `gen_ai.operation.name`.

use super::dialect::Dialect;
use crate::role::Role;

pub(super) const DIALECT: Dialect =
    Dialect { kinds: &[("junjo.openai_agents.span.type", span_type)], ..Dialect::EMPTY };

fn span_type(kind: &str) -> Option<Role> {
    match kind {
        "guardrail" => Some(Role::Guardrail),
        "handoff" | "task" | "turn" | "custom" | "mcp_tools" | "speech_group" => Some(Role::Chain),
        _ => None,
    }
}
