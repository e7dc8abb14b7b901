//! Filters of Junjo runs.

use junjo_span_model::SpanStatus;
use junjo_span_store::{Order, OverlayFilter, RunFilter, RunKinds, RunOrderBy};
use junjo_web::{ApiError, ApiResult, Limit};
use junjo_workflow_model::EvidenceStatus;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::order::RunOrderParams;
use super::time::TimeParams;

/// Runs that are laid over each other: enough for a picture by default, what a request may read at most.
const OVERLAY_LIMIT: Limit = Limit::new(100, 500);

/// Filters of the list of runs.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RunFilterParams {
    /// The service that ran the workflow.
    pub service: Option<String>,
    /// `service.namespace` of the service; part of what a service is.
    pub service_namespace: Option<String>,
    /// `service.version` of the service.
    pub service_version: Option<String>,
    /// Name of the workflow or agent, exactly.
    pub name: Option<String>,
    /// Status of the run's span.
    #[param(value_type = Option<String>)]
    pub status: Option<SpanStatus>,
    /// Runs of workflows (the default), of agents, or both.
    #[param(inline)]
    pub kind: Option<RunKindParam>,
    /// Key of the agent.
    pub agent_key: Option<String>,
    /// Hash of the content of the workflow or agent.
    pub structural_id: Option<String>,
    /// Id of the run.
    pub runtime_id: Option<String>,
    /// How the run ended.
    #[param(inline)]
    pub outcome: Option<RunOutcomeParam>,
    /// The application's word for what the run is correlated with.
    pub correlation_type: Option<String>,
    /// Id of what the run is correlated with.
    pub correlation_id: Option<String>,
    /// Whether all of the run is there. Runs are checked while the list is read, newest first: a page may have fewer items than
    /// `limit` although `next_cursor` leads on.
    #[param(inline)]
    pub evidence: Option<EvidenceParam>,
}

/// Kinds of runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunKindParam {
    /// Workflows.
    Workflow,
    /// Agents.
    Agent,
    /// Both.
    All,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunOutcomeParam {
    /// It went well.
    Completed,
    /// It failed.
    Failed,
    /// It was cancelled.
    Cancelled,
}

/// Whether all of a run is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceParam {
    /// Everything that the contract asks for.
    Complete,
    /// Something is missing or contradictory.
    Partial,
    /// The SDK is too old to tell.
    Unchecked,
}

/// Which runs, by what the index knows of them and by what checking them tells.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RunQuestion {
    /// What the index knows.
    pub filter: RunFilter,
    /// What checking has to tell; anything by default.
    pub evidence: Option<EvidenceStatus>,
    /// The order of the list.
    pub order: Order<RunOrderBy>,
}

impl RunFilterParams {
    /// The question.
    ///
    /// # Errors
    /// 400 about the parameter that is wrong.
    pub fn to_question(&self, time: &TimeParams, order: RunOrderParams) -> ApiResult<RunQuestion> {
        let outcome = self.outcome.map(|outcome| match outcome {
            RunOutcomeParam::Completed => "completed",
            RunOutcomeParam::Failed => "failed",
            RunOutcomeParam::Cancelled => "cancelled",
        });
        let filter = RunFilter {
            time: time.to_filter()?,
            service: self.service.clone(),
            name: self.name.clone(),
            status: self.status,
            kinds: match self.kind {
                None | Some(RunKindParam::Workflow) => RunKinds::Workflows,
                Some(RunKindParam::Agent) => RunKinds::Agents,
                Some(RunKindParam::All) => RunKinds::All,
            },
            structural_id: self.structural_id.clone(),
            agent_key: self.agent_key.clone(),
            runtime_id: self.runtime_id.clone(),
            service_namespace: self.service_namespace.clone(),
            service_version: self.service_version.clone(),
            outcome: outcome.map(str::to_owned),
            correlation_type: self.correlation_type.clone(),
            correlation_id: self.correlation_id.clone(),
        };
        let evidence = self.evidence.map(|evidence| match evidence {
            EvidenceParam::Complete => EvidenceStatus::Complete,
            EvidenceParam::Partial => EvidenceStatus::Partial,
            EvidenceParam::Unchecked => EvidenceStatus::Unchecked,
        });
        Ok(RunQuestion { filter, evidence, order: order.to_order() })
    }
}

/// Which runs are laid over each other.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OverlayParams {
    /// Hash of the workflow's content, as the list of runs shows it.
    pub structural_id: String,
    /// The service that ran it.
    pub service: Option<String>,
    /// Runs that are read, newest first, 1 to 500; 100 by default.
    pub limit: Option<u32>,
}

impl OverlayParams {
    /// The filter.
    ///
    /// # Errors
    /// 400 about the parameter that is wrong.
    pub fn to_filter(&self, time: &TimeParams) -> ApiResult<OverlayFilter> {
        if self.structural_id.is_empty() {
            return Err(ApiError::invalid_field("structural_id", "give the hash of a workflow's content"));
        }
        Ok(OverlayFilter {
            structural_id: self.structural_id.clone(),
            service: self.service.clone(),
            time: time.to_filter()?,
        })
    }

    /// Runs that are read, within bounds.
    pub fn runs_max(&self) -> usize {
        OVERLAY_LIMIT.clamp(self.limit)
    }
}

/// Which structural versions are laid beside each other.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ComparisonParams {
    /// Structural id of the version that is looked at from.
    pub left: String,
    /// Structural id of the version that it is laid beside.
    pub right: String,
    /// The service that ran both.
    pub service: Option<String>,
}

impl ComparisonParams {
    /// The runs of either version.
    ///
    /// # Errors
    /// 400 about the parameter that is wrong.
    pub fn to_filters(&self, time: &TimeParams) -> ApiResult<(OverlayFilter, OverlayFilter)> {
        let of = |side: &'static str, structural_id: &str| {
            if structural_id.is_empty() {
                return Err(ApiError::invalid_field(side, "give the structural id of a workflow"));
            }
            let time = time.to_filter()?;
            Ok(OverlayFilter { structural_id: structural_id.to_owned(), service: self.service.clone(), time })
        };
        Ok((of("left", &self.left)?, of("right", &self.right)?))
    }
}
