//! AutoGen's runtime, whose messages between agents have no role of their own but name the agent.
//!
//! Source: microsoft.github.io/autogen, "Open Telemetry". Model calls, agents and tools speak OpenTelemetry's words.

use super::dialect::Dialect;
use super::field::Field;

pub(super) const DIALECT: Dialect = Dialect {
    keys: &[(Field::AgentName, &["autogen.agent.name", "recipient_agent_type"])],
    ..Dialect::EMPTY
};
