//! Findings: rules that do not hold; and payloads that were not sent in full.

use junjo_span_model::SpanId;
use serde::Serialize;
use utoipa::ToSchema;

/// What a finding is about, stable for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingCode {
    // loss that the client counted
    /// The client dropped attributes of a span.
    AttributesDropped,
    /// The client dropped events of a span.
    EventsDropped,
    /// The client dropped links of a span.
    LinksDropped,
    /// The client dropped attributes of the resource.
    ResourceAttributesDropped,
    /// The client dropped attributes of an event.
    EventAttributesDropped,
    /// Not all of the trace could be read by this server.
    TraceNotRead,
    // any span
    /// A span ends before it starts.
    InvalidSpanInterval,
    /// A span has another contract version than the run around it.
    ContractVersionMismatch,
    /// An executable lacks one of its ids.
    ExecutableIdentityMissing,
    /// Only some of the ids of the parent are there.
    InvalidParentIdentity,
    /// The ids of the parent are not those of the executable around the span.
    ParentIdentityMismatch,
    /// The executable that the span names as its parent has not arrived.
    ParentExecutableMissing,
    /// A span around this one, within the run, has not arrived.
    ParentSpanMissing,
    /// Only one of the two correlation attributes is there.
    IncompleteCorrelation,
    /// The correlation is not that of the executable around it.
    CorrelationMismatch,
    /// A failed span has no exception.
    FailureEvidenceMissing,
    // payloads
    /// A payload that must be there is not, or lacks mode or policy.
    RequiredPayloadSlotMissing,
    /// Mode, policy, value and reference of a payload contradict each other.
    InvalidPayloadSlot,
    /// A payload is no JSON.
    InvalidPayloadJson,
    /// A payload nests too deep.
    PayloadNestingTooDeep,
    /// An object in a payload has a name twice.
    PayloadDuplicateName,
    /// An integer in a payload is too large to be exact for every reader.
    PayloadUnsafeInteger,
    /// A number in a payload is not finite.
    PayloadNonfiniteNumber,
    /// A payload has not the shape that the contract gives it.
    InvalidPayloadSchema,
    // candidates
    /// Whether a candidate is available, its payload, and why it is not contradict each other.
    InvalidCandidateEvidence,
    /// A rejected input or history is shown, though that was not rejected.
    UnexpectedBoundaryCandidateEvidence,
    /// A run was rejected for its input or history, which is not shown.
    MissingBoundaryCandidateEvidence,
    // agents
    /// A run that never began has a state.
    InvalidUnavailableAgentState,
    /// A run that began lacks its store or counters.
    InvalidAvailableAgentState,
    /// Outcome and reason of the end contradict each other.
    TerminalOutcomeReasonMismatch,
    /// Outcome and status of the span contradict each other.
    TerminalOutcomeStatusMismatch,
    /// A run that did not complete has an output.
    UnexpectedAgentOutput,
    /// A limit was exceeded, and it is not said which.
    InvalidLimitEvidence,
    /// The definition contradicts the span.
    AgentDefinitionMismatch,
    /// The structural id is not the hash of the definition.
    StructuralIdMismatch,
    /// A tool's structural id is not the hash of its definition, or not that of the agent's tool.
    ToolStructuralIdMismatch,
    /// The agent's key or run id on a span is not the agent's.
    OperationOwnerMismatch,
    /// The agent that a span belongs to has not arrived.
    OperationOwnerMissing,
    /// A counter of the agent is missing, or is not what its spans add up to.
    OperationCountMismatch,
    /// The number of model calls is not the agent's.
    ModelRequestCountMismatch,
    /// The numbers of tool calls contradict each other or their spans.
    ToolCallCountMismatch,
    /// The agent's usage is not the sum of its model calls.
    AgentUsageMismatch,
    // operations
    /// An operation has no number.
    OperationSequenceMissing,
    /// Two operations have one number.
    OperationSequenceDuplicate,
    /// A number lies outside of those that the agent used.
    OperationSequenceOutOfRange,
    /// Operations are missing between others.
    OperationSequenceGap,
    /// The last operations are missing.
    OperationSequenceMissingTrailing,
    /// Model calls are not numbered 1, 2, 3.
    ModelOrdinalNoncontiguous,
    /// Tool calls are not numbered 1, 2, 3.
    ToolOrdinalNoncontiguous,
    /// A completed model call has no response, or one that did not complete has.
    InvalidModelResponseTransport,
    /// A model call has usage and no response.
    ModelUsageWithoutResponse,
    /// The request contradicts its span.
    ModelRequestMismatch,
    /// The response contradicts its span.
    ModelResponseMismatch,
    /// The revision that an operation names is not that of its changes of the state.
    OperationStateRevisionMismatch,
    /// No model response asked for this tool call.
    ToolCallIdentityMismatch,
    /// The arguments are not those that the model asked for.
    ToolCallArgumentsMismatch,
    /// A tool that was not invoked has validated arguments.
    UnexpectedToolArgumentsEvidence,
    /// A tool that started has no validated arguments.
    InvalidToolStartedEvidence,
    /// A completed tool call has no result, or one that did not complete has.
    InvalidToolResultTransport,
    // state
    /// A change of the state has no number.
    TransitionSequenceMissing,
    /// Two changes have one number.
    TransitionSequenceDuplicate,
    /// A number lies outside of those that the run used.
    TransitionSequenceOutOfRange,
    /// Changes are missing between others.
    TransitionSequenceGap,
    /// The last changes are missing.
    TransitionSequenceMissingTrailing,
    /// Revisions do not follow each other.
    RevisionChainMismatch,
    /// A change names no store, or one that no run owns.
    StoreOwnerMissing,
    /// A `test` in a patch failed.
    PatchTestFailed,
    /// A patch is none, or does not fit the state that it met.
    InvalidStatePatch,
    /// Start and changes do not give the reported end.
    StateReplayMismatch,
    /// The client could not replay its own run.
    StateNotReconstructable,
    // workflows
    /// The declared graph is missing or not of the contract's shape.
    InvalidExecutionGraphSnapshot,
    /// The graph's structural id is not the run's.
    GraphStructuralIdMismatch,
    /// Executions are missing: the path through the graph has a hole.
    ExecutionMissing,
    /// The run failed, and the execution that failed has not arrived.
    FailureOriginMissing,
}

