//! CORS for pages of other origins that may use the API with a cookie: those that are listed, and no other.
//!
//! A preflight is answered here, for any address, with 204. What the browser sends after it is checked again by the layer
//! against cross-site requests in `auth`.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

/// Methods that another origin may use; [`Method::PATCH`] is said where it is asked for.
const METHODS: &str = "GET,POST,PUT,DELETE,OPTIONS";
/// The same with it.
const METHODS_WITH_PATCH: &str = "GET,POST,PUT,PATCH,DELETE,OPTIONS";
/// Headers that another origin may send.
const HEADERS: &str = "Origin,Content-Type,Accept,X-CSRF-Token";
/// What the answer to a preflight depends on besides the origin.
const PREFLIGHT_VARY: [&str; 2] = ["Access-Control-Request-Method", "Access-Control-Request-Headers"];

/// Puts CORS around `router` for `origins`, as browsers write them.
pub(crate) fn wrap(router: Router, origins: &[String]) -> Router {
    let origins = origins.iter().filter_map(|origin| HeaderValue::from_str(origin.trim()).ok());
    router.layer(from_fn_with_state(Arc::new(origins.collect::<Vec<_>>()), answer))
}

async fn answer(State(origins): State<Arc<Vec<HeaderValue>>>, request: Request, next: Next) -> Response {
    let sent = request.headers().get(header::ORIGIN).cloned();
    let allowed = sent.filter(|origin| origins.contains(origin));
    let is_preflight = request.method() == Method::OPTIONS;
    let wants_patch = request.headers().get(header::ACCESS_CONTROL_REQUEST_METHOD);
    let wants_patch = wants_patch.is_some_and(|method| method == Method::PATCH.as_str());
    let mut response =
        if is_preflight { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    let headers = response.headers_mut();
    // first, as what the answer depends on most
    let varied: Vec<HeaderValue> = headers.get_all(header::VARY).iter().cloned().collect();
    headers.insert(header::VARY, HeaderValue::from_static("Origin"));
    for value in varied {
        headers.append(header::VARY, value);
    }
    if let Some(origin) = allowed {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        if is_preflight {
            allow(headers, wants_patch);
        }
    }
    response
}

/// What a preflight is told.
fn allow(headers: &mut HeaderMap, wants_patch: bool) {
    let methods = if wants_patch { METHODS_WITH_PATCH } else { METHODS };
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(methods));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(HEADERS));
    for name in PREFLIGHT_VARY {
        headers.append(header::VARY, HeaderValue::from_static(name));
    }
}
