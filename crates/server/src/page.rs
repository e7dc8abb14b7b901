//! The page's files, embedded at build time: entity tags, and "immutable" for names that carry a hash.

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use rust_embed::RustEmbed;

/// Vite writes files whose names change with their content here.
const HASHED: &str = "assets/";
const INDEX: &str = "index.html";

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../frontend/dist"]
#[allow_missing = true]
struct Files;

/// The file at `path`, the page for any path that a browser navigates to, or nothing.
pub(crate) fn respond(method: &Method, path: &str, headers: &HeaderMap) -> Option<Response> {
    if method != Method::GET && method != Method::HEAD {
        return None;
    }
    let name = path.trim_start_matches('/');
    if !name.is_empty() && name != INDEX {
        if let Some(file) = Files::get(name) {
            return Some(file_response(name, &file, headers));
        }
        if !accepts_html(headers) {
            return None;
        }
    }
    match Files::get(INDEX) {
        Some(file) => Some(file_response(INDEX, &file, headers)),
        None => Some(missing_page()),
    }
}

fn accepts_html(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

fn file_response(name: &str, file: &rust_embed::EmbeddedFile, headers: &HeaderMap) -> Response {
    let digest = u128::from_be_bytes(file.metadata.sha256_hash()[..16].try_into().unwrap_or_default());
    let tag = format!("\"{digest:032x}\"");
    let unchanged =
        headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut response = if unchanged {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Response::new(Body::from(file.data.clone().into_owned()))
    };
    let caching = if name.starts_with(HASHED) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let kind = mime_guess::from_path(name).first_or_octet_stream();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    if let (Ok(tag), Ok(kind)) = (HeaderValue::from_str(&tag), HeaderValue::from_str(kind.as_ref())) {
        headers.insert(header::ETAG, tag);
        headers.insert(header::CONTENT_TYPE, kind);
    }
    response
}

/// A browser gets a sentence instead of a problem document.
fn missing_page() -> Response {
    let text = "<!doctype html><html lang=en><title>Junjo Server</title><p>This build has no page: run \
                <code>make run</code>. The API is here all the same: <a href=/docs/>/docs</a>";
    (StatusCode::NOT_FOUND, axum::response::Html(text)).into_response()
}
