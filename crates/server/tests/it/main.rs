//! Every test of the running server. A route's tests are where its path says: `/otel/traces` in `otel/traces.rs`, `/v1` in
//! `v1/`; `/auth` and `/api-keys` are tested in their crates, through their routers. What crosses routes has a folder by
//! subject (`process`, `split`), or a file (`authz_coverage`, `api_document`). Most tests run a server in this process on
//! ports that the system picks; those about kills and start-up run the real binary.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed, which is what it should do")]

mod api_document;
mod authz_coverage;
mod docs;
mod features;
mod harness;
mod health;
mod legacy_api;
mod migration;
mod otel;
mod page;
mod process;
mod senders;
mod split;
mod telemetry;
mod v1;
