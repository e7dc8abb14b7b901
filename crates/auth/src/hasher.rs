//! argon2id off the async threads, with bounded concurrency and a bounded queue.

use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{Error as HashError, PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::config::PasswordCost;
use crate::error::AuthError;
use crate::imported_hash;

/// How long a login waits for its turn before it is told to come back.
const QUEUE_WAIT_MAX: Duration = Duration::from_secs(10);

/// Hashes and verifies passwords.
#[derive(Clone)]
pub(crate) struct Hasher {
    argon2: Argon2<'static>,
    permits: Arc<Semaphore>,
    /// A hash that no password has, verified for unknown addresses so that they cost the same.
    decoy: Arc<str>,
}

impl Hasher {
    pub(crate) fn new(cost: PasswordCost, concurrency: usize) -> Result<Self, AuthError> {
        let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, None)
            .map_err(|error| AuthError::Hash { source: error.into() })?;
        Ok(Self {
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            permits: Arc::new(Semaphore::new(concurrency.max(1))),
            decoy: decoy(cost).into(),
        })
    }

    /// The PHC string of `password` with a fresh salt.
    pub(crate) async fn hash(&self, password: SecretString) -> Result<String, AuthError> {
        self.run(move |argon2| {
            let hash: PasswordHash = argon2.hash_password(password.expose_secret().as_bytes())?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether `password` matches `stored`. Without a stored hash the work is the same and the answer is no. `any_imported`
    /// says whether any account has an imported hash: as long as there is one, every sign-in costs as much as theirs, or its
    /// time would tell which accounts they are.
    pub(crate) async fn verify(
        &self,
        password: SecretString,
        stored: Option<String>,
        any_imported: bool,
    ) -> Result<bool, AuthError> {
        let is_known = stored.is_some();
        let (imported, own) = match stored {
            Some(stored) if imported_hash::is_imported(&stored) => (Some(stored), None),
            other => (None, other),
        };
        let is_imported = imported.is_some();
        let hash = own.map_or_else(|| Arc::clone(&self.decoy), Arc::from);
        let is_match = self
            .run(move |argon2| {
                let password = password.expose_secret().as_bytes();
                let matches_imported =
                    (is_imported || any_imported) && imported_hash::verify(password, imported.as_deref());
                let hash = PasswordHash::new(&hash)?;
                match argon2.verify_password(password, &hash) {
                    _ if is_imported => Ok(matches_imported),
                    Ok(()) => Ok(true),
                    Err(HashError::PasswordInvalid) => Ok(false),
                    Err(error) => Err(error),
                }
            })
            .await?;
        Ok(is_known && is_match)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Argon2<'static>) -> Result<T, HashError> + Send + 'static,
    ) -> Result<T, AuthError> {
        let permit = tokio::time::timeout(QUEUE_WAIT_MAX, Arc::clone(&self.permits).acquire_owned())
            .await
            .map_err(|_| AuthError::Busy)?
            .expect("the semaphore is never closed");
        let argon2 = self.argon2.clone();
        let task = tokio::task::spawn_blocking(move || {
            let result = work(&argon2);
            // the thread holds the permit: a client that goes away does not free memory that is still in use
            drop(permit);
            result
        });
        let result = task.await.map_err(|error| AuthError::Hash { source: error.into() })?;
        result.map_err(|error| AuthError::Hash { source: error.into() })
    }
}

fn decoy(cost: PasswordCost) -> String {
    let salt = STANDARD_NO_PAD.encode(Uuid::new_v4().as_bytes());
    let output = STANDARD_NO_PAD.encode([0; 32]);
    format!("$argon2id$v=19$m={},t={},p={}${salt}${output}", cost.memory_kib, cost.passes, cost.lanes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hasher() -> Hasher {
        Hasher::new(PasswordCost::default(), 2).unwrap()
    }

    /// Scenario: hash, then verify right and wrong. Guarantee: the recorded parameters are the agreed ones.
    #[tokio::test]
    async fn hash_has_the_agreed_cost_and_verifies() {
        let hasher = hasher();
        let stored = hasher.hash("correct horse".into()).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(hasher.verify("correct horse".into(), Some(stored.clone()), false).await.unwrap());
        assert!(!hasher.verify("wrong horse".into(), Some(stored), true).await.unwrap());
    }

    /// Scenario: an unknown address. Guarantee: the decoy is a well-formed hash of the same cost, and never matches.
    #[tokio::test]
    async fn unknown_user_is_verified_against_a_decoy_of_equal_cost() {
        let hasher = hasher();
        let decoy = PasswordHash::new(&hasher.decoy).unwrap();
        let params = Params::try_from(&decoy).unwrap();
        assert_eq!((params.m_cost(), params.t_cost(), params.p_cost()), (19 * 1024, 2, 1));
        assert_eq!(decoy.hash.unwrap().len(), 32);
        assert!(!hasher.verify("anything".into(), None, false).await.unwrap());
    }
}
