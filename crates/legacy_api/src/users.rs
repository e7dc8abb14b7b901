//! Accounts by number. They are for admins, from where their session began (`AuthState::create_account`).

use std::cmp::Reverse;

use chrono::{DateTime, SecondsFormat, Utc};
use http::StatusCode;
use junjo_auth::{AuthError, NewAccount, NumberedAccount, Role};
use serde::Serialize;

use crate::accounts::{CREATE_USER, bad_request};
use crate::bind;
use crate::call::{Answer, Call};
use crate::error::LegacyError;
use crate::state::State;

/// Accounts in the list.
const USERS_MAX: usize = 1_000;

/// An account as the Go server has it.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct User {
    #[serde(rename = "ID")]
    id: i64,
    email: String,
    created_at: String,
}

pub(crate) async fn list(state: &State, call: &Call) -> Answer {
    let caller = call.caller()?;
    caller.require(Role::Admin)?;
    let mut accounts = state.shared().accounts.newest_accounts(caller, USERS_MAX).await?;
    accounts.sort_by_key(|account| order(account.created_at));
    let users: Vec<User> = accounts.iter().map(user).collect();
    Ok(call.answer(StatusCode::OK, &users))
}

/// Newest first, by seconds: within one, the Go server lists in the order of creation.
pub(crate) fn order(created_at: DateTime<Utc>) -> (Reverse<i64>, DateTime<Utc>) {
    (Reverse(created_at.timestamp()), created_at)
}

/// A time as the Go server writes it.
pub(crate) fn seconds(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn user(account: &NumberedAccount) -> User {
    let (id, email) = (account.number, account.email.as_str().to_owned());
    User { id, email, created_at: seconds(account.created_at) }
}

pub(crate) async fn create(state: &State, call: &Call) -> Answer {
    let caller = call.caller()?;
    let [email, password] = bind::texts(&CREATE_USER, &call.headers, &call.body).map_err(bad_request)?;
    let request = NewAccount { email, password: password.into(), role: None };
    match state.shared().accounts.create_account(caller, request, &call.visit.origin).await {
        Ok(_) => Ok(call.done("User created successfully")),
        Err(AuthError::EmailTaken) => {
            Err(LegacyError::error(StatusCode::CONFLICT, "A user with this email already exists"))
        }
        Err(error) => Err(error.into()),
    }
}

/// An account that does not exist is as good as deleted.
pub(crate) async fn delete(state: &State, call: &Call, id: &str) -> Answer {
    let number: i64 = id.parse().map_err(|_| bad_request("Invalid user ID format".to_owned()))?;
    let accounts = &state.shared().accounts;
    match accounts.delete_numbered_account(call.caller()?, number, &call.visit.origin).await {
        Ok(()) | Err(AuthError::UnknownAccount) => Ok(call.done("User deleted successfully")),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: times in two seconds. Guarantee: the later second first, within one the order of creation.
    #[test]
    fn lists_begin_with_the_newest_second() {
        let at = DateTime::from_timestamp_nanos;
        let mut times = [at(2_500_000_000), at(1_000_000_000), at(2_000_000_000), at(1_900_000_000)];
        times.sort_by_key(|time| order(*time));
        let nanos: Vec<i64> = times.iter().map(|time| time.timestamp_nanos_opt().unwrap()).collect();
        assert_eq!(nanos, [2_000_000_000, 2_500_000_000, 1_000_000_000, 1_900_000_000]);
        assert_eq!(seconds(times[0]), "1970-01-01T00:00:02Z");
    }
}
