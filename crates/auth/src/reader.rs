//! Who may read telemetry: a signed-in person, or a program with a read key as `authorization: Bearer`.
//!
//! Keys belong to another feature, so the server hands their check over as [`ReadKeys`]. A key opens only GET and HEAD, and
//! only routes that ask for a [`TelemetryReader`]. A request with `Authorization` is never answered on its cookie.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::Method;
use http::header::AUTHORIZATION;
use http::request::Parts;
use junjo_web::{ApiError, ApiResult};
use utoipa::openapi::security::SecurityRequirement;
use utoipa_axum::router::OpenApiRouter;

use crate::current_user::CurrentUser;

/// The name of the scheme in the OpenAPI document.
pub(crate) const READ_KEY_SCHEME: &str = "read_key";

/// The scope that a key needs, as the OpenAPI document names it.
const READ_SCOPE: &str = "read";

/// Checks presented keys; an outside edge.
pub trait ReadKeyCheck: Send + Sync + 'static {
    /// The id of the read key `presented`, or why it does not open the door (401; 503 when keys cannot be checked).
    fn check<'a>(
        &'a self,
        presented: &'a str,
    ) -> Pin<Box<dyn Future<Output = ApiResult<String>> + Send + 'a>>;
}

/// The check, as an extension of requests.
#[derive(Clone)]
pub struct ReadKeys(Arc<dyn ReadKeyCheck>);

impl ReadKeys {
    /// For the server's composition.
    pub fn new(check: impl ReadKeyCheck) -> Self {
        Self(Arc::new(check))
    }
}

impl ReadKeys {
    /// The id of the read key `presented`.
    ///
    /// # Errors
    /// See [`ReadKeyCheck::check`].
    pub async fn check(&self, presented: &str) -> ApiResult<String> {
        self.0.check(presented).await
    }
}

impl fmt::Debug for ReadKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ReadKeys")
    }
}

/// Somebody who may read all telemetry. As an extractor: 401 for everybody else.
#[derive(Clone, Debug)]
pub enum TelemetryReader {
    /// A signed-in person of any role.
    User(CurrentUser),
    /// A program with a read key.
    Key {
        /// The key's id; safe to log.
        id: String,
    },
}

impl<S: Send + Sync> FromRequestParts<S> for TelemetryReader {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> ApiResult<Self> {
        let Some(authorization) = parts.headers.get(AUTHORIZATION) else {
            return <CurrentUser as FromRequestParts<S>>::from_request_parts(parts, state)
                .await
                .map(Self::User);
        };
        let presented = authorization.to_str().ok().and_then(bearer).unwrap_or_default();
        let Some(keys) = parts.extensions.get::<ReadKeys>() else {
            return Err(refused());
        };
        let id = keys.0.check(presented).await?;
        if parts.method != Method::GET && parts.method != Method::HEAD {
            return Err(ApiError::forbidden("An API key may only read. Sign in to change something."));
        }
        Ok(Self::Key { id })
    }
}

/// What follows `Bearer `, in any case of the word.
pub(crate) fn bearer(value: &str) -> Option<&str> {
    let (scheme, rest) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| rest.trim())
}

/// The one answer for missing, unknown, expired and wrong keys.
fn refused() -> ApiError {
    ApiError::unauthenticated("Send a read key as authorization: Bearer, or sign in.")
}

/// Says in the OpenAPI document that the GET routes of `router` take a session or a read key, unless they say otherwise
/// themselves. Their handlers ask for a [`TelemetryReader`].
pub fn readable_by_keys<S>(mut router: OpenApiRouter<S>) -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    let items = router.get_openapi_mut().paths.paths.values_mut();
    for operation in items.filter_map(|item| item.get.as_mut()) {
        if operation.security.is_none() {
            operation.security = Some(vec![
                SecurityRequirement::new("session", Vec::<String>::new()),
                SecurityRequirement::new(READ_KEY_SCHEME, [READ_SCOPE]),
            ]);
        }
    }
    router
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: values of `Authorization` as programs write them. Guarantee: the key of a bearer, nothing of anything else.
    #[test]
    fn only_bearers_carry_a_key() {
        for (value, key) in [
            ("Bearer jj_abc", Some("jj_abc")),
            ("bearer  jj_abc ", Some("jj_abc")),
            ("Basic amo6", None),
            ("jj_abc", None),
            ("", None),
        ] {
            assert_eq!(bearer(value), key, "{value}");
        }
    }
}
