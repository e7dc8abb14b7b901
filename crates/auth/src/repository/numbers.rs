//! The SQL of accounts by number, and of where a session began.

use std::net::IpAddr;

use sqlx::Row;

use super::{Repository, account_of, uuid_of};
use crate::account::{Account, AccountId};
use crate::error::AuthError;
use crate::session_id::SessionId;

/// An account with its number.
#[derive(Debug)]
pub(crate) struct NumberedRow {
    pub(crate) number: i64,
    pub(crate) account: Account,
    pub(crate) created_at_unix_nano: i64,
}

impl Repository {
    /// The newest `limit` accounts, newest first. Nothing for callers who are not admins.
    pub(crate) async fn newest_accounts(
        &self,
        admin: AccountId,
        limit: usize,
    ) -> Result<Vec<NumberedRow>, AuthError> {
        let failed = "list accounts";
        let rows = sqlx::query(
            "SELECT number, users.id, email, role, created_at_unix_nano
             FROM users JOIN user_numbers ON user_numbers.user_id = users.id
             WHERE EXISTS (SELECT 1 FROM users AS admin WHERE admin.id = ?1 AND admin.role = 'admin')
             ORDER BY created_at_unix_nano DESC, number DESC LIMIT ?2",
        )
        .bind(admin.to_string())
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&self.pool)
        .await
        .map_err(AuthError::store(failed))?;
        let number = |row: &sqlx::sqlite::SqliteRow, column| {
            row.try_get::<i64, _>(column).map_err(AuthError::store(failed))
        };
        rows.iter()
            .map(|row| {
                Ok(NumberedRow {
                    number: number(row, "number")?,
                    account: account_of(row)?,
                    created_at_unix_nano: number(row, "created_at_unix_nano")?,
                })
            })
            .collect()
    }

    /// The account with this number.
    pub(crate) async fn account_of_number(&self, number: i64) -> Result<Option<AccountId>, AuthError> {
        let id: Option<String> = sqlx::query_scalar("SELECT user_id FROM user_numbers WHERE number = ?")
            .bind(number)
            .fetch_optional(&self.pool)
            .await
            .map_err(AuthError::store("find an account by its number"))?;
        id.map(|id| Ok(AccountId(uuid_of(&id, "account id")?))).transpose()
    }

    /// Whether the session began at `ip` in a browser that calls itself `user_agent`.
    pub(crate) async fn began_at(
        &self,
        session: SessionId,
        ip: IpAddr,
        user_agent: &str,
    ) -> Result<bool, AuthError> {
        sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM user_sessions WHERE id = ? AND ip = ? AND user_agent = ?)",
        )
        .bind(session.to_string())
        .bind(ip.to_string())
        .bind(user_agent)
        .fetch_one(&self.pool)
        .await
        .map_err(AuthError::store("look where a session began"))
    }
}
