//! The OpenAPI document and its browsable form.

use axum::Router;
use axum::body::Bytes;
use axum::routing::get;
use http::header;
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::SwaggerUi;

use crate::{features, route_table, routes};

/// Where the document is.
const DOCUMENT: &str = "/openapi.json";

#[derive(utoipa::OpenApi)]
#[openapi(info(
    title = "Junjo Server",
    description = "Observability for AI agents and workflows. Errors are problem+json (RFC 9457) with a request id; \
                   lists are `{items, next_cursor}`; times are RFC 3339 UTC, exact nanoseconds are decimal strings.",
    license(name = "Apache-2.0")
))]
struct Document;

/// An empty router that starts from the document's head.
pub(crate) fn head() -> OpenApiRouter {
    let mut document = Document::openapi();
    document.merge(junjo_web::ProblemSchemas::openapi());
    OpenApiRouter::with_openapi(document)
}

/// The document at `/openapi.json`: written once, and sent to all from there.
pub(crate) fn described(document: &OpenApi) -> Router {
    let text = serde_json::to_vec(document).expect("the document is plain data with text as keys");
    let (kind, text) = ([(header::CONTENT_TYPE, "application/json")], Bytes::from(text));
    Router::new().route(DOCUMENT, get(async move || (kind, text)))
}

/// Swagger UI at `/docs`, with assets from the binary.
pub(crate) fn browsable() -> Router {
    SwaggerUi::new("/docs").config(utoipa_swagger_ui::Config::from(DOCUMENT)).into()
}

/// The whole document. Nothing is opened for it.
fn whole() -> OpenApi {
    let mut document = head().into_openapi();
    for part in features::described().into_iter().chain([routes::routes().into_openapi()]) {
        document.merge(part);
    }
    document
}

/// The document as text.
pub fn text() -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(&whole())? + "\n")
}

/// Every route of the product with who may call it, as a table in Markdown.
pub fn route_table() -> String {
    route_table::render(&whole())
}
