//! Routes that belong to no feature.

mod health;
mod metrics;
mod state;

use junjo_web::document::{Partial, complete};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) use health::Health;
pub(crate) use metrics::metrics_handle;
pub(crate) use state::OwnState;

/// The routes.
pub(crate) fn routes() -> OpenApiRouter<OwnState> {
    let mut routes = OpenApiRouter::new()
        .routes(routes!(health::ping))
        .routes(routes!(health::health))
        .routes(routes!(health::ready))
        .routes(routes!(health::ready_to_ingest))
        .routes(routes!(metrics::metrics));
    complete(routes.get_openapi_mut(), &Partial::default());
    routes
}
