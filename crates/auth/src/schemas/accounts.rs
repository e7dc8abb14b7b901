//! The JSON of accounts as admins manage them: `router/accounts.rs`.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::account::{AccountId, Role};

/// Which page of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// Rows per page.
    #[param(minimum = 1, maximum = 500)]
    pub(crate) limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub(crate) cursor: Option<String>,
}

/// An account as admins see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ManagedAccount {
    /// Its id.
    pub(crate) id: AccountId,
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
