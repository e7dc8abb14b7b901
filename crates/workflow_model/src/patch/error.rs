//! Why a patch was not applied.

/// Operations in one patch; the SDK writes one for each changed field.
pub(super) const OPERATIONS_MAX: usize = 10_000;
/// Levels of a state, and segments of a path: as deep as the SDK's own limit allows, with room for the patch around it.
pub(super) const DEPTH_MAX: usize = 160;

/// Why a patch was not applied; the state is what it was before it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatchError {
    /// The patch was not sent, or not in full.
    #[error("the patch was not sent in full")]
    Missing,
    /// It is no JSON, or no list of operations.
    #[error("the patch is no RFC 6902 patch")]
    Malformed,
    /// It has too many operations.
    #[error("the patch has more than {OPERATIONS_MAX} operations")]
    TooManyOperations,
    /// A value, or a path, would be nested too deeply.
    #[error("operation {operation} would nest the state more than {DEPTH_MAX} levels deep")]
    TooDeep {
        /// The operation, from 0.
        operation: usize,
    },
    /// The state would become too large.
    #[error("operation {operation} would make the state larger than 64 MiB")]
    TooLarge {
        /// The operation, from 0.
        operation: usize,
    },
    /// A `test` found another value.
    #[error("operation {operation} at \"{path}\": the tested value is another one")]
    TestFailed {
        /// The operation, from 0.
        operation: usize,
        /// Its path.
        path: String,
    },
    /// An operation does not fit the state that the patch met.
    #[error("operation {operation} at \"{path}\": {reason}")]
    Conflict {
        /// The operation, from 0.
        operation: usize,
        /// Its path.
        path: String,
        /// What does not fit.
        reason: &'static str,
    },
    /// The replay has already cost as much as it may.
    #[error("the replay stopped: it has cost as much as one request may")]
    OutOfBudget,
}
