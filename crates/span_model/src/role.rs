//! What a span does, in one word, whichever vocabulary said it.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;
use utoipa::ToSchema;

/// The part that a span plays in an LLM application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SpanRole)]
pub enum Role {
    /// A workflow run.
    Workflow,
    /// A workflow run as a node of another one.
    Subflow,
    /// A unit of work in a workflow's graph.
    Node,
    /// A group of nodes that run at the same time.
    RunConcurrent,
    /// An agent's run.
    Agent,
    /// One call of a language model.
    Llm,
    /// One call of an embedding model.
    Embedding,
    /// A search for documents.
    Retriever,
    /// A reordering of documents.
    Reranker,
    /// A tool's execution.
    Tool,
    /// Glue between the other roles.
    Chain,
    /// A check that may stop the run.
    Guardrail,
    /// A judgement on another span's result.
    Evaluator,
    /// The making of a prompt.
    Prompt,
}

/// Not the name of a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a span role")]
pub struct UnknownRole;

impl Role {
    /// All roles.
    pub const ALL: [Self; 14] = [
        Self::Workflow,
        Self::Subflow,
        Self::Node,
        Self::RunConcurrent,
        Self::Agent,
        Self::Llm,
        Self::Embedding,
        Self::Retriever,
        Self::Reranker,
        Self::Tool,
        Self::Chain,
        Self::Guardrail,
        Self::Evaluator,
        Self::Prompt,
    ];

    /// The role in lower snake case, as stored and as in URLs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Workflow => "workflow",
            Self::Subflow => "subflow",
            Self::Node => "node",
            Self::RunConcurrent => "run_concurrent",
            Self::Agent => "agent",
            Self::Llm => "llm",
            Self::Embedding => "embedding",
            Self::Retriever => "retriever",
            Self::Reranker => "reranker",
            Self::Tool => "tool",
            Self::Chain => "chain",
            Self::Guardrail => "guardrail",
            Self::Evaluator => "evaluator",
            Self::Prompt => "prompt",
        }
    }

    /// Whether the span's usage counts in sums; wrappers repeat the usage of the calls below them.
    pub const fn is_model_call(self) -> bool {
        matches!(self, Self::Llm | Self::Embedding)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or(UnknownRole)
    }
}
