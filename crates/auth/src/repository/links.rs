//! The SQL of one-time links.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
use uuid::Uuid;

use super::{Repository, require_admin, role_of, uuid_of};
use crate::account::{Account, AccountId, Role};
use crate::email::Email;
use crate::error::AuthError;
use crate::link::TokenHash;

/// Invitations that may be open at once: more than anybody looks through, few enough to list in one page.
const INVITATIONS_MAX: i64 = 200;

/// What a link is for.
#[derive(Clone, Debug)]
pub(crate) enum LinkPurpose {
    /// A new account.
    Invitation { email: Email, role: Role },
    /// A new password for an account.
    PasswordReset { account: AccountId },
}

/// A link to store.
#[derive(Debug)]
pub(crate) struct NewLink {
    pub(crate) id: Uuid,
    pub(crate) purpose: LinkPurpose,
    pub(crate) token_hash: TokenHash,
    pub(crate) created_at_unix_nano: i64,
    pub(crate) expires_at_unix_nano: i64,
}

/// A link that can still be used.
#[derive(Debug)]
pub(crate) struct LinkRow {
    pub(crate) id: Uuid,
    pub(crate) target: LinkTarget,
    /// Of the invitation, or of the account whose password it sets.
    pub(crate) email: Email,
    /// The same of the role.
    pub(crate) role: Role,
    pub(crate) created_at_unix_nano: i64,
    pub(crate) expires_at_unix_nano: i64,
}

/// Whom a link is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LinkTarget {
    NewAccount,
    Existing(AccountId),
}

const SELECT: &str = "SELECT account_links.id, account_links.user_id, account_links.created_at_unix_nano,
        expires_at_unix_nano, coalesce(account_links.email, users.email) AS email,
        coalesce(account_links.role, users.role) AS role
    FROM account_links LEFT JOIN users ON users.id = account_links.user_id";

impl Repository {
    /// Stores a link that `admin` made, who must be one at this moment. An older one for the same address or account dies.
    pub(crate) async fn insert_link(&self, admin: AccountId, link: &NewLink) -> Result<(), AuthError> {
        let failed = "make a link";
        let mut transaction = self.begin(failed).await?;
        require_admin(&mut transaction, admin).await?;
        self.put_link(&mut transaction, Some(admin), link).await?;
        transaction.commit().await.map_err(AuthError::store(failed))
    }

    /// The same for the operator at the command line, who answers to nobody.
    pub(crate) async fn insert_operator_link(&self, link: &NewLink) -> Result<(), AuthError> {
        let failed = "make a link";
        let mut transaction = self.begin(failed).await?;
        self.put_link(&mut transaction, None, link).await?;
        transaction.commit().await.map_err(AuthError::store(failed))
    }

