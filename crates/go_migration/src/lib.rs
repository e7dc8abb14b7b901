//! Coming from Junjo's Go server: what its files hold, as accounts, keys and OTLP, and how its answers differ from ours.
//!
//! It only reads: nothing is written to the old files, and where what was read goes is the caller's business. It knows the Go
//! server's tables and routes, and no store or feature of ours.
//!
//! | module | what is there |
//! |---|---|
//! | [`accounts`] | the SQLite file: users, API keys, how far the index had read the ingestion service |
//! | [`spans`] | the DuckDB file: spans page by page, as OTLP requests |
//! | [`tally`] | what was found and what cannot be given back |
//! | [`compare`] | asks both servers the same and names what differs |
//! | `generator` | files as the Go server leaves them, for tests |

pub mod accounts;
pub mod compare;
mod error;
#[cfg(feature = "generator")]
pub mod generator;
pub mod spans;
pub mod tally;

pub use error::MigrationError;
