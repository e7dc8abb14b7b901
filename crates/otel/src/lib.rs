//! `/otel`: telemetry for people and scripts. One file for each resource, with its routes and what only they need; questions
//! and answers are those of `junjo_telemetry`.
//!
//! Telemetry belongs to the server: every signed-in user may read all of it, and so may read keys; only admins may delete
//! it. It decodes nothing and writes no telemetry.

mod answer;
mod conversations;
mod deletions;
mod endpoints;
mod executables;
mod export;
mod fields;
mod logs;
mod retention;
mod runs;
mod services;
mod settings;
mod spans;
mod state;
mod stats;
mod status;
mod streams;
mod tail;
mod traces;

use junjo_auth::readable_by_keys;
use junjo_web::document::{Partial, complete};
use utoipa_axum::router::OpenApiRouter;

pub use endpoints::Addresses;
pub use settings::Settings;
pub use state::{OtelState as State, WayIn, spawn};

/// Parts of a span that are stored with empty members left out, and the member of `include=payload`.
const PARTIAL: Partial = Partial { schemas: &["SpanResource", "SpanScope"], members: &["payload"] };

/// The routes of `/otel`. They must be served inside `junjo_auth::protect`.
pub fn routes() -> OpenApiRouter<State> {
    let mut routes = OpenApiRouter::new()
        .merge(services::routes())
        .merge(traces::routes())
        .merge(spans::routes())
        .merge(fields::routes())
        .merge(logs::routes())
        .merge(runs::routes())
        .merge(executables::routes())
        .merge(conversations::routes())
        .merge(stats::routes())
        .merge(tail::routes())
        .merge(export::routes())
        .merge(status::routes())
        .merge(endpoints::routes())
        .merge(deletions::routes())
        .merge(retention::routes());
    complete(routes.get_openapi_mut(), &PARTIAL);
    readable_by_keys(routes)
}
