//! Signing in and out, and the first account.

use axum::response::Response;
use http::StatusCode;
use junjo_auth::{AuthError, Credentials, Email, NewAccount};
use serde_json::json;

use crate::bind::{self, Shape};
use crate::call::{Answer, Call};
use crate::error::LegacyError;
use crate::state::State;

/// The body of signing in.
const SIGN_IN: Shape<2> = Shape { package: "auth", name: "SigninRequest", fields: ["email", "password"] };
/// The body of an account to create.
pub(crate) const CREATE_USER: Shape<2> =
    Shape { package: "auth", name: "CreateUserRequest", fields: ["email", "password"] };

pub(crate) async fn sign_in(state: &State, call: &Call) -> Answer {
    let [email, password] = bind::texts(&SIGN_IN, &call.headers, &call.body).map_err(bad_request)?;
    let wrong = [missing_or_odd(&email), password.is_empty().then_some(("Password", "required"))];
    let wrong: Vec<String> = wrong.into_iter().flatten().map(|(field, tag)| failed(field, tag)).collect();
    if !wrong.is_empty() {
        return Err(bad_request(wrong.join("\n")));
    }
    let credentials = Credentials { email, password: password.into() };
    match state.shared().accounts.login(credentials, &call.visit).await {
        Ok(_) => Ok(call.done("signed in")),
        Err(AuthError::BadCredentials) => {
            Err(LegacyError::message(StatusCode::UNAUTHORIZED, "invalid credentials"))
        }
        Err(error) => Err(error.into()),
    }
}

/// What the Go server's check would say of an address.
fn missing_or_odd(email: &str) -> Option<(&'static str, &'static str)> {
    match email {
        "" => Some(("Email", "required")),
        email if Email::parse(email).is_none() => Some(("Email", "email")),
        _ => None,
    }
}

fn failed(field: &str, tag: &str) -> String {
    format!("Key: '{}.{field}' Error:Field validation for '{field}' failed on the '{tag}' tag", SIGN_IN.name)
}

pub(crate) fn bad_request(text: String) -> LegacyError {
    LegacyError::message(StatusCode::BAD_REQUEST, text)
}

pub(crate) async fn sign_out(state: &State, call: &Call) -> Answer {
    state.shared().accounts.logout(call.caller.clone(), &call.visit).await?;
    Ok(call.done("signed out"))
}

pub(crate) fn auth_test(call: &Call) -> Answer {
    let caller = call.caller()?;
    Ok(call.answer(StatusCode::OK, &json!({ "userEmail": caller.email.as_str() })))
}

pub(crate) async fn has_users(state: &State, call: &Call) -> Answer {
    let exist = !state.shared().accounts.needs_setup().await?;
    Ok(call.answer(StatusCode::OK, &json!({ "usersExist": exist })))
}

/// Does not sign in, as the old page expects.
pub(crate) async fn create_first_user(state: &State, call: &Call) -> Result<Response, LegacyError> {
    let [email, password] = bind::texts(&CREATE_USER, &call.headers, &call.body).map_err(bad_request)?;
    let request = NewAccount { email, password: password.into(), role: None };
    match state.shared().accounts.create_first(request, &call.visit).await {
        Ok(_) => Ok(call.done("First user created successfully")),
        Err(AuthError::RegistrationClosed) => {
            let text = "Users already exist, cannot create first user.";
            Err(LegacyError::error(StatusCode::BAD_REQUEST, text))
        }
        Err(error) => Err(error.into()),
    }
}
