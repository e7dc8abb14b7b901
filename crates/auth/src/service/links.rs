//! One-time links: inviting, resetting passwords, and using a link up.

use std::time::Duration;

use chrono::DateTime;
use junjo_web::{Page, uuid_v7};
use secrecy::SecretString;
use uuid::Uuid;

use super::{AuthState, checked};
use crate::account::{Account, AccountId, Role};
use crate::audit_event::AuditEvent;
use crate::current_user::CurrentUser;
use crate::email::Email;
use crate::error::AuthError;
use crate::link::{self, INVITATION_HOURS_DEFAULT, INVITATION_HOURS_MAX, RESET_LIFETIME, Token};
use crate::origin::{RequestOrigin, Visit};
use crate::repository::{LinkPurpose, LinkRow, LinkTarget, NewLink};
use crate::schemas::{
    CreatedInvitation, Invitation, LinkPurposeView, LinkRedemption, LinkView, NewInvitation, ResetLink,
};

/// A reset link made at the command line.
#[derive(Debug)]
pub struct OperatorLink {
    /// Below the server's address.
    pub path: String,
    /// Minutes that it works.
    pub minutes: u64,
}

/// An account as the command line lists it.
#[derive(Debug)]
pub struct OperatorAccount {
    /// Its address.
    pub email: String,
    /// What it may do.
    pub role: Role,
}

impl AuthState {
    pub(crate) async fn invite(
        &self,
        admin: &CurrentUser,
        request: NewInvitation,
        origin: &RequestOrigin,
    ) -> Result<CreatedInvitation, AuthError> {
        let email = Email::parse(&request.email).ok_or(AuthError::InvalidEmail)?;
        let role = request.role.unwrap_or(Role::Member);
        let hours = request.expires_in_hours.unwrap_or(INVITATION_HOURS_DEFAULT);
        if !(1..=INVITATION_HOURS_MAX).contains(&hours) {
            return Err(AuthError::InvalidInvitationHours { max: INVITATION_HOURS_MAX });
        }
        let purpose = LinkPurpose::Invitation { email: email.clone(), role };
        let (token, link) = self.new_link(purpose, Duration::from_hours(hours.into()));
        self.shared.repository.insert_link(admin.id, &link).await?;
        let event = AuditEvent::success("invitation.create", admin.id).on(link.id).saying(role.as_str());
        self.shared.audit.record(origin, event).await;
        let invitation = Invitation {
            id: link.id,
            email: email.as_str().to_owned(),
            role,
            created_at: DateTime::from_timestamp_nanos(link.created_at_unix_nano),
            expires_at: DateTime::from_timestamp_nanos(link.expires_at_unix_nano),
        };
        Ok(CreatedInvitation { invitation, token: token.reveal().to_owned(), link_path: token.page_path() })
    }

    /// Open invitations, newest first; never more than a page.
    pub(crate) async fn list_invitations(&self, admin: &CurrentUser) -> Result<Page<Invitation>, AuthError> {
        let rows = self.shared.repository.list_invitations(admin.id).await?;
        Ok(Page { items: rows.iter().map(invitation).collect(), next_cursor: None })
    }

    pub(crate) async fn revoke_invitation(
        &self,
        admin: &CurrentUser,
        id: Uuid,
        origin: &RequestOrigin,
    ) -> Result<(), AuthError> {
        if !self.shared.repository.delete_invitation(admin.id, id).await? {
            return Err(AuthError::UnknownInvitation);
        }
        let event = AuditEvent::success("invitation.revoke", admin.id).on(id);
        self.shared.audit.record(origin, event).await;
        Ok(())
    }

    /// A link with which somebody sets a new password, who then is the only one to know it.
    pub(crate) async fn make_reset_link(
        &self,
        admin: &CurrentUser,
        target: AccountId,
        origin: &RequestOrigin,
    ) -> Result<ResetLink, AuthError> {
        let (token, link) = self.new_link(LinkPurpose::PasswordReset { account: target }, RESET_LIFETIME);
        self.shared.repository.insert_link(admin.id, &link).await?;
        let event = AuditEvent::success("password_reset.create", admin.id).on(target);
        self.shared.audit.record(origin, event).await;
        Ok(ResetLink {
            token: token.reveal().to_owned(),
            link_path: token.page_path(),
            expires_at: DateTime::from_timestamp_nanos(link.expires_at_unix_nano),
        })
    }