/// One rule that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Finding {
    /// The rule.
    pub code: FindingCode,
    /// The span that causes it.
    pub span_id: String,
    /// Place of the event that causes it among the span's events, from 0.
    pub event: Option<usize>,
    /// Attribute that it is about.
    pub attribute: Option<String>,
    /// What was found, in a sentence.
    pub message: String,
}

impl Finding {
    /// A finding about a span as a whole.
    pub fn new(code: FindingCode, span_id: SpanId, message: impl Into<String>) -> Self {
        Self { code, span_id: span_id.to_string(), event: None, attribute: None, message: message.into() }
    }

    pub(crate) fn event(self, event: Option<usize>) -> Self {
        Self { event, ..self }
    }

    pub(crate) fn attribute(self, name: &str) -> Self {
        Self { attribute: Some(name.to_owned()), ..self }
    }
}

/// How a payload was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PayloadMode {
    /// Something stands in its place.
    Redacted,
    /// Nothing was sent.
    Excluded,
    /// It is elsewhere.
    Reference,
    /// The contract asks for it, and nothing says why it is not there.
    Missing,
}

/// A payload that was not sent in full, by a policy of the application or without one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WithheldPayload {
    /// Attribute of the payload.
    pub attribute: String,
    /// The span.
    pub span_id: String,
    /// Place of the event among the span's events, from 0.
    pub event: Option<usize>,
    /// How it was sent.
    pub mode: PayloadMode,
    /// The policy that says so.
    pub policy: Option<String>,
    /// Where it is instead.
    pub reference: Option<String>,
}
