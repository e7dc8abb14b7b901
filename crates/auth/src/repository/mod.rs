//! The SQL of accounts, sessions, one-time links and security events. The caller's right to write is part of the statement, or of its
//! transaction, where there is a caller.

mod accounts;
mod audit;
mod imports;
mod links;
mod numbers;
mod sessions;

use junjo_web::SharedClock;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, SqliteConnection, SqlitePool, Transaction};
use uuid::Uuid;

pub(crate) use accounts::AccountListRow;
pub(crate) use audit::{AuditFilter, AuditRow};
pub(crate) use imports::NewImport;
pub(crate) use links::{LinkPurpose, LinkRow, LinkTarget, NewLink};
pub(crate) use sessions::{ListedSession, NewSession, SessionRow};

use crate::account::{Account, AccountId, Role};
use crate::email::Email;
use crate::error::AuthError;

#[derive(Clone, Debug)]
pub(crate) struct Repository {
    pool: SqlitePool,
    clock: SharedClock,
}

impl Repository {
    pub(crate) fn new(pool: SqlitePool, clock: SharedClock) -> Self {
        Self { pool, clock }
    }

    /// A transaction that holds the one write lock from its first statement: what it reads stays true until it commits.
    async fn begin(&self, action: &'static str) -> Result<Transaction<'static, Sqlite>, AuthError> {
        self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(AuthError::store(action))
    }
}

/// Refuses when `id` is not an admin at this moment, whatever the session said.
async fn require_admin(connection: &mut SqliteConnection, id: AccountId) -> Result<(), AuthError> {
    match role_of(connection, id).await? {
        Some(Role::Admin) => Ok(()),
        _ => Err(AuthError::RoleTooSmall { needed: Role::Admin }),
    }
}

async fn role_of(connection: &mut SqliteConnection, id: AccountId) -> Result<Option<Role>, AuthError> {
    let role: Option<String> = sqlx::query_scalar("SELECT role FROM users WHERE id = ?")
        .bind(id.to_string())
        .fetch_optional(connection)
        .await
        .map_err(AuthError::store("look up a role"))?;
    role.map(|role| Role::parse(&role).ok_or(AuthError::Corrupt { what: "role" })).transpose()
}

fn account_of(row: &SqliteRow) -> Result<Account, AuthError> {
    let text = |column| row.try_get::<String, _>(column).map_err(AuthError::store("read an account"));
    let id = uuid_of(&text("id")?, "account id")?;
    let email = Email::parse(&text("email")?).ok_or(AuthError::Corrupt { what: "e-mail address" })?;
    let role = Role::parse(&text("role")?).ok_or(AuthError::Corrupt { what: "role" })?;
    Ok(Account { id: AccountId(id), email, role })
}

fn uuid_of(text: &str, what: &'static str) -> Result<Uuid, AuthError> {
    Uuid::parse_str(text).map_err(|_| AuthError::Corrupt { what })
}
