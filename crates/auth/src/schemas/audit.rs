//! The JSON of security events: `router/audit.rs`.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::audit_event::AuditOutcome;

/// Which security events, newest first.
#[derive(Debug, Default, Deserialize, IntoParams)]
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
