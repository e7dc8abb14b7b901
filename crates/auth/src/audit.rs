//! The audit log: who did what to the server's security, from where, and whether it worked.
//!
//! It holds ids, never e-mail addresses and never secrets. Ids outlive what they name.

use std::convert::Infallible;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use axum::extract::FromRequestParts;
use http::header::USER_AGENT;
use http::request::Parts;
use junjo_web::client::ClientInfo;
use junjo_web::{RequestId, SharedClock};
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqlitePool};
use utoipa::ToSchema;

use crate::error::AuthError;
use crate::schemas::{AuditEventView, AuditQuery};
use crate::user::UserId;

/// Events that are kept at most, whatever their age: about 200 MB, so that a flood of refused attempts cannot fill the disk.
const EVENTS_MAX: i64 = 1_000_000;

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
    pub(crate) fn command_line() -> Self {
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

/// Whether the event happened or was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuditOutcome {
    /// It was done.
    Success,
    /// It was refused.
    Refused,
}

impl AuditOutcome {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Refused => "refused",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Success, Self::Refused].into_iter().find(|outcome| outcome.as_str() == text)
    }
}

/// One security event.
#[derive(Clone, Debug)]
pub struct AuditEvent {
    /// What, as `noun.verb`: `session.begin`, `api_key.create`.
    pub action: &'static str,
    /// Whether it happened.
    pub outcome: AuditOutcome,
    /// Who, when known.
    pub actor: Option<UserId>,
    /// The id of what it was done to, when there is one.
    pub target_id: Option<String>,
    /// A fixed word that says more: never a text of the caller.
    pub detail: Option<&'static str>,
}

impl AuditEvent {
    /// `actor` did `action`.
    pub fn success(action: &'static str, actor: UserId) -> Self {
        Self { action, outcome: AuditOutcome::Success, actor: Some(actor), target_id: None, detail: None }
    }

    /// `action` was refused; `actor` is who tried, when known.
    pub fn refused(action: &'static str, actor: Option<UserId>) -> Self {
        Self { action, outcome: AuditOutcome::Refused, actor, target_id: None, detail: None }
    }

    /// The operator did `action` at the command line; there is no account behind that.
    pub(crate) fn by_operator(action: &'static str) -> Self {
        Self { action, outcome: AuditOutcome::Success, actor: None, target_id: None, detail: None }
    }

    /// Names what it was done to.
    #[must_use]
    pub fn on(mut self, target_id: impl fmt::Display) -> Self {
        self.target_id = Some(target_id.to_string());
        self
    }

    /// Says more: the new role, or why it was refused.
    #[must_use]
    pub fn saying(mut self, detail: &'static str) -> Self {
        self.detail = Some(detail);
        self
    }
}

/// Writes security events.
#[derive(Clone, Debug)]
pub struct AuditLog {
    pool: SqlitePool,
    clock: SharedClock,
}

impl AuditLog {
    /// A log in the given database.
    pub fn new(pool: SqlitePool, clock: SharedClock) -> Self {
        Self { pool, clock }
    }

    /// Records `event`. A failure is logged and not returned: by now the event has happened, and the answer must say so.
    pub async fn record(&self, origin: &RequestOrigin, event: AuditEvent) {
        tracing::info!(
            action = event.action,
            outcome = event.outcome.as_str(),
            user.id = event.actor.map(|id| id.to_string()),
            target.id = event.target_id,
            detail = event.detail,
            request_id = origin.request_id,
            "security event"
        );
        if let Err(error) = self.insert(origin, &event).await {
            let error: &dyn std::error::Error = &error;
            tracing::error!(
                error,
                action = event.action,
                request_id = origin.request_id,
                "audit event was not stored"
            );
        }
    }

    async fn insert(&self, origin: &RequestOrigin, event: &AuditEvent) -> Result<(), AuthError> {
        sqlx::query(
            "INSERT INTO audit_events
               (occurred_at_unix_nano, action, outcome, actor_user_id, target_id, detail, ip, request_id)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(self.clock.now_unix_nanos())
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
    pub(crate) async fn delete_before(&self, before_unix_nano: i64) -> Result<u64, AuthError> {
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

    /// Events that match `query`, newest first, with ids below `before_id`. Nothing for callers who are not admins.
    pub(crate) async fn list(
        &self,
        admin: UserId,
        query: &AuditQuery,
        before_id: i64,
        limit: usize,
    ) -> Result<Vec<AuditEventView>, AuthError> {
        let nanos =
            |time: chrono::DateTime<chrono::Utc>, missing| time.timestamp_nanos_opt().unwrap_or(missing);
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
        .bind(query.from.map_or(i64::MIN, |time| nanos(time, i64::MAX)))
        .bind(query.to.map_or(i64::MAX, |time| nanos(time, i64::MAX)))
        .bind(query.action.as_deref())
        .bind(query.outcome.map(AuditOutcome::as_str))
        .bind(query.actor_id.map(|id| id.to_string()))
        .bind(query.target_id.as_deref())
        .bind(query.ip.map(|ip| ip.to_string()))
        .bind(admin.to_string())
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&self.pool)
        .await
        .map_err(AuthError::store("list security events"))?;
        rows.iter().map(event_of).collect()
    }
}

fn event_of(row: &SqliteRow) -> Result<AuditEventView, AuthError> {
    let failed = "read a security event";
    let text = |column| row.try_get::<String, _>(column).map_err(AuthError::store(failed));
    let optional = |column| row.try_get::<Option<String>, _>(column).map_err(AuthError::store(failed));
    let number = |column| row.try_get::<i64, _>(column).map_err(AuthError::store(failed));
    Ok(AuditEventView {
        id: number("id")?,
        time: chrono::DateTime::from_timestamp_nanos(number("occurred_at_unix_nano")?),
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
