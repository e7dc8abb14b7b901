//! The page's files, embedded at build time together with their compressed forms: entity tags, and "immutable" for names that
//! carry a hash. They are sent from where they lie in the program, without a copy; nothing is compressed here.

use std::borrow::Cow;

use axum::body::{Body, Bytes};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use rust_embed::{EmbeddedFile, RustEmbed};

/// Vite writes files whose names change with their content here.
const HASHED: &str = "assets/";
const INDEX: &str = "index.html";
/// How the build compresses (`frontend/precompress.ts`): the encoding and the ending of its files, the smallest first.
const ENCODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

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
        if let Some(file) = Files::get(name).filter(|_| !is_compressed(name)) {
            return Some(file_response(name, file, headers));
        }
        if !accepts_html(headers) {
            return None;
        }
    }
    match Files::get(INDEX) {
        Some(file) => Some(file_response(INDEX, file, headers)),
        None => Some(missing_page()),
    }
}

fn accepts_html(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

/// Whether this is the compressed form of a file, which has no address of its own.
fn is_compressed(name: &str) -> bool {
    ENCODINGS.iter().any(|(_, ending)| name.ends_with(ending))
}

fn file_response(name: &str, file: EmbeddedFile, headers: &HeaderMap) -> Response {
    let compressed = |ending: &str| Files::get(&format!("{name}{ending}"));
    let chosen = ENCODINGS
        .iter()
        .filter(|(encoding, _)| accepts_encoding(headers, encoding))
        .find_map(|(encoding, ending)| Some((*encoding, compressed(ending)?)));
    let varies = chosen.is_some() || ENCODINGS.iter().any(|(_, ending)| compressed(ending).is_some());
    let (encoding, file) = chosen.map_or((None, file), |(encoding, file)| (Some(encoding), file));
    let tag = entity_tag(&file);
    let mut response = if knows(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Response::new(Body::from(stored(file.data)))
    };
    let caching = if name.starts_with(HASHED) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let kind = mime_guess::from_path(name).first_or_octet_stream();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    if varies {
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    if let (Ok(tag), Ok(kind)) = (HeaderValue::from_str(&tag), HeaderValue::from_str(kind.as_ref())) {
        headers.insert(header::ETAG, tag);
        headers.insert(header::CONTENT_TYPE, kind);
    }
    response
}

/// The bytes where they are. Only a debug build reads files, which it then owns.
fn stored(data: Cow<'static, [u8]>) -> Bytes {
    match data {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    }
}

/// Each form of a file has a tag of its own.
fn entity_tag(file: &EmbeddedFile) -> String {
    let digest = u128::from_be_bytes(file.metadata.sha256_hash()[..16].try_into().unwrap_or_default());
    format!("\"{digest:032x}\"")
}

/// Whether the caller has what `tag` names.
fn knows(headers: &HeaderMap, tag: &str) -> bool {
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known.flat_map(|list| list.split(',')).any(|known| known.trim().trim_start_matches("W/") == tag)
}

/// Whether the caller names `encoding` and does not refuse it. `*` is nothing that browsers send.
pub(crate) fn accepts_encoding(headers: &HeaderMap, encoding: &str) -> bool {
    let accepted = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|list| list.split(',')).any(|item| {
        let (name, parameters) = item.split_once(';').unwrap_or((item, ""));
        let weight = parameters.trim().strip_prefix("q=").map_or(Ok(1.0), str::parse::<f32>);
        name.trim().eq_ignore_ascii_case(encoding) && weight.is_ok_and(|weight| weight > 0.0)
    })
}

/// A browser gets a sentence instead of a problem document.
fn missing_page() -> Response {
    let text = "<!doctype html><html lang=en><title>Junjo Server</title><p>This build has no page: run \
                <code>make run</code>. The API is here all the same: <a href=/docs/>/docs</a>";
    (StatusCode::NOT_FOUND, axum::response::Html(text)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: header::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    /// Scenario: what browsers and programs say about encodings. Guarantee: one is used exactly when it is named and not
    /// refused.
    #[test]
    fn encodings_are_used_when_they_are_named() {
        for (accepted, brotli, gzip) in [
            ("gzip, deflate, br, zstd", true, true),
            ("BR;q=0.1, gzip; q=0", true, false),
            ("br;q=0, gzip", false, true),
            ("br;q=none", false, false),
            ("identity", false, false),
            ("*", false, false),
            ("", false, false),
        ] {
            let headers = headers(header::ACCEPT_ENCODING, accepted);
            assert_eq!(accepts_encoding(&headers, "br"), brotli, "{accepted}");
            assert_eq!(accepts_encoding(&headers, "gzip"), gzip, "{accepted}");
        }
    }

    /// Scenario: the tags that a browser or a cache in between sends back. Guarantee: the file's own is recognised in all
    /// forms, and no other.
    #[test]
    fn known_tags_are_recognised() {
        for (known, is_known) in
            [("\"a\"", true), ("W/\"a\"", true), ("\"b\", \"a\"", true), ("\"b\"", false), ("a", false)]
        {
            assert_eq!(knows(&headers(header::IF_NONE_MATCH, known), "\"a\""), is_known, "{known}");
        }
    }

    /// Scenario: a file of the program. Guarantee: its bytes are sent from where they lie.
    #[test]
    fn stored_bytes_are_not_copied() {
        static FILE: [u8; 4] = *b"page";
        assert_eq!(stored(Cow::Borrowed(&FILE)).as_ptr(), FILE.as_ptr());
    }
}
