//! Parameters and wire types of the routes about runs; the view itself is `junjo_span_model::junjo`'s.

use junjo_span_model::junjo::{AggregateGraph, WorkflowDetail};
use junjo_span_store::RunFilter;
use junjo_web::{ApiError, ApiResult, Limit};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::params::time_range;

/// Runs that are laid over each other: enough for a picture by default, what a request may read at most.
const RUNS_LIMIT: Limit = Limit::new(100, 500);

/// Which state.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct StateParams {
    /// Id of the store; the run's own by default.
    pub(crate) store: Option<String>,
    /// Which change of the store, from 1; 0 is the state that the run started with. The last one by default.
    pub(crate) at: Option<usize>,
}

/// Which runs.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RunsParams {
    /// Hash of the workflow's content, as runs and the list of workflows show it.
    structural_id: String,
    /// The service that ran it.
    service: Option<String>,
    /// Earliest start, inclusive: RFC 3339, or unix nanoseconds.
    from: Option<String>,
    /// Latest start, exclusive: RFC 3339, or unix nanoseconds.
    to: Option<String>,
    /// Runs that are read, newest first, 1 to 500; 100 by default.
    limit: Option<u32>,
}

impl RunsParams {
    pub(crate) fn filter(&self) -> ApiResult<RunFilter> {
        if self.structural_id.is_empty() {
            return Err(ApiError::invalid_field("structural_id", "give the hash of a workflow's content"));
        }
        Ok(RunFilter {
            structural_id: self.structural_id.clone(),
            service: self.service.clone(),
            time: time_range(self.from.as_deref(), self.to.as_deref())?,
        })
    }

    pub(crate) fn limit(&self) -> usize {
        RUNS_LIMIT.clamp(self.limit)
    }
}

/// One run.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WorkflowView {
    /// Service that ran it.
    pub(crate) service: String,
    /// Start of the run.
    pub(crate) start_time: String,
    /// Everything that its spans say.
    #[serde(flatten)]
    pub(crate) detail: WorkflowDetail,
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
pub(crate) struct WorkflowRuns {
    /// Hash of the workflow's content.
    pub(crate) structural_id: String,
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
