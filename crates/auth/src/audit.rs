//! The audit log: who did what to the server's security, from where, and whether it worked.
//!
//! It holds ids, never e-mail addresses and never secrets. Ids outlive what they name. Looking at it is in
//! `service/audit.rs`.

use junjo_web::{SharedClock, logged};
use sqlx::SqlitePool;

use crate::audit_event::AuditEvent;
use crate::origin::RequestOrigin;
use crate::repository::Repository;

/// Writes security events.
#[derive(Clone, Debug)]
pub struct AuditLog {
    repository: Repository,
}

impl AuditLog {
    /// A log in the given database.
    pub fn new(pool: SqlitePool, clock: SharedClock) -> Self {
        Self { repository: Repository::new(pool, clock) }
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
        if let Err(error) = self.repository.insert_audit_event(origin, &event).await {
            tracing::error!(
                error = logged(&error),
                action = event.action,
                request_id = origin.request_id,
                "audit event was not stored"
            );
        }
    }
}
