//! Runs of Junjo workflows: `GET /otel/runs` lists them, `/otel/runs/{trace_id}/{span_id}` is one with its graph, executions and
//! states, `/otel/runs/overlay` lays the runs of a workflow over each other, and `/otel/runs/comparison` two of its structural
//! versions beside each other. The first three are also served under their old paths.

use axum::extract::State;
use junjo_auth::TelemetryReader;
use junjo_telemetry::Telemetry;
use junjo_telemetry::answers::{Run, RunOverlay, RunView, StructuralComparison};
use junjo_telemetry::params::{
    ComparisonParams, OverlayParams, PageParams, RunFilterParams, RunOrderParams, TimeParams, span_id,
    trace_id,
};
use junjo_web::{ApiPath, ApiQueries, ApiQuery, ApiResult, Page, Problems, with_alias};
use junjo_workflow_model::StateAt;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::answer::Answer;
use crate::state::OtelState;

pub(crate) fn routes() -> OpenApiRouter<OtelState> {
    OpenApiRouter::new()
        .routes(with_alias(routes!(list_runs), "/otel/workflows"))
        .routes(with_alias(routes!(get_run), "/otel/workflow/{trace_id}/{span_id}"))
        .routes(with_alias(routes!(get_run_state), "/otel/workflow/{trace_id}/{span_id}/state"))
        .routes(with_alias(routes!(get_run_overlay), "/otel/workflow-runs"))
        .routes(routes!(compare_structures))
}

/// Which state.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct StateParams {
    /// Id of the store; the run's own by default.
    store: Option<String>,
    /// Which change of the store, from 1; 0 is the state that the run started with. The last one by default.
    at: Option<usize>,
}

/// List runs of Junjo workflows and agents, newest first or by duration, each with whether all of it is there.
#[utoipa::path(
    get, path = "/otel/runs", tag = "otel", params(TimeParams, RunFilterParams, RunOrderParams, PageParams),
    responses((status = 200, body = Page<Run>), Problems)
)]
async fn list_runs(
    State(telemetry): State<Telemetry>,
    _: TelemetryReader,
    ApiQueries((time, runs, order, page)): ApiQueries<(
        TimeParams,
        RunFilterParams,
        RunOrderParams,
        PageParams,
    )>,
) -> ApiResult<Answer<Page<Run>>> {
    Ok(Answer(telemetry.runs(&runs.to_question(&time, order)?, page.ask()).await?))
}

/// Read one run of a workflow, subflow or agent: its graph with what was executed of it, its stores and their changes.
#[utoipa::path(
    get, path = "/otel/runs/{trace_id}/{span_id}", tag = "otel",
    params(
        ("trace_id" = String, Path, description = "32 hexadecimal digits"),
        ("span_id" = String, Path, description = "16 hexadecimal digits: the span of the run"),
    ),
    responses((status = 200, body = RunView), Problems)
)]
async fn get_run(
    State(telemetry): State<Telemetry>,
    _: TelemetryReader,
    ApiPath((trace, span)): ApiPath<(String, String)>,
) -> ApiResult<Answer<RunView>> {
    Ok(Answer(telemetry.run(trace_id(&trace)?, span_id(&span)?).await?))
}

/// Read the state of one of the run's stores before and after a change, and who wrote each part of it last.
#[utoipa::path(
    get, path = "/otel/runs/{trace_id}/{span_id}/state", tag = "otel",
    params(
        ("trace_id" = String, Path, description = "32 hexadecimal digits"),
        ("span_id" = String, Path, description = "16 hexadecimal digits: the span of the run"),
        StateParams,
    ),
    responses((status = 200, body = StateAt), Problems)
)]
async fn get_run_state(
    State(telemetry): State<Telemetry>,
    _: TelemetryReader,
    ApiPath((trace, span)): ApiPath<(String, String)>,
    ApiQuery(params): ApiQuery<StateParams>,
) -> ApiResult<Answer<StateAt>> {
    let (trace, span) = (trace_id(&trace)?, span_id(&span)?);
    Ok(Answer(telemetry.run_state(trace, span, params.store, params.at).await?))
}

/// Lay the newest runs of one workflow over each other: how often nodes were executed and edges taken, and how long.
#[utoipa::path(
    get, path = "/otel/runs/overlay", tag = "otel", params(TimeParams, OverlayParams),
    responses((status = 200, body = RunOverlay), Problems)
)]
async fn get_run_overlay(
    State(telemetry): State<Telemetry>,
    _: TelemetryReader,
    ApiQueries((time, runs)): ApiQueries<(TimeParams, OverlayParams)>,
) -> ApiResult<Answer<RunOverlay>> {
    Ok(Answer(telemetry.run_overlay(runs.to_filter(&time)?, runs.runs_max()).await?))
}

/// Lay two structural versions of one workflow beside each other: which nodes and edges came and went.
#[utoipa::path(
    get, path = "/otel/runs/comparison", tag = "otel", params(TimeParams, ComparisonParams),
    responses((status = 200, body = StructuralComparison), Problems)
)]
async fn compare_structures(
    State(telemetry): State<Telemetry>,
    _: TelemetryReader,
    ApiQueries((time, versions)): ApiQueries<(TimeParams, ComparisonParams)>,
) -> ApiResult<Answer<StructuralComparison>> {
    let (left, right) = versions.to_filters(&time)?;
    Ok(Answer(telemetry.run_comparison(left, right).await?))
}
