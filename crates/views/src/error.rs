//! What can go wrong with a view, for people.

use junjo_web::{ApiError, ApiResult, db};

use crate::schemas::{NAME_CHARS_MAX, PAGE_CHARS_MAX, SEARCH_BYTES_MAX};

/// Why a view could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    /// The caller has as many views as allowed.
    #[error("You have as many views as one account may keep. Delete one first.")]
    LimitReached,
    /// The caller has a view of this name for this list.
    #[error("You have a view of this name already.")]
    NameTaken,
    /// The name is empty, too long, or holds control characters.
    #[error("Give the view a name of 1 to {NAME_CHARS_MAX} characters.")]
    InvalidName,
    /// The list is no short word.
    #[error("A list is named by 1 to {PAGE_CHARS_MAX} lower-case letters and dashes.")]
    InvalidPage,
    /// The parameters are too many bytes.
    #[error("The parameters of a view may have at most {SEARCH_BYTES_MAX} bytes as JSON.")]
    SearchTooLarge,
    /// There is no such view that the caller may see, or change where it should be changed.
    #[error("There is no such view, or it is not yours.")]
    NotFound,
    /// The caller's role is too small to share views.
    #[error("Members and admins share views.")]
    MayNotShare {
        /// The refusal as it is answered.
        #[source]
        source: ApiError,
    },
    /// A statement failed.
    #[error("the database failed while it should {action}")]
    Store {
        /// What was being done.
        action: &'static str,
        /// What SQLite reported.
        #[source]
        source: sqlx::Error,
    },
    /// A stored value has no meaning in this version.
    #[error("the parameters of a stored view are no JSON object")]
    Corrupt {
        /// What the parser says.
        #[source]
        source: serde_json::Error,
    },
}

impl ViewError {
    /// For `map_err`: a failed statement that should have done `action`.
    pub(crate) fn store(action: &'static str) -> impl FnOnce(sqlx::Error) -> Self {
        move |source| Self::Store { action, source }
    }

    /// For `map_err`: a failed insert or update of a view.
    pub(crate) fn write(action: &'static str) -> impl FnOnce(sqlx::Error) -> Self {
        move |source| match &source {
            sqlx::Error::Database(error) if error.is_unique_violation() => Self::NameTaken,
            _ => Self::Store { action, source },
        }
    }
}

impl From<ViewError> for ApiError {
    fn from(error: ViewError) -> Self {
        let text = error.to_string();
        match error {
            ViewError::LimitReached => Self::invalid_input(text),
            ViewError::NameTaken => Self::conflict(text),
            ViewError::InvalidName => Self::invalid_field("name", text),
            ViewError::InvalidPage => Self::invalid_field("page", text),
            ViewError::SearchTooLarge => Self::invalid_field("search", text),
            ViewError::NotFound => Self::not_found(text),
            ViewError::MayNotShare { source } => source,
            ViewError::Store { ref source, .. } => Self::new(db::error_kind(source), text).with_source(error),
            ViewError::Corrupt { .. } => Self::internal(error),
        }
    }
}

/// For `map_err` on [`junjo_auth::CurrentUser::require`].
pub(crate) fn may_share(answer: ApiResult<()>) -> Result<(), ViewError> {
    answer.map_err(|source| ViewError::MayNotShare { source })
}
