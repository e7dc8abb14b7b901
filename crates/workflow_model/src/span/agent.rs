//! What a span says of an agent: one of its calls, or how its run ended.

use junjo_span_model::Attributes;
use serde::Serialize;
use utoipa::ToSchema;

/// A model call or tool call of an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AgentOperation {
    /// `model_request` or `tool`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its place among the agent's operations, from 1.
    pub sequence: Option<i64>,
    /// Its place among those of its type, from 1.
    pub ordinal: Option<i64>,
    /// The model, or the tool.
    pub target: Option<String>,
    /// `final_output` or `tool_calls` of a model call.
    pub response_type: Option<String>,
    /// Whether the model is a fixture: no provider was called.
    pub fixture: bool,
}

impl AgentOperation {
    pub(super) fn of(attributes: &Attributes<'_, '_>) -> Option<Self> {
        Some(Self {
            kind: attributes.text(&["junjo.agent.operation_type"])?,
            sequence: attributes.count(&["junjo.agent.operation.sequence"]),
            ordinal: attributes
                .count(&["junjo.agent.model_request.ordinal", "junjo.agent.tool_call.ordinal"]),
            target: attributes.text(&["junjo.agent.tool.name", "junjo.agent.model.name"]),
            response_type: attributes.text(&["junjo.agent.model.response_type"]),
            fixture: attributes.flag(&["junjo.model.fixture"]).unwrap_or(false),
        })
    }
}

/// How an agent's run ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct AgentOutcome {
    /// The agent's key.
    pub key: Option<String>,
    /// `completed`, `failed` or `cancelled`.
    pub outcome: Option<String>,
    /// Why it ended, for example `final_output` or `limit_exceeded`.
    pub termination_reason: Option<String>,
    /// Most model calls that it may make.
    pub model_request_limit: Option<i64>,
    /// Most tool calls that it may make.
    pub tool_call_limit: Option<i64>,
}

impl AgentOutcome {
    pub(super) fn of(attributes: &Attributes<'_, '_>) -> Self {
        Self {
            key: attributes.text(&["junjo.agent.key"]),
            outcome: attributes.text(&["junjo.agent.outcome"]),
            termination_reason: attributes.text(&["junjo.agent.termination_reason"]),
            model_request_limit: attributes.count(&["junjo.agent.limit.model_requests"]),
            tool_call_limit: attributes.count(&["junjo.agent.limit.tool_calls"]),
        }
    }
}
