//! `GET /otel/executables`: which span has the identity that an application knows of what it ran.

use axum::extract::State;
use junjo_auth::TelemetryReader;
use junjo_telemetry::Telemetry;
use junjo_telemetry::answers::Executables;
use junjo_telemetry::params::ExecutableParams;
use junjo_web::{ApiQuery, ApiResult, Problems};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::answer::Answer;
use crate::state::OtelState;

pub(crate) fn routes() -> OpenApiRouter<OtelState> {
    OpenApiRouter::new().routes(routes!(resolve_executable))
}

/// Find the span of a Junjo executable by the identity that its application knows. While none has arrived the answer says
/// `waiting`; several owners of one identity are a `conflict`, and all are listed.
#[utoipa::path(
    get, path = "/otel/executables", tag = "otel", params(ExecutableParams),
    responses((status = 200, body = Executables), Problems)
)]
async fn resolve_executable(
    State(telemetry): State<Telemetry>,
    _: TelemetryReader,
    ApiQuery(executable): ApiQuery<ExecutableParams>,
) -> ApiResult<Answer<Executables>> {
    Ok(Answer(telemetry.executables(&executable.to_filter()?).await?))
}
