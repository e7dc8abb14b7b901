//! Everything that can go wrong here, and what of it a client may know.

use junjo_web::{ApiError, BoxError, ErrorKind, db};

use crate::account::Role;
use crate::password::WeakPassword;

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
    #[error("Too many attempts. Wait before the next one.")]
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
    /// The first account was asked for under a name that others can have too.
    #[error(
        "The first account is made where nobody else can be meant: open the page as http://localhost or under the server's \
         IP address (with its port), or set JUNJO_PUBLIC_URL to the address that people open."
    )]
    UncertainAddress,
    /// The caller's role is too small.
    #[error("This needs the role {}.", .needed.as_str())]
    RoleTooSmall {
        /// The smallest role that may do it.
        needed: Role,
    },
    /// The password was presented too long ago for something sensitive.
    #[error("Confirm your password first, with POST /auth/reauthenticate.")]
    NotRecentlyAuthenticated,
    /// A sensitive change from another address or browser than the session began with.
    #[error("Sign in again here first: this session began at another address or in another browser.")]
    BegunElsewhere,
    /// The password presented once more is not it.
    #[error("This is not your password.")]
    WrongPassword,
    /// The presented current password is not it.
    #[error("This is not your current password.")]
    WrongCurrentPassword,
    /// The new password may not be used.
    #[error(transparent)]
    WeakNewPassword(WeakPassword),
    /// The invitation would live too long, or not at all.
    #[error("An invitation works for 1 to {max} hours.")]
    InvalidInvitationHours {
        /// The most hours allowed.
        max: u32,
    },
    /// The new password is the old one.
    #[error("The new password must differ from the current one.")]
    SamePassword,
    /// There is no such account.
    #[error("There is no such account.")]
    UnknownAccount,
    /// There is no such session of the caller.
    #[error("There is no such session.")]
    UnknownSession,
    /// There is no such open invitation.
    #[error("There is no such invitation.")]
    UnknownInvitation,
    /// The only admin would be gone.
    #[error("This is the last administrator. Make somebody else one first.")]
    LastAdmin,
    /// Too many invitations are open.
    #[error("Too many invitations are open. Take some back first.")]
    TooManyInvitations,
    /// Used, taken back, too old, or made up; deliberately one case.
    #[error("This link is not valid any more. Ask an administrator for a new one.")]
    InvalidLink,
    /// Two changes of the same thing met.
    #[error("Somebody else changed this at the same moment. Try again.")]
    ConcurrentChange,
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
            AuthError::WeakPassword(_) | AuthError::WrongPassword => Self::invalid_field("password", text),
            AuthError::WrongCurrentPassword => Self::invalid_field("current_password", text),
            AuthError::SamePassword | AuthError::WeakNewPassword(_) => {
                Self::invalid_field("new_password", text)
            }
            AuthError::InvalidInvitationHours { .. } => Self::invalid_field("expires_in_hours", text),
            AuthError::EmailTaken
            | AuthError::LastAdmin
            | AuthError::TooManyInvitations
            | AuthError::ConcurrentChange => Self::conflict(text),
            AuthError::UnknownAccount
            | AuthError::UnknownSession
            | AuthError::UnknownInvitation
            | AuthError::InvalidLink => Self::not_found(text),
            AuthError::NotRecentlyAuthenticated => Self::new(ErrorKind::NotRecentlyAuthenticated, text),
            AuthError::BadCredentials | AuthError::NotSignedIn | AuthError::RegistrationClosed => {
                Self::unauthenticated(text)
            }
            AuthError::TooManyAttempts { retry_after_seconds } => {
                Self::rate_limited(text, retry_after_seconds)
            }
            AuthError::RoleTooSmall { .. } | AuthError::UncertainAddress | AuthError::BegunElsewhere => {
                Self::forbidden(text)
            }
            AuthError::Busy => Self::unavailable(text).with_retry_after_seconds(BUSY_RETRY_AFTER_SECONDS),
            AuthError::Store { ref source, .. } => Self::new(db::error_kind(source), text).with_source(error),
            AuthError::SessionStore { .. } => Self::new(ErrorKind::Unavailable, text).with_source(error),
            AuthError::Hash { .. } | AuthError::Corrupt { .. } | AuthError::InvalidOrigin { .. } => {
                Self::internal(error)
            }
        }
    }
}
