//! The one error type that a handler returns, and the closed set of kinds that it can be.
//!
//! Feature errors are converted into it at the router, once. The wire form is in `problem.rs`; gRPC maps
//! [`ErrorKind`] in its own crate.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a handler returns.
pub type ApiResult<T> = Result<T, ApiError>;

/// The boxed cause of an [`ApiError`]; logged at the edge, never sent.
pub type BoxError = Box<dyn Error + Send + Sync + 'static>;

/// Every way in which a request can fail. Closed on purpose: each protocol maps it exhaustively.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The request itself is wrong; repeating it unchanged cannot help.
    InvalidInput,
    /// No credentials, or credentials that are not valid.
    Unauthenticated,
    /// The caller is known and may not do this.
    Forbidden,
    /// The caller may do this, but has to present the password again first.
    NotRecentlyAuthenticated,
    /// It does not exist, or the caller may not know that it does.
    NotFound,
    /// It contradicts what is already stored.
    Conflict,
    /// The request is over a size limit.
    TooLarge,
    /// Too many requests from this caller; carries `Retry-After`.
    RateLimited,
    /// The server cannot do this now; a later retry may work.
    Unavailable,
    /// The work took longer than its time limit.
    Timeout,
    /// A bug or a broken machine.
    Internal,
}

impl ErrorKind {
    /// The HTTP status of this kind.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::InvalidInput => StatusCode::BAD_REQUEST,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden | Self::NotRecentlyAuthenticated => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Conflict => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Timeout => StatusCode::GATEWAY_TIMEOUT,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// A stable snake_case name, used in problem types, logs and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidInput => "invalid_input",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::NotRecentlyAuthenticated => "not_recently_authenticated",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::TooLarge => "too_large",
            Self::RateLimited => "rate_limited",
            Self::Unavailable => "unavailable",
            Self::Timeout => "timeout",
            Self::Internal => "internal",
        }
    }

    /// The detail that replaces whatever a 5xx error carried, so that internals never leave the process.
    pub const fn opaque_detail(self) -> Option<&'static str> {
        match self {
            Self::Unavailable => Some("The server cannot answer this now. Try again shortly."),
            Self::Timeout => {
                Some("The work took longer than its time limit. Narrow the request and try again.")
            }
            Self::Internal => Some("The server failed to answer. The request id finds the cause in its log."),
            _ => None,
        }
    }
}

/// One field of the request that is wrong, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// The field's name as it appears in the request.
    pub field: String,
    /// What is wrong, in a sentence for a person.
    pub message: String,
    /// Where in the field's text, in characters from 0, if it is about a part of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<usize>,
    /// How many characters are wrong; 0 where something is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<usize>,
    /// What may stand there instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
}

impl FieldError {
    /// An error about the whole field.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into(), offset: None, length: None, suggestion: None }
    }
}

/// An error on its way to the client: a kind, a detail that is safe to show, and a cause that is not.
#[derive(Debug)]
pub struct ApiError {
    kind: ErrorKind,
    detail: Cow<'static, str>,
    field_errors: Vec<FieldError>,
    retry_after_seconds: Option<u64>,
    source: Option<BoxError>,
}