    /// What a link is for; the same answer for used, old and made-up ones.
    pub(crate) async fn inspect_link(
        &self,
        token: &SecretString,
        origin: &RequestOrigin,
    ) -> Result<LinkView, AuthError> {
        self.shared.login_gate.admit_ip(origin.ip)?;
        let row = self.find_link(token).await?;
        let purpose = match row.target {
            LinkTarget::NewAccount => LinkPurposeView::Invitation,
            LinkTarget::Existing(_) => LinkPurposeView::PasswordReset,
        };
        Ok(LinkView {
            purpose,
            email: row.email.as_str().to_owned(),
            role: row.role,
            expires_at: DateTime::from_timestamp_nanos(row.expires_at_unix_nano),
        })
    }

    /// Sets the password of the link's account, adding the account if it is an invitation, and signs in.
    pub(crate) async fn redeem_link(
        &self,
        redemption: LinkRedemption,
        visit: &Visit,
    ) -> Result<Account, AuthError> {
        self.shared.login_gate.admit_ip(visit.origin.ip)?;
        let token_hash = link::hash_of(&redemption.token).ok_or(AuthError::InvalidLink)?;
        let row = self.find_link(&redemption.token).await?;
        let (email, password) = checked(row.email.as_str(), redemption.password)?;
        let (id, action) = match row.target {
            LinkTarget::NewAccount => (self.new_account_id(), "invitation.redeem"),
            LinkTarget::Existing(id) => (id, "password_reset.redeem"),
        };
        let account = Account { id, email, role: row.role };
        let password_hash = self.shared.hasher.hash(password).await?;
        self.shared.repository.redeem_link(&token_hash, row.target, &account, &password_hash).await?;
        self.shared.audit.record(&visit.origin, AuditEvent::success(action, account.id).on(row.id)).await;
        self.begin_session(&account, visit).await?;
        Ok(account)
    }

    /// For the operator at the command line: every account.
    pub async fn operator_accounts(&self) -> Result<Vec<OperatorAccount>, AuthError> {
        let accounts = self.shared.repository.all_accounts().await?.into_iter();
        Ok(accounts
            .map(|account| OperatorAccount { email: account.email.as_str().to_owned(), role: account.role })
            .collect())
    }

    /// For the operator at the command line: a reset link for the account of `email`, which first becomes an admin if asked.
    pub async fn operator_reset_link(
        &self,
        email: &str,
        makes_admin: bool,
    ) -> Result<OperatorLink, AuthError> {
        let email = Email::parse(email).ok_or(AuthError::InvalidEmail)?;
        let (account, _) =
            self.shared.repository.find_login(&email).await?.ok_or(AuthError::UnknownAccount)?;
        let origin = RequestOrigin::command_line();
        if makes_admin {
            self.shared.repository.make_admin(account.id).await?;
            let event =
                AuditEvent::by_operator("user.change_role").on(account.id).saying(Role::Admin.as_str());
            self.shared.audit.record(&origin, event).await;
        }
        let (token, link) = self.new_link(LinkPurpose::PasswordReset { account: account.id }, RESET_LIFETIME);
        self.shared.repository.insert_operator_link(&link).await?;
        let event = AuditEvent::by_operator("password_reset.create").on(account.id);
        self.shared.audit.record(&origin, event).await;
        Ok(OperatorLink { path: token.page_path(), minutes: RESET_LIFETIME.as_secs() / 60 })
    }

    async fn find_link(&self, token: &SecretString) -> Result<LinkRow, AuthError> {
        let hash = link::hash_of(token).ok_or(AuthError::InvalidLink)?;
        self.shared.repository.find_link(&hash).await?.ok_or(AuthError::InvalidLink)
    }

    fn new_link(&self, purpose: LinkPurpose, lifetime: Duration) -> (Token, NewLink) {
        let token = Token::generate(&mut rand::rng());
        let now = self.shared.clock.now_unix_nano();
        let lifetime_nanos = i64::try_from(lifetime.as_nanos()).unwrap_or(i64::MAX);
        let link = NewLink {
            id: uuid_v7(self.shared.clock.as_ref()),
            purpose,
            token_hash: token.hash(),
            created_at_unix_nano: now,
            expires_at_unix_nano: now.saturating_add(lifetime_nanos),
        };
        (token, link)
    }
}

fn invitation(row: &LinkRow) -> Invitation {
    Invitation {
        id: row.id,
        email: row.email.as_str().to_owned(),
        role: row.role,
        created_at: DateTime::from_timestamp_nanos(row.created_at_unix_nano),
        expires_at: DateTime::from_timestamp_nanos(row.expires_at_unix_nano),
    }
}
