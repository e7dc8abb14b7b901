//! What a span belongs to: agent, prompt template, project, environment, metadata, evaluations.

use serde::Serialize;
use serde_json::{Map, Value as Json};
use utoipa::ToSchema;

use super::attributes::{Attributes, member, member_text, parsed};
use crate::dialects::{Field, keys};
use crate::otlp::value::{Resource, Span};

/// The agent that a span names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Agent {
    /// Name of the agent.
    pub name: Option<String>,
    /// Id of the agent.
    pub id: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// Its place in a multi-agent graph.
    pub node_id: Option<String>,
    /// The place that handed over to it.
    pub parent_node_id: Option<String>,
}

/// The prompt template that a span filled in.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct PromptTemplate {
    /// Name or key of the prompt.
    pub name: Option<String>,
    /// Id in the system that keeps it.
    pub id: Option<String>,
    /// Version of the prompt.
    pub version: Option<String>,
    /// The template.
    pub template: Option<String>,
    /// What was filled in.
    #[schema(value_type = Value)]
    pub variables: Json,
    /// Where the prompt is kept.
    pub url: Option<String>,
    /// The system that keeps it.
    pub vendor: Option<String>,
}

/// A judgement on a span.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Evaluation {
    /// What was judged.
    pub name: Option<String>,
    /// The score.
    pub score: Option<f64>,
    /// The score in a word.
    pub label: Option<String>,
    /// Why.
    pub explanation: Option<String>,
}

/// The agent that the span names; `name` is the promoted one.
pub(super) fn agent(attributes: &Attributes<'_, '_>, name: Option<&str>) -> Option<Agent> {
    let agent = Agent {
        name: name.map(str::to_owned),
        id: attributes.text(keys(Field::AgentId)),
        description: attributes.text(keys(Field::AgentDescription)),
        version: attributes.text(keys(Field::AgentVersion)),
        node_id: attributes.text(keys(Field::AgentNodeId)),
        parent_node_id: attributes.text(keys(Field::AgentParentNodeId)),
    };
    (agent != Agent::default()).then_some(agent)
}

/// The prompt template that the span filled in.
pub(super) fn prompt(attributes: &Attributes<'_, '_>) -> Option<PromptTemplate> {
    let prompt = PromptTemplate {
        name: attributes.text(keys(Field::PromptName)),
        id: attributes.text(keys(Field::PromptId)),
        version: attributes.text(keys(Field::PromptVersion)),
        template: attributes.text(keys(Field::PromptTemplate)),
        variables: attributes.json(keys(Field::PromptVariables)).unwrap_or_default(),
        url: attributes.text(keys(Field::PromptUrl)),
        vendor: attributes.text(keys(Field::PromptVendor)),
    };
    (prompt != PromptTemplate::default()).then_some(prompt)
}

/// Judgements in the span's attributes and events.
pub(super) fn evaluations(attributes: &Attributes<'_, '_>, span: &Span<'_>) -> Vec<Evaluation> {
    let events =
        span.events.iter().filter(|event| keys(Field::EvaluationEvent).contains(&event.name.as_ref()));
    let events = events.map(|event| evaluation(&Attributes::new(&event.attributes)));
    let own = attributes.text(keys(Field::EvaluationName)).map(|_| evaluation(attributes));
    let mut evaluations: Vec<Evaluation> = own.into_iter().chain(events).collect();
    for prefix in keys(Field::EvaluationListPrefix) {
        evaluations.extend(attributes.items(prefix, "").iter().filter_map(flattened_evaluation));
    }
    evaluations
}

fn evaluation(attributes: &Attributes<'_, '_>) -> Evaluation {
    Evaluation {
        name: attributes.text(keys(Field::EvaluationName)),
        score: attributes.float(keys(Field::EvaluationScore)),
        label: attributes.text(keys(Field::EvaluationLabel)),
        explanation: attributes.text(keys(Field::EvaluationExplanation)),
    }
}

/// `{name, score, label, explanation}`, also inside OpenInference's `evaluation` or `annotation`.
fn flattened_evaluation(json: &Json) -> Option<Evaluation> {
    let object = json.as_object()?;
    let object = member(object, &["evaluation", "annotation"]).and_then(Json::as_object).unwrap_or(object);
    Some(Evaluation {
        name: member_text(object, &["name"]),
        score: object.get("score").and_then(Json::as_f64),
        label: member_text(object, &["label"]),
        explanation: member_text(object, &["explanation"]),
    })
}

/// Metadata that the application gave, from every dialect; the first to name a key wins.
pub(super) fn metadata(attributes: &Attributes<'_, '_>) -> Map<String, Json> {
    let mut metadata = match attributes.json(keys(Field::MetadataObject)) {
        Some(Json::Object(object)) => object,
        Some(other) => Map::from_iter([("metadata".to_owned(), other)]),
        None => Map::new(),
    };
    for prefix in keys(Field::MetadataPrefix) {
        for (name, value) in attributes.with_prefix(prefix) {
            metadata.entry(name).or_insert_with(|| parsed(value));
        }
    }
    metadata
}

/// OpenInference's project, else the service.
pub(super) fn project(resource: &Resource<'_>, service: &str) -> String {
    let attributes = Attributes::new(&resource.attributes);
    attributes.text(keys(Field::Project)).unwrap_or_else(|| service.to_owned())
}

/// The deployment environment.
pub(super) fn environment(resource: &Resource<'_>, attributes: &Attributes<'_, '_>) -> Option<String> {
    let resource = Attributes::new(&resource.attributes);
    resource.text(keys(Field::ResourceEnvironment)).or_else(|| attributes.text(keys(Field::Environment)))
}
