//! Accounts that come from another server: taken over by the operator, and their hashes renewed when they sign in.

use std::collections::BTreeSet;

use junjo_web::logged;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use super::AuthState;
use crate::account::{Account, Role};
use crate::audit_event::AuditEvent;
use crate::email::Email;
use crate::error::AuthError;
use crate::imported_hash;
use crate::origin::RequestOrigin;
use crate::password;
use crate::repository::NewImport;

/// An account of another server.
#[derive(Debug)]
pub struct ImportedAccount {
    /// As typed there.
    pub email: String,
    /// bcrypt, as `$2a$10$…`.
    pub password_hash: SecretString,
    /// Unix nanoseconds; `None`: now.
    pub created_at_unix_nano: Option<i64>,
}

/// An account that cannot be taken over.
#[derive(Debug, PartialEq, Eq)]
pub struct RefusedAccount {
    /// As typed there.
    pub email: String,
    /// Why, as the end of a sentence.
    pub reason: &'static str,
}

/// What became of accounts to take over.
#[derive(Debug, Default)]
pub struct ImportedAccounts {
    /// Added now.
    pub added: usize,
    /// Imported before; left as they are, also where they were deleted since then.
    pub again: usize,
    /// Left out, each with its reason.
    pub refused: Vec<RefusedAccount>,
}

impl AuthState {
    /// For the operator at the command line: takes accounts over, all with `role`. Doing it twice changes nothing.
    pub async fn operator_import(
        &self,
        accounts: Vec<ImportedAccount>,
        role: Role,
    ) -> Result<ImportedAccounts, AuthError> {
        let (mut imports, mut done) = (Vec::new(), ImportedAccounts::default());
        let mut keys = BTreeSet::new();
        for account in accounts {
            match self.judged(&account, role) {
                Ok(import) if keys.insert(import.account.email.key().to_owned()) => imports.push(import),
                Ok(_) => done.refused.push(RefusedAccount {
                    email: account.email,
                    reason: "another account has the same address in other letters, and addresses do not differ by case here",
                }),
                Err(reason) => done.refused.push(RefusedAccount { email: account.email, reason }),
            }
        }
        let import = self.shared.repository.import_accounts(&imports).await?;
        for id in &import.added {
            let event = AuditEvent::by_operator("user.import").on(id).saying(role.as_str());
            self.shared.audit.record(&RequestOrigin::command_line(), event).await;
        }
        done.added = import.added.len();
        done.again = import.again;
        done.refused.extend(import.taken.into_iter().map(|email| RefusedAccount {
            email,
            reason: "this server has an account of this address, which keeps its own password and role",
        }));
        Ok(done)
    }

    fn judged(&self, account: &ImportedAccount, role: Role) -> Result<NewImport, &'static str> {
        let email = Email::parse(&account.email)
            .ok_or("this is not an e-mail address, so nobody could sign in with it")?;
        let password_hash = account.password_hash.expose_secret();
        if !imported_hash::is_usable(password_hash) {
            return Err("the password hash is not bcrypt of cost 4 to 14");
        }
        Ok(NewImport {
            email_sha256: Sha256::digest(email.key().as_bytes()).into(),
            account: Account { id: self.new_account_id(), email, role },
            password_hash: password_hash.to_owned(),
            created_at_unix_nano: account
                .created_at_unix_nano
                .unwrap_or_else(|| self.shared.clock.now_unix_nano()),
        })
    }

    /// Gives an account that has just signed in an argon2id hash of its password. A failure is logged and does not keep anybody out:
    /// the next sign-in tries again.
    pub(super) async fn renew_imported_hash(
        &self,
        account: &Account,
        old_hash: &str,
        password: SecretString,
        origin: &RequestOrigin,
    ) {
        let is_weak = password::check_new(&password, &account.email).is_err();
        let renewed = async {
            let new_hash = self.shared.hasher.hash(password).await?;
            self.shared.repository.renew_hash(account.id, old_hash, &new_hash).await
        };
        match renewed.await {
            Ok(true) => {
                let event = AuditEvent::success("password.rehash", account.id).on(account.id);
                let event = if is_weak { event.saying("weak_password") } else { event };
                self.shared.audit.record(origin, event).await;
            }
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(error = logged(&error), user.id = %account.id, "an imported password hash was not renewed");
            }
        }
    }
}