impl ApiError {
    /// An error of `kind`. For 4xx kinds the client reads `detail`; for 5xx kinds it only reaches the log.
    pub fn new(kind: ErrorKind, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            field_errors: Vec::new(),
            retry_after_seconds: None,
            source: None,
        }
    }

    /// 400: the request is wrong; `detail` says what to change.
    pub fn invalid_input(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::InvalidInput, detail)
    }

    /// 400 about one field.
    pub fn invalid_field(field: impl Into<String>, message: impl Into<String>) -> Self {
        let message = message.into();
        Self::invalid_input(message.clone()).with_field_error(field, message)
    }

    /// 401: no valid credentials.
    pub fn unauthenticated(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Unauthenticated, detail)
    }

    /// 403: known, but not allowed.
    pub fn forbidden(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Forbidden, detail)
    }

    /// 404: `detail` names what was looked for.
    pub fn not_found(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::NotFound, detail)
    }

    /// 409: contradicts what is stored.
    pub fn conflict(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Conflict, detail)
    }

    /// 413: over a size limit; `detail` names the limit.
    pub fn too_large(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::TooLarge, detail)
    }

    /// 429 with `Retry-After`.
    pub fn rate_limited(detail: impl Into<Cow<'static, str>>, retry_after_seconds: u64) -> Self {
        Self::new(ErrorKind::RateLimited, detail).with_retry_after_seconds(retry_after_seconds)
    }

    /// 503; `detail` only reaches the log.
    pub fn unavailable(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Unavailable, detail)
    }

    /// 504; `detail` only reaches the log.
    pub fn timeout(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Timeout, detail)
    }

    /// 500 caused by `source`, whose whole chain is logged once at the edge.
    pub fn internal(source: impl Into<BoxError>) -> Self {
        Self::new(ErrorKind::Internal, "internal error").with_source(source)
    }

    /// Attaches the cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Attaches a wrong field.
    #[must_use]
    pub fn with_field_error(self, field: impl Into<String>, message: impl Into<String>) -> Self {
        self.with_wrong(FieldError::new(field, message))
    }

    /// Attaches a wrong field, with what is known of where and why.
    #[must_use]
    pub fn with_wrong(mut self, error: FieldError) -> Self {
        self.field_errors.push(error);
        self
    }

    /// Sets the `Retry-After` header, in whole seconds.
    #[must_use]
    pub fn with_retry_after_seconds(mut self, seconds: u64) -> Self {
        self.retry_after_seconds = Some(seconds);
        self
    }

    /// The kind, for mapping to another protocol.
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What the client may read: the detail of a 4xx, the constant sentence of a 5xx.
    pub fn public_detail(&self) -> &str {
        self.kind.opaque_detail().unwrap_or(&self.detail)
    }

    /// The wrong fields, if the error is about fields.
    pub fn field_errors(&self) -> &[FieldError] {
        &self.field_errors
    }

    /// When to retry, in seconds.
    pub const fn retry_after_seconds(&self) -> Option<u64> {
        self.retry_after_seconds
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.detail)
    }
}

impl Error for ApiError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}

/// `error` as a field of a log line takes it: `error = logged(&error)`. The log then has its sources too.
pub fn logged<E: Error + 'static>(error: &E) -> &(dyn Error + 'static) {
    error
}

/// `error` and all its causes on one line, for a log field.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: an error with two causes. Guarantee: the log line holds all of them, the client's detail none.
    #[test]
    fn internal_error_keeps_its_chain_for_the_log_only() {
        #[derive(Debug, thiserror::Error)]
        #[error("outer failed")]
        struct Outer(#[source] std::io::Error);

        let error = ApiError::internal(Outer(std::io::Error::other("disk on fire")));
        assert_eq!(chain(&error), "internal error: outer failed: disk on fire");
        assert!(!error.public_detail().contains("fire"));
    }

    /// Scenario: every kind. Guarantee: only 5xx kinds hide their detail.
    #[test]
    fn kinds_hide_details_exactly_when_they_are_server_errors() {
        use ErrorKind::{
            Conflict, Forbidden, Internal, InvalidInput, NotFound, NotRecentlyAuthenticated, RateLimited,
            Timeout, TooLarge, Unauthenticated, Unavailable,
        };
        for kind in [
            InvalidInput,
            Unauthenticated,
            Forbidden,
            NotRecentlyAuthenticated,
            NotFound,
            Conflict,
            TooLarge,
            RateLimited,
            Unavailable,
            Timeout,
            Internal,
        ] {
            assert_eq!(kind.opaque_detail().is_some(), kind.status().is_server_error(), "{}", kind.as_str());
        }
    }
}
