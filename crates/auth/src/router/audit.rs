//! `/auth/audit`: what happened, for admins.

use axum::extract::State;
use junjo_web::{ApiJson, ApiQuery, ApiResult, Limit, Page, Problems, decode_cursor};

use crate::current_user::AdminUser;
use crate::schemas::{AuditEventView, AuditQuery};
use crate::service::{AUDIT_CURSOR_VERSION, AuthState};

/// Page sizes of the list.
const PAGE: Limit = Limit::new(100, 500);

/// Lists security events, newest first. For admins.
#[utoipa::path(
    get, path = "/auth/audit", tag = "auth", params(AuditQuery), security(("session" = ["admin"])),
    responses((status = 200, body = Page<AuditEventView>), Problems),
)]
pub(super) async fn list_audit_events(
    State(state): State<AuthState>,
    AdminUser(admin): AdminUser,
    ApiQuery(query): ApiQuery<AuditQuery>,
) -> ApiResult<ApiJson<Page<AuditEventView>>> {
    let before = query.cursor.as_deref().map(|cursor| decode_cursor(AUDIT_CURSOR_VERSION, cursor));
    let before = before.transpose()?.unwrap_or(i64::MAX);
    let limit = PAGE.clamp(query.limit);
    Ok(ApiJson(state.list_audit_events(&admin, query, before, limit).await?))
}
