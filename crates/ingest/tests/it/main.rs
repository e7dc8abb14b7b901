//! The receivers as clients see them: the real routers, a real log in a temporary folder, and keys that a test decides.

#![expect(clippy::unwrap_used, reason = "a failed step of a test should panic")]

mod cors;
mod edge_cases;
mod grpc;
mod harness;
mod http;
mod json;
mod submit;
mod wire;
