//! The Junjo SDK's telemetry, contract 3, as attributes and events: graphs, stores, workflow runs. It records what a
//! scenario says happened; it executes nothing.

mod graph;
mod run;
mod store;

pub(crate) use graph::{GraphDefinition, NodeDefinition};
pub(crate) use run::{Executable, WorkflowRun};

use serde_json::Value;

/// JSON as the SDK writes it since contract 2: keys sorted, no spaces.
fn canonical(value: &Value) -> String {
    let mut sorted = value.clone();
    sorted.sort_all_objects();
    sorted.to_string()
}
