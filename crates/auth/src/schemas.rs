//! The JSON of this feature.

use chrono::{DateTime, Utc};
use junjo_web::client::ClientInfo;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::audit::AuditOutcome;
use crate::current_user::CurrentUser;
use crate::user::{Role, User, UserId};

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
pub struct UserView {
    /// Its id.
    pub id: UserId,
    /// Its address, as it was typed.
    #[schema(example = "ada@example.org")]
    pub email: String,
    /// What it may do.
    pub role: Role,
}

impl From<&User> for UserView {
    fn from(user: &User) -> Self {
        Self { id: user.id, email: user.email.as_str().to_owned(), role: user.role }
    }
}

impl From<&CurrentUser> for UserView {
    fn from(user: &CurrentUser) -> Self {
        Self { id: user.id, email: user.email.as_str().to_owned(), role: user.role }
    }
}

/// An account as admins see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ManagedUser {
    /// Its id.
    pub(crate) id: UserId,
    /// Its address, as it was typed.
    #[schema(example = "ada@example.org")]
    pub(crate) email: String,
    /// What it may do.
    pub(crate) role: Role,
    /// When it was created.
    pub(crate) created_at: DateTime<Utc>,
    /// When one of its sessions was last used, to within a minute; null without a session.
    pub(crate) last_seen_at: Option<DateTime<Utc>>,
    /// Browsers that are signed in with it.
    pub(crate) session_count: u32,
}

/// What to change about an account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountChange {
    /// What it may do from now on. Its sessions end.
    pub(crate) role: Role,
}

/// Somebody to invite.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewInvitation {
    /// The address of the account to be; unique without regard to case.
    #[schema(example = "bob@example.org", max_length = 254)]
    pub(crate) email: String,
    /// What it will be allowed to do; `member` unless said otherwise.
    #[serde(default)]
    pub(crate) role: Option<Role>,
    /// How long the link works; 72 unless said otherwise.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 168)]
    pub(crate) expires_in_hours: Option<u32>,
}

/// An invitation that nobody has used yet.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Invitation {
    /// Its id, for taking it back.
    pub(crate) id: Uuid,
    /// The address of the account to be.
    pub(crate) email: String,
    /// What it will be allowed to do.
    pub(crate) role: Role,
    /// When it was made.
    pub(crate) created_at: DateTime<Utc>,
    /// When its link stops working.
    pub(crate) expires_at: DateTime<Utc>,
}

/// A new invitation with its link, which no other answer will show.
#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedInvitation {
    /// The invitation as lists show it.
    #[serde(flatten)]
    pub(crate) invitation: Invitation,
    /// The token of the link.
    pub(crate) token: String,
    /// The link, below the server's address. The token is in the fragment, which browsers never send.
    #[schema(example = "/link#jl_…")]
    pub(crate) link_path: String,
}

/// A link that sets a new password once. No other answer will show it.
#[derive(Serialize, ToSchema)]
pub(crate) struct ResetLink {
    /// The token of the link.
    pub(crate) token: String,
    /// The link, below the server's address. The token is in the fragment, which browsers never send.
    #[schema(example = "/link#jl_…")]
    pub(crate) link_path: String,
    /// When it stops working.
    pub(crate) expires_at: DateTime<Utc>,
}

/// The token of a one-time link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LinkToken {
    /// From the link's fragment.
    #[schema(value_type = String)]
    pub(crate) token: SecretString,
}

/// What a one-time link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LinkPurpose)]
pub(crate) enum LinkPurposeView {
    /// It adds an account.
    Invitation,
    /// It sets a new password for an account.
    PasswordReset,
}

/// A one-time link that works.
#[derive(Serialize, ToSchema)]
pub(crate) struct LinkView {
    /// What it is for.
    pub(crate) purpose: LinkPurposeView,
    /// The address of the account.
    pub(crate) email: String,
    /// What the account may do.
    pub(crate) role: Role,
    /// When it stops working.
    pub(crate) expires_at: DateTime<Utc>,
}

