//! The API of the Go server that this product replaces, on the same port: its page works against this server unchanged.
//!
//! Routes, bodies, codes, cookies and the order of checks are those of the Go server; where this server differs on purpose,
//! `docs/legacy-api.md` says so with the reason, and the contract suite (`crates/server/tests/it/legacy_api`) lets nothing else
//! differ. The routes are not in the OpenAPI document: they are another server's API, with errors and checks of its own
//! ([ADR 0007](../../../docs/adr/0007-another-servers-api.md)).
//!
//! | file | what is there |
//! |---|---|
//! | `surface`, `route`, `path`, `csrf` | which requests are the Go server's, and the checks before a handler |
//! | `accounts`, `users`, `keys`, `reveals` | people and keys, over the account services |
//! | `otel`, `span` | telemetry, as the Go server's span objects |
//! | `playground`, `llm` | the playground's call of Gemini |
//! | `bind`, `reply`, `error` | JSON as Go reads and writes it |
//!
//! It stores nothing, and writes no SQL.

mod accounts;
mod bind;
mod call;
mod csrf;
mod error;
mod keys;
mod llm;
mod otel;
mod path;
mod playground;
mod reply;
mod reveals;
mod route;
mod settings;
mod span;
mod state;
mod surface;
mod users;

pub use route::patterns;
pub use settings::Settings;
pub use state::{State, spawn};
pub use surface::around;
