//! Looking at the audit log.

use chrono::{DateTime, Utc};
use junjo_web::{Page, encode_cursor};

use super::AuthState;
use crate::current_user::CurrentUser;
use crate::error::AuthError;
use crate::repository::{AuditFilter, AuditRow};
use crate::schemas::{AuditEventView, AuditQuery};

/// The version of the list's cursor: the id of the last row.
pub(crate) const AUDIT_CURSOR_VERSION: u8 = 2;

impl AuthState {
    /// Events that match `query`, newest first, with ids below `before_id`.
    pub(crate) async fn list_audit_events(
        &self,
        admin: &CurrentUser,
        query: AuditQuery,
        before_id: i64,
        limit: usize,
    ) -> Result<Page<AuditEventView>, AuthError> {
        let rows =
            self.shared.repository.list_audit_events(admin.id, &filter(query), before_id, limit + 1).await?;
        let page = Page::from_rows(rows, limit, |last| encode_cursor(AUDIT_CURSOR_VERSION, &last.id));
        Ok(page.map(view))
    }
}

fn filter(query: AuditQuery) -> AuditFilter {
    let nanos = |time: DateTime<Utc>| time.timestamp_nanos_opt().unwrap_or(i64::MAX);
    AuditFilter {
        from_unix_nano: query.from.map_or(i64::MIN, nanos),
        to_unix_nano: query.to.map_or(i64::MAX, nanos),
        action: query.action,
        outcome: query.outcome,
        actor_id: query.actor_id,
        target_id: query.target_id,
        ip: query.ip,
    }
}

fn view(row: AuditRow) -> AuditEventView {
    AuditEventView {
        id: row.id,
        time: DateTime::from_timestamp_nanos(row.occurred_at_unix_nano),
        action: row.action,
        outcome: row.outcome,
        detail: row.detail,
        actor_id: row.actor_id,
        actor_email: row.actor_email,
        target_id: row.target_id,
        target_email: row.target_email,
        ip: row.ip,
        request_id: row.request_id,
    }
}
