//! The audit log: who did what to the server's security, from where, and whether it worked.
//!
//! It holds ids, never e-mail addresses and never secrets. Ids outlive what they name.

use std::convert::Infallible;
use std::fmt;
use std::net::IpAddr;

use axum::extract::FromRequestParts;
use http::header::USER_AGENT;
use http::request::Parts;
use junjo_web::client::ClientInfo;
use junjo_web::{RequestId, SharedClock};
use sqlx::SqlitePool;

use crate::error::AuthError;
use crate::user::UserId;

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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
}

impl AuditEvent {
    /// `actor` did `action`.
    pub fn success(action: &'static str, actor: UserId) -> Self {
        Self { action, outcome: AuditOutcome::Success, actor: Some(actor), target_id: None }
    }

    /// `action` was refused; `actor` is who tried, when known.
    pub fn refused(action: &'static str, actor: Option<UserId>) -> Self {
        Self { action, outcome: AuditOutcome::Refused, actor, target_id: None }
    }

    /// Names what it was done to.
    #[must_use]
    pub fn on(mut self, target_id: impl fmt::Display) -> Self {
        self.target_id = Some(target_id.to_string());
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
               (occurred_at_unix_nano, action, outcome, actor_user_id, target_id, ip, request_id)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(self.clock.now_unix_nanos())
        .bind(event.action)
        .bind(event.outcome.as_str())
        .bind(event.actor.map(|id| id.to_string()))
        .bind(event.target_id.as_deref())
        .bind(origin.ip.to_string())
        .bind(&origin.request_id)
        .execute(&self.pool)
        .await
        .map_err(AuthError::store("record a security event"))?;
        Ok(())
    }

    /// Deletes events older than `before_unix_nano`.
    pub(crate) async fn delete_before(&self, before_unix_nano: i64) -> Result<u64, AuthError> {
        let result = sqlx::query("DELETE FROM audit_events WHERE occurred_at_unix_nano < ?")
            .bind(before_unix_nano)
            .execute(&self.pool)
            .await
            .map_err(AuthError::store("delete old security events"))?;
        Ok(result.rows_affected())
    }
}
