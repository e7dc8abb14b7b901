//! The one live row per trace: what is in it, computed from all narrow rows of the trace, and added to. Pure.

mod changed;
mod counted;
mod row;
mod sum;
mod usage;

pub(crate) use changed::Changes;
pub use row::TraceRow;
pub(crate) use sum::Sum;
pub(crate) use usage::Usage;
