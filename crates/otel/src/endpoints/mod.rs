//! `GET /otel/endpoints`: where senders reach this server, for snippets and scripts. It opens no connection and asks no
//! network: what a proxy or a container does to an address, only the settings tell.

mod address;

use axum::Json;
use axum::extract::State;
use http::request::Parts;
use junjo_auth::TelemetryReader;
use junjo_web::client::ClientInfo;
use junjo_web::{ApiResult, Problems};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use address::Addresses;
use address::Asked;

use crate::state::OtelState;

pub(crate) fn routes() -> OpenApiRouter<OtelState> {
    OpenApiRouter::new().routes(routes!(get_endpoints))
}

/// Where senders reach this server.
#[derive(Debug, Serialize, ToSchema)]
struct Endpoints {
    /// OTLP over gRPC; null when ingestion services receive and JUNJO_PUBLIC_OTLP_GRPC_URL does not say where they are.
    grpc: Option<Endpoint>,
    /// OTLP over HTTP: what an exporter calls its endpoint, without `/v1/traces`.
    http: Endpoint,
    /// The main port as the caller reached it. It takes OTLP over HTTP too, also as JSON.
    page_url: String,
    /// `server` or `ingestion_services` (split mode).
    received_by: String,
}

/// One address.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct Endpoint {
    /// Scheme, host and port, for example `http://localhost:50051`; a port that the scheme implies is left out.
    url: String,
    /// Whether senders speak TLS to it.
    tls: bool,
    /// How it is known. `setting`: somebody said so; `port`: the server listens there; `page`: the caller has just reached the
    /// main port under it.
    known_by: String,
    /// The server listens there for its own machine alone, and the caller seems to be on another one.
    only_local: bool,
}

/// Read where senders reach this server: the addresses that it listens on, under the name that the caller used, or those
/// that JUNJO_PUBLIC_OTLP_GRPC_URL, JUNJO_PUBLIC_OTLP_HTTP_URL and JUNJO_PUBLIC_URL name.
#[utoipa::path(
    get, path = "/otel/endpoints", tag = "otel",
    responses((status = 200, body = Endpoints), Problems)
)]
async fn get_endpoints(
    State(addresses): State<Addresses>,
    _: TelemetryReader,
    parts: Parts,
) -> ApiResult<Json<Endpoints>> {
    let asked = Asked::of(&parts, ClientInfo::of(&parts.extensions).is_https);
    Ok(Json(addresses.endpoints(&asked)))
}
