//! The SQL of accounts that come from another server.

use super::Repository;
use crate::account::{Account, AccountId};
use crate::error::AuthError;

/// An account to take over.
#[derive(Debug)]
pub(crate) struct NewImport {
    pub(crate) account: Account,
    /// By which it is known that it was imported once.
    pub(crate) email_sha256: [u8; 32],
    pub(crate) password_hash: String,
    pub(crate) created_at_unix_nano: i64,
}

/// What became of accounts to take over.
#[derive(Debug, Default)]
pub(crate) struct Import {
    pub(crate) added: Vec<AccountId>,
    /// Imported before, whether they are still there or not.
    pub(crate) again: usize,
    /// Addresses that have an account of this server's own.
    pub(crate) taken: Vec<String>,
}

impl Repository {
    /// Whether any account still has the hash that it came with.
    pub(crate) async fn has_imported_hash(&self) -> Result<bool, AuthError> {
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM users WHERE password_hash GLOB '$2*')")
            .fetch_one(&self.pool)
            .await
            .map_err(AuthError::store("look for imported accounts"))
    }

    /// Adds accounts, all or none. One that was imported before is left as it is, or left deleted.
    pub(crate) async fn import_accounts(&self, imports: &[NewImport]) -> Result<Import, AuthError> {
        let failed = "import accounts";
        let mut transaction = self.begin(failed).await?;
        let mut done = Import::default();
        for import in imports {
            let noted = sqlx::query("INSERT OR IGNORE INTO imported_accounts (email_sha256) VALUES (?)")
                .bind(import.email_sha256.as_slice())
                .execute(&mut *transaction)
                .await
                .map_err(AuthError::store(failed))?;
            if noted.rows_affected() == 0 {
                done.again += 1;
                continue;
            }
            let account = &import.account;
            let added = sqlx::query(
                "INSERT INTO users (id, email, email_key, password_hash, role, created_at_unix_nano)
                 VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (email_key) DO NOTHING",
            )
            .bind(account.id.to_string())
            .bind(account.email.as_str())
            .bind(account.email.key())
            .bind(&import.password_hash)
            .bind(account.role.as_str())
            .bind(import.created_at_unix_nano)
            .execute(&mut *transaction)
            .await
            .map_err(AuthError::store(failed))?;
            if added.rows_affected() == 0 {
                done.taken.push(account.email.as_str().to_owned());
            } else {
                done.added.push(account.id);
            }
        }
        transaction.commit().await.map_err(AuthError::store(failed))?;
        Ok(done)
    }

    /// Replaces an imported hash. False when the password was changed since `old_hash` was read. Sessions go on: it is the same
    /// password.
    pub(crate) async fn renew_hash(
        &self,
        account: AccountId,
        old_hash: &str,
        new_hash: &str,
    ) -> Result<bool, AuthError> {
        let done = sqlx::query("UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ?")
            .bind(new_hash)
            .bind(account.to_string())
            .bind(old_hash)
            .execute(&self.pool)
            .await
            .map_err(AuthError::store("renew a password hash"))?;
        Ok(done.rows_affected() == 1)
    }
}
