//! Chat messages in one shape, OpenTelemetry's, whichever dialect they were recorded in.
//!
//! `sources` says where they stand on a span, `conversation` what holds them, `shapes` reads messages and `parts` what is
//! in them. All of it reads JSON that may have been cut: what is there is shown, and marked.

mod conversation;
mod events;
mod message;
mod node;
mod part;
mod parts;
mod shapes;
mod sources;

pub use message::Message;
pub use part::{Part, PartKind};
pub(super) use sources::{DETAILS_EVENT, Messages, input, output};