    async fn put_link(
        &self,
        connection: &mut SqliteConnection,
        created_by: Option<AccountId>,
        link: &NewLink,
    ) -> Result<(), AuthError> {
        let failed = "make a link";
        let (purpose, email, role, account) = match &link.purpose {
            LinkPurpose::Invitation { email, role } => {
                if self.has_account(connection, email).await? {
                    return Err(AuthError::EmailTaken);
                }
                ("invitation", Some(email), Some(*role), None)
            }
            LinkPurpose::PasswordReset { account } => {
                role_of(connection, *account).await?.ok_or(AuthError::UnknownAccount)?;
                ("password_reset", None, None, Some(*account))
            }
        };
        sqlx::query(
            "DELETE FROM account_links WHERE expires_at_unix_nano <= ?1 OR lower(email) = lower(?2) OR user_id = ?3",
        )
        .bind(self.clock.now_unix_nano())
        .bind(email.map(Email::as_str))
        .bind(account.map(|id| id.to_string()))
        .execute(&mut *connection)
        .await
        .map_err(AuthError::store(failed))?;
        let inserted = sqlx::query(
            "INSERT INTO account_links (id, purpose, token_sha256, email, role, user_id, created_by,
                                        created_at_unix_nano, expires_at_unix_nano)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9
             WHERE (SELECT count(*) FROM account_links WHERE purpose = 'invitation') < ?10",
        )
        .bind(link.id.to_string())
        .bind(purpose)
        .bind(link.token_hash.as_slice())
        .bind(email.map(Email::as_str))
        .bind(role.map(Role::as_str))
        .bind(account.map(|id| id.to_string()))
        .bind(created_by.map(|id| id.to_string()))
        .bind(link.created_at_unix_nano)
        .bind(link.expires_at_unix_nano)
        .bind(if account.is_some() { i64::MAX } else { INVITATIONS_MAX })
        .execute(connection)
        .await
        .map_err(AuthError::store(failed))?;
        if inserted.rows_affected() == 1 { Ok(()) } else { Err(AuthError::TooManyInvitations) }
    }

    async fn has_account(&self, connection: &mut SqliteConnection, email: &Email) -> Result<bool, AuthError> {
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM users WHERE email_key = ?)")
            .bind(email.key())
            .fetch_one(connection)
            .await
            .map_err(AuthError::store("look for an address"))
    }

    /// Open invitations, newest first. Nothing for callers who are not admins.
    pub(crate) async fn list_invitations(&self, admin: AccountId) -> Result<Vec<LinkRow>, AuthError> {
        let query = format!(
            "{SELECT} WHERE purpose = 'invitation' AND expires_at_unix_nano > ?1
               AND EXISTS (SELECT 1 FROM users AS admin WHERE admin.id = ?2 AND admin.role = 'admin')
             ORDER BY account_links.created_at_unix_nano DESC, account_links.id DESC LIMIT ?3"
        );
        let rows = sqlx::query(&query)
            .bind(self.clock.now_unix_nano())
            .bind(admin.to_string())
            .bind(INVITATIONS_MAX)
            .fetch_all(&self.pool)
            .await
            .map_err(AuthError::store("list invitations"))?;
        rows.iter().map(link_row).collect()
    }

    /// Takes an invitation back; false when there is none of that id, or `admin` is none.
    pub(crate) async fn delete_invitation(&self, admin: AccountId, id: Uuid) -> Result<bool, AuthError> {
        let result = sqlx::query(
            "DELETE FROM account_links WHERE id = ?1 AND purpose = 'invitation'
               AND EXISTS (SELECT 1 FROM users WHERE id = ?2 AND role = 'admin')",
        )
        .bind(id.to_string())
        .bind(admin.to_string())
        .execute(&self.pool)
        .await
        .map_err(AuthError::store("take an invitation back"))?;
        Ok(result.rows_affected() == 1)
    }

    /// The link of a token, unless it was used, taken back, or is too old.
    pub(crate) async fn find_link(&self, token_hash: &TokenHash) -> Result<Option<LinkRow>, AuthError> {
        let query = format!("{SELECT} WHERE token_sha256 = ? AND expires_at_unix_nano > ?");
        let row = sqlx::query(&query)
            .bind(token_hash.as_slice())
            .bind(self.clock.now_unix_nano())
            .fetch_optional(&self.pool)
            .await
            .map_err(AuthError::store("find a link"))?;
        row.as_ref().map(link_row).transpose()
    }

    /// Uses a link up and does what it is for, in one transaction: of two simultaneous uses one is told that there is no
    /// such link. `account` is the account to add, or the existing one.
    pub(crate) async fn redeem_link(
        &self,
        token_hash: &TokenHash,
        target: LinkTarget,
        account: &Account,
        password_hash: &str,
    ) -> Result<(), AuthError> {
        let failed = "use a link";
        let mut transaction = self.begin(failed).await?;
        let deleted =
            sqlx::query("DELETE FROM account_links WHERE token_sha256 = ? AND expires_at_unix_nano > ?")
                .bind(token_hash.as_slice())
                .bind(self.clock.now_unix_nano())
                .execute(&mut *transaction)
                .await
                .map_err(AuthError::store(failed))?;
        if deleted.rows_affected() == 0 {
            return Err(AuthError::InvalidLink);
        }
        match target {
            LinkTarget::NewAccount => self.add_invited(&mut transaction, account, password_hash).await?,
            LinkTarget::Existing(id) => reset_password(&mut transaction, id, password_hash).await?,
        }
        transaction.commit().await.map_err(AuthError::store(failed))
    }

    async fn add_invited(
        &self,
        connection: &mut SqliteConnection,
        account: &Account,
        password_hash: &str,
    ) -> Result<(), AuthError> {
        let result = sqlx::query(
            "INSERT INTO users (id, email, email_key, password_hash, role, created_at_unix_nano)
             VALUES (?, ?, ?, ?, ?, ?)",
        )
        .bind(account.id.to_string())
        .bind(account.email.as_str())
        .bind(account.email.key())
        .bind(password_hash)
        .bind(account.role.as_str())
        .bind(self.clock.now_unix_nano())
        .execute(connection)
        .await;
        match result {
            Ok(_) => Ok(()),
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Err(AuthError::EmailTaken),
            Err(source) => Err(AuthError::Store { action: "add an invited account", source }),
        }
    }
}

/// Every session of the account ends, and every other link for it dies.
async fn reset_password(
    connection: &mut SqliteConnection,
    account: AccountId,
    password_hash: &str,
) -> Result<(), AuthError> {
    for statement in [
        "UPDATE users SET password_hash = ?2 WHERE id = ?1",
        "DELETE FROM user_sessions WHERE user_id = ?1",
        "DELETE FROM account_links WHERE user_id = ?1",
    ] {
        sqlx::query(statement)
            .bind(account.to_string())
            .bind(password_hash)
            .execute(&mut *connection)
            .await
            .map_err(AuthError::store("set a password"))?;
    }
    Ok(())
}

fn link_row(row: &SqliteRow) -> Result<LinkRow, AuthError> {
    let failed = "read a link";
    let text = |column| row.try_get::<String, _>(column).map_err(AuthError::store(failed));
    let time = |column| row.try_get::<i64, _>(column).map_err(AuthError::store(failed));
    let account: Option<String> = row.try_get("user_id").map_err(AuthError::store(failed))?;
    let target = match account {
        Some(id) => LinkTarget::Existing(AccountId(uuid_of(&id, "account id")?)),
        None => LinkTarget::NewAccount,
    };
    Ok(LinkRow {
        id: uuid_of(&text("id")?, "link id")?,
        target,
        email: Email::parse(&text("email")?).ok_or(AuthError::Corrupt { what: "e-mail address" })?,
        role: Role::parse(&text("role")?).ok_or(AuthError::Corrupt { what: "role" })?,
        created_at_unix_nano: time("created_at_unix_nano")?,
        expires_at_unix_nano: time("expires_at_unix_nano")?,
    })
}
