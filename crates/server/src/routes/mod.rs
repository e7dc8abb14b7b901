//! Routes that belong to no feature.

mod health;
mod metrics;
mod state;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) use health::Health;
pub(crate) use metrics::metrics_handle;
pub(crate) use state::OwnState;

/// The routes.
pub(crate) fn routes() -> OpenApiRouter<OwnState> {
    OpenApiRouter::new()
        .routes(routes!(health::ping))
        .routes(routes!(health::health))
        .routes(routes!(health::ready))
        .routes(routes!(metrics::metrics))
}
