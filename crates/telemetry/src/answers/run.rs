//! Runs of Junjo workflows as answers show them; the view of one run is made by `junjo_workflow_model`.

use junjo_span_model::SpanStatus;
use junjo_span_store::RunRow;
use junjo_web::clock::rfc3339_nanos;
use junjo_workflow_model::{AggregateGraph, RunDetail};
use serde::Serialize;
use utoipa::ToSchema;

/// One run of a Junjo workflow.
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
}

impl From<RunRow> for Run {
    fn from(run: RunRow) -> Self {
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
