//! The cookies' records at rest: what is stored is a hash of the cookie's value, so that nobody can sign in with a copy of the
//! database.
//!
//! | in the browser | in `tower_sessions` |
//! |---|---|
//! | 128 random bits, base64url | the first 128 bits of their SHA-256, base64url |
//!
//! So much entropy needs no slow hash and no salt.

use sha2::{Digest, Sha256};
use tower_sessions::session::{Id, Record};
use tower_sessions::{ExpiredDeletion, SessionStore, session_store};
use tower_sessions_sqlx_store::SqliteStore;

/// The store of tower-sessions behind a hash.
#[derive(Clone, Debug)]
pub(crate) struct HashedStore {
    inner: SqliteStore,
}

impl HashedStore {
    pub(crate) fn new(inner: SqliteStore) -> Self {
        Self { inner }
    }
}

#[async_trait::async_trait]
impl SessionStore for HashedStore {
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        let mut stored = at_rest(record);
        let wanted = stored.id;
        self.inner.create(&mut stored).await?;
        if stored.id == wanted {
            return Ok(());
        }
        // another session has this hash: as likely as guessing a cookie
        self.inner.delete(&stored.id).await?;
        Err(session_store::Error::Backend("two sessions have the same id".to_owned()))
    }

    async fn save(&self, record: &Record) -> session_store::Result<()> {
        self.inner.save(&at_rest(record)).await
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        let stored = self.inner.load(&hash_of(id)).await?;
        Ok(stored.map(|record| Record { id: *id, ..record }))
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        self.inner.delete(&hash_of(id)).await
    }
}

#[async_trait::async_trait]
impl ExpiredDeletion for HashedStore {
    async fn delete_expired(&self) -> session_store::Result<()> {
        self.inner.delete_expired().await
    }
}

/// The record as it is stored: the store writes the id into the row and into its data.
fn at_rest(record: &Record) -> Record {
    Record { id: hash_of(&record.id), ..record.clone() }
}

fn hash_of(id: &Id) -> Id {
    let digest = Sha256::digest(id.0.to_be_bytes());
    let (first, _) = digest.split_at(16);
    Id(i128::from_be_bytes(first.try_into().expect("half of 32 bytes are 16")))
}
