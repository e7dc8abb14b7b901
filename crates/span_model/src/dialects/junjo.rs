//! The Junjo SDK's workflows, nodes and agents. Its graphs and states are read in `crate::junjo`.

use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::dialect::Dialect;
use super::field::Field;
use crate::counts::Counts;
use crate::role::Role;
use crate::scalar::json_count;

pub(super) const DIALECT: Dialect = Dialect {
    keys: &[
        (Field::Provider, &["junjo.agent.model.provider"]),
        (Field::Model, &["junjo.agent.model.name"]),
        (Field::CorrelationId, &["junjo.correlation.id"]),
        (Field::CorrelationType, &["junjo.correlation.type"]),
        (Field::RuntimeId, &["junjo.executable_runtime_id"]),
        (Field::AgentKey, &["junjo.agent.key"]),
        (Field::RunOutcome, &["junjo.agent.outcome"]),
        (Field::RunCancelled, &["junjo.cancelled"]),
        (Field::AgentName, &["junjo.agent.name"]),
        (Field::ToolName, &["junjo.agent.tool.name"]),
        (Field::SpanType, &["junjo.span_type"]),
        (Field::StructuralId, &["junjo.executable_structural_id"]),
        (Field::NodeCount, &["junjo.workflow.node.count"]),
        (Field::StateEvent, &["set_state"]),
        (Field::Input, &["junjo.agent.input"]),
        (Field::Output, &["junjo.agent.output"]),
        (Field::ToolsInside, &["junjo.agent.model.request"]),
        (Field::ToolCallId, &["junjo.agent.tool_call.id"]),
        (Field::ToolArguments, &["junjo.agent.tool.arguments", "junjo.agent.tool.requested_arguments"]),
        (Field::ToolResult, &["junjo.agent.tool.result", "junjo.agent.tool.result_candidate"]),
        (Field::AgentId, &["junjo.agent.key"]),
        (Field::Cancelled, &["junjo.cancelled"]),
        (Field::CancelledReason, &["junjo.cancelled_reason"]),
    ],
    kinds: &[
        ("junjo.agent.operation_type", operation_type),
        ("junjo.span_type", span_type),
        ("junjo.evaluation.role", evaluation_role),
    ],
    usage: &[("junjo.agent.model.usage", model_usage), ("junjo.agent.usage", agent_usage)],
    ..Dialect::EMPTY
};

fn operation_type(operation: &str) -> Option<Role> {
    match operation {
        "model_request" => Some(Role::Llm),
        "tool" => Some(Role::Tool),
        _ => None,
    }
}

fn span_type(kind: &str) -> Option<Role> {
    match kind {
        "workflow" => Some(Role::Workflow),
        "subflow" => Some(Role::Subflow),
        "node" => Some(Role::Node),
        "run_concurrent" => Some(Role::RunConcurrent),
        "agent" => Some(Role::Agent),
        _ => None,
    }
}

fn evaluation_role(role: &str) -> Option<Role> {
    match role {
        "judge" | "verifier" => Some(Role::Evaluator),
        "orchestrator" | "subject" => Some(Role::Chain),
        _ => None,
    }
}

/// `{"v":1,"inputTokens":412,"outputTokens":31,"cachedInputTokens":128,"totalTokens":443}`.
fn model_usage(usage: &Map<String, Json>) -> Counts {
    let of = |name: &str| usage.get(name).and_then(json_count);
    Counts {
        input: of("inputTokens"),
        output: of("outputTokens"),
        total: of("totalTokens"),
        cached: of("cachedInputTokens"),
        reasoning: of("reasoningTokens"),
        ..Counts::default()
    }
    .inclusive()
}

/// `{"v":1,"modelResponses":2,"fields":{"inputTokens":{"sum":952,"observations":2},…}}`.
fn agent_usage(usage: &Map<String, Json>) -> Counts {
    #[derive(Deserialize)]
    struct Sum {
        sum: Json,
    }
    let fields = usage.get("fields").and_then(Json::as_object);
    let sums = fields.into_iter().flatten().filter_map(|(name, field)| {
        let sum = Sum::deserialize(field).ok()?;
        Some((name.clone(), sum.sum))
    });
    model_usage(&sums.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: an agent's sums with a negative one and a strange field. Guarantee: what is a count is read.
    #[test]
    fn agent_usage_reads_sums() {
        let usage: Map<String, Json> = serde_json::from_str(
            r#"{"v":1,"fields":{"inputTokens":{"sum":952,"observations":2},"outputTokens":{"sum":-1},"x":3}}"#,
        )
        .unwrap();
        let agent = agent_usage(&usage);
        assert_eq!((agent.input, agent.output), (Some(952), None));
    }
}
