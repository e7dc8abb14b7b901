//! API keys for a feature that shows them but does not own them; an outside edge. The server hands the owner over.

use std::future::Future;
use std::pin::Pin;

use chrono::{DateTime, Utc};
use junjo_web::ApiResult;
use secrecy::SecretString;

use crate::current_user::CurrentUser;
use crate::origin::RequestOrigin;

/// A key as lists show it.
#[derive(Clone, Debug)]
pub struct RingKey {
    /// Its id.
    pub id: String,
    /// What its creator called it.
    pub name: String,
    /// The visible start of the key, unique.
    pub prefix: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// A key that was just made.
#[derive(Debug)]
pub struct NewRingKey {
    /// As lists show it.
    pub key: RingKey,
    /// The key itself, this once.
    pub secret: SecretString,
}

/// What a [`KeyRing`] does.
pub type KeyRingWork<'a, T> = Pin<Box<dyn Future<Output = ApiResult<T>> + Send + 'a>>;

/// The keys that senders present, on behalf of a signed-in person.
pub trait KeyRing: Send + Sync + 'static {
    /// Makes a key for senders; 403 for viewers.
    fn create<'a>(
        &'a self,
        caller: &'a CurrentUser,
        name: &'a str,
        origin: &'a RequestOrigin,
    ) -> KeyRingWork<'a, NewRingKey>;

    /// The newest keys, newest first, at most `limit`: the caller's own, an admin's everybody's.
    fn list<'a>(&'a self, caller: &'a CurrentUser, limit: usize) -> KeyRingWork<'a, Vec<RingKey>>;

    /// Revokes the key with this id, this prefix, or this very key; false when the caller has none such.
    fn revoke<'a>(
        &'a self,
        caller: &'a CurrentUser,
        handle: &'a str,
        origin: &'a RequestOrigin,
    ) -> KeyRingWork<'a, bool>;
}
