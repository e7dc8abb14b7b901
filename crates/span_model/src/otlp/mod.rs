//! The OTLP wire format: a scan that proves a message sound, a splice that drops bad items, a zero-copy decoder.
//!
//! All three read protobuf through `wire`; none of them knows what an attribute means.

pub mod decode;
pub mod decode_log;
pub mod scan;
mod schema;
pub mod signal;
pub mod splice;
pub mod value;
pub mod walk;
pub mod wire;
