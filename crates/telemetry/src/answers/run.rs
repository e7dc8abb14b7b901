//! Runs of Junjo workflows as answers show them; the view of one run is made by `junjo_workflow_model`.

use junjo_span_model::SpanStatus;
use junjo_span_store::RunRow;
use junjo_web::clock::rfc3339_nanos;
use junjo_workflow_model::{
    AggregateGraph, Evidence, EvidenceStatus, ExecutableKind, GraphComparison, RunDetail,
};
use serde::Serialize;
use utoipa::ToSchema;

/// Whether all of a run in a list is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    /// All in one word.
    pub(crate) status: EvidenceStatus,
    /// How many rules do not hold.
    pub(crate) finding_count: usize,
}

/// One run of a Junjo workflow or agent.
#[derive(Debug, Serialize, ToSchema)]
pub struct Run {
    pub(crate) trace_id: String,
    pub(crate) span_id: String,
    pub(crate) name: String,
    pub(crate) service: String,
    pub(crate) start_time: String,
    pub(crate) start_time_unix_nano: String,
    pub(crate) duration_ns: String,
    pub(crate) status: SpanStatus,
    /// `junjo.workflow.node.count`
    pub(crate) node_count: Option<i32>,
    /// Failed spans at or below the workflow's.
    pub(crate) error_count: i64,
    /// Equal for all runs of the same graph; null for SDKs before 0.63.
    pub structural_id: Option<String>,
    /// `workflow` or `agent`.
    pub(crate) kind: ExecutableKind,
    /// `service.namespace` of the service that ran it; part of what the service is.
    pub(crate) service_namespace: Option<String>,
    /// `service.version` of the service that ran it.
    pub(crate) service_version: Option<String>,
    /// Id of the run; null for SDKs before 0.63.
    pub(crate) runtime_id: Option<String>,
    /// The agent's key; null for workflows.
    pub(crate) agent_key: Option<String>,
    /// `completed`, `failed` or `cancelled`.
    pub(crate) outcome: Option<String>,
    /// The application's word for what the run is correlated with.
    pub(crate) correlation_type: Option<String>,
    /// Id of what it is correlated with.
    pub(crate) correlation_id: Option<String>,
    /// Whether all of it is there; null while it has not been checked. Traces of more than 2,000 spans or 8 MiB are checked when
    /// the list is filtered by it.
    pub(crate) evidence: Option<EvidenceStatus>,
    /// How many rules do not hold in it; null like `evidence`.
    pub(crate) finding_count: Option<usize>,
}

impl Run {
    pub(crate) fn new(run: RunRow, mark: Option<Mark>) -> Self {
        let row = run.span;
        Self {
            trace_id: row.trace_id.to_string(),
            span_id: row.span_id.to_string(),
            name: row.name,
            service: row.service,
            start_time: rfc3339_nanos(row.start_unix_nano),
            start_time_unix_nano: row.start_unix_nano.to_string(),
            duration_ns: row.duration_nanos.to_string(),
            status: row.status,
            node_count: row.node_count,
            error_count: run.error_count,
            structural_id: row.structural_id,
            kind: match row.span_type.as_deref() {
                Some("agent") => ExecutableKind::Agent,
                _ => ExecutableKind::Workflow,
            },
            service_namespace: row.service_namespace,
            service_version: row.service_version,
            runtime_id: row.runtime_id,
            agent_key: row.agent_key,
            outcome: row.outcome,
            correlation_type: row.correlation_type,
            correlation_id: row.correlation_id,
            evidence: mark.map(|mark| mark.status),
            finding_count: mark.map(|mark| mark.finding_count),
        }
    }
}

/// One run.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunView {
    /// Service that ran it.
    pub(crate) service: String,
    /// Start of the run.
    pub(crate) start_time: String,
    /// `service.namespace` of the service that ran it; part of what the service is.
    pub(crate) service_namespace: Option<String>,
    /// `service.version` of the service that ran it.
    pub(crate) service_version: Option<String>,
    /// `completed`, `failed` or `cancelled`.
    pub(crate) outcome: Option<String>,
    /// What its telemetry proves.
    #[serde(flatten)]
    pub(crate) evidence: Evidence,
    /// Everything that its spans say.
    #[serde(flatten)]
    pub(crate) detail: RunDetail,
}

/// Why not all runs were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StoppedBy {
    /// `limit` was reached: the older runs were left out.
    Limit,
    /// The time limit was reached: the older runs were left out.
    Time,
}

/// The newest runs of one workflow laid over each other.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunOverlay {
    /// Hash of the workflow's content.
    pub structural_id: String,
    /// Name of the newest run; null when there is none.
    pub(crate) name: Option<String>,
    /// All runs in the time range.
    pub(crate) run_count: i64,
    /// Those of them that failed.
    pub(crate) error_count: i64,
    /// Failed runs in all runs, 0 to 1; null when there are none.
    pub(crate) error_rate: Option<f64>,
    /// Median duration of a run in nanoseconds; null when there are none.
    pub(crate) p50_duration_ns: Option<String>,
    /// 95th percentile in nanoseconds; null when there are none.
    pub(crate) p95_duration_ns: Option<String>,
    /// Runs that `graph` is made of, the newest ones.
    pub(crate) read_run_count: usize,
    /// Runs that could not be read, because their payload is damaged or gone, or too large.
    pub(crate) unreadable_run_count: usize,
    /// Why not all runs were read; null when they were.
    pub(crate) stopped_by: Option<StoppedBy>,
    /// Start of the oldest run that was read.
    pub(crate) read_from: Option<String>,
    /// Nodes and edges over the runs that were read.
    pub(crate) graph: AggregateGraph,
}

/// One structural version of a workflow, as its newest run shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct StructuralVersion {
    /// Hash of the workflow's content.
    pub structural_id: String,
    /// Name of the newest run.
    pub(crate) name: String,
    /// Service of the newest run.
    pub(crate) service: String,
    /// `service.version` of the newest run.
    pub(crate) service_version: Option<String>,
    /// Trace of the newest run.
    pub(crate) trace_id: String,
    /// Span of the newest run.
    pub(crate) span_id: String,
    /// Start of the newest run.
    pub(crate) start_time: String,
}

/// Two structural versions of a workflow beside each other.
#[derive(Debug, Serialize, ToSchema)]
pub struct StructuralComparison {
    /// The version that is looked at from.
    pub left: StructuralVersion,
    /// The version that it is laid beside.
    pub right: StructuralVersion,
    /// Which nodes and edges came and went.
    #[serde(flatten)]
    pub comparison: GraphComparison,
}
