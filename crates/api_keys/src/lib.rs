//! API keys: the credentials of programs. Creating, listing and revoking them under `/api-keys`, and checking them on
//! every export request.
//!
//! Keys belong to the server and survive their creator. A key is shown once; what is stored is its SHA-256. Receivers use
//! [`State::check`] and must tell [`CheckError::Unavailable`] from a refusal: an outage never means "wrong key".

mod cache;
mod doors;
mod error;
mod grpc;
mod imports;
mod key;
mod last_used;
mod repository;
mod ring;
mod router;
mod schemas;
mod service;
mod settings;
mod upkeep;

pub use error::{ApiKeyError, CheckError};
pub use grpc::internal_routes;
pub use key::{KEY_CHARS, KEY_PREFIX, KeyIdentity, Scope};
pub use router::routes;
pub use schemas::{ApiKeyChange, ApiKeyRotation, ApiKeyView, CreatedApiKey, ExpiryChange, NewApiKey};
pub use service::ApiKeys as State;
pub use settings::{ApiKeysConfig, Settings};
pub use upkeep::spawn;
