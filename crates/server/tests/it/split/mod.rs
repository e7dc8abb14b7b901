//! Split mode: ingestion services receive, the server pulls from them.

mod go_service;
mod old_service;
mod pull;
mod shadow;
