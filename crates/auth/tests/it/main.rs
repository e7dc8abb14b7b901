//! The auth feature through its HTTP surface: the real router and layers, a real SQLite file, a clock that tests move.

#![expect(clippy::unwrap_used, reason = "a failed step of a test should panic")]

mod accounts;
mod audit;
mod cross_site;
mod harness;
mod imports;
mod links;
mod login;
mod passwords;
mod registration;
mod sessions;
