//! The JSON of invitations: `router/invitations.rs`.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::account::Role;

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
