//! Browser sessions. The cookie leads to a record of tower-sessions, which holds nothing but the id of a row in
//! `user_sessions`. That row decides: no row, no account, or too old means signed out, whatever the cookie's record says.

use std::sync::Arc;
use std::time::Duration;

use junjo_web::{SharedClock, uuid_v7};
use tower_sessions::session::Id;
use tower_sessions::{Expiry, Session};

use crate::account::{Account, AccountId, Role};
use crate::config::AuthConfig;
use crate::error::AuthError;
use crate::origin::Visit;
use crate::repository::{ListedSession, NewSession, Repository, SessionRow};
use crate::session_id::SessionId;
use crate::store::HashedStore;

/// The only entry of the cookie's record.
const SESSION_ID_ENTRY: &str = "session_id";

/// A session in use is written back at most this often.
const TOUCH_INTERVAL: Duration = Duration::from_mins(1);

/// Begins, finds and ends sessions.
#[derive(Clone, Debug)]
pub(crate) struct Sessions {
    repository: Repository,
    cookies: Arc<HashedStore>,
    clock: SharedClock,
    idle_timeout: Duration,
    absolute_timeout: Duration,
    reauthentication_window: Duration,
}

/// The session of a request.
#[derive(Debug)]
pub(crate) struct FoundSession {
    pub(crate) id: SessionId,
    pub(crate) account: Account,
    /// Whether the password was presented lately.
    pub(crate) is_recently_authenticated: bool,
}

impl Sessions {
    pub(crate) fn new(
        repository: Repository,
        cookies: HashedStore,
        clock: SharedClock,
        config: &AuthConfig,
    ) -> Self {
        Self {
            repository,
            cookies: Arc::new(cookies),
            clock,
            idle_timeout: config.session_idle_timeout,
            absolute_timeout: config.session_absolute_timeout,
            reauthentication_window: config.reauthentication_window,
        }
    }

    /// Signs `account_id` in: a new cookie value whatever the browser sent (session fixation), and the session that the
    /// browser had before is gone.
    pub(crate) async fn begin(&self, account_id: AccountId, visit: &Visit) -> Result<SessionId, AuthError> {
        let Visit { cookie, origin, .. } = visit;
        if let Some(previous) = cookie.get::<SessionId>(SESSION_ID_ENTRY).await? {
            self.repository.delete_session(previous).await?;
        }
        cookie.cycle_id().await?;
        let id = SessionId(uuid_v7(self.clock.as_ref()));
        let session = NewSession { id, account_id, ip: origin.ip, user_agent: origin.user_agent.clone() };
        self.repository.insert_session(&session).await?;
        cookie.insert(SESSION_ID_ENTRY, id).await?;
        Ok(id)
    }

    /// Who is signed in with this cookie. A cookie that leads nowhere is removed from the browser.
    pub(crate) async fn find(&self, cookie: &Session) -> Result<Option<FoundSession>, AuthError> {
        let Some(id) = cookie.get::<SessionId>(SESSION_ID_ENTRY).await? else {
            return Ok(None);
        };
        let Some(row) = self.repository.find_session(id).await? else {
            cookie.flush().await?;
            return Ok(None);
        };
        if self.is_over(&row) {
            self.repository.delete_session(id).await?;
            cookie.flush().await?;
            return Ok(None);
        }
        if self.age_nanos(row.last_seen_at_unix_nano) >= TOUCH_INTERVAL.as_nanos() {
            self.repository.touch_session(id).await?;
            // marks the cookie's record as changed, so that it and the cookie live for another idle timeout
            cookie.set_expiry(Some(idle_expiry(self.idle_timeout)));
        }
        let password_age = self.age_nanos(row.authenticated_at_unix_nano);
        let is_recently_authenticated = password_age < self.reauthentication_window.as_nanos();
        Ok(Some(FoundSession { id, account: row.account, is_recently_authenticated }))
    }

    /// Whether this cookie value still leads to the session `id`, and that signs somebody in whose role is at least `needed`.
    /// Does not count as use.
    pub(crate) async fn holds(&self, cookie: Id, id: SessionId, needed: Role) -> Result<bool, AuthError> {
        let cookie = Session::new(Some(cookie), Arc::clone(&self.cookies), None);
        if cookie.get::<SessionId>(SESSION_ID_ENTRY).await? != Some(id) {
            return Ok(false);
        }
        let row = self.repository.find_session(id).await?;
        Ok(row.is_some_and(|row| row.account.role >= needed && !self.is_over(&row)))
    }

    /// Notes that the password was presented again, under a new cookie value.
    pub(crate) async fn reauthenticate(&self, cookie: &Session, id: SessionId) -> Result<(), AuthError> {
        self.repository.mark_authenticated(id).await?;
        self.rotate(cookie).await
    }

    /// Gives the session a new cookie value; the one before is worth nothing from then on.
    pub(crate) async fn rotate(&self, cookie: &Session) -> Result<(), AuthError> {
        Ok(cookie.cycle_id().await?)
    }

    /// The sessions of `account` that are not over.
    pub(crate) async fn list(&self, account: AccountId) -> Result<Vec<ListedSession>, AuthError> {
        let now = self.clock.now_unix_nano();
        self.repository
            .list_sessions(account, before(now, self.idle_timeout), before(now, self.absolute_timeout))
            .await
    }

    /// Signs out. Without a session this does nothing.
    pub(crate) async fn end(&self, cookie: &Session) -> Result<(), AuthError> {
        if let Some(id) = cookie.get::<SessionId>(SESSION_ID_ENTRY).await? {
            self.repository.delete_session(id).await?;
        }
        cookie.flush().await?;
        Ok(())
    }

    /// Deletes the rows of sessions that are over.
    pub(crate) async fn purge(&self) -> Result<u64, AuthError> {
        let now = self.clock.now_unix_nano();
        self.repository
            .delete_stale_sessions(before(now, self.idle_timeout), before(now, self.absolute_timeout))
            .await
    }

    fn is_over(&self, row: &SessionRow) -> bool {
        self.age_nanos(row.last_seen_at_unix_nano) >= self.idle_timeout.as_nanos()
            || self.age_nanos(row.created_at_unix_nano) >= self.absolute_timeout.as_nanos()
    }

    fn age_nanos(&self, since_unix_nano: i64) -> u128 {
        // a clock that was set back must not end sessions
        self.clock.now_unix_nano().saturating_sub(since_unix_nano).max(0).unsigned_abs().into()
    }
}

/// tower-sessions' form of the idle timeout.
pub(crate) fn idle_expiry(idle_timeout: Duration) -> Expiry {
    let seconds = i64::try_from(idle_timeout.as_secs()).unwrap_or(i64::MAX);
    Expiry::OnInactivity(time::Duration::seconds(seconds))
}

/// The moment `by` before `now_unix_nano`.
pub(crate) fn before(now_unix_nano: i64, by: Duration) -> i64 {
    now_unix_nano.saturating_sub(i64::try_from(by.as_nanos()).unwrap_or(i64::MAX))
}
