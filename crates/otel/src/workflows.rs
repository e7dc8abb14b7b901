//! Routes about Junjo runs: one run with its graph, executions and states, and all runs of a workflow laid over each
//! other.

mod load;
mod schemas;
mod service;

use axum::Json;
use axum::extract::State;
use junjo_auth::TelemetryReader;
use junjo_web::{ApiPath, ApiQuery, ApiResult, Problems};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::params::{span_id, trace_id};
use crate::service::OtelService;
use junjo_span_model::junjo::StateAt;
use schemas::{RunsParams, StateParams, WorkflowRuns, WorkflowView};

/// The routes of this module.
pub(crate) fn routes() -> OpenApiRouter<OtelService> {
    OpenApiRouter::new()
        .routes(routes!(get_workflow))
        .routes(routes!(get_workflow_state))
        .routes(routes!(get_workflow_runs))
}

/// Read one run of a workflow, subflow or agent: its graph with what was executed of it, its stores and their changes.
#[utoipa::path(
    get, path = "/otel/workflow/{trace_id}/{span_id}", tag = "otel",
    params(
        ("trace_id" = String, Path, description = "32 hexadecimal digits"),
        ("span_id" = String, Path, description = "16 hexadecimal digits: the span of the run"),
    ),
    responses((status = 200, body = WorkflowView), Problems)
)]
async fn get_workflow(
    State(service): State<OtelService>,
    _: TelemetryReader,
    ApiPath((trace, span)): ApiPath<(String, String)>,
) -> ApiResult<Json<WorkflowView>> {
    service.workflow(trace_id(&trace)?, span_id(&span)?).await.map(Json)
}

/// Read the state of one of the run's stores before and after a change, and who wrote each part of it last.
#[utoipa::path(
    get, path = "/otel/workflow/{trace_id}/{span_id}/state", tag = "otel",
    params(
        ("trace_id" = String, Path, description = "32 hexadecimal digits"),
        ("span_id" = String, Path, description = "16 hexadecimal digits: the span of the run"),
        StateParams,
    ),
    responses((status = 200, body = StateAt), Problems)
)]
async fn get_workflow_state(
    State(service): State<OtelService>,
    _: TelemetryReader,
    ApiPath((trace, span)): ApiPath<(String, String)>,
    ApiQuery(params): ApiQuery<StateParams>,
) -> ApiResult<Json<StateAt>> {
    service.workflow_state((trace_id(&trace)?, span_id(&span)?), params.store, params.at).await.map(Json)
}

/// Lay the newest runs of one workflow over each other: how often nodes were executed and edges taken, and how long.
#[utoipa::path(
    get, path = "/otel/workflow-runs", tag = "otel", params(RunsParams),
    responses((status = 200, body = WorkflowRuns), Problems)
)]
async fn get_workflow_runs(
    State(service): State<OtelService>,
    _: TelemetryReader,
    ApiQuery(params): ApiQuery<RunsParams>,
) -> ApiResult<Json<WorkflowRuns>> {
    service.workflow_runs(params.filter()?, params.limit()).await.map(Json)
}
