//! The SQL of browser sessions.

use std::net::IpAddr;

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{Repository, account_of, require_admin, role_of, uuid_of};
use crate::account::{Account, AccountId};
use crate::email::Email;
use crate::error::AuthError;
use crate::session_id::SessionId;

/// Browsers that one account may be signed in with; the ones not seen for longest go first.
const SESSIONS_PER_ACCOUNT_MAX: i64 = 50;

/// A session with its account, as found for a cookie.
#[derive(Debug)]
pub(crate) struct SessionRow {
    pub(crate) account: Account,
    pub(crate) created_at_unix_nano: i64,
    pub(crate) last_seen_at_unix_nano: i64,
    pub(crate) authenticated_at_unix_nano: i64,
}

/// What is remembered about a login for the list of sessions.
#[derive(Debug)]
pub(crate) struct NewSession {
    pub(crate) id: SessionId,
    pub(crate) account_id: AccountId,
    pub(crate) ip: IpAddr,
    pub(crate) user_agent: String,
}

/// A session as its list shows it.
#[derive(Debug)]
pub(crate) struct ListedSession {
    pub(crate) id: SessionId,
    pub(crate) created_at_unix_nano: i64,
    pub(crate) last_seen_at_unix_nano: i64,
    pub(crate) ip: String,
    pub(crate) user_agent: String,
}

