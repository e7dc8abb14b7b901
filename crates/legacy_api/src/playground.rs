//! `POST /llm/generate`: the old page's playground asks Gemini.
//!
//! The Go server answers 200 whatever Gemini said; here an error of Gemini is one.

use axum::response::Response;
use http::StatusCode;
use junjo_auth::Role;

use crate::bind;
use crate::call::{Answer, Call};
use crate::error::LegacyError;
use crate::llm::Generation;
use crate::reply::json;
use crate::state::State;

/// Costs money, so it is nothing for viewers.
pub(crate) async fn generate(state: &State, call: &Call) -> Answer {
    call.caller()?.require(Role::Member)?;
    let refused = |text: String| LegacyError::error(StatusCode::BAD_REQUEST, text);
    let raw = bind::first_value(&call.headers, &call.body).map_err(refused)?;
    let generation = Generation::read(raw.map_or("{}", |raw| raw.get())).map_err(refused)?;
    let answer = state.shared().vendor.generate(&generation).await;
    answer.map(|text| -> Response { json(StatusCode::OK, text) }).map_err(Into::into)
}
