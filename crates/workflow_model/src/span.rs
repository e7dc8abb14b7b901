//! What one span says in Junjo's vocabulary, legacy (0.41 to 0.62), 0.63 and contracts 1 to 3, in one shape.
//!
//! | field | legacy key | key since 0.63 |
//! |---|---|---|
//! | `definition_id` | `junjo.id` | `junjo.executable_definition_id` |
//! | `runtime_id` | `junjo.id` | `junjo.executable_runtime_id` |
//! | `parent_runtime_id` | `junjo.parent_id` | `junjo.parent_executable_runtime_id` |
//! | `graph` | `junjo.workflow.graph_structure` | `junjo.workflow.execution_graph_snapshot` |

use junjo_span_model::{Attributes, Exception, Span, SpanId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::kind::ExecutableKind;
use crate::store::{StateEvent, StoreClaim, claims, state_events};

/// OTLP's status code of a failure.
const STATUS_ERROR: i32 = 2;
/// Hook events that are kept of one span; SDKs send at most 128 events.
const HOOKS_MAX: usize = 128;

/// Which of Junjo's vocabularies the span speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Vocabulary {
    /// SDK 0.41 to 0.62: one id, graph version 1, events without numbers.
    Legacy,
    /// SDK 0.63: five ids, graph version 2, no contract version yet.
    Identity,
    /// SDK 0.64 and later: a contract version says what to expect.
    Contract,
}

/// What the application correlates a run with, for example the turn of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Correlation {
    /// The application's word for what it is.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Its id.
    pub id: String,
}

/// The evaluation that a span belongs to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct EvaluationContext {
    /// `orchestrator`, `subject`, `judge` or `verifier`.
    pub role: Option<String>,
    /// `evaluation` or `dataset_generation`.
    pub run_class: Option<String>,
    /// The dataset.
    pub dataset_id: Option<String>,
    /// The evaluation's run.
    pub run_id: Option<String>,
    /// The case of the dataset.
    pub case_id: Option<String>,
    /// The case's key.
    pub case_key: Option<String>,
    /// The attempt at the case.
    pub attempt_id: Option<String>,
    /// Revision of the application's source.
    pub source_revision: Option<String>,
}

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

/// Something that went wrong in or around a hook; the span itself did not fail because of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HookProblem {
    /// `junjo.hook_error`, `junjo.hook_delivery_cancelled` or `junjo.agent.terminal_commit_failed`.
    pub name: String,
    /// The hook's event.
    pub hook_event: Option<String>,
    /// The callback.
    pub callback: Option<String>,
    /// Class of the error.
    pub error_type: Option<String>,
    /// Its message, why the delivery was cancelled, or the outcome that could not be kept.
    pub message: Option<String>,
    /// When, in decimal nanoseconds since the Unix epoch.
    pub time_unix_nano: String,
}

/// One span, read.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    missing_docs,
    reason = "what a span says under that name; the module's table and OTLP explain the rest"
)]
pub struct JunjoSpan {
    pub span_id: SpanId,
    pub parent_span_id: Option<SpanId>,
    pub name: String,
    pub start_unix_nano: u64,
    pub end_unix_nano: u64,
    pub failed: bool,
    /// What it executes; `None` for spans that only carry events or belong to an agent or evaluation.
    pub kind: Option<ExecutableKind>,
    pub vocabulary: Vocabulary,
    pub contract_version: Option<i64>,
    pub definition_id: Option<String>,
    pub runtime_id: Option<String>,
    pub structural_id: Option<String>,
    pub parent_runtime_id: Option<String>,
    /// JSON text of the declared graph.
    pub graph: Option<String>,
    pub node_count: Option<i64>,
    /// Stores that this run owns or borrows.
    pub stores: Vec<StoreClaim>,
    pub parent_store_id: Option<String>,
    pub state_events: Vec<StateEvent>,
    pub dropped_events_count: u32,
    pub dropped_attributes_count: u32,
    pub cancelled: bool,
    pub cancelled_reason: Option<String>,
    pub error_type: Option<String>,
    /// Message of the last exception, else of the status.
    pub error_message: Option<String>,
    pub correlation: Option<Correlation>,
    pub evaluation: Option<EvaluationContext>,
    pub operation: Option<AgentOperation>,
    pub agent: Option<AgentOutcome>,
    pub hook_problems: Vec<HookProblem>,
}

