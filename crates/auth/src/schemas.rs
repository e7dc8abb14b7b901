//! The JSON of this feature.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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

/// Whether the server still waits for its first account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SetupStatus {
    /// True until the first account exists; then registration is for admins.
    pub needs_setup: bool,
}
