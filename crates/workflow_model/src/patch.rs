//! Applying RFC 6902 patches that a client sent: all of a patch or nothing, within limits, and never a panic.
//!
//! Operations go to the `json-patch` crate one by one. Its own roll-back is not used: a `move` whose target is missing
//! has already lost its source there, and undoing the operations before it then panics.

use std::slice;

use json_patch::{PatchErrorKind, PatchOperation, patch_unsafe};
use serde_json::Value as Json;

use crate::blame::{Blame, Change};

/// Operations in one patch; the SDK writes one for each changed field.
const OPERATIONS_MAX: usize = 10_000;
/// Levels of a state, and segments of a path: as deep as the SDK's own limit allows, with room for the patch around it.
const DEPTH_MAX: usize = 160;
/// Bytes that a state may have grown to, counted as JSON text.
const STATE_BYTES_MAX: usize = 64 << 20;
/// What one replay may cost in all: bytes of patches and of copied states, items of lists that had to be shifted.
const WORK_MAX: usize = 512 << 20;

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

/// What is left of a request's work; several stores share one.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    left: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { left: WORK_MAX }
    }
}

impl Budget {
    fn spend(&mut self, cost: usize) -> Result<(), PatchError> {
        self.left = self.left.checked_sub(cost).ok_or_else(|| {
            self.left = 0;
            PatchError::OutOfBudget
        })?;
        Ok(())
    }
}

/// The operations in the text of a patch. `{}` is what SDKs before 0.65 send for "nothing changed".
pub fn operations(text: Option<&str>) -> Result<Vec<PatchOperation>, PatchError> {
    let text = text.ok_or(PatchError::Missing)?;
    if text.trim() == "{}" {
        return Ok(Vec::new());
    }
    let operations: Vec<PatchOperation> = serde_json::from_str(text).map_err(|_| PatchError::Malformed)?;
    if operations.len() > OPERATIONS_MAX {
        return Err(PatchError::TooManyOperations);
    }
    Ok(operations)
}

/// A state that patches are applied to, and who wrote what of it.
#[derive(Debug, Clone)]
pub struct Document {
    /// The state.
    pub state: Json,
    /// Who wrote what of it last.
    pub blame: Blame,
    /// Not less than the bytes of its JSON text, unless a removal has made it smaller.
    bytes: usize,
}

impl Document {
    /// `state`, of which nobody has written anything yet. `bytes` is the length of its JSON text.
    pub fn new(state: Json, bytes: usize) -> Self {
        Self { state, blame: Blame::default(), bytes }
    }

    /// Applies all of `operations`, `bytes` long, in the name of `writer`, or none of them.
    pub fn apply(
        &mut self,
        operations: &[PatchOperation],
        bytes: usize,
        writer: usize,
        budget: &mut Budget,
    ) -> Result<(), PatchError> {
        budget.spend(bytes)?;
        if operations.is_empty() {
            return Ok(());
        }
        // one operation that cannot half-succeed needs no copy to go back to
        let restorable = operations.len() > 1 || matches!(operations, [PatchOperation::Move(_)]);
        let before = if restorable {
            budget.spend(self.bytes)?;
            Some(self.clone())
        } else {
            None
        };
        for (index, operation) in operations.iter().enumerate() {
            if let Err(error) = self.apply_one(operation, index, writer, budget) {
                if let Some(before) = before {
                    *self = before;
                }
                return Err(error);
            }
        }
        Ok(())
    }

    fn apply_one(
        &mut self,
        operation: &PatchOperation,
        index: usize,
        writer: usize,
        budget: &mut Budget,
    ) -> Result<(), PatchError> {
        let grown = self.check(operation, index, budget)?;
        let change = Change::of(operation, &self.state);
        patch_unsafe(&mut self.state, slice::from_ref(operation)).map_err(|error| PatchError::Conflict {
            operation: index,
            path: operation.path().to_string(),
            reason: reason(&error.kind),
        })?;
        self.bytes = self.bytes.saturating_add(grown);
        if let Some(change) = change {
            self.blame.write(&change, writer);
        }
        Ok(())
    }

    /// Refuses what would nest or grow the state beyond its limits; returns by how many bytes it may grow.
    fn check(
        &mut self,
        operation: &PatchOperation,
        index: usize,
        budget: &mut Budget,
    ) -> Result<usize, PatchError> {
        let path = operation.path();
        let moved = match operation {
            PatchOperation::Move(operation) => self.state.pointer(operation.from.as_str()),
            PatchOperation::Copy(operation) => self.state.pointer(operation.from.as_str()),
            PatchOperation::Add(operation) => Some(&operation.value),
            PatchOperation::Replace(operation) => Some(&operation.value),
            PatchOperation::Remove(_) | PatchOperation::Test(_) => None,
        };
        let levels = moved.map_or(0, depth);
        if path.count().saturating_add(levels) > DEPTH_MAX {
            return Err(PatchError::TooDeep { operation: index });
        }
        let copied = match operation {
            PatchOperation::Copy(_) => moved.map_or(0, json_bytes),
            PatchOperation::Add(operation) => json_bytes(&operation.value),
            PatchOperation::Replace(operation) => json_bytes(&operation.value),
            PatchOperation::Remove(_) | PatchOperation::Test(_) | PatchOperation::Move(_) => 0,
        };
        let from = match operation {
            PatchOperation::Move(operation) => shifted(&self.state, operation.from.as_str()),
            _ => 0,
        };
        budget.spend(copied.saturating_add(from).saturating_add(shifted(&self.state, path.as_str())))?;
        if self.bytes.saturating_add(copied) > STATE_BYTES_MAX {
            budget.spend(self.bytes)?;
            self.bytes = json_bytes(&self.state);
            if self.bytes.saturating_add(copied) > STATE_BYTES_MAX {
                return Err(PatchError::TooLarge { operation: index });
            }
        }
        Ok(copied)
    }
}

fn reason(kind: &PatchErrorKind) -> &'static str {
    match kind {
        PatchErrorKind::TestFailed => "the tested value is another one",
        PatchErrorKind::InvalidFromPointer => "there is nothing at the source",
        PatchErrorKind::CannotMoveInsideItself => "a value cannot move into itself",
        _ => "there is no such place in the state",
    }
}

/// Items of the list that holds `path`: so many may have to move aside for a change there.
fn shifted(state: &Json, path: &str) -> usize {
    let parent = path.rsplit_once('/').and_then(|(parent, _)| state.pointer(parent));
    parent.and_then(Json::as_array).map_or(0, Vec::len)
}

/// Levels of a value, 0 for a scalar. The value is bounded by [`DEPTH_MAX`] or by the parser's 128 levels.
fn depth(value: &Json) -> usize {
    match value {
        Json::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Json::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// Roughly the bytes of a value's JSON text, and never less than half of them.
pub(crate) fn json_bytes(value: &Json) -> usize {
    match value {
        Json::Null | Json::Bool(_) => 5,
        Json::Number(_) => 8,
        Json::String(text) => text.len() + 2,
        Json::Array(items) => 2 + items.iter().map(|item| json_bytes(item) + 1).sum::<usize>(),
        Json::Object(members) => {
            2 + members.iter().map(|(key, value)| key.len() + 4 + json_bytes(value)).sum::<usize>()
        }
    }
}
