//! Why there is no memory.

use crate::part::Part;

/// There is no memory for what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoMemory {
    /// Others hold it at the moment; worth a retry.
    #[error("the server has no memory left for {}: try again", .0.purpose())]
    Now(Part),
    /// More was asked than this part ever has.
    #[error("{} bytes are more than the server has for {} ({bytes_max}): raise JUNJO_MEMORY_LIMIT", .asked, .part.purpose())]
    Ever {
        /// The part that was asked.
        part: Part,
        /// What was asked for, in bytes.
        asked: u64,
        /// The whole share of the part, in bytes.
        bytes_max: u64,
    },
}
