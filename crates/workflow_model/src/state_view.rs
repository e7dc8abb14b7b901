//! What the page and the API show of stores and states. Ids are hex, times decimal nanoseconds since the Unix epoch.

use serde::Serialize;
use serde_json::Value as Json;
use utoipa::ToSchema;

use crate::warning::Warning;

/// Who has a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StoreRole {
    /// The run's own.
    Own,
    /// The application's, on which the agent works.
    Application,
    /// That of a run inside of this one.
    Nested,
    /// That of a run around this one.
    Outer,
    /// No run of the trace claims it.
    Unclaimed,
}

/// A store and how far its history can be trusted.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StoreItem {
    /// Id of the store.
    pub id: String,
    /// Class of the store, as its changes name it.
    pub name: Option<String>,
    /// Whose it is.
    pub role: StoreRole,
    /// The run whose state it holds.
    pub owner_span_id: Option<String>,
    /// Name of that run.
    pub owner_name: Option<String>,
    /// How many runs in this view share it; more than 1 only where a store was handed in.
    pub owner_count: usize,
    /// Changes that have arrived.
    pub event_count: usize,
    /// Changes that the client made, when it numbers them.
    pub expected_event_count: Option<i64>,
    /// Changes that are missing, when the client numbers them.
    pub missing_event_count: Option<i64>,
    /// Missing numbers, at most 100 ranges.
    pub missing_sequences: Vec<SequenceRange>,
    /// Events of any kind that the client dropped from spans that changed the store; legacy SDKs number nothing.
    pub dropped_events_count: u64,
    /// Whether every change is there. When not, states after the gap are not sure; the end state is the client's own.
    pub complete: bool,
    /// Whether the client sent the state that the run started with.
    pub has_start_state: bool,
    /// Whether the client sent the state that the run ended with.
    pub has_end_state: bool,
    /// Whether start state and changes give the end state; null when one of the states is missing.
    pub replay_matches_end: Option<bool>,
    /// Changes whose patch could not be applied.
    pub failed_patch_count: usize,
    /// Changes after the run had taken its last state.
    pub late_event_count: usize,
    /// Whether the client itself could replay the run.
    pub reconstructable: Option<bool>,
}

/// Numbers of changes, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct SequenceRange {
    /// The first.
    pub from: i64,
    /// The last.
    pub to: i64,
}

/// One change of a store.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StateEventItem {
    /// The store.
    pub store_id: String,
    /// Its place in the store's history, from 1: the `at` of the state route.
    pub at: usize,
    /// Id of the event.
    pub id: Option<String>,
    /// Method of the store that made the change.
    pub action: Option<String>,
    /// The client's number; contract 2.
    pub sequence: Option<i64>,
    /// Revision of the state before it.
    pub revision_before: Option<i64>,
    /// Revision of the state after it.
    pub revision_after: Option<i64>,
    /// When it happened.
    pub time_unix_nano: String,
    /// The span that carries it.
    pub span_id: String,
    /// Name of that span.
    pub span_name: String,
    /// Key of the node in whose execution it happened.
    pub node_key: Option<String>,
    /// Span of that execution.
    pub node_span_id: Option<String>,
    /// The operations of RFC 6902; empty when nothing changed; null when there are none to read, or when the list had its
    /// share of bytes (`patch_omitted`).
    #[schema(value_type = Option<Vec<PatchOperation>>)]
    pub patch: Option<Json>,
    /// The patch is large: ask the state route for it.
    pub patch_omitted: bool,
    /// Why the patch could not be applied.
    pub patch_error: Option<String>,
    /// Made after the run had taken its last state.
    pub late: bool,
    /// Whether the states around it are certain to be those that were.
    pub exact: bool,
}

/// One operation of a patch.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PatchOperation {
    /// `add`, `remove`, `replace`, `move`, `copy` or `test`.
    pub op: String,
    /// RFC 6901 pointer.
    pub path: String,
    /// Source of `move` and `copy`.
    #[schema(required = false)]
    pub from: Option<String>,
    /// Value of `add`, `replace` and `test`.
    #[schema(value_type = Value, required = false)]
    pub value: Json,
}

/// The state of a store around one change.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StateAt {
    /// The store.
    pub store_id: String,
    /// The change, from 1; 0 is the state that the run started with.
    pub at: usize,
    /// How many changes there are.
    pub event_count: usize,
    /// The change itself, its patch in full; null at 0.
    pub event: Option<StateEventItem>,
    /// The state before it.
    #[schema(value_type = Value)]
    pub before: Json,
    /// The state after it.
    #[schema(value_type = Value)]
    pub after: Json,
    /// Whether both are certain to be what they were.
    pub exact: bool,
    /// Places that the change wrote or removed, as RFC 6901 pointers, in the order of its operations.
    pub changed_paths: Vec<String>,
    /// Who wrote each part of the state after the change last, containers before their parts.
    pub blame: Vec<BlameItem>,
    /// Whether `blame` has every part of the state.
    pub blame_complete: bool,
    /// The state that the client says the run ended with; only at the last change.
    #[schema(value_type = Value)]
    pub end_state: Json,
    /// Why the states may not be what they were.
    pub warnings: Vec<Warning>,
}

/// Who wrote one part of a state last. A container is as new as the newest change in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BlameItem {
    /// RFC 6901 pointer to the part; empty for the whole state.
    pub path: String,
    /// The change; null for what the run started with.
    pub at: Option<usize>,
    /// Id of its event.
    pub event_id: Option<String>,
    /// Method of the store that made it.
    pub action: Option<String>,
    /// The span that carries it.
    pub span_id: Option<String>,
    /// Key of the node in whose execution it happened.
    pub node_key: Option<String>,
}
