//! Why a filter is refused, and where in its text.

/// Why a filter cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} (at position {position})")]
pub struct FilterError {
    /// Where, in characters from 1.
    pub position: usize,
    /// How many characters are wrong; 0 where something is missing.
    pub length: usize,
    /// What is wrong and what was expected.
    pub message: String,
    /// What may stand there instead.
    pub suggestion: Option<String>,
}

impl FilterError {
    pub(super) fn suggesting(self, suggestion: Option<String>) -> Self {
        Self { suggestion, ..self }
    }
}

/// The error about `length` characters at `position`, in characters from 1.
pub(super) fn error((position, length): (usize, usize), message: String) -> FilterError {
    FilterError { position, length, message, suggestion: None }
}
