//! The text of a patch, read.

use json_patch::PatchOperation;

use super::error::{OPERATIONS_MAX, PatchError};

/// A patch that can be applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    /// In order.
    pub operations: Vec<PatchOperation>,
    /// Length of its text.
    pub bytes: usize,
}

impl Patch {
    /// The patch in `text`. `{}` is what SDKs before 0.65 send for "nothing changed".
    ///
    /// # Errors
    /// [`PatchError::Missing`] without a text, [`PatchError::Malformed`], [`PatchError::TooManyOperations`].
    pub fn read(text: Option<&str>) -> Result<Self, PatchError> {
        let text = text.ok_or(PatchError::Missing)?;
        let bytes = text.len();
        if text.trim() == "{}" {
            return Ok(Self { operations: Vec::new(), bytes });
        }
        let operations: Vec<PatchOperation> =
            serde_json::from_str(text).map_err(|_| PatchError::Malformed)?;
        if operations.len() > OPERATIONS_MAX {
            return Err(PatchError::TooManyOperations);
        }
        Ok(Self { operations, bytes })
    }
}
