//! `GET /otel/services`: who sent telemetry.

use axum::extract::State;
use junjo_auth::TelemetryReader;
use junjo_telemetry::Telemetry;
use junjo_telemetry::answers::ServiceList;
use junjo_telemetry::params::TimeParams;
use junjo_web::{ApiQuery, ApiResult, Problems};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::answer::Answer;
use crate::state::OtelState;

pub(crate) fn routes() -> OpenApiRouter<OtelState> {
    OpenApiRouter::new().routes(routes!(list_services))
}

/// List services with their counts.
#[utoipa::path(
    get, path = "/otel/services", tag = "otel", params(TimeParams),
    responses((status = 200, body = ServiceList), Problems)
)]
async fn list_services(
    State(telemetry): State<Telemetry>,
    _: TelemetryReader,
    ApiQuery(time): ApiQuery<TimeParams>,
) -> ApiResult<Answer<ServiceList>> {
    Ok(Answer(telemetry.services(time.to_filter()?).await?))
}
