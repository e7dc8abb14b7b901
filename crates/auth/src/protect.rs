//! The layers around every route that a cookie may authenticate: the session cookie and the defence against requests that
//! other sites make a browser send.

use axum::extract::Request;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};
use http::HeaderValue;
use http::header::{HeaderMap, SET_COOKIE};
use junjo_web::ApiError;
use junjo_web::client::ClientInfo;
use tower_http::csrf::{CsrfLayer, ProtectionError};
use tower_sessions::SessionManagerLayer;
use tower_sessions::cookie::SameSite;

use crate::denials;
use crate::error::AuthError;
use crate::service::AuthState;
use crate::session::idle_expiry;
use crate::session_id::SESSION_COOKIE;

/// Wraps `router` so that its handlers can extract [`crate::CurrentUser`]. Cross-site requests that could change something
/// get 403. Call it once, after all routers are merged; routes with credentials of their own (`/v1/*`) stay outside.
///
/// # Errors
/// [`AuthError::InvalidOrigin`] when a configured origin is not one.
pub fn protect(router: Router, state: &AuthState) -> Result<Router, AuthError> {
    let config = state.config();
    let own_origin = config.public_url.iter().map(|url| url.origin().to_owned());
    let mut cross_site = CsrfLayer::new();
    for origin in own_origin.chain(config.allowed_origins.iter().cloned()) {
        cross_site = cross_site
            .add_trusted_origin(&origin)
            .map_err(|_| AuthError::InvalidOrigin { origin: origin.clone() })?;
    }
    let sessions = SessionManagerLayer::new(state.cookie_store())
        .with_name(SESSION_COOKIE)
        .with_http_only(true)
        .with_same_site(SameSite::Strict)
        .with_path("/")
        .with_secure(true)
        .with_expiry(idle_expiry(config.session_idle_timeout));
    Ok(router
        .layer(Extension(state.sessions().clone()))
        .layer(sessions)
        .layer(cross_site.with_rejection_response(|_: ProtectionError| {
            ApiError::forbidden("This request came from another site.").into_response()
        }))
        .layer(from_fn(finish_cookie))
        .layer(from_fn_with_state(state.clone(), denials::record)))
}

/// Takes `Secure` off the session cookie exactly when the browser's side is plain http, where it would be dropped; and
/// gives the cookie that ends a session the attributes of the one that began it.
async fn finish_cookie(request: Request, next: Next) -> Response {
    let is_https = ClientInfo::of(request.extensions()).is_https;
    let mut response = next.run(request).await;
    rewrite_cookies(response.headers_mut(), is_https);
    response
}

fn rewrite_cookies(headers: &mut HeaderMap, is_https: bool) {
    let cookies: Vec<HeaderValue> = headers.get_all(SET_COOKIE).iter().cloned().collect();
    headers.remove(SET_COOKIE);
    for cookie in cookies {
        headers.append(SET_COOKIE, session_cookie(&cookie, is_https).unwrap_or(cookie));
    }
}

/// The final form of a `Set-Cookie` of ours; nothing for any other cookie.
fn session_cookie(cookie: &HeaderValue, is_https: bool) -> Option<HeaderValue> {
    let value = cookie.to_str().ok()?.strip_prefix(SESSION_COOKIE)?.strip_prefix('=')?;
    let id = value.split(';').next().unwrap_or_default();
    let age = value.split(';').map(str::trim).find(|attribute| attribute.starts_with("Max-Age="));
    let age = age.map_or_else(String::new, |age| format!("; {age}"));
    let secure = if is_https { "; Secure" } else { "" };
    let cookie = format!("{SESSION_COOKIE}={id}; Path=/; HttpOnly; SameSite=Strict{age}{secure}");
    HeaderValue::from_str(&cookie).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(cookie: &'static str, is_https: bool) -> String {
        let mut headers = HeaderMap::from_iter([(SET_COOKIE, HeaderValue::from_static(cookie))]);
        rewrite_cookies(&mut headers, is_https);
        headers[SET_COOKIE].to_str().unwrap().to_owned()
    }

    /// Scenario: begin and end a session over http and https. Guarantee: Secure exactly over https, all else equal.
    #[test]
    fn secure_follows_the_scheme() {
        let begin = "session=abc; HttpOnly; SameSite=Strict; Secure; Path=/; Max-Age=86400";
        let kept = "session=abc; Path=/; HttpOnly; SameSite=Strict; Max-Age=86400";
        assert_eq!(rewritten(begin, false), kept);
        assert_eq!(rewritten(begin, true), format!("{kept}; Secure"));
        let end = "session=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
        assert_eq!(rewritten(end, true), "session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0; Secure");
        assert_eq!(rewritten("theme=dark; Path=/", true), "theme=dark; Path=/");
    }
}
