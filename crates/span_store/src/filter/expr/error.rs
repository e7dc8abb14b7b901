//! Why a filter is refused, and where in its text.

/// Why a filter cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} (at position {position})")]
pub struct FilterError {
    /// Where, in characters from 1.
    pub position: usize,
    /// What is wrong and what was expected.
    pub message: String,
}

/// The error at `position`, in characters from 1.
pub(super) fn error(position: usize, message: String) -> FilterError {
    FilterError { position, message }
}