impl Repository {
    /// Whether the account with this address of mail is signed in from `ip`.
    pub(crate) async fn has_session_from(&self, email: &Email, ip: IpAddr) -> Result<bool, AuthError> {
        sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM user_sessions JOIN users ON users.id = user_sessions.user_id
                            WHERE users.email_key = ? AND user_sessions.ip = ?)",
        )
        .bind(email.key())
        .bind(ip.to_string())
        .fetch_one(&self.pool)
        .await
        .map_err(AuthError::store("look for a session"))
    }

    /// Adds a session and drops the account's stalest ones over the limit.
    pub(crate) async fn insert_session(&self, session: &NewSession) -> Result<(), AuthError> {
        let failed = "begin a session";
        let now = self.clock.now_unix_nano();
        let account_id = session.account_id.to_string();
        let mut transaction = self.begin(failed).await?;
        sqlx::query(
            "INSERT INTO user_sessions (id, user_id, created_at_unix_nano, last_seen_at_unix_nano,
                                        authenticated_at_unix_nano, ip, user_agent)
             VALUES (?1, ?2, ?3, ?3, ?3, ?4, ?5)",
        )
        .bind(session.id.to_string())
        .bind(&account_id)
        .bind(now)
        .bind(session.ip.to_string())
        .bind(&session.user_agent)
        .execute(&mut *transaction)
        .await
        .map_err(AuthError::store(failed))?;
        sqlx::query(
            "DELETE FROM user_sessions WHERE user_id = ?1 AND id NOT IN
               (SELECT id FROM user_sessions WHERE user_id = ?1 ORDER BY last_seen_at_unix_nano DESC, id DESC LIMIT ?2)",
        )
        .bind(&account_id)
        .bind(SESSIONS_PER_ACCOUNT_MAX)
        .execute(&mut *transaction)
        .await
        .map_err(AuthError::store(failed))?;
        transaction.commit().await.map_err(AuthError::store(failed))
    }

    /// The session and its account; nothing when either is gone.
    pub(crate) async fn find_session(&self, id: SessionId) -> Result<Option<SessionRow>, AuthError> {
        let failed = "find a session";
        let row = sqlx::query(
            "SELECT users.id, users.email, users.role, user_sessions.created_at_unix_nano,
                    user_sessions.last_seen_at_unix_nano, user_sessions.authenticated_at_unix_nano
             FROM user_sessions JOIN users ON users.id = user_sessions.user_id
             WHERE user_sessions.id = ?",
        )
        .bind(id.to_string())
        .fetch_optional(&self.pool)
        .await
        .map_err(AuthError::store(failed))?;
        let Some(row) = row else { return Ok(None) };
        let time = |column| row.try_get::<i64, _>(column).map_err(AuthError::store(failed));
        Ok(Some(SessionRow {
            account: account_of(&row)?,
            created_at_unix_nano: time("created_at_unix_nano")?,
            last_seen_at_unix_nano: time("last_seen_at_unix_nano")?,
            authenticated_at_unix_nano: time("authenticated_at_unix_nano")?,
        }))
    }

    /// The sessions of `account` that were last seen, and begun, after these moments; the latest used first. There are at most
    /// [`SESSIONS_PER_ACCOUNT_MAX`].
    pub(crate) async fn list_sessions(
        &self,
        account: AccountId,
        seen_after_unix_nano: i64,
        created_after_unix_nano: i64,
    ) -> Result<Vec<ListedSession>, AuthError> {
        let rows = sqlx::query(
            "SELECT id, created_at_unix_nano, last_seen_at_unix_nano, ip, user_agent FROM user_sessions
             WHERE user_id = ? AND last_seen_at_unix_nano > ? AND created_at_unix_nano > ?
             ORDER BY last_seen_at_unix_nano DESC, id DESC",
        )
        .bind(account.to_string())
        .bind(seen_after_unix_nano)
        .bind(created_after_unix_nano)
        .fetch_all(&self.pool)
        .await
        .map_err(AuthError::store("list sessions"))?;
        rows.iter().map(listed_session).collect()
    }

    pub(crate) async fn touch_session(&self, id: SessionId) -> Result<(), AuthError> {
        sqlx::query("UPDATE user_sessions SET last_seen_at_unix_nano = ? WHERE id = ?")
            .bind(self.clock.now_unix_nano())
            .bind(id.to_string())
            .execute(&self.pool)
            .await
            .map_err(AuthError::store("note a session's use"))?;
        Ok(())
    }

    /// Notes that the password was presented in this session just now.
    pub(crate) async fn mark_authenticated(&self, id: SessionId) -> Result<(), AuthError> {
        sqlx::query("UPDATE user_sessions SET authenticated_at_unix_nano = ? WHERE id = ?")
            .bind(self.clock.now_unix_nano())
            .bind(id.to_string())
            .execute(&self.pool)
            .await
            .map_err(AuthError::store("note that a password was presented"))?;
        Ok(())
    }

    pub(crate) async fn delete_session(&self, id: SessionId) -> Result<(), AuthError> {
        sqlx::query("DELETE FROM user_sessions WHERE id = ?")
            .bind(id.to_string())
            .execute(&self.pool)
            .await
            .map_err(AuthError::store("end a session"))?;
        Ok(())
    }

    /// Ends one session of `account`; false when it is not theirs or gone.
    pub(crate) async fn delete_own_session(
        &self,
        account: AccountId,
        id: SessionId,
    ) -> Result<bool, AuthError> {
        let result = sqlx::query("DELETE FROM user_sessions WHERE id = ? AND user_id = ?")
            .bind(id.to_string())
            .bind(account.to_string())
            .execute(&self.pool)
            .await
            .map_err(AuthError::store("end a session"))?;
        Ok(result.rows_affected() == 1)
    }

    /// Ends every session of `account` but `kept`; returns how many.
    pub(crate) async fn delete_sessions_of(
        &self,
        account: AccountId,
        kept: Option<SessionId>,
    ) -> Result<u64, AuthError> {
        let kept = kept.map(|id| id.to_string()).unwrap_or_default();
        let result = sqlx::query("DELETE FROM user_sessions WHERE user_id = ? AND id <> ?")
            .bind(account.to_string())
            .bind(kept)
            .execute(&self.pool)
            .await
            .map_err(AuthError::store("end sessions"))?;
        Ok(result.rows_affected())
    }

    /// On behalf of `admin`: ends the sessions of `target`, or with none of everybody; `kept` stays.
    pub(crate) async fn delete_sessions_as_admin(
        &self,
        admin: AccountId,
        target: Option<AccountId>,
        kept: Option<SessionId>,
    ) -> Result<u64, AuthError> {
        let failed = "end sessions of others";
        let mut transaction = self.begin(failed).await?;
        require_admin(&mut transaction, admin).await?;
        if let Some(target) = target {
            role_of(&mut transaction, target).await?.ok_or(AuthError::UnknownAccount)?;
        }
        let result = sqlx::query(
            "DELETE FROM user_sessions WHERE (?1 IS NULL OR user_id = ?1) AND (?2 IS NULL OR id <> ?2)",
        )
        .bind(target.map(|id| id.to_string()))
        .bind(kept.map(|id| id.to_string()))
        .execute(&mut *transaction)
        .await
        .map_err(AuthError::store(failed))?;
        transaction.commit().await.map_err(AuthError::store(failed))?;
        Ok(result.rows_affected())
    }

    /// Deletes sessions that were last seen, or begun, before these moments.
    pub(crate) async fn delete_stale_sessions(
        &self,
        last_seen_before_unix_nano: i64,
        created_before_unix_nano: i64,
    ) -> Result<u64, AuthError> {
        let result = sqlx::query(
            "DELETE FROM user_sessions WHERE last_seen_at_unix_nano < ? OR created_at_unix_nano < ?",
        )
        .bind(last_seen_before_unix_nano)
        .bind(created_before_unix_nano)
        .execute(&self.pool)
        .await
        .map_err(AuthError::store("delete stale sessions"))?;
        Ok(result.rows_affected())
    }
}

fn listed_session(row: &SqliteRow) -> Result<ListedSession, AuthError> {
    let failed = "read a session";
    let text = |column| row.try_get::<String, _>(column).map_err(AuthError::store(failed));
    let time = |column| row.try_get::<i64, _>(column).map_err(AuthError::store(failed));
    Ok(ListedSession {
        id: SessionId(uuid_of(&text("id")?, "session id")?),
        created_at_unix_nano: time("created_at_unix_nano")?,
        last_seen_at_unix_nano: time("last_seen_at_unix_nano")?,
        ip: text("ip")?,
        user_agent: text("user_agent")?,
    })
}
