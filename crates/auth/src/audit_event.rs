//! Security events: what happened, to what, and whether it worked. They hold ids, never e-mail addresses and never secrets.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::account::AccountId;

/// Whether the event happened or was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuditOutcome {
    /// It was done.
    Success,
    /// It was refused.
    Refused,
}

impl AuditOutcome {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Refused => "refused",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Success, Self::Refused].into_iter().find(|outcome| outcome.as_str() == text)
    }
}

/// One security event.
#[derive(Clone, Debug)]
pub struct AuditEvent {
    /// What, as `noun.verb`: `session.begin`, `api_key.create`.
    pub action: &'static str,
    /// Whether it happened.
    pub outcome: AuditOutcome,
    /// Who, when known.
    pub actor: Option<AccountId>,
    /// The id of what it was done to, when there is one.
    pub target_id: Option<String>,
    /// A fixed word that says more: never a text of the caller.
    pub detail: Option<&'static str>,
}

impl AuditEvent {
    /// `actor` did `action`.
    pub fn success(action: &'static str, actor: AccountId) -> Self {
        Self { action, outcome: AuditOutcome::Success, actor: Some(actor), target_id: None, detail: None }
    }

    /// `action` was refused; `actor` is who tried, when known.
    pub fn refused(action: &'static str, actor: Option<AccountId>) -> Self {
        Self { action, outcome: AuditOutcome::Refused, actor, target_id: None, detail: None }
    }

    /// The operator did `action` at the command line; there is no account behind that.
    pub fn by_operator(action: &'static str) -> Self {
        Self { action, outcome: AuditOutcome::Success, actor: None, target_id: None, detail: None }
    }

    /// Names what it was done to.
    #[must_use]
    pub fn on(mut self, target_id: impl fmt::Display) -> Self {
        self.target_id = Some(target_id.to_string());
        self
    }

    /// Says more: the new role, or why it was refused.
    #[must_use]
    pub fn saying(mut self, detail: &'static str) -> Self {
        self.detail = Some(detail);
        self
    }
}
