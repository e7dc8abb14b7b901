//! The span model against prost as the reference, against real captures, and against hostile bytes.

#![expect(clippy::unwrap_used, reason = "helpers of tests may unwrap")]

mod arbitrary;
mod captures;
mod counts;
mod decode;
mod details;
mod dialects;
mod edge_cases;
mod hostile;
mod logs;
mod messages;
mod promoted;
mod reference;
mod senders;
mod splice;
mod tools;