impl JunjoSpan {
    /// Reads `span`, whatever it is: any span may carry state events.
    pub fn read(span: &Span<'_>) -> Self {
        let attributes = Attributes::new(&span.attributes);
        let text = |keys: &[&str]| attributes.text(keys);
        let kind = text(&["junjo.span_type"]).and_then(|name| ExecutableKind::of(&name));
        let contract_version = attributes.count(&["junjo.telemetry.contract_version"]);
        let definition_id = text(&["junjo.executable_definition_id"]);
        let vocabulary = match (contract_version, &definition_id) {
            (Some(_), _) => Vocabulary::Contract,
            (None, Some(_)) => Vocabulary::Identity,
            (None, None) => Vocabulary::Legacy,
        };
        let (error_type, error_message) = failure(span, &attributes);
        Self {
            span_id: span.span_id,
            parent_span_id: span.parent_span_id,
            name: span.name.clone().into_owned(),
            start_unix_nano: span.start_time_unix_nano,
            end_unix_nano: span.end_time_unix_nano,
            failed: span.status_code == STATUS_ERROR,
            kind,
            vocabulary,
            contract_version,
            runtime_id: text(&["junjo.executable_runtime_id", "junjo.id"]),
            definition_id: definition_id.or_else(|| text(&["junjo.id"])),
            structural_id: text(&["junjo.executable_structural_id"]),
            parent_runtime_id: text(&["junjo.parent_executable_runtime_id", "junjo.parent_id"]),
            graph: text(&["junjo.workflow.execution_graph_snapshot", "junjo.workflow.graph_structure"]),
            node_count: attributes.count(&["junjo.workflow.node.count"]),
            stores: claims(kind, &attributes),
            parent_store_id: text(&["junjo.workflow.parent_store.id"]),
            state_events: state_events(span),
            dropped_events_count: span.dropped_events_count,
            dropped_attributes_count: span.dropped_attributes_count,
            cancelled: attributes.flag(&["junjo.cancelled"]).unwrap_or(false),
            cancelled_reason: text(&["junjo.cancelled_reason"]),
            error_type,
            error_message,
            correlation: text(&["junjo.correlation.id"])
                .map(|id| Correlation { kind: text(&["junjo.correlation.type"]), id }),
            evaluation: evaluation(&attributes),
            operation: operation(&attributes),
            agent: (kind == Some(ExecutableKind::Agent)).then(|| agent(&attributes)),
            hook_problems: span.events.iter().filter_map(hook_problem).take(HOOKS_MAX).collect(),
        }
    }

    /// From start to end in nanoseconds, 0 when the end lies before the start.
    pub fn duration_nanos(&self) -> u64 {
        self.end_unix_nano.saturating_sub(self.start_unix_nano)
    }
}

/// Class and message of what failed; legacy spans record each exception twice and repeat its class in the status.
fn failure(span: &Span<'_>, attributes: &Attributes<'_, '_>) -> (Option<String>, Option<String>) {
    let failed = span.status_code == STATUS_ERROR;
    let exception = span.events.iter().filter_map(Exception::of).next_back().filter(|_| failed);
    let owned = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let error_type = attributes.text(&["error.type"]);
    let error_type = error_type.or_else(|| exception.as_ref().and_then(|exception| owned(exception.kind)));
    let message = exception.and_then(|exception| owned(exception.message));
    (error_type, message.or_else(|| owned(&span.status_message).filter(|_| failed)))
}

fn evaluation(attributes: &Attributes<'_, '_>) -> Option<EvaluationContext> {
    let text = |name: &str| attributes.text(&[&format!("junjo.evaluation.{name}")]);
    let context = EvaluationContext {
        role: text("role"),
        run_class: text("run_class"),
        dataset_id: text("dataset.id"),
        run_id: text("run.id"),
        case_id: text("case.id"),
        case_key: text("case.key"),
        attempt_id: text("attempt.id"),
        source_revision: text("source.revision"),
    };
    (context != EvaluationContext::default()).then_some(context)
}

fn operation(attributes: &Attributes<'_, '_>) -> Option<AgentOperation> {
    Some(AgentOperation {
        kind: attributes.text(&["junjo.agent.operation_type"])?,
        sequence: attributes.count(&["junjo.agent.operation.sequence"]),
        ordinal: attributes.count(&["junjo.agent.model_request.ordinal", "junjo.agent.tool_call.ordinal"]),
        target: attributes.text(&["junjo.agent.tool.name", "junjo.agent.model.name"]),
        response_type: attributes.text(&["junjo.agent.model.response_type"]),
        fixture: attributes.flag(&["junjo.model.fixture"]).unwrap_or(false),
    })
}

fn agent(attributes: &Attributes<'_, '_>) -> AgentOutcome {
    AgentOutcome {
        key: attributes.text(&["junjo.agent.key"]),
        outcome: attributes.text(&["junjo.agent.outcome"]),
        termination_reason: attributes.text(&["junjo.agent.termination_reason"]),
        model_request_limit: attributes.count(&["junjo.agent.limit.model_requests"]),
        tool_call_limit: attributes.count(&["junjo.agent.limit.tool_calls"]),
    }
}

fn hook_problem(event: &junjo_span_model::Event<'_>) -> Option<HookProblem> {
    const NAMES: [&str; 3] =
        ["junjo.hook_error", "junjo.hook_delivery_cancelled", "junjo.agent.terminal_commit_failed"];
    NAMES.contains(&event.name.as_ref()).then(|| {
        let attributes = Attributes::new(&event.attributes);
        HookProblem {
            name: event.name.clone().into_owned(),
            hook_event: attributes.text(&["junjo.hook.event"]),
            callback: attributes.text(&["junjo.hook.callback"]),
            error_type: attributes.text(&["junjo.hook.error.type", "error.type", "exception.type"]),
            message: attributes.text(&[
                "junjo.hook.error.message",
                "exception.message",
                "junjo.hook.delivery.cancelled_reason",
                "junjo.agent.superseded_outcome",
            ]),
            time_unix_nano: event.time_unix_nano.to_string(),
        }
    })
}
