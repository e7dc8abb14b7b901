//! The stores of a view: which there are, how complete their histories are, and their changes in one list.

mod changes;
mod describe;
mod read;
mod warnings;

pub(crate) use changes::{event_item, execution_around, patch_json};
pub(crate) use read::{read, stores_of};
