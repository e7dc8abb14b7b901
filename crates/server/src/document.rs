//! The OpenAPI document and its browsable form.

use std::collections::HashSet;

use axum::Router;
use utoipa::OpenApi as _;
use utoipa::openapi::schema::ArrayItems;
use utoipa::openapi::{OpenApi, RefOr, Schema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::SwaggerUi;

use crate::{features, route_table, routes};

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

/// The one member of an answer that is left out unless it was asked for (`include=payload`).
const ONLY_ON_REQUEST: &str = "payload";

/// Says that answers always have all of their members: an option that is nothing is written as null. Request bodies,
/// and the parts of a span that are stored with empty members left out, stay as they are.
pub(crate) fn complete(mut document: OpenApi) -> OpenApi {
    const WITH_OPTIONAL_MEMBERS: [&str; 3] = ["SpanResource", "SpanScope", "Problem"];
    let requests = request_schemas(&document);
    if let Some(components) = &mut document.components {
        for (name, schema) in &mut components.schemas {
            let stays = WITH_OPTIONAL_MEMBERS.contains(&name.as_str()) || requests.contains(name);
            if let (false, RefOr::T(schema)) = (stays, schema) {
                require_members(schema);
            }
        }
    }
    document
}

/// The names of the schemas that are request bodies.
fn request_schemas(document: &OpenApi) -> HashSet<String> {
    let items = document.paths.paths.values();
    let operations =
        items.flat_map(|item| [&item.post, &item.put, &item.patch, &item.delete].into_iter().flatten());
    let bodies = operations.filter_map(|operation| inline(operation.request_body.as_ref()?));
    let contents = bodies.flat_map(|body| body.content.values().filter_map(inline));
    let names = contents.filter_map(|content| match content.schema.as_ref()? {
        RefOr::Ref(reference) => reference.ref_location.rsplit('/').next().map(str::to_owned),
        RefOr::T(_) => None,
    });
    names.collect()
}

fn inline<T>(part: &RefOr<T>) -> Option<&T> {
    match part {
        RefOr::T(part) => Some(part),
        RefOr::Ref(_) => None,
    }
}

fn require_members(schema: &mut Schema) {
    let nested: Vec<&mut RefOr<Schema>> = match schema {
        Schema::Object(object) => {
            object.required =
                object.properties.keys().filter(|name| *name != ONLY_ON_REQUEST).cloned().collect();
            object.properties.values_mut().collect()
        }
        Schema::Array(array) => match &mut array.items {
            ArrayItems::RefOrSchema(items) => vec![items.as_mut()],
            ArrayItems::False => Vec::new(),
        },
        Schema::AllOf(parts) => parts.items.iter_mut().collect(),
        Schema::OneOf(variants) => variants.items.iter_mut().collect(),
        _ => Vec::new(),
    };
    for part in nested {
        if let RefOr::T(part) = part {
            require_members(part);
        }
    }
}

/// The document at `/openapi.json` and Swagger UI at `/docs`, with assets from the binary.
pub(crate) fn browsable(document: OpenApi) -> Router {
    SwaggerUi::new("/docs").url("/openapi.json", document).into()
}

/// The whole document. Nothing is opened for it.
fn whole() -> OpenApi {
    let mut document = head().into_openapi();
    for part in features::described().into_iter().chain([routes::routes().into_openapi()]) {
        document.merge(part);
    }
    complete(document)
}

/// The document as text.
pub fn text() -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(&whole())? + "\n")
}

/// Every route of the product with who may call it, as a table in Markdown.
pub fn route_table() -> String {
    route_table::render(&whole())
}
