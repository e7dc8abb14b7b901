//! A request of the Go server's API that passed the checks, and what a handler makes of it.

use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use junjo_auth::{CurrentUser, Visit};
use junjo_web::ApiError;
use serde::Serialize;

use crate::error::LegacyError;
use crate::reply::{Style, json};

/// A request.
pub(crate) struct Call {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) style: Style,
    /// The browser's side of it.
    pub(crate) visit: Visit,
    /// Who is signed in; always somebody where the route needs that.
    pub(crate) caller: Option<CurrentUser>,
    /// The csrf token of the answer.
    pub(crate) token: String,
}

impl Call {
    /// Who is signed in.
    pub(crate) fn caller(&self) -> Result<&CurrentUser, LegacyError> {
        self.caller.as_ref().ok_or_else(LegacyError::no_session)
    }

    /// `body` as the answer.
    pub(crate) fn answer(&self, status: StatusCode, body: &impl Serialize) -> Response {
        self.style
            .text(body)
            .map_or_else(|error| ApiError::internal(error).into_response(), |text| json(status, text))
    }

    /// 200 with `{"message": …}`.
    pub(crate) fn done(&self, message: &str) -> Response {
        self.answer(StatusCode::OK, &serde_json::json!({ "message": message }))
    }
}

/// What a handler returns.
pub(crate) type Answer = Result<Response, LegacyError>;
