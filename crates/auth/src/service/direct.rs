//! Accounts for a feature that speaks another server's API: with a password in the request instead of a link, by number, and
//! from a page that cannot ask for the password again.
//!
//! In place of that, a change has to come from the address and the browser that its session began with, unless the password was
//! presented lately: a cookie that was taken elsewhere changes nothing.

use chrono::{DateTime, Utc};

use super::AuthState;
use crate::account::{Account, AccountId, Role};
use crate::audit_event::AuditEvent;
use crate::current_user::CurrentUser;
use crate::email::Email;
use crate::error::AuthError;
use crate::origin::RequestOrigin;
use crate::schemas::NewAccount;

/// An account as a list by numbers has it.
#[derive(Clone, Debug)]
pub struct NumberedAccount {
    /// Its number, which no other account ever had.
    pub number: i64,
    /// Its address, as it was typed.
    pub email: Email,
    /// When it was added.
    pub created_at: DateTime<Utc>,
}

impl AuthState {
    /// The newest `limit` accounts, newest first. Nothing for callers who are not admins.
    pub async fn newest_accounts(
        &self,
        caller: &CurrentUser,
        limit: usize,
    ) -> Result<Vec<NumberedAccount>, AuthError> {
        let rows = self.shared.repository.newest_accounts(caller.id, limit).await?;
        let numbered = rows.into_iter().map(|row| NumberedAccount {
            number: row.number,
            email: row.account.email,
            created_at: DateTime::from_timestamp_nanos(row.created_at_unix_nano),
        });
        Ok(numbered.collect())
    }

    /// Adds an account with a password. A taken address is told before anything about the password.
    ///
    /// # Errors
    /// [`AuthError::RoleTooSmall`] and [`AuthError::BegunElsewhere`] when the caller may not.
    pub async fn create_account(
        &self,
        caller: &CurrentUser,
        request: NewAccount,
        origin: &RequestOrigin,
    ) -> Result<Account, AuthError> {
        self.admit_change(caller, "user.create", origin).await?;
        let email = Email::parse(&request.email).ok_or(AuthError::InvalidEmail)?;
        if self.shared.repository.find_login(&email).await?.is_some() {
            return Err(AuthError::EmailTaken);
        }
        self.add_account(caller, request, origin).await
    }

    /// Deletes the account with this number and ends its sessions at once.
    ///
    /// # Errors
    /// [`AuthError::UnknownAccount`] without one, [`AuthError::LastAdmin`] for the only admin, and as
    /// [`Self::create_account`] when the caller may not.
    pub async fn delete_numbered_account(
        &self,
        caller: &CurrentUser,
        number: i64,
        origin: &RequestOrigin,
    ) -> Result<(), AuthError> {
        self.admit_change(caller, "user.delete", origin).await?;
        let target: Option<AccountId> = self.shared.repository.account_of_number(number).await?;
        self.delete_account(caller, target.ok_or(AuthError::UnknownAccount)?, origin).await
    }

    async fn admit_change(
        &self,
        caller: &CurrentUser,
        action: &'static str,
        origin: &RequestOrigin,
    ) -> Result<(), AuthError> {
        caller.is_admin().then_some(()).ok_or(AuthError::RoleTooSmall { needed: Role::Admin })?;
        let repository = &self.shared.repository;
        if caller.is_recently_authenticated
            || repository.began_at(caller.session_id, origin.ip, &origin.user_agent).await?
        {
            return Ok(());
        }
        let refused = AuditEvent::refused(action, Some(caller.id)).saying("begun_elsewhere");
        self.shared.audit.record(origin, refused).await;
        Err(AuthError::BegunElsewhere)
    }
}
