//! What a run's telemetry proves, as the page and the API show it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::proof::{Finding, WithheldPayload};

/// Whether all of a run is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceStatus {
    /// Everything that the contract asks for is there and fits together. Payloads may be withheld by a policy.
    Complete,
    /// Something is missing or contradictory: the findings say what.
    Partial,
    /// SDKs before 0.66 number nothing, so that nothing can be proven; nothing wrong was seen either.
    Unchecked,
}

/// Whether the states of a run's own store were replayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReplayStatus {
    /// Start and changes give the reported end.
    Verified,
    /// They do not, or not all of them are there.
    Failed,
    /// A policy withholds a state or a change.
    Withheld,
    /// The run has no state.
    None,
}

/// What a run's telemetry proves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Evidence {
    /// All in one word.
    #[serde(rename = "evidence")]
    pub status: EvidenceStatus,
    /// Rules that do not hold, of the run and of everything inside of it, at most 500.
    pub findings: Vec<Finding>,
    /// How many there are.
    pub finding_count: usize,
    /// Payloads that were not sent in full, at most 500.
    pub withheld: Vec<WithheldPayload>,
    /// How many there are.
    pub withheld_count: usize,
    /// Whether the run's own state was replayed.
    pub replay: ReplayStatus,
}
