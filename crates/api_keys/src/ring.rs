//! Keys for a feature that speaks another server's API: named by whatever its pages have of a key.

use junjo_auth::{CurrentUser, KeyRing, KeyRingWork, NewRingKey, RequestOrigin, RingKey, Role};

use crate::error::ApiKeyError;
use crate::key::Scope;
use crate::schemas::{ApiKeyView, CreatedApiKey, NewApiKey};
use crate::service::ApiKeys;

impl KeyRing for ApiKeys {
    fn create<'a>(
        &'a self,
        caller: &'a CurrentUser,
        name: &'a str,
        origin: &'a RequestOrigin,
    ) -> KeyRingWork<'a, NewRingKey> {
        Box::pin(async move {
            caller.require(Role::Member)?;
            let request = NewApiKey { name: name.to_owned(), scope: Scope::Ingest, expires_at: None };
            let CreatedApiKey { view, key } = self.create_named(caller, request, origin).await?;
            Ok(NewRingKey { key: ring_key(view), secret: key.into() })
        })
    }

    fn list<'a>(&'a self, caller: &'a CurrentUser, limit: usize) -> KeyRingWork<'a, Vec<RingKey>> {
        Box::pin(async move {
            let page = self.list(caller, None, limit).await?;
            Ok(page.items.into_iter().map(ring_key).collect())
        })
    }

    fn revoke<'a>(
        &'a self,
        caller: &'a CurrentUser,
        handle: &'a str,
        origin: &'a RequestOrigin,
    ) -> KeyRingWork<'a, bool> {
        Box::pin(async move {
            let id = self.id_of(caller, handle).await?;
            // what names no key is looked for once more as an id, so that the refusal is recorded
            match self.revoke(caller, id.as_deref().unwrap_or(handle), origin).await {
                Ok(()) => Ok(true),
                Err(ApiKeyError::NotFound) => Ok(false),
                Err(error) => Err(error.into()),
            }
        })
    }
}

fn ring_key(view: ApiKeyView) -> RingKey {
    RingKey { id: view.id, name: view.name, prefix: view.prefix, created_at: view.created_at }
}
