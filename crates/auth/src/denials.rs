//! Refused requests in the audit log: a role too small, a page of another site, a key that opens nothing.
//!
//! What nobody can do anything about (no session, so 401) is not recorded, and one address cannot fill the log.

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::AUTHORIZATION;
use junjo_web::client::ClientInfo;
use junjo_web::{ErrorKind, ErrorReport, RequestId};

use crate::audit_event::AuditEvent;
use crate::current_user::Caller;
use crate::origin::RequestOrigin;
use crate::service::AuthState;

/// Middleware around everything that a cookie or a key may open.
pub(crate) async fn record(State(state): State<AuthState>, mut request: Request, next: Next) -> Response {
    let caller = Caller::default();
    request.extensions_mut().insert(caller.clone());
    let origin = RequestOrigin {
        ip: ClientInfo::of(request.extensions()).ip,
        request_id: request.extensions().get::<RequestId>().map(RequestId::to_string).unwrap_or_default(),
        user_agent: String::new(),
    };
    let route = request.extensions().get::<MatchedPath>().cloned();
    let method = request.method().clone();
    let presents_key = request.headers().contains_key(AUTHORIZATION);
    let response = next.run(request).await;
    if let Some(report) = response.extensions().get::<ErrorReport>()
        && is_denial(report.kind, presents_key)
        && state.admits_denial(&origin)
    {
        let event = AuditEvent::refused("access.use", caller.id()).saying(report.kind.as_str());
        // the route's pattern, not the path: that is the caller's text
        let route = route.as_ref().map_or("unmatched", MatchedPath::as_str);
        let event = event.on(format_args!("{method} {route}"));
        state.audit_log().record(&origin, event).await;
    }
    response
}

const fn is_denial(kind: ErrorKind, presents_key: bool) -> bool {
    match kind {
        ErrorKind::Forbidden | ErrorKind::RateLimited => true,
        ErrorKind::Unauthenticated => presents_key,
        _ => false,
    }
}
