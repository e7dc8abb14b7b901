//! The JSON of one-time links: `router/links.rs`.

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::account::Role;

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
