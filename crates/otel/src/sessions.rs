//! `GET /otel/sessions`, `/otel/sessions/{id}` and `/otel/users`: traces put together by conversation and person.

use axum::Json;
use axum::extract::State;
use junjo_auth::TelemetryReader;
use junjo_telemetry::answers::{Session, SessionDetail, User};
use junjo_telemetry::params::{GroupFilterParams, PageParams, TimeParams};
use junjo_telemetry::{PageAsk, Telemetry};
use junjo_web::{ApiPath, ApiQueries, ApiQuery, ApiResult, Limit, Page, Problems};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::OtelState;

/// Traces of a session in a page: each needs two whole spans for what was said.
const TURN_LIMIT: Limit = Limit::new(50, 200);

pub(crate) fn routes() -> OpenApiRouter<OtelState> {
    OpenApiRouter::new()
        .routes(routes!(list_sessions))
        .routes(routes!(get_session))
        .routes(routes!(list_users))
}

/// Paging of a session's traces.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct SessionParams {
    /// Traces in a page, 1 to 200; 50 by default.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List sessions (conversations), latest activity first.
///
/// Numbers are those of the traces in the time range.
#[utoipa::path(
    get, path = "/otel/sessions", operation_id = "list_telemetry_sessions", tag = "otel",
    params(TimeParams, GroupFilterParams, PageParams),
    responses((status = 200, body = Page<Session>), Problems)
)]
async fn list_sessions(
    State(telemetry): State<Telemetry>,
    _: TelemetryReader,
    ApiQueries((time, groups, page)): ApiQueries<(TimeParams, GroupFilterParams, PageParams)>,
) -> ApiResult<Json<Page<Session>>> {
    Ok(Json(telemetry.sessions(&groups.to_filter(&time)?, page.ask()).await?))
}

/// List users, latest activity first.
///
/// Numbers are those of the traces in the time range.
#[utoipa::path(
    get, path = "/otel/users", operation_id = "list_telemetry_users", tag = "otel",
    params(TimeParams, GroupFilterParams, PageParams),
    responses((status = 200, body = Page<User>), Problems)
)]
async fn list_users(
    State(telemetry): State<Telemetry>,
    _: TelemetryReader,
    ApiQueries((time, groups, page)): ApiQueries<(TimeParams, GroupFilterParams, PageParams)>,
) -> ApiResult<Json<Page<User>>> {
    Ok(Json(telemetry.users(&groups.to_filter(&time)?, page.ask()).await?))
}

/// Read one session: its traces in order, with what was said in each.
#[utoipa::path(
    get, path = "/otel/sessions/{session_id}", tag = "otel",
    params(("session_id" = String, Path, description = "Session id as clients sent it"), SessionParams),
    responses((status = 200, body = SessionDetail), Problems)
)]
async fn get_session(
    State(telemetry): State<Telemetry>,
    _: TelemetryReader,
    ApiPath(id): ApiPath<String>,
    ApiQuery(params): ApiQuery<SessionParams>,
) -> ApiResult<Json<SessionDetail>> {
    let page = PageAsk { limit: TURN_LIMIT.clamp(params.limit), cursor: params.cursor.as_deref() };
    Ok(Json(telemetry.session(id, page).await?))
}
