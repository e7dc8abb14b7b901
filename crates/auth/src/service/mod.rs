//! The rules of accounts: who may register, and what a login costs. Managing them is in the modules below.

mod accounts;
mod audit;
mod direct;
mod imports;
mod links;
mod passwords;
mod sessions;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use junjo_web::{SharedClock, uuid_v7};
use secrecy::SecretString;
use sqlx::SqlitePool;
use tower_sessions::ExpiredDeletion;
use tower_sessions_sqlx_store::SqliteStore;

pub(crate) use accounts::ACCOUNTS_CURSOR_VERSION;
pub(crate) use audit::AUDIT_CURSOR_VERSION;
pub use direct::NumberedAccount;
pub use imports::{ImportedAccount, ImportedAccounts, RefusedAccount};
pub use links::{OperatorAccount, OperatorLink};

use crate::account::{Account, AccountId, Role};
use crate::audit::AuditLog;
use crate::audit_event::AuditEvent;
use crate::config::{AuthConfig, LoginLimits, Rate};
use crate::current_user::CurrentUser;
use crate::email::Email;
use crate::error::AuthError;
use crate::hasher::Hasher;
use crate::imported_hash;
use crate::limits::LoginGate;
use crate::origin::{RequestOrigin, Visit};
use crate::password;
use crate::repository::Repository;
use crate::schemas::{Credentials, NewAccount};
use crate::session::{Sessions, before};
use crate::store::HashedStore;

/// Refused requests of one address that the audit log takes.
const RECORDED_DENIALS: Rate = Rate::new(60, Duration::from_secs(10));

/// Everything that the feature's routes and layers share. Cheap to clone.
#[derive(Clone)]
pub struct AuthState {
    shared: Arc<Shared>,
}

struct Shared {
    config: AuthConfig,
    clock: SharedClock,
    pool: SqlitePool,
    repository: Repository,
    sessions: Sessions,
    hasher: Hasher,
    login_gate: LoginGate,
    denial_gate: LoginGate,
    audit: AuditLog,
}

