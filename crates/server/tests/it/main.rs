//! Every test of the running server, one module a subject. Most run a server in this process on ports that the system
//! picks; those about kills and start-up run the real binary.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed, which is what it should do")]

mod accounts;
mod api_document;
mod authz_coverage;
mod backup;
mod bad_input;
mod conformance;
mod crash;
mod disk;
mod exports;
mod features;
mod harness;
mod ingest;
mod lifecycle;
mod logs;
mod numbers;
mod pages;
mod split;
mod split_go;
mod startup;
mod workflow;
