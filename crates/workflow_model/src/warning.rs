//! What to know before trusting a view. A warning says what is odd, never that the view could not be made.

use serde::Serialize;
use utoipa::ToSchema;

/// What a warning is about, stable for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WarningCode {
    /// The run sent no graph.
    GraphMissing,
    /// The graph cannot be read.
    GraphUnreadable,
    /// A subflow ran with another graph than its parent declares.
    GraphDiffers,
    /// An executed node is not declared.
    UndeclaredNode,
    /// A transition is not declared.
    UndeclaredEdge,
    /// A node succeeded and nothing followed, though the run went well.
    MissingEdge,
    /// The first executed node is not the declared source.
    UnexpectedStart,
    /// The last executed node is no sink, though the run went well.
    UnexpectedEnd,
    /// An item of a group that went well was not executed.
    MissingItem,
    /// The span around an execution is missing.
    ParentMissing,
    /// Changes of the state are missing.
    HistoryIncomplete,
    /// Some patches could not be applied.
    PatchFailed,
    /// Start state and changes do not give the end state.
    EndStateDiffers,
    /// The state that the run started with was not sent, not in full, or is no JSON.
    StartStateMissing,
    /// The state that the run ended with was not sent, not in full, or is no JSON.
    EndStateMissing,
    /// Changes were made after the run had taken its last state.
    LateChanges,
    /// The client says that it could not replay the run itself.
    NotReconstructable,
    /// No run of the trace claims a store that was changed.
    StoreUnclaimed,
    /// Only some changes are numbered, or two have one number.
    SequenceBroken,
    /// The client dropped attributes of the run's span.
    AttributesDropped,
    /// Not all of the trace was read, or not all of the run is shown.
    Truncated,
}

/// Something to know before trusting the view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Warning {
    /// What it is about.
    pub code: WarningCode,
    /// The same in a sentence.
    pub message: String,
    /// The node.
    pub node_key: Option<String>,
    /// The edge.
    pub edge_key: Option<String>,
    /// The store.
    pub store_id: Option<String>,
    /// The span.
    pub span_id: Option<String>,
}

impl Warning {
    /// A warning about the run as a whole.
    pub fn new(code: WarningCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), node_key: None, edge_key: None, store_id: None, span_id: None }
    }

    pub(crate) fn node(self, key: &str) -> Self {
        Self { node_key: Some(key.to_owned()), ..self }
    }

    pub(crate) fn edge(self, key: &str) -> Self {
        Self { edge_key: Some(key.to_owned()), ..self }
    }

    pub(crate) fn store(self, id: &str) -> Self {
        Self { store_id: Some(id.to_owned()), ..self }
    }

    pub(crate) fn span(self, id: junjo_span_model::SpanId) -> Self {
        Self { span_id: Some(id.to_string()), ..self }
    }
}
