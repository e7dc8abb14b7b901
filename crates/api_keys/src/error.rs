//! Two errors: of managing keys, for people, and of checking one, for receivers.

use junjo_web::{ApiError, db};

use crate::key::Scope;

/// Why a key could not be created, listed or revoked.
#[derive(Debug, thiserror::Error)]
pub enum ApiKeyError {
    /// The caller has as many keys as allowed.
    #[error("Maximum API keys limit reached")]
    LimitReached,
    /// The name is empty, too long, or holds control characters.
    #[error("Give the key a name of 1 to {max} characters.")]
    InvalidName {
        /// The longest allowed name, in characters.
        max: usize,
    },
    /// The expiry is not in the future.
    #[error("The expiry must be in the future.")]
    InvalidExpiry,
    /// The secret before a rotation would live on for too long.
    #[error("The previous secret can be kept for at most {max} seconds.")]
    InvalidOverlap {
        /// The longest overlap allowed.
        max: u32,
    },
    /// There is no such key that the caller may see.
    #[error("There is no such API key.")]
    NotFound,
    /// Random prefixes collided several times in a row.
    #[error("no free key prefix was found")]
    NoFreePrefix,
    /// A statement failed.
    #[error("the key database failed while it should {action}")]
    Store {
        /// What was being done.
        action: &'static str,
        /// What SQLite reported.
        #[source]
        source: sqlx::Error,
    },
    /// A stored value has no meaning in this version.
    #[error("the key database holds an invalid {what}")]
    Corrupt {
        /// Which value.
        what: &'static str,
    },
}

impl ApiKeyError {
    /// For `map_err`: a failed statement that should have done `action`.
    pub(crate) fn store(action: &'static str) -> impl FnOnce(sqlx::Error) -> Self {
        move |source| Self::Store { action, source }
    }
}

impl From<ApiKeyError> for ApiError {
    fn from(error: ApiKeyError) -> Self {
        let text = error.to_string();
        match error {
            ApiKeyError::LimitReached => Self::invalid_input(text),
            ApiKeyError::InvalidName { .. } => Self::invalid_field("name", text),
            ApiKeyError::InvalidExpiry => Self::invalid_field("expires_at", text),
            ApiKeyError::InvalidOverlap { .. } => Self::invalid_field("keep_previous_seconds", text),
            ApiKeyError::NotFound => Self::not_found(text),
            ApiKeyError::Store { ref source, .. } => {
                Self::new(db::error_kind(source), text).with_source(error)
            }
            ApiKeyError::NoFreePrefix | ApiKeyError::Corrupt { .. } => Self::internal(error),
        }
    }
}

/// Why a presented key does not open the door. The first three are the caller's fault, the last one is ours.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// There is no such key, or it was revoked.
    #[error("invalid API key")]
    Invalid,
    /// Its time is over.
    #[error("this API key has expired")]
    Expired,
    /// It is good for something else.
    #[error("this API key may not be used for {}", .needed.as_str())]
    WrongScope {
        /// The scope that the request needs.
        needed: Scope,
    },
    /// Keys cannot be checked now. Answer UNAVAILABLE or 503, never "wrong key": exporters drop data on the latter.
    #[error("API keys cannot be checked now")]
    Unavailable {
        /// What failed.
        #[source]
        source: ApiKeyError,
    },
}

impl CheckError {
    /// A short stable name for metrics and for the list of recent rejections.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Expired => "expired",
            Self::WrongScope { .. } => "wrong_scope",
            Self::Unavailable { .. } => "unavailable",
        }
    }
}
