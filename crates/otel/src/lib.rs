//! Telemetry: from the log into the store (indexer, sealer), and out of the store to people (`/otel`).
//!
//! It never decodes on the way in before the acknowledgement, and never writes to the log.

mod error;
mod export;
mod indexer;
mod log_schemas;
mod logs;
mod params;
mod puller;
mod router;
mod schemas;
mod sealer;
mod service;
mod sessions;
mod spans;
mod stats;
mod stats_params;
mod tail;
mod turns;
mod workflow;

pub use indexer::{Indexer, open_index};
pub use puller::{
    Puller, PullerConfig, SourceConfigError, SourceMode, SourceRejection, SourceState, Sources,
};
pub use router::router;
pub use sealer::Sealer;
pub use service::OtelService;
