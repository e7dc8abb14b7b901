//! Where a request came from, for the audit log and the list of sessions. It must not know who sent it.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};

use axum::extract::FromRequestParts;
use http::header::USER_AGENT;
use http::request::Parts;
use junjo_web::client::ClientInfo;
use junjo_web::{ApiError, ErrorKind, RequestId};
use tower_sessions::Session;

use crate::addressed::Addressed;

/// Longest browser name that is kept.
const USER_AGENT_CHARS_MAX: usize = 200;

/// Where a request came from; extract it in every handler that changes security.
#[derive(Clone, Debug)]
pub struct RequestOrigin {
    /// The effective client address.
    pub ip: IpAddr,
    /// The request's name in the server's log.
    pub request_id: String,
    /// The browser's own name, shortened.
    pub user_agent: String,
}

impl RequestOrigin {
    /// The operator at the server's own command line.
    pub fn command_line() -> Self {
        Self {
            ip: Ipv4Addr::LOCALHOST.into(),
            request_id: "command-line".to_owned(),
            user_agent: String::new(),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for RequestOrigin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let user_agent = parts.headers.get(USER_AGENT).map(|value| String::from_utf8_lossy(value.as_bytes()));
        Ok(Self {
            ip: ClientInfo::of(&parts.extensions).ip,
            request_id: parts.extensions.get::<RequestId>().map(RequestId::to_string).unwrap_or_default(),
            user_agent: user_agent.unwrap_or_default().chars().take(USER_AGENT_CHARS_MAX).collect(),
        })
    }
}

/// The browser's side of a request: its cookie, where it came from, and how it calls the server.
pub struct Visit {
    pub(crate) cookie: Session,
    /// Where the request came from.
    pub origin: RequestOrigin,
    pub(crate) addressed: Addressed,
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let cookie = parts.extensions.get::<Session>().cloned();
        let cookie = cookie.ok_or_else(|| {
            ApiError::new(ErrorKind::Internal, "the route is not wrapped in junjo_auth::protect")
        })?;
        let Ok(origin) = RequestOrigin::from_request_parts(parts, state).await;
        Ok(Self { cookie, origin, addressed: Addressed::of(parts) })
    }
}
