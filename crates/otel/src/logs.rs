//! `GET /otel/logs`: log records.

use axum::extract::State;
use junjo_auth::TelemetryReader;
use junjo_telemetry::Telemetry;
use junjo_telemetry::answers::LogPage;
use junjo_telemetry::params::{LogFilterParams, PageParams, TimeParams};
use junjo_web::{ApiQueries, ApiResult, Problems};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::answer::Answer;
use crate::state::OtelState;

pub(crate) fn routes() -> OpenApiRouter<OtelState> {
    OpenApiRouter::new().routes(routes!(list_logs))
}

/// List log records, newest first.
#[utoipa::path(
    get, path = "/otel/logs", tag = "otel", params(TimeParams, LogFilterParams, PageParams),
    responses((status = 200, body = LogPage), Problems)
)]
async fn list_logs(
    State(telemetry): State<Telemetry>,
    _: TelemetryReader,
    ApiQueries((time, logs, page)): ApiQueries<(TimeParams, LogFilterParams, PageParams)>,
) -> ApiResult<Answer<LogPage>> {
    Ok(Answer(telemetry.logs(&logs.to_filter(&time)?, page.ask()).await?))
}
