//! The Model Context Protocol, by OpenTelemetry's conventions for it.

use super::dialect::Dialect;
use crate::role::Role;

pub(super) const DIALECT: Dialect = Dialect { kinds: &[("mcp.method.name", method)], ..Dialect::EMPTY };

fn method(method: &str) -> Option<Role> {
    match method {
        "tools/call" => Some(Role::Tool),
        "prompts/get" => Some(Role::Prompt),
        _ => None,
    }
}
