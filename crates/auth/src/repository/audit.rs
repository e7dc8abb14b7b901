//! The SQL of security events.

use std::net::IpAddr;

use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

use super::Repository;
use crate::account::AccountId;
use crate::audit_event::{AuditEvent, AuditOutcome};
use crate::error::AuthError;
use crate::origin::RequestOrigin;

/// Events that are kept at most, whatever their age: about 200 MB, so that a flood of refused attempts cannot fill the disk.
const EVENTS_MAX: i64 = 1_000_000;

/// Which events a list has; what is `None` does not matter.
#[derive(Debug)]
pub(crate) struct AuditFilter {
    /// Events at or after this time.
    pub(crate) from_unix_nano: i64,
    /// Events before this time.
    pub(crate) to_unix_nano: i64,
    /// The whole name, or with a dot at the end its beginning.
    pub(crate) action: Option<String>,
    pub(crate) outcome: Option<AuditOutcome>,
    pub(crate) actor_id: Option<Uuid>,
    pub(crate) target_id: Option<String>,
    pub(crate) ip: Option<IpAddr>,
}

/// An event as it is stored, with the addresses of accounts that there still are.
#[derive(Debug)]
pub(crate) struct AuditRow {
    pub(crate) id: i64,
    pub(crate) occurred_at_unix_nano: i64,
    pub(crate) action: String,
    pub(crate) outcome: AuditOutcome,
    pub(crate) detail: Option<String>,
    pub(crate) actor_id: Option<String>,
    pub(crate) actor_email: Option<String>,
    pub(crate) target_id: Option<String>,
    pub(crate) target_email: Option<String>,
    pub(crate) ip: String,
    pub(crate) request_id: String,
}

impl Repository {
    /// Adds an event, as of now.
    pub(crate) async fn insert_audit_event(
        &self,
        origin: &RequestOrigin,
        event: &AuditEvent,
    ) -> Result<(), AuthError> {
        sqlx::query(
            "INSERT INTO audit_events
               (occurred_at_unix_nano, action, outcome, actor_user_id, target_id, detail, ip, request_id)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(self.clock.now_unix_nano())
        .bind(event.action)
        .bind(event.outcome.as_str())
        .bind(event.actor.map(|id| id.to_string()))
        .bind(event.target_id.as_deref())
        .bind(event.detail)
        .bind(origin.ip.to_string())
        .bind(&origin.request_id)
        .execute(&self.pool)
        .await
        .map_err(AuthError::store("record a security event"))?;
        Ok(())
    }

    /// Deletes events older than `before_unix_nano`, and the oldest of those over [`EVENTS_MAX`].
    pub(crate) async fn delete_audit_events_before(&self, before_unix_nano: i64) -> Result<u64, AuthError> {
        let result = sqlx::query(
            "DELETE FROM audit_events
             WHERE occurred_at_unix_nano < ?1 OR id <= (SELECT max(id) FROM audit_events) - ?2",
        )
        .bind(before_unix_nano)
        .bind(EVENTS_MAX)
        .execute(&self.pool)
        .await
        .map_err(AuthError::store("delete old security events"))?;
        Ok(result.rows_affected())
    }

    /// Events that match `filter`, newest first, with ids below `before_id`. Nothing for callers who are not admins.
    pub(crate) async fn list_audit_events(
        &self,
        admin: AccountId,
        filter: &AuditFilter,
        before_id: i64,
        limit: usize,
    ) -> Result<Vec<AuditRow>, AuthError> {
        let rows = sqlx::query(
            "SELECT event.*, actor.email AS actor_email, target.email AS target_email
             FROM audit_events AS event
               LEFT JOIN users AS actor ON actor.id = event.actor_user_id
               LEFT JOIN users AS target ON target.id = event.target_id
             WHERE event.id < ?1 AND event.occurred_at_unix_nano >= ?2 AND event.occurred_at_unix_nano < ?3
               AND (?4 IS NULL OR event.action = ?4 OR (substr(?4, -1) = '.' AND substr(event.action, 1, length(?4)) = ?4))
               AND (?5 IS NULL OR event.outcome = ?5) AND (?6 IS NULL OR event.actor_user_id = ?6)
               AND (?7 IS NULL OR event.target_id = ?7) AND (?8 IS NULL OR event.ip = ?8)
               AND EXISTS (SELECT 1 FROM users WHERE id = ?9 AND role = 'admin')
             ORDER BY event.id DESC LIMIT ?10",
        )
        .bind(before_id)
        .bind(filter.from_unix_nano)
        .bind(filter.to_unix_nano)
        .bind(filter.action.as_deref())
        .bind(filter.outcome.map(AuditOutcome::as_str))
        .bind(filter.actor_id.map(|id| id.to_string()))
        .bind(filter.target_id.as_deref())
        .bind(filter.ip.map(|ip| ip.to_string()))
        .bind(admin.to_string())
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&self.pool)
        .await
        .map_err(AuthError::store("list security events"))?;
        rows.iter().map(event_of).collect()
    }
}

fn event_of(row: &SqliteRow) -> Result<AuditRow, AuthError> {
    let failed = "read a security event";
    let text = |column| row.try_get::<String, _>(column).map_err(AuthError::store(failed));
    let optional = |column| row.try_get::<Option<String>, _>(column).map_err(AuthError::store(failed));
    let number = |column| row.try_get::<i64, _>(column).map_err(AuthError::store(failed));
    Ok(AuditRow {
        id: number("id")?,
        occurred_at_unix_nano: number("occurred_at_unix_nano")?,
        action: text("action")?,
        outcome: AuditOutcome::parse(&text("outcome")?).ok_or(AuthError::Corrupt { what: "outcome" })?,
        detail: optional("detail")?,
        actor_id: optional("actor_user_id")?,
        actor_email: optional("actor_email")?,
        target_id: optional("target_id")?,
        target_email: optional("target_email")?,
        ip: text("ip")?,
        request_id: text("request_id")?,
    })
}
