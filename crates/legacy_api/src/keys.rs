//! Keys of senders. The whole key is shown where the Go server shows it, for ten minutes and to the session that made it;
//! afterwards a handle that is unique, as long as what the old page shows of a key, and deletes.

use std::sync::Arc;

use axum::response::IntoResponse as _;
use http::StatusCode;
use junjo_auth::{KeyRing, RingKey};
use junjo_web::ApiError;
use secrecy::ExposeSecret as _;
use serde::Serialize;

use crate::bind::{self, Shape};
use crate::call::{Answer, Call};
use crate::error::LegacyError;
use crate::state::State;
use crate::users::{order, seconds};

/// The body of a key to make.
const CREATE_KEY: Shape<1> = Shape { package: "api_keys", name: "CreateAPIKeyRequest", fields: ["name"] };
/// Keys in the list.
const KEYS_MAX: usize = 1_000;
/// Ends a handle: what is shown of a key is not the key.
const CUT: char = '…';

/// A key as the Go server has it.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Key {
    #[serde(rename = "ID")]
    id: String,
    key: String,
    name: String,
    created_at: String,
}

impl Key {
    fn new(key: RingKey, shown: String) -> Self {
        Self { id: key.id, key: shown, name: key.name, created_at: seconds(key.created_at) }
    }
}

fn ring(state: &State) -> Result<&Arc<dyn KeyRing>, LegacyError> {
    let missing = || ApiError::not_found("This server was built without API keys.").into();
    state.shared().keys.as_ref().ok_or_else(missing)
}

pub(crate) async fn list(state: &State, call: &Call) -> Answer {
    let caller = call.caller()?;
    let mut keys = ring(state)?.list(caller, KEYS_MAX).await?;
    keys.sort_by_key(|key| order(key.created_at));
    let reveals = &state.shared().reveals;
    let shown = |key: &RingKey| match reveals.get(caller.session_id, &key.id) {
        Some(secret) => secret.expose_secret().to_owned(),
        None => format!("{}{CUT}", key.prefix),
    };
    let keys: Vec<Key> = keys
        .into_iter()
        .map(|key| {
            let shown = shown(&key);
            Key::new(key, shown)
        })
        .collect();
    Ok(call.answer(StatusCode::OK, &keys))
}

pub(crate) async fn create(state: &State, call: &Call) -> Answer {
    let caller = call.caller()?;
    let [name] = bind::texts(&CREATE_KEY, &call.headers, &call.body).map_err(|text| {
        LegacyError::message(StatusCode::BAD_REQUEST, format!("Invalid request body: {text}"))
    })?;
    if name.is_empty() {
        let text = "Validation failed: Key: 'CreateAPIKeyRequest.Name' Error:Field validation for 'Name' failed on the \
                    'required' tag";
        return Err(LegacyError::message(StatusCode::BAD_REQUEST, text));
    }
    let made = ring(state)?.create(caller, &name, &call.visit.origin).await?;
    state.shared().reveals.show(caller.session_id, made.key.id.clone(), made.secret.clone());
    let key = Key::new(made.key, made.secret.expose_secret().to_owned());
    Ok(call.answer(StatusCode::CREATED, &key))
}

/// `handle` is whatever a list has shown of the key, the key itself, or its id.
pub(crate) async fn delete(state: &State, call: &Call, handle: &str) -> Answer {
    let handle = handle.strip_suffix(CUT).unwrap_or(handle);
    if ring(state)?.revoke(call.caller()?, handle, &call.visit.origin).await? {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    Err(LegacyError::message(StatusCode::NOT_FOUND, "API key not found"))
}
