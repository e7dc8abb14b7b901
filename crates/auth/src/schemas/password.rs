//! The JSON of passwords: `router/password.rs`.

use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

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
