//! What keys open: the receivers, for ingest keys, and reading telemetry, for read keys. And where keys of another server come in.

use std::future::Future;
use std::pin::Pin;

use junjo_auth::ReadKeyCheck;
use junjo_ingest::{ForeignKey, Importing, KeyCheck, KeyImport, KeyOutcome, Sender};
use junjo_web::{ApiError, ApiResult};

use crate::error::CheckError;
use crate::key::Scope;
use crate::service::ApiKeys;

impl KeyCheck for ApiKeys {
    fn check<'a>(&'a self, key: &'a str) -> Pin<Box<dyn Future<Output = KeyOutcome> + Send + 'a>> {
        Box::pin(async move {
            match Self::check(self, key, Scope::Ingest).await {
                Ok(identity) => KeyOutcome::Valid(Sender {
                    key_id: identity.id.to_string(),
                    project: identity.project.to_string(),
                }),
                Err(CheckError::Unavailable { .. }) => KeyOutcome::Unavailable,
                Err(CheckError::Expired) => KeyOutcome::Expired,
                Err(CheckError::WrongScope { .. }) => KeyOutcome::WrongScope,
                Err(CheckError::Invalid) => KeyOutcome::Invalid,
            }
        })
    }
}

impl KeyImport for ApiKeys {
    fn import(&self, keys: Vec<ForeignKey>) -> Importing<'_> {
        Box::pin(async move { Ok(self.take_over(keys).await?) })
    }
}

impl ReadKeyCheck for ApiKeys {
    fn check<'a>(
        &'a self,
        presented: &'a str,
    ) -> Pin<Box<dyn Future<Output = ApiResult<String>> + Send + 'a>> {
        Box::pin(async move {
            match Self::check(self, presented, Scope::Read).await {
                Ok(identity) => Ok(identity.id.to_string()),
                Err(error @ CheckError::Unavailable { .. }) => {
                    Err(ApiError::unavailable("API keys cannot be checked").with_source(error))
                }
                // one answer for unknown, expired and wrong scope: it must not tell which keys exist
                Err(_) => Err(ApiError::unauthenticated(
                    "Send a valid read key as authorization: Bearer, or sign in without that header.",
                )),
            }
        })
    }
}
