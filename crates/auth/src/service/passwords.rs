//! Changing one's password, and presenting it once more.

use secrecy::ExposeSecret;

use super::AuthState;
use crate::audit_event::AuditEvent;
use crate::current_user::CurrentUser;
use crate::error::AuthError;
use crate::origin::{RequestOrigin, Visit};
use crate::password;
use crate::schemas::{PasswordChange, Reauthentication};

impl AuthState {
    /// Replaces the caller's password. Their other sessions end; this one goes on under a new cookie value.
    pub(crate) async fn change_password(
        &self,
        caller: &CurrentUser,
        change: PasswordChange,
        visit: &Visit,
    ) -> Result<(), AuthError> {
        let PasswordChange { current_password, new_password } = change;
        password::check_new(&new_password, &caller.email).map_err(AuthError::WeakNewPassword)?;
        if new_password.expose_secret() == current_password.expose_secret() {
            return Err(AuthError::SamePassword);
        }
        let old_hash = self.verify_own(caller, current_password, "password.change", &visit.origin).await?;
        let new_hash = self.shared.hasher.hash(new_password).await?;
        let repository = &self.shared.repository;
        if !repository.change_password(caller.id, caller.session_id, &old_hash, &new_hash).await? {
            return Err(AuthError::ConcurrentChange);
        }
        self.shared.sessions.reauthenticate(&visit.cookie, caller.session_id).await?;
        let event = AuditEvent::success("password.change", caller.id).on(caller.id);
        self.shared.audit.record(&visit.origin, event).await;
        Ok(())
    }

    /// Takes the caller's password once more, which opens sensitive changes for a while. The cookie gets a new value.
    pub(crate) async fn reauthenticate(
        &self,
        caller: &CurrentUser,
        presented: Reauthentication,
        visit: &Visit,
    ) -> Result<(), AuthError> {
        let result =
            self.verify_own(caller, presented.password, "session.reauthenticate", &visit.origin).await;
        result.map_err(|error| match error {
            AuthError::WrongCurrentPassword => AuthError::WrongPassword,
            other => other,
        })?;
        self.shared.sessions.reauthenticate(&visit.cookie, caller.session_id).await?;
        let event = AuditEvent::success("session.reauthenticate", caller.id).on(caller.session_id);
        self.shared.audit.record(&visit.origin, event).await;
        Ok(())
    }

    /// The stored hash of the caller's password, if `presented` is it. Counts as an attempt to sign in.
    async fn verify_own(
        &self,
        caller: &CurrentUser,
        presented: secrecy::SecretString,
        action: &'static str,
        origin: &RequestOrigin,
    ) -> Result<String, AuthError> {
        self.shared.login_gate.admit(origin.ip, &caller.email, true)?;
        if !password::is_plausible(&presented) {
            return Err(AuthError::WrongCurrentPassword);
        }
        let (_, hash) =
            self.shared.repository.find_login(&caller.email).await?.ok_or(AuthError::NotSignedIn)?;
        let any_imported = self.shared.repository.has_imported_hash().await?;
        if self.shared.hasher.verify(presented, Some(hash.clone()), any_imported).await? {
            return Ok(hash);
        }
        let refused = AuditEvent::refused(action, Some(caller.id)).saying("wrong_password");
        self.shared.audit.record(origin, refused.on(caller.id)).await;
        Err(AuthError::WrongCurrentPassword)
    }
}
