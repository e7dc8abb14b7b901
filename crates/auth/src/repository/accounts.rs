//! The SQL of accounts.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{Repository, account_of, require_admin, role_of};
use crate::account::{Account, AccountId, Role};
use crate::email::Email;
use crate::error::AuthError;
use crate::session_id::SessionId;

/// An account as the list shows it.
#[derive(Debug)]
pub(crate) struct AccountListRow {
    pub(crate) account: Account,
    pub(crate) created_at_unix_nano: i64,
    /// Nothing without a session.
    pub(crate) last_seen_at_unix_nano: Option<i64>,
    pub(crate) session_count: u32,
}

impl Repository {
    pub(crate) async fn has_accounts(&self) -> Result<bool, AuthError> {
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM users)")
            .fetch_one(&self.pool)
            .await
            .map_err(AuthError::store("look for accounts"))
    }

    /// Adds `account` unless there is one already. Check and insert are one statement, hence one write lock: of many
    /// simultaneous calls exactly one returns true.
    pub(crate) async fn insert_first_account(
        &self,
        account: &Account,
        password_hash: &str,
    ) -> Result<bool, AuthError> {
        let result = sqlx::query(
            "INSERT INTO users (id, email, email_key, password_hash, role, created_at_unix_nano)
             SELECT ?, ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM users)",
        )
        .bind(account.id.to_string())
        .bind(account.email.as_str())
        .bind(account.email.key())
        .bind(password_hash)
        .bind(account.role.as_str())
        .bind(self.clock.now_unix_nano())
        .execute(&self.pool)
        .await
        .map_err(AuthError::store("add the first account"))?;
        Ok(result.rows_affected() == 1)
    }

    /// Adds `account` on behalf of `admin`, who must be one at this moment.
    pub(crate) async fn insert_account(
        &self,
        admin: AccountId,
        account: &Account,
        password_hash: &str,
    ) -> Result<(), AuthError> {
        let result = sqlx::query(
            "INSERT INTO users (id, email, email_key, password_hash, role, created_at_unix_nano)
             SELECT ?, ?, ?, ?, ?, ? WHERE EXISTS (SELECT 1 FROM users WHERE id = ? AND role = 'admin')",
        )
        .bind(account.id.to_string())
        .bind(account.email.as_str())
        .bind(account.email.key())
        .bind(password_hash)
        .bind(account.role.as_str())
        .bind(self.clock.now_unix_nano())
        .bind(admin.to_string())
        .execute(&self.pool)
        .await;
        match result {
            Ok(done) if done.rows_affected() == 1 => Ok(()),
            Ok(_) => Err(AuthError::RoleTooSmall { needed: Role::Admin }),
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Err(AuthError::EmailTaken),
            Err(source) => Err(AuthError::Store { action: "add an account", source }),
        }
    }

    /// The account of an address and its password hash.
    pub(crate) async fn find_login(&self, email: &Email) -> Result<Option<(Account, String)>, AuthError> {
        let row = sqlx::query("SELECT id, email, role, password_hash FROM users WHERE email_key = ?")
            .bind(email.key())
            .fetch_optional(&self.pool)
            .await
            .map_err(AuthError::store("find an account"))?;
        let Some(row) = row else { return Ok(None) };
        let password_hash = row.try_get("password_hash").map_err(AuthError::store("read an account"))?;
        Ok(Some((account_of(&row)?, password_hash)))
    }

    /// Oldest first. `after` is the last row of the page before. Nothing for callers who are not admins.
    pub(crate) async fn list_accounts(
        &self,
        admin: AccountId,
        after: Option<&(i64, String)>,
        limit: usize,
    ) -> Result<Vec<AccountListRow>, AuthError> {
        let (after_unix_nano, after_id) = after.map_or((i64::MIN, ""), |(time, id)| (*time, id.as_str()));
        let rows = sqlx::query(
            "SELECT users.id, email, role, users.created_at_unix_nano,
                    max(last_seen_at_unix_nano) AS last_seen_at_unix_nano, count(user_sessions.id) AS session_count
             FROM users LEFT JOIN user_sessions ON user_sessions.user_id = users.id
             WHERE (users.created_at_unix_nano, users.id) > (?1, ?2)
               AND EXISTS (SELECT 1 FROM users AS admin WHERE admin.id = ?3 AND admin.role = 'admin')
             GROUP BY users.id ORDER BY users.created_at_unix_nano, users.id LIMIT ?4",
        )
        .bind(after_unix_nano)
        .bind(after_id)
        .bind(admin.to_string())
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&self.pool)
        .await
        .map_err(AuthError::store("list accounts"))?;
        rows.iter().map(list_row).collect()
    }

    /// Whether there is an account `target`, as far as `admin` may know.
    pub(crate) async fn account_exists(
        &self,
        admin: AccountId,
        target: AccountId,
    ) -> Result<bool, AuthError> {
        sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM users WHERE id = ?1)
               AND EXISTS (SELECT 1 FROM users WHERE id = ?2 AND role = 'admin')",
        )
        .bind(target.to_string())
        .bind(admin.to_string())
        .fetch_one(&self.pool)
        .await
        .map_err(AuthError::store("look for an account"))
    }

    /// Every account, oldest first, for the operator at the command line.
    pub(crate) async fn all_accounts(&self) -> Result<Vec<Account>, AuthError> {
        let rows = sqlx::query("SELECT id, email, role FROM users ORDER BY created_at_unix_nano, id")
            .fetch_all(&self.pool)
            .await
            .map_err(AuthError::store("list accounts"))?;
        rows.iter().map(account_of).collect()
    }

    /// For the operator at the command line: `account` is an admin from now on, and signs in again.
    pub(crate) async fn make_admin(&self, account: AccountId) -> Result<(), AuthError> {
        let failed = "make an administrator";
        let mut transaction = self.begin(failed).await?;
        for statement in
            ["UPDATE users SET role = 'admin' WHERE id = ?", "DELETE FROM user_sessions WHERE user_id = ?"]
        {
            sqlx::query(statement)
                .bind(account.to_string())
                .execute(&mut *transaction)
                .await
                .map_err(AuthError::store(failed))?;
        }
        transaction.commit().await.map_err(AuthError::store(failed))
    }

    /// Gives `target` another role. Sessions that began with the old one end, except `kept` (the caller's own, whose cookie
    /// is renewed); so do links made with rights that are gone.
    pub(crate) async fn set_role(
        &self,
        admin: AccountId,
        target: AccountId,
        role: Role,
        kept: SessionId,
    ) -> Result<AccountListRow, AuthError> {
        let failed = "change a role";
        let mut transaction = self.begin(failed).await?;
        require_admin(&mut transaction, admin).await?;
        let old = role_of(&mut transaction, target).await?.ok_or(AuthError::UnknownAccount)?;
        if old != role {
            let changed = sqlx::query(
                "UPDATE users SET role = ?1 WHERE id = ?2
                   AND (role <> 'admin' OR (SELECT count(*) FROM users WHERE role = 'admin') > 1)",
            )
            .bind(role.as_str())
            .bind(target.to_string())
            .execute(&mut *transaction)
            .await
            .map_err(AuthError::store(failed))?;
            if changed.rows_affected() == 0 {
                return Err(AuthError::LastAdmin);
            }
            for statement in [
                "DELETE FROM user_sessions WHERE user_id = ?1 AND id <> ?2",
                "DELETE FROM account_links WHERE created_by = ?1",
            ] {
                sqlx::query(statement)
                    .bind(target.to_string())
                    .bind(kept.to_string())
                    .execute(&mut *transaction)
                    .await
                    .map_err(AuthError::store(failed))?;
            }
        }
        let row = sqlx::query(
            "SELECT users.id, email, role, users.created_at_unix_nano,
                    max(last_seen_at_unix_nano) AS last_seen_at_unix_nano, count(user_sessions.id) AS session_count
             FROM users LEFT JOIN user_sessions ON user_sessions.user_id = users.id WHERE users.id = ?",
        )
        .bind(target.to_string())
        .fetch_one(&mut *transaction)
        .await
        .map_err(AuthError::store(failed))?;
        let row = list_row(&row)?;
        transaction.commit().await.map_err(AuthError::store(failed))?;
        Ok(row)
    }

    /// Deletes an account; its sessions and links go with it, its API keys stay.
    pub(crate) async fn delete_account(&self, admin: AccountId, target: AccountId) -> Result<(), AuthError> {
        let failed = "delete an account";
        let mut transaction = self.begin(failed).await?;
        require_admin(&mut transaction, admin).await?;
        role_of(&mut transaction, target).await?.ok_or(AuthError::UnknownAccount)?;
        let deleted = sqlx::query(
            "DELETE FROM users WHERE id = ?
               AND (role <> 'admin' OR (SELECT count(*) FROM users WHERE role = 'admin') > 1)",
        )
        .bind(target.to_string())
        .execute(&mut *transaction)
        .await
        .map_err(AuthError::store(failed))?;
        if deleted.rows_affected() == 0 {
            return Err(AuthError::LastAdmin);
        }
        transaction.commit().await.map_err(AuthError::store(failed))
    }

    /// Replaces the password of the account that `session` belongs to. Every other session of it ends, and reset links die.
    /// False when the password was changed by somebody else since `old_hash` was read.
    pub(crate) async fn change_password(
        &self,
        account: AccountId,
        session: SessionId,
        old_hash: &str,
        new_hash: &str,
    ) -> Result<bool, AuthError> {
        let failed = "change a password";
        let mut transaction = self.begin(failed).await?;
        let changed = sqlx::query(
            "UPDATE users SET password_hash = ?1 WHERE id = ?2 AND password_hash = ?3
               AND EXISTS (SELECT 1 FROM user_sessions WHERE id = ?4 AND user_id = ?2)",
        )
        .bind(new_hash)
        .bind(account.to_string())
        .bind(old_hash)
        .bind(session.to_string())
        .execute(&mut *transaction)
        .await
        .map_err(AuthError::store(failed))?;
        if changed.rows_affected() == 0 {
            return Ok(false);
        }
        for statement in [
            "DELETE FROM user_sessions WHERE user_id = ?1 AND id <> ?2",
            "DELETE FROM account_links WHERE user_id = ?1",
        ] {
            sqlx::query(statement)
                .bind(account.to_string())
                .bind(session.to_string())
                .execute(&mut *transaction)
                .await
                .map_err(AuthError::store(failed))?;
        }
        transaction.commit().await.map_err(AuthError::store(failed))?;
        Ok(true)
    }
}

fn list_row(row: &SqliteRow) -> Result<AccountListRow, AuthError> {
    let failed = "read an account";
    Ok(AccountListRow {
        account: account_of(row)?,
        created_at_unix_nano: row.try_get("created_at_unix_nano").map_err(AuthError::store(failed))?,
        last_seen_at_unix_nano: row.try_get("last_seen_at_unix_nano").map_err(AuthError::store(failed))?,
        session_count: row.try_get("session_count").map_err(AuthError::store(failed))?,
    })
}
