//! Applying patches to a state: all of a patch or nothing.
//!
//! Operations go to the `json-patch` crate one by one. Its own roll-back is not used: a `move` whose target is missing
//! has already lost its source there, and undoing the operations before it then panics.

use std::slice;

use json_patch::{PatchErrorKind, PatchOperation, patch_unsafe};
use serde_json::Value as Json;

use super::budget::Budget;
use super::error::{DEPTH_MAX, PatchError};
use super::operations::Patch;
use super::size::{depth, json_bytes, shifted};
use crate::blame::{Blame, Change};

/// Bytes that a state may have grown to, counted as JSON text.
const STATE_BYTES_MAX: usize = 64 << 20;

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

    /// Applies all of `patch` in the name of `writer`, or none of it.
    ///
    /// # Errors
    /// Why it was not applied; the state is what it was.
    pub fn apply(&mut self, patch: &Patch, writer: usize, budget: &mut Budget) -> Result<(), PatchError> {
        budget.spend(patch.bytes)?;
        let operations = patch.operations.as_slice();
        // one operation that cannot half-succeed needs no copy to go back to
        let needs_copy = operations.len() > 1 || matches!(operations, [PatchOperation::Move(_)]);
        if !needs_copy {
            return self.apply_in_order(operations, writer, budget);
        }
        budget.spend(self.bytes)?;
        let before = self.clone();
        let applied = self.apply_in_order(operations, writer, budget);
        if applied.is_err() {
            *self = before;
        }
        applied
    }

    /// Applies `operations` until one does not fit.
    fn apply_in_order(
        &mut self,
        operations: &[PatchOperation],
        writer: usize,
        budget: &mut Budget,
    ) -> Result<(), PatchError> {
        for (index, operation) in operations.iter().enumerate() {
            let grown = self.check(operation, index, budget)?;
            let change = Change::of(operation, &self.state);
            patch_unsafe(&mut self.state, slice::from_ref(operation))
                .map_err(|error| refusal(index, operation, &error.kind))?;
            self.bytes = self.bytes.saturating_add(grown);
            if let Some(change) = change {
                self.blame.write(&change, writer);
            }
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

fn refusal(index: usize, operation: &PatchOperation, kind: &PatchErrorKind) -> PatchError {
    let path = operation.path().to_string();
    let reason = match kind {
        PatchErrorKind::TestFailed => return PatchError::TestFailed { operation: index, path },
        PatchErrorKind::InvalidFromPointer => "there is nothing at the source",
        PatchErrorKind::CannotMoveInsideItself => "a value cannot move into itself",
        _ => "there is no such place in the state",
    };
    PatchError::Conflict { operation: index, path, reason }
}
