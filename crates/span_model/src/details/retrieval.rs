//! Searches, rerankings and embeddings.

use serde::Serialize;
use serde_json::{Map, Value as Json};
use utoipa::ToSchema;

use super::attributes::{Attributes, member, member_text, parse_text, text_of};
use crate::derive::role::Role;
use crate::otlp::value::{Span, Value};

/// A search for documents.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Retrieval {
    /// What was searched for.
    pub query: Option<String>,
    /// Where it was searched.
    pub data_source: Option<String>,
}

/// A reordering of documents.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Reranking {
    /// What the documents were compared with.
    pub query: Option<String>,
    /// How many were asked for.
    pub top_k: Option<i64>,
    /// Documents that went in.
    pub input_documents: Vec<Document>,
}

/// A document that was found.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Document {
    /// Id in its store.
    pub id: Option<String>,
    /// Relevance, in the store's own scale; vector stores may give a distance.
    pub score: Option<f64>,
    /// The text.
    pub content: Option<String>,
    /// What the store keeps about it.
    #[schema(value_type = Value)]
    pub metadata: Json,
}

/// What an embedding call embedded; the vectors stay in the attributes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Embedding {
    /// The texts.
    pub texts: Vec<String>,
    /// Length of a vector.
    pub dimension_count: Option<i64>,
}

/// The documents that a search found or a reranking kept.
pub(super) fn documents(attributes: &Attributes<'_, '_>, span: &Span<'_>) -> Vec<Document> {
    let listed = || match attributes.json(&["gen_ai.retrieval.documents"]) {
        Some(Json::Array(documents)) => documents,
        _ => Vec::new(),
    };
    let sources: [&dyn Fn() -> Vec<Json>; 4] = [
        &|| attributes.items("retrieval.documents.", ""),
        &|| attributes.items("reranker.output_documents.", ""),
        &listed,
        &|| query_results(span),
    ];
    let documents = sources.iter().map(|source| source()).find(|documents| !documents.is_empty());
    documents.unwrap_or_default().iter().filter_map(document).collect()
}

/// The search that the span made, when it made one.
pub(super) fn retrieval(attributes: &Attributes<'_, '_>, role: Option<Role>) -> Option<Retrieval> {
    let query = attributes.text(&["gen_ai.retrieval.query.text"]);
    if query.is_none() && role != Some(Role::Retriever) {
        return None;
    }
    let input = || attributes.text(&["input.value", "traceloop.entity.input", "langfuse.observation.input"]);
    Some(Retrieval {
        query: query.or_else(input),
        data_source: attributes.text(&[
            "gen_ai.data_source.id",
            "db.collection.name",
            "db.system.name",
            "db.system",
        ]),
    })
}

/// OpenLLMetry's `db.query.result` events of vector stores.
fn query_results(span: &Span<'_>) -> Vec<Json> {
    let events = span.events.iter().filter(|event| event.name == "db.query.result");
    let objects = events.map(|event| {
        let attributes = Attributes::new(&event.attributes);
        let members = attributes.with_prefix("db.query.result.");
        Json::Object(
            members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), super::attributes::parsed(value)))
                .collect(),
        )
    });
    objects.collect()
}

/// The reordering that the span made, when it made one.
pub(super) fn reranking(attributes: &Attributes<'_, '_>) -> Option<Reranking> {
    let items = attributes.items("reranker.input_documents.", "");
    let reranking = Reranking {
        query: attributes.text(&["reranker.query"]),
        top_k: attributes.count(&["reranker.top_k"]),
        input_documents: items.iter().filter_map(document).collect(),
    };
    (reranking.query.is_some() || !reranking.input_documents.is_empty()).then_some(reranking)
}

/// What the span embedded, when it embedded something.
pub(super) fn embedding(attributes: &Attributes<'_, '_>) -> Option<Embedding> {
    let items = attributes.items("embedding.embeddings.", "vector");
    let text = |item: &Json| {
        let object = item.as_object()?;
        member_text(object.get("embedding").and_then(Json::as_object).unwrap_or(object), &["text"])
    };
    let mut texts: Vec<String> = items.iter().filter_map(text).collect();
    if texts.is_empty() {
        // the Vercel AI SDK writes each value as JSON
        let values = attributes.texts(&["ai.values", "ai.value"]);
        texts = values.iter().filter_map(|value| text_of(&parse_text(value))).collect();
    }
    let first_vector = || match attributes.get("embedding.embeddings.0.embedding.vector")? {
        Value::Array(vector) => i64::try_from(vector.len()).ok(),
        _ => None,
    };
    let dimension_count = attributes.count(&["gen_ai.embeddings.dimension.count"]).or_else(first_vector);
    (!texts.is_empty() || dimension_count.is_some()).then_some(Embedding { texts, dimension_count })
}

/// `{id, score, content, metadata}`, also inside OpenInference's `document`.
fn document(json: &Json) -> Option<Document> {
    let object = json.as_object()?;
    let object = object.get("document").and_then(Json::as_object).unwrap_or(object);
    Some(Document {
        id: member_text(object, &["id"]),
        score: score(object),
        content: member_text(object, &["content", "document", "text"]),
        metadata: match object.get("metadata") {
            Some(Json::String(text)) => parse_text(text),
            Some(other) => other.clone(),
            None => Json::Null,
        },
    })
}

fn score(object: &Map<String, Json>) -> Option<f64> {
    let score = member(object, &["score", "distance"])?;
    score.as_f64().or_else(|| score.as_str()?.parse().ok()).filter(|score| score.is_finite())
}
