//! The work that one request may cost. It knows no patch.

use super::error::PatchError;

/// What one replay may cost in all: bytes of patches and of copied states, items of lists that had to be shifted.
const WORK_MAX: usize = 512 << 20;

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
    /// Takes `cost` from what is left; when there is less, nothing is left.
    pub(super) fn spend(&mut self, cost: usize) -> Result<(), PatchError> {
        self.left = self.left.checked_sub(cost).ok_or_else(|| {
            self.left = 0;
            PatchError::OutOfBudget
        })?;
        Ok(())
    }
}
