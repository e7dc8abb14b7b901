//! Junjo Server's composition: settings, start and stop, HTTP and gRPC surfaces, health, metrics and the page's files.
//!
//! Features know nothing of each other; this crate wires them. It holds no rules of its own.

pub mod app;
mod assets;
mod background;
pub mod cli;
pub mod health;
mod http;
mod key_check;
pub mod openapi;
mod pages;
pub mod probe;
pub mod recover;
pub mod rederive;
pub mod run;
pub mod settings;
mod telemetry;
