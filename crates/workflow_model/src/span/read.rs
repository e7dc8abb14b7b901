//! One span in one shape, from legacy vocabulary (0.41 to 0.62), 0.63 and contracts 1 to 3.
//!
//! | field | legacy key | key since 0.63 |
//! |---|---|---|
//! | `definition_id` | `junjo.id` | `junjo.executable_definition_id` |
//! | `runtime_id` | `junjo.id` | `junjo.executable_runtime_id` |
//! | `parent_runtime_id` | `junjo.parent_id` | `junjo.parent_executable_runtime_id` |
//! | `graph` | `junjo.workflow.graph_structure` | `junjo.workflow.execution_graph_snapshot` |

use junjo_span_model::{Attributes, Exception, Resource, Span, SpanId};
use serde::Serialize;
use utoipa::ToSchema;

use super::agent::{AgentOperation, AgentOutcome};
use super::evaluation::{Correlation, EvaluationContext};
use super::hooks::HookProblem;
use crate::kind::ExecutableKind;
use crate::proof::SpanEvidence;
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

/// One span, read.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    missing_docs,
    reason = "what a span says under that name; the file's table and OTLP explain the rest"
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
    /// What the span proves by itself.
    pub evidence: SpanEvidence,
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
            correlation: Correlation::of(&attributes),
            evaluation: EvaluationContext::of(&attributes),
            operation: AgentOperation::of(&attributes),
            agent: (kind == Some(ExecutableKind::Agent)).then(|| AgentOutcome::of(&attributes)),
            hook_problems: span.events.iter().filter_map(HookProblem::of).take(HOOKS_MAX).collect(),
            evidence: SpanEvidence::read(span),
        }
    }

    /// The same with what the resource says was lost.
    pub fn read_with(resource: &Resource<'_>, span: &Span<'_>) -> Self {
        let mut read = Self::read(span);
        read.evidence.of_resource(span, resource);
        read
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
