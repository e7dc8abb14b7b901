//! Looking at sessions and ending them.

use chrono::DateTime;
use junjo_web::Page;

use super::AuthState;
use crate::account::AccountId;
use crate::audit_event::AuditEvent;
use crate::current_user::CurrentUser;
use crate::device;
use crate::error::AuthError;
use crate::origin::{RequestOrigin, Visit};
use crate::schemas::{EndedSessions, SessionView};
use crate::session_id::SessionId;

impl AuthState {
    /// The caller's sessions, the latest used first; never more than a page.
    pub(crate) async fn list_sessions(&self, caller: &CurrentUser) -> Result<Page<SessionView>, AuthError> {
        self.sessions_of(caller.id, caller.session_id).await
    }

    /// The sessions of `target`, for an admin.
    pub(crate) async fn list_sessions_as_admin(
        &self,
        admin: &CurrentUser,
        target: AccountId,
    ) -> Result<Page<SessionView>, AuthError> {
        if !self.shared.repository.account_exists(admin.id, target).await? {
            return Err(AuthError::UnknownAccount);
        }
        self.sessions_of(target, admin.session_id).await
    }

    async fn sessions_of(
        &self,
        account: AccountId,
        current: SessionId,
    ) -> Result<Page<SessionView>, AuthError> {
        let rows = self.shared.sessions.list(account).await?;
        let items = rows.into_iter().map(|row| SessionView {
            id: row.id.0,
            device: device::describe(&row.user_agent),
            user_agent: row.user_agent,
            ip: row.ip,
            created_at: DateTime::from_timestamp_nanos(row.created_at_unix_nano),
            last_used_at: DateTime::from_timestamp_nanos(row.last_seen_at_unix_nano),
            is_current: row.id == current,
        });
        Ok(Page { items: items.collect(), next_cursor: None })
    }

    /// Ends one session of the caller, also the one that asks.
    pub(crate) async fn end_session(
        &self,
        caller: &CurrentUser,
        id: SessionId,
        origin: &RequestOrigin,
    ) -> Result<(), AuthError> {
        if !self.shared.repository.delete_own_session(caller.id, id).await? {
            let refused = AuditEvent::refused("session.revoke", Some(caller.id));
            self.shared.audit.record(origin, refused.on(id)).await;
            return Err(AuthError::UnknownSession);
        }
        self.shared.audit.record(origin, AuditEvent::success("session.revoke", caller.id).on(id)).await;
        Ok(())
    }

    /// Ends the caller's sessions: all, or all but the one that asks.
    pub(crate) async fn end_own_sessions(
        &self,
        caller: &CurrentUser,
        keeps_current: bool,
        visit: &Visit,
    ) -> Result<EndedSessions, AuthError> {
        let kept = keeps_current.then_some(caller.session_id);
        let ended = self.shared.repository.delete_sessions_of(caller.id, kept).await?;
        if !keeps_current {
            self.shared.sessions.end(&visit.cookie).await?;
        }
        let event = AuditEvent::success("session.revoke_all", caller.id).on(caller.id);
        self.shared.audit.record(&visit.origin, event).await;
        Ok(EndedSessions { ended })
    }

    /// Ends the sessions of `target`, or with none of everybody but the admin who asks.
    pub(crate) async fn end_sessions_as_admin(
        &self,
        admin: &CurrentUser,
        target: Option<AccountId>,
        origin: &RequestOrigin,
    ) -> Result<EndedSessions, AuthError> {
        let kept = target.is_none().then_some(admin.session_id);
        let ended = self.shared.repository.delete_sessions_as_admin(admin.id, target, kept).await?;
        let event = AuditEvent::success("session.revoke_all", admin.id);
        let event =
            target.map_or_else(|| event.clone().saying("everybody"), |target| event.clone().on(target));
        self.shared.audit.record(origin, event).await;
        Ok(EndedSessions { ended })
    }
}
