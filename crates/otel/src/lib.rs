//! Telemetry: from the log into the store (indexer, sealer, keeper), and out of the store to people (`/otel`).
//!
//! It never decodes on the way in before the acknowledgement, and never writes to the log.

mod cursor;
mod deletions;
mod error;
mod export;
mod fields;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod indexer;
mod keeper;
mod log_schemas;
mod logs;
mod params;
mod puller;
mod retention;
mod router;
mod schemas;
mod sealer;
mod service;
mod sessions;
mod spans;
mod stats;
mod stats_params;
mod status;
mod status_schemas;
mod tail;
mod turns;
mod workflow;

pub use indexer::{Indexer, open_index};
pub use keeper::Keeper;
pub use puller::{
    Puller, PullerConfig, SourceConfigError, SourceMode, SourceRejection, SourceState, Sources,
};
pub use router::router;
pub use sealer::Sealer;
pub use service::{OtelParts, OtelService};