/// A one-time link and the password to set with it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LinkRedemption {
    /// From the link's fragment.
    #[schema(value_type = String)]
    pub(crate) token: SecretString,
    /// 8 to 512 characters, and not one of the most common passwords.
    #[schema(value_type = String, format = Password, min_length = 8, max_length = 512)]
    pub(crate) password: SecretString,
}

/// A new password for the caller.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordChange {
    /// The password so far.
    #[schema(value_type = String, format = Password)]
    pub(crate) current_password: SecretString,
    /// 8 to 512 characters, and not one of the most common passwords.
    #[schema(value_type = String, format = Password, min_length = 8, max_length = 512)]
    pub(crate) new_password: SecretString,
}

/// The caller's password, once more.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reauthentication {
    /// The password.
    #[schema(value_type = String, format = Password)]
    pub(crate) password: SecretString,
}

/// A browser that is signed in.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = BrowserSession)]
pub(crate) struct SessionView {
    /// Its id, for ending it; not the cookie.
    pub(crate) id: Uuid,
    /// Browser and system as the browser calls itself, in words.
    #[schema(example = "Firefox on Linux")]
    pub(crate) device: String,
    /// The browser's own name, shortened.
    pub(crate) user_agent: String,
    /// The address that signed in.
    #[schema(example = "192.0.2.7")]
    pub(crate) ip: String,
    /// When it was signed in.
    pub(crate) created_at: DateTime<Utc>,
    /// When it was last used, to within a minute.
    pub(crate) last_used_at: DateTime<Utc>,
    /// Whether it is the one that asks.
    pub(crate) is_current: bool,
}

/// Which of the caller's sessions to end.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EndSessionsQuery {
    /// Leaves the session signed in that asks; false unless said otherwise.
    #[serde(default)]
    pub(crate) keep_current: bool,
}

/// How many sessions ended.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct EndedSessions {
    /// Sessions that were signed in and are not any more.
    pub(crate) ended: u64,
}

/// Which page of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// Rows per page.
    #[param(minimum = 1, maximum = 500)]
    pub(crate) limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub(crate) cursor: Option<String>,
}

/// Which security events, newest first.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuery {
    /// Events at or after this time (RFC 3339).
    pub(crate) from: Option<DateTime<Utc>>,
    /// Events before this time (RFC 3339).
    pub(crate) to: Option<DateTime<Utc>>,
    /// Events of this name, for example `session.begin`; or with a dot at the end all of a kind: `session.`
    #[param(max_length = 64)]
    pub(crate) action: Option<String>,
    /// Done or refused.
    #[param(inline)]
    pub(crate) outcome: Option<AuditOutcome>,
    /// The account that acted.
    #[param(value_type = Option<Uuid>)]
    pub(crate) actor_id: Option<Uuid>,
    /// What it was done to: the id of an account, session, key, link, or a route.
    #[param(max_length = 200)]
    pub(crate) target_id: Option<String>,
    /// The address that it came from.
    #[param(value_type = Option<String>)]
    pub(crate) ip: Option<std::net::IpAddr>,
    /// Rows per page.
    #[param(minimum = 1, maximum = 500)]
    pub(crate) limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub(crate) cursor: Option<String>,
}

/// A security event.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AuditEvent)]
pub(crate) struct AuditEventView {
    /// Its number; later events have larger ones.
    pub(crate) id: i64,
    /// When it happened.
    pub(crate) time: DateTime<Utc>,
    /// What happened, as `noun.verb`.
    #[schema(example = "session.begin")]
    pub(crate) action: String,
    /// Whether it happened or was refused.
    pub(crate) outcome: AuditOutcome,
    /// A fixed word that says more: the new role, or why it was refused; null when there is nothing to add.
    pub(crate) detail: Option<String>,
    /// The account that acted; null when nobody was signed in.
    pub(crate) actor_id: Option<String>,
    /// Its address; null when the account is gone.
    pub(crate) actor_email: Option<String>,
    /// The id of what it was done to.
    pub(crate) target_id: Option<String>,
    /// The address of the account that it was done to, while there is one.
    pub(crate) target_email: Option<String>,
    /// Where it came from.
    pub(crate) ip: String,
    /// Names the request in the server's log.
    pub(crate) request_id: String,
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
