//! What a run belongs to, in the application's words: a correlation, an evaluation.

use junjo_span_model::Attributes;
use serde::Serialize;
use utoipa::ToSchema;

/// What the application correlates a run with, for example the turn of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Correlation {
    /// The application's word for what it is.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Its id.
    pub id: String,
}

impl Correlation {
    pub(super) fn of(attributes: &Attributes<'_, '_>) -> Option<Self> {
        let id = attributes.text(&["junjo.correlation.id"])?;
        Some(Self { kind: attributes.text(&["junjo.correlation.type"]), id })
    }
}

/// The evaluation that a span belongs to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct EvaluationContext {
    /// `orchestrator`, `subject`, `judge` or `verifier`.
    pub role: Option<String>,
    /// `evaluation` or `dataset_generation`.
    pub run_class: Option<String>,
    /// The dataset.
    pub dataset_id: Option<String>,
    /// The evaluation's run.
    pub run_id: Option<String>,
    /// The case of the dataset.
    pub case_id: Option<String>,
    /// The case's key.
    pub case_key: Option<String>,
    /// The attempt at the case.
    pub attempt_id: Option<String>,
    /// Revision of the application's source.
    pub source_revision: Option<String>,
}

impl EvaluationContext {
    pub(super) fn of(attributes: &Attributes<'_, '_>) -> Option<Self> {
        let text = |name: &str| attributes.text(&[&format!("junjo.evaluation.{name}")]);
        let context = Self {
            role: text("role"),
            run_class: text("run_class"),
            dataset_id: text("dataset.id"),
            run_id: text("run.id"),
            case_id: text("case.id"),
            case_key: text("case.key"),
            attempt_id: text("attempt.id"),
            source_revision: text("source.revision"),
        };
        (context != Self::default()).then_some(context)
    }
}
