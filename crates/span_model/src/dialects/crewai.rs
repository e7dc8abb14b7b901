//! CrewAI's own telemetry: crews, tasks and the agent of each.
//!
//! Source: docs.crewai.com/telemetry. Its model calls are seen by other instrumentations.

use super::dialect::{Dialect, Sender};
use super::field::Field;
use crate::role::Role;

pub(super) const DIALECT: Dialect = Dialect {
    keys: &[
        (Field::AgentName, &["crewai.agent.role", "agent_role"]),
        (Field::WorkflowName, &["crewai.crew.name", "crew_name"]),
        (Field::EntityName, &["crewai.task.name"]),
    ],
    role_by_name: Some(role),
    ..Dialect::EMPTY
};

fn role(sender: &Sender<'_>) -> Option<Role> {
    if !sender.scope.starts_with("crewai") {
        return None;
    }
    match sender.name {
        "Crew Created" | "Crew Execution" | "Flow Execution" => Some(Role::Workflow),
        "Task Created" | "Task Execution" => Some(Role::Chain),
        "Tool Usage" => Some(Role::Tool),
        _ => None,
    }
}
