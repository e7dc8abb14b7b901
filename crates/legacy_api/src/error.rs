//! Refusals in the Go server's two forms: `{"message"}` and `{"error"}`. Its page reads nothing else.

use axum::response::{IntoResponse as _, Response};
use http::{HeaderName, StatusCode, header};
use junjo_auth::AuthError;
use junjo_telemetry::TelemetryError;
use junjo_web::{ApiError, ErrorKind, ErrorReport};
use serde_json::{Value, json};

use crate::reply::{Style, json as json_response};

/// Why a request is not answered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LegacyError {
    /// `{"message": …}`, as the Go server's framework says it.
    #[error("{1}")]
    Message(StatusCode, String),
    /// `{"error": …}`, as its handlers say it.
    #[error("{1}")]
    Error(StatusCode, String),
    /// The path is known, the method is not; the value of `Allow`.
    #[error("Method Not Allowed")]
    WrongMethod(String),
    /// What a service of this server says, as `{"message": …}`.
    #[error("a service refused")]
    Service(#[source] ApiError),
}

impl LegacyError {
    /// `{"message": …}`.
    pub(crate) fn message(status: StatusCode, text: impl Into<String>) -> Self {
        Self::Message(status, text.into())
    }

    /// `{"error": …}`.
    pub(crate) fn error(status: StatusCode, text: impl Into<String>) -> Self {
        Self::Error(status, text.into())
    }

    /// The path leads nowhere.
    pub(crate) fn not_found() -> Self {
        Self::message(StatusCode::NOT_FOUND, "Not Found")
    }

    /// The caller is nobody.
    pub(crate) fn no_session() -> Self {
        Self::message(StatusCode::UNAUTHORIZED, "Unauthorized: No valid session")
    }

    /// The refusal as a response.
    pub(crate) fn into_response(self, style: Style) -> Response {
        match self {
            Self::Message(status, text) => answer(style, status, &json!({ "message": text })),
            Self::Error(status, text) => {
                let mut response = answer(style, status, &json!({ "error": text }));
                if status.is_server_error() {
                    let report = ErrorReport { kind: ErrorKind::Unavailable, chain: text.into() };
                    response.extensions_mut().insert(report);
                }
                response
            }
            Self::WrongMethod(allowed) => {
                let body = json!({ "message": "Method Not Allowed" });
                let mut response = answer(style, StatusCode::METHOD_NOT_ALLOWED, &body);
                if let Ok(allowed) = allowed.parse() {
                    response.headers_mut().insert(header::ALLOW, allowed);
                }
                response
            }
            Self::Service(error) => service_response(error, style),
        }
    }
}

/// The error's own status, time to wait and note for the log, with its sentence where the page looks for it.
fn service_response(error: ApiError, style: Style) -> Response {
    const KEPT: [HeaderName; 1] = [header::RETRY_AFTER];
    let text = error.public_detail().to_owned();
    let problem = error.into_response();
    let mut response = answer(style, problem.status(), &json!({ "message": text }));
    for name in KEPT {
        if let Some(value) = problem.headers().get(&name) {
            response.headers_mut().insert(name, value.clone());
        }
    }
    if let Some(report) = problem.extensions().get::<ErrorReport>() {
        response.extensions_mut().insert(report.clone());
    }
    response
}

fn answer(style: Style, status: StatusCode, body: &Value) -> Response {
    style
        .text(body)
        .map_or_else(|error| ApiError::internal(error).into_response(), |text| json_response(status, text))
}

impl From<ApiError> for LegacyError {
    fn from(error: ApiError) -> Self {
        Self::Service(error)
    }
}

impl From<AuthError> for LegacyError {
    fn from(error: AuthError) -> Self {
        Self::Service(error.into())
    }
}

impl From<TelemetryError> for LegacyError {
    fn from(error: TelemetryError) -> Self {
        Self::Service(error.into())
    }
}
