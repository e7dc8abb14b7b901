//! Wires the API keys feature into the receivers.

use std::future::Future;
use std::pin::Pin;

use junjo_api_keys::{ApiKeys, CheckError, Scope};
use junjo_ingest::{KeyCheck, KeyOutcome};

/// Ingest keys, checked by the feature in this process.
pub(crate) struct IngestKeys(pub(crate) ApiKeys);

impl KeyCheck for IngestKeys {
    fn check<'a>(&'a self, key: &'a str) -> Pin<Box<dyn Future<Output = KeyOutcome> + Send + 'a>> {
        Box::pin(async move {
            match self.0.check(key, Scope::Ingest).await {
                Ok(identity) => KeyOutcome::Valid(identity.id.to_string()),
                Err(CheckError::Unavailable { .. }) => KeyOutcome::Unavailable,
                Err(CheckError::Expired) => KeyOutcome::Expired,
                Err(CheckError::WrongScope { .. }) => KeyOutcome::WrongScope,
                Err(CheckError::Invalid) => KeyOutcome::Invalid,
            }
        })
    }
}
