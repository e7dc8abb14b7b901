//! Everything that can go wrong here, and what of it a client may know.

use junjo_web::{ApiError, BoxError, ErrorKind, db};

use crate::password::WeakPassword;
use crate::user::Role;

/// An error of the auth feature.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// The text cannot be an address.
    #[error("This is not an e-mail address.")]
    InvalidEmail,
    /// The password may not be used.
    #[error(transparent)]
    WeakPassword(#[from] WeakPassword),
    /// The address has an account.
    #[error("An account with this e-mail address exists.")]
    EmailTaken,
    /// Unknown address or wrong password; deliberately one case.
    #[error("E-mail address or password is wrong.")]
    BadCredentials,
    /// A limit on login attempts is used up.
    #[error("Too many attempts to sign in. Wait before the next one.")]
    TooManyAttempts {
        /// When the next attempt is looked at.
        retry_after_seconds: u64,
    },
    /// No session, or one that has ended.
    #[error("Sign in first.")]
    NotSignedIn,
    /// The set-up is over, and the caller is nobody.
    #[error("This server has its first account. Ask an administrator to add yours.")]
    RegistrationClosed,
    /// The caller's role is too small.
    #[error("This needs the role {}.", .needed.as_str())]
    RoleTooSmall {
        /// The smallest role that may do it.
        needed: Role,
    },
    /// A configured origin is not one.
    #[error("{origin:?} is not an origin like http://localhost:5151")]
    InvalidOrigin {
        /// As configured.
        origin: String,
    },
    /// Too many passwords are being hashed.
    #[error("the queue for password hashing is full")]
    Busy,
    /// argon2 refused its parameters, or its thread died.
    #[error("password hashing failed")]
    Hash {
        /// What failed.
        #[source]
        source: BoxError,
    },
    /// A statement failed.
    #[error("the account database failed while it should {action}")]
    Store {
        /// What was being done.
        action: &'static str,
        /// What SQLite reported.
        #[source]
        source: sqlx::Error,
    },
    /// The session store failed.
    #[error("the session store failed")]
    SessionStore {
        /// What it reported.
        #[source]
        source: tower_sessions::session::Error,
    },
    /// A stored value has no meaning in this version.
    #[error("the account database holds an invalid {what}")]
    Corrupt {
        /// Which value.
        what: &'static str,
    },
}

impl AuthError {
    /// For `map_err`: a failed statement that should have done `action`.
    pub(crate) fn store(action: &'static str) -> impl FnOnce(sqlx::Error) -> Self {
        move |source| Self::Store { action, source }
    }
}

impl From<tower_sessions::session::Error> for AuthError {
    fn from(source: tower_sessions::session::Error) -> Self {
        Self::SessionStore { source }
    }
}

/// How long to wait when the hashing queue is full: about two of its time limits' worth of hashes.
const BUSY_RETRY_AFTER_SECONDS: u64 = 5;

impl From<AuthError> for ApiError {
    fn from(error: AuthError) -> Self {
        let text = error.to_string();
        match error {
            AuthError::InvalidEmail => Self::invalid_field("email", text),
            AuthError::WeakPassword(_) => Self::invalid_field("password", text),
            AuthError::EmailTaken => Self::conflict(text),
            AuthError::BadCredentials | AuthError::NotSignedIn | AuthError::RegistrationClosed => {
                Self::unauthenticated(text)
            }
            AuthError::TooManyAttempts { retry_after_seconds } => {
                Self::rate_limited(text, retry_after_seconds)
            }
            AuthError::RoleTooSmall { .. } => Self::forbidden(text),
            AuthError::Busy => Self::unavailable(text).with_retry_after_seconds(BUSY_RETRY_AFTER_SECONDS),
            AuthError::Store { ref source, .. } => Self::new(db::error_kind(source), text).with_source(error),
            AuthError::SessionStore { .. } => Self::new(ErrorKind::Unavailable, text).with_source(error),
            AuthError::Hash { .. } | AuthError::Corrupt { .. } | AuthError::InvalidOrigin { .. } => {
                Self::internal(error)
            }
        }
    }
}
