//! The JSON of set-up, registration, signing in and out: `router/login.rs`.

use junjo_web::client::ClientInfo;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::account::{Account, AccountId, Role};
use crate::current_user::CurrentUser;

/// What somebody signs in with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// The account's address, in any case.
    #[schema(example = "ada@example.org")]
    pub email: String,
    /// The password, exactly as it was set.
    #[schema(value_type = String, format = Password)]
    pub password: SecretString,
}

/// An account to create.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    /// Its address; unique without regard to case.
    #[schema(example = "ada@example.org", max_length = 254)]
    pub email: String,
    /// 8 to 512 characters, and not one of the most common passwords.
    #[schema(value_type = String, format = Password, min_length = 8, max_length = 512)]
    pub password: SecretString,
    /// What it may do; `member` unless said otherwise. The first account is always an admin.
    #[serde(default)]
    pub role: Option<Role>,
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Account)]
pub struct AccountView {
    /// Its id.
    pub id: AccountId,
    /// Its address, as it was typed.
    #[schema(example = "ada@example.org")]
    pub email: String,
    /// What it may do.
    pub role: Role,
}

impl From<&Account> for AccountView {
    fn from(account: &Account) -> Self {
        Self { id: account.id, email: account.email.as_str().to_owned(), role: account.role }
    }
}

impl From<&CurrentUser> for AccountView {
    fn from(user: &CurrentUser) -> Self {
        Self { id: user.id, email: user.email.as_str().to_owned(), role: user.role }
    }
}

/// Whether the server still waits for its first account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SetupStatus {
    /// True until the first account exists; then registration is for admins.
    pub needs_setup: bool,
}

/// What a page has to know before anybody signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct AuthPolicy {
    /// Whether passwords and cookies cross a network unencrypted: plain http that is not on this machine. Warn about it.
    pub(crate) is_transport_insecure: bool,
    /// Shortest password, in characters.
    pub(crate) password_chars_min: usize,
    /// Longest password, in characters.
    pub(crate) password_chars_max: usize,
    /// A session ends after this time without a request.
    pub(crate) session_idle_seconds: u64,
    /// A session ends after this time in any case.
    pub(crate) session_absolute_seconds: u64,
    /// For this long after signing in, sensitive changes do not ask for the password again.
    pub(crate) reauthentication_seconds: u64,
}

/// Plain http is fine only when browser and server are on one machine: the peer is loopback, and so is the address that the
/// browser asked for (a proxy on this machine is a loopback peer too).
pub(crate) fn is_transport_insecure(client: ClientInfo, host: &str) -> bool {
    let name =
        host.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).map_or(host, |(name, _)| name);
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    let is_local_name = bare.eq_ignore_ascii_case("localhost")
        || bare.to_ascii_lowercase().ends_with(".localhost")
        || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    let is_this_machine = client.ip.is_loopback() && is_local_name;
    !client.is_https && !is_this_machine
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: the ways in which a browser can reach the server. Guarantee: a warning exactly when something between them
    /// could listen.
    #[test]
    fn only_https_and_this_machine_are_safe() {
        for (ip, is_https, host, is_insecure) in [
            ("127.0.0.1", false, "localhost:1324", false),
            ("127.0.0.1", false, "127.0.0.1:1324", false),
            ("::1", false, "[::1]:1324", false),
            ("::1", false, "[::1]", false),
            ("192.0.2.7", false, "10.0.0.5:1324", true),
            ("127.0.0.1", false, "junjo.example", true),
            ("192.0.2.7", false, "localhost", true),
            ("192.0.2.7", true, "junjo.example", false),
        ] {
            let client = ClientInfo { ip: ip.parse().unwrap(), is_https };
            assert_eq!(is_transport_insecure(client, host), is_insecure, "{ip} {host}");
        }
    }
}