impl AuthState {
    /// The feature on a migrated database.
    ///
    /// # Errors
    /// [`AuthError::Hash`] when the configured password cost is not one that argon2 accepts.
    pub fn new(pool: SqlitePool, clock: SharedClock, config: AuthConfig) -> Result<Self, AuthError> {
        let repository = Repository::new(pool.clone(), clock.clone());
        let cookies = HashedStore::new(SqliteStore::new(pool.clone()));
        let shared = Shared {
            sessions: Sessions::new(repository.clone(), cookies, clock.clone(), &config),
            hasher: Hasher::new(config.password_cost, config.password_concurrency)?,
            login_gate: LoginGate::new(config.login_limits, &clock),
            denial_gate: LoginGate::new(
                LoginLimits { per_ip: RECORDED_DENIALS, ..config.login_limits },
                &clock,
            ),
            audit: AuditLog::new(pool.clone(), clock.clone()),
            repository,
            config,
            clock,
            pool,
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// The audit log, for features that have security events of their own.
    pub fn audit_log(&self) -> AuditLog {
        self.shared.audit.clone()
    }

    /// Deletes sessions that are over and security events past their retention. For a periodic task; idempotent.
    pub async fn purge(&self) -> Result<(), AuthError> {
        let shared = &self.shared;
        let sessions = shared.sessions.purge().await?;
        self.cookie_store().delete_expired().await.map_err(tower_sessions::session::Error::from)?;
        let oldest_kept = before(shared.clock.now_unix_nano(), shared.config.audit_retention);
        let events = shared.repository.delete_audit_events_before(oldest_kept).await?;
        tracing::debug!(sessions, events, "purged sessions and security events");
        Ok(())
    }

    pub(crate) fn config(&self) -> &AuthConfig {
        &self.shared.config
    }

    pub(crate) fn sessions(&self) -> &Sessions {
        &self.shared.sessions
    }

    pub(crate) fn cookie_store(&self) -> HashedStore {
        HashedStore::new(SqliteStore::new(self.shared.pool.clone()))
    }

    /// Whether a refused request from there is recorded: so many are, and then one now and then.
    pub(crate) fn admits_denial(&self, origin: &RequestOrigin) -> bool {
        self.shared.denial_gate.admit_ip(origin.ip).is_ok()
    }

    /// Whether there is no account yet.
    pub async fn needs_setup(&self) -> Result<bool, AuthError> {
        Ok(!self.shared.repository.has_accounts().await?)
    }

    /// Creates an account: the first one for anybody, who is then signed in as its admin; later ones for admins.
    pub(crate) async fn register(
        &self,
        caller: Option<CurrentUser>,
        request: NewAccount,
        visit: &Visit,
    ) -> Result<Account, AuthError> {
        if self.needs_setup().await? {
            let account = self.create_first(request, visit).await?;
            self.begin_session(&account, visit).await?;
            return Ok(account);
        }
        let Some(caller) = caller else {
            return Err(AuthError::RegistrationClosed);
        };
        if !caller.is_admin() {
            return Err(AuthError::RoleTooSmall { needed: Role::Admin });
        }
        if !caller.is_recently_authenticated {
            return Err(AuthError::NotRecentlyAuthenticated);
        }
        self.add_account(&caller, request, &visit.origin).await
    }

    async fn add_account(
        &self,
        admin: &CurrentUser,
        request: NewAccount,
        origin: &RequestOrigin,
    ) -> Result<Account, AuthError> {
        let (email, password) = checked(&request.email, request.password)?;
        let account =
            Account { id: self.new_account_id(), email, role: request.role.unwrap_or(Role::Member) };
        let password_hash = self.shared.hasher.hash(password).await?;
        self.shared.repository.insert_account(admin.id, &account, &password_hash).await?;
        self.shared.audit.record(origin, AuditEvent::success("user.create", admin.id).on(account.id)).await;
        Ok(account)
    }

    /// Creates the first account, an admin, without signing it in.
    ///
    /// # Errors
    /// [`AuthError::RegistrationClosed`] when there is one already.
    pub async fn create_first(&self, request: NewAccount, visit: &Visit) -> Result<Account, AuthError> {
        if !self.needs_setup().await? {
            return Err(AuthError::RegistrationClosed);
        }
        self.shared.login_gate.admit_ip(visit.origin.ip)?;
        if !visit.addressed.is_certain(self.shared.config.public_url.as_ref()) {
            return Err(AuthError::UncertainAddress);
        }
        let (email, password) = checked(&request.email, request.password)?;
        let account = Account { id: self.new_account_id(), email, role: Role::Admin };
        let password_hash = self.shared.hasher.hash(password).await?;
        if !self.shared.repository.insert_first_account(&account, &password_hash).await? {
            return Err(AuthError::RegistrationClosed);
        }
        self.shared
            .audit
            .record(&visit.origin, AuditEvent::success("user.create_first", account.id).on(account.id))
            .await;
        Ok(account)
    }

    /// Signs in. Unknown addresses and wrong passwords cost the same and look the same.
    pub async fn login(&self, credentials: Credentials, visit: &Visit) -> Result<Account, AuthError> {
        let email = Email::parse(&credentials.email).ok_or(AuthError::BadCredentials)?;
        let is_at_home = self.shared.repository.has_session_from(&email, visit.origin.ip).await?;
        self.shared.login_gate.admit(visit.origin.ip, &email, is_at_home)?;
        if !password::is_plausible(&credentials.password) {
            return Err(AuthError::BadCredentials);
        }
        let (account, stored_hash) = self.shared.repository.find_login(&email).await?.unzip();
        let any_imported = self.shared.repository.has_imported_hash().await?;
        let password = credentials.password;
        let is_match = self.shared.hasher.verify(password.clone(), stored_hash.clone(), any_imported).await?;
        let account = match account {
            Some(account) if is_match => account,
            other => {
                let refused = AuditEvent::refused("session.begin", None);
                let refused = match other {
                    Some(account) => refused.on(account.id).saying("wrong_password"),
                    None => refused.saying("unknown_account"),
                };
                self.shared.audit.record(&visit.origin, refused).await;
                return Err(AuthError::BadCredentials);
            }
        };
        if let Some(old_hash) = stored_hash.filter(|hash| imported_hash::is_imported(hash)) {
            self.renew_imported_hash(&account, &old_hash, password, &visit.origin).await;
        }
        self.begin_session(&account, visit).await?;
        Ok(account)
    }

    /// Signs out; without a session there is nothing to do.
    pub async fn logout(&self, caller: Option<CurrentUser>, visit: &Visit) -> Result<(), AuthError> {
        self.shared.sessions.end(&visit.cookie).await?;
        if let Some(caller) = caller {
            let event = AuditEvent::success("session.end", caller.id).on(caller.session_id);
            self.shared.audit.record(&visit.origin, event).await;
        }
        Ok(())
    }

    async fn begin_session(&self, account: &Account, visit: &Visit) -> Result<(), AuthError> {
        let session_id = self.shared.sessions.begin(account.id, visit).await?;
        self.shared
            .audit
            .record(&visit.origin, AuditEvent::success("session.begin", account.id).on(session_id))
            .await;
        Ok(())
    }

    fn new_account_id(&self) -> AccountId {
        AccountId(uuid_v7(self.shared.clock.as_ref()))
    }
}

impl fmt::Debug for AuthState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("AuthState").finish_non_exhaustive()
    }
}

fn checked(email: &str, password: SecretString) -> Result<(Email, SecretString), AuthError> {
    let email = Email::parse(email).ok_or(AuthError::InvalidEmail)?;
    password::check_new(&password, &email)?;
    Ok((email, password))
}
