//! `/otel`: telemetry for people and scripts. One file for each resource, with its routes and what only they need; questions
//! and answers are those of `junjo_telemetry`.
//!
//! Telemetry belongs to the server: every signed-in user may read all of it, and so may read keys; only admins may delete
//! it. It decodes nothing and writes no telemetry.

mod deletions;
mod export;
mod logs;
mod retention;
mod services;
mod sessions;
mod spans;
mod state;
mod stats;
mod status;
mod status_schemas;
mod tail;
mod traces;
mod workflows;

use junjo_auth::readable_by_keys;
use utoipa_axum::router::OpenApiRouter;

pub use state::{OtelState as State, spawn};

/// The routes of `/otel`. They must be served inside `junjo_auth::protect`.
pub fn routes() -> OpenApiRouter<State> {
    let routes = OpenApiRouter::new()
        .merge(services::routes())
        .merge(traces::routes())
        .merge(spans::routes())
        .merge(logs::routes())
        .merge(workflows::routes())
        .merge(sessions::routes())
        .merge(stats::routes())
        .merge(tail::routes())
        .merge(export::routes())
        .merge(status::routes())
        .merge(deletions::routes())
        .merge(retention::routes());
    readable_by_keys(routes)
}
