//! What admins do with accounts.

use chrono::DateTime;
use junjo_web::{Page, encode_cursor};

use super::AuthState;
use crate::account::{AccountId, Role};
use crate::audit_event::AuditEvent;
use crate::current_user::CurrentUser;
use crate::error::AuthError;
use crate::origin::{RequestOrigin, Visit};
use crate::repository::AccountListRow;
use crate::schemas::ManagedAccount;

/// The version of the list's cursor: (created at, id).
pub(crate) const ACCOUNTS_CURSOR_VERSION: u8 = 1;

impl AuthState {
    pub(crate) async fn list_accounts(
        &self,
        admin: &CurrentUser,
        after: Option<(i64, String)>,
        limit: usize,
    ) -> Result<Page<ManagedAccount>, AuthError> {
        let rows = self.shared.repository.list_accounts(admin.id, after.as_ref(), limit + 1).await?;
        let page = Page::from_rows(rows, limit, |last| {
            encode_cursor(ACCOUNTS_CURSOR_VERSION, &(last.created_at_unix_nano, last.account.id.to_string()))
        });
        Ok(page.map(|row| managed_account(&row)))
    }

    /// Gives an account another role. It has to sign in again; an admin who changes their own role gets a new cookie.
    pub(crate) async fn change_role(
        &self,
        admin: &CurrentUser,
        target: AccountId,
        role: Role,
        visit: &Visit,
    ) -> Result<ManagedAccount, AuthError> {
        let changed = self.shared.repository.set_role(admin.id, target, role, admin.session_id).await;
        let event = match &changed {
            Ok(_) => AuditEvent::success("user.change_role", admin.id).saying(role.as_str()),
            Err(error) => AuditEvent::refused("user.change_role", Some(admin.id)).saying(reason(error)),
        };
        self.shared.audit.record(&visit.origin, event.on(target)).await;
        let row = changed?;
        if target == admin.id {
            self.shared.sessions.rotate(&visit.cookie).await?;
        }
        Ok(managed_account(&row))
    }

    pub(crate) async fn delete_account(
        &self,
        admin: &CurrentUser,
        target: AccountId,
        origin: &RequestOrigin,
    ) -> Result<(), AuthError> {
        let deleted = self.shared.repository.delete_account(admin.id, target).await;
        let event = match &deleted {
            Ok(()) => AuditEvent::success("user.delete", admin.id),
            Err(error) => AuditEvent::refused("user.delete", Some(admin.id)).saying(reason(error)),
        };
        self.shared.audit.record(origin, event.on(target)).await;
        deleted
    }
}

/// Why an admin's change was refused, as a fixed word.
fn reason(error: &AuthError) -> &'static str {
    match error {
        AuthError::LastAdmin => "last_admin",
        AuthError::UnknownAccount => "unknown_account",
        AuthError::RoleTooSmall { .. } => "role_too_small",
        _ => "failed",
    }
}

fn managed_account(row: &AccountListRow) -> ManagedAccount {
    ManagedAccount {
        id: row.account.id,
        email: row.account.email.as_str().to_owned(),
        role: row.account.role,
        created_at: DateTime::from_timestamp_nanos(row.created_at_unix_nano),
        last_seen_at: row.last_seen_at_unix_nano.map(DateTime::from_timestamp_nanos),
        session_count: row.session_count,
    }
}
