//! The SQL of accounts and sessions. The caller's right to write is part of the statement where there is a caller.

use std::net::IpAddr;

use junjo_web::SharedClock;
use sqlx::SqlitePool;
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Row};
use uuid::Uuid;

use crate::email::Email;
use crate::error::AuthError;
use crate::session::SessionId;
use crate::user::{Role, User, UserId};

/// Browsers that one account may be signed in with; the ones not seen for longest go first.
const SESSIONS_PER_USER_MAX: i64 = 50;

#[derive(Clone, Debug)]
pub(crate) struct Repository {
    pool: SqlitePool,
    clock: SharedClock,
}

/// A session with its account, as found for a cookie.
#[derive(Debug)]
pub(crate) struct SessionRow {
    pub(crate) user: User,
    pub(crate) created_at_unix_nano: i64,
    pub(crate) last_seen_at_unix_nano: i64,
}

/// What is remembered about a login for the list of sessions.
#[derive(Debug)]
pub(crate) struct NewSession {
    pub(crate) id: SessionId,
    pub(crate) user_id: UserId,
    pub(crate) ip: IpAddr,
    pub(crate) user_agent: String,
}

impl Repository {
    pub(crate) fn new(pool: SqlitePool, clock: SharedClock) -> Self {
        Self { pool, clock }
    }

    pub(crate) async fn has_users(&self) -> Result<bool, AuthError> {
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM users)")
            .fetch_one(&self.pool)
            .await
            .map_err(AuthError::store("look for users"))
    }

    /// Adds `user` unless there is one already. Check and insert are one statement, hence one write lock: of many
    /// simultaneous calls exactly one returns true.
    pub(crate) async fn insert_first_user(
        &self,
        user: &User,
        password_hash: &str,
    ) -> Result<bool, AuthError> {
        let result = sqlx::query(
            "INSERT INTO users (id, email, email_key, password_hash, role, created_at_unix_nano)
             SELECT ?, ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM users)",
        )
        .bind(user.id.to_string())
        .bind(user.email.as_str())
        .bind(user.email.key())
        .bind(password_hash)
        .bind(user.role.as_str())
        .bind(self.clock.now_unix_nanos())
        .execute(&self.pool)
        .await
        .map_err(AuthError::store("add the first user"))?;
        Ok(result.rows_affected() == 1)
    }

    /// Adds `user` on behalf of `admin`, who must be one at this moment.
    pub(crate) async fn insert_user(
        &self,
        admin: UserId,
        user: &User,
        password_hash: &str,
    ) -> Result<(), AuthError> {
        let result = sqlx::query(
            "INSERT INTO users (id, email, email_key, password_hash, role, created_at_unix_nano)
             SELECT ?, ?, ?, ?, ?, ? WHERE EXISTS (SELECT 1 FROM users WHERE id = ? AND role = 'admin')",
        )
        .bind(user.id.to_string())
        .bind(user.email.as_str())
        .bind(user.email.key())
        .bind(password_hash)
        .bind(user.role.as_str())
        .bind(self.clock.now_unix_nanos())
        .bind(admin.to_string())
        .execute(&self.pool)
        .await;
        match result {
            Ok(done) if done.rows_affected() == 1 => Ok(()),
            Ok(_) => Err(AuthError::RoleTooSmall { needed: Role::Admin }),
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Err(AuthError::EmailTaken),
            Err(source) => Err(AuthError::Store { action: "add a user", source }),
        }
    }

    /// The account of an address and its password hash.
    pub(crate) async fn find_login(&self, email: &Email) -> Result<Option<(User, String)>, AuthError> {
        let row = sqlx::query("SELECT id, email, role, password_hash FROM users WHERE email_key = ?")
            .bind(email.key())
            .fetch_optional(&self.pool)
            .await
            .map_err(AuthError::store("find an account"))?;
        let Some(row) = row else { return Ok(None) };
        let password_hash = row.try_get("password_hash").map_err(AuthError::store("read an account"))?;
        Ok(Some((user_of(&row)?, password_hash)))
    }

    /// Adds a session and drops the account's stalest ones over the limit.
    pub(crate) async fn insert_session(&self, session: &NewSession) -> Result<(), AuthError> {
        let failed = "begin a session";
        let now = self.clock.now_unix_nanos();
        let user_id = session.user_id.to_string();
        let mut transaction =
            self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(AuthError::store(failed))?;
        sqlx::query(
            "INSERT INTO user_sessions (id, user_id, created_at_unix_nano, last_seen_at_unix_nano, ip, user_agent)
             VALUES (?, ?, ?, ?, ?, ?)",
        )
        .bind(session.id.to_string())
        .bind(&user_id)
        .bind(now)
        .bind(now)
        .bind(session.ip.to_string())
        .bind(&session.user_agent)
        .execute(&mut *transaction)
        .await
        .map_err(AuthError::store(failed))?;
        sqlx::query(
            "DELETE FROM user_sessions WHERE user_id = ? AND id NOT IN
               (SELECT id FROM user_sessions WHERE user_id = ? ORDER BY last_seen_at_unix_nano DESC, id DESC LIMIT ?)",
        )
        .bind(&user_id)
        .bind(&user_id)
        .bind(SESSIONS_PER_USER_MAX)
        .execute(&mut *transaction)
        .await
        .map_err(AuthError::store(failed))?;
        transaction.commit().await.map_err(AuthError::store(failed))
    }

    /// The session and its account; nothing when either is gone.
    pub(crate) async fn find_session(&self, id: SessionId) -> Result<Option<SessionRow>, AuthError> {
        let row = sqlx::query(
            "SELECT users.id, users.email, users.role,
                    user_sessions.created_at_unix_nano, user_sessions.last_seen_at_unix_nano
             FROM user_sessions JOIN users ON users.id = user_sessions.user_id
             WHERE user_sessions.id = ?",
        )
        .bind(id.to_string())
        .fetch_optional(&self.pool)
        .await
        .map_err(AuthError::store("find a session"))?;
        let Some(row) = row else { return Ok(None) };
        let user = user_of(&row)?;
        let (_, _, _, created_at_unix_nano, last_seen_at_unix_nano) =
            <(String, String, String, i64, i64)>::from_row(&row)
                .map_err(AuthError::store("read a session"))?;
        Ok(Some(SessionRow { user, created_at_unix_nano, last_seen_at_unix_nano }))
    }

    pub(crate) async fn touch_session(&self, id: SessionId) -> Result<(), AuthError> {
        sqlx::query("UPDATE user_sessions SET last_seen_at_unix_nano = ? WHERE id = ?")
            .bind(self.clock.now_unix_nanos())
            .bind(id.to_string())
            .execute(&self.pool)
            .await
            .map_err(AuthError::store("note a session's use"))?;
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

fn user_of(row: &SqliteRow) -> Result<User, AuthError> {
    let text = |column| row.try_get::<String, _>(column).map_err(AuthError::store("read an account"));
    let id = Uuid::parse_str(&text("id")?).map_err(|_| AuthError::Corrupt { what: "user id" })?;
    let email = Email::parse(&text("email")?).ok_or(AuthError::Corrupt { what: "e-mail address" })?;
    let role = Role::parse(&text("role")?).ok_or(AuthError::Corrupt { what: "role" })?;
    Ok(User { id: UserId(id), email, role })
}
