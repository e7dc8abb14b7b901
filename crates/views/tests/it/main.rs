//! Saved views through their HTTP surface, on a real SQLite file and a clock that tests move.

#![expect(clippy::unwrap_used, reason = "a failed step of a test should panic")]

mod harness;
mod keep;
mod share;
