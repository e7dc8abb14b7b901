//! The API key feature through its HTTP surface and its check, on a real SQLite file and a clock that tests move.

#![expect(clippy::unwrap_used, reason = "a failed step of a test should panic")]

mod check;
mod harness;
mod imports;
mod manage;
mod openapi;
