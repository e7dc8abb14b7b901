//! The JSON of browser sessions: `router/sessions.rs`.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

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
