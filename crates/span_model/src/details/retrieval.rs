//! Searches, rerankings and embeddings.

use serde::Serialize;
use serde_json::{Map, Value as Json};
use utoipa::ToSchema;

use super::attributes::{Attributes, member, member_text, parse_text, parsed, text_of};
use crate::dialects::{Field, keys};
use crate::json_lenient::Reading;
use crate::otlp::value::{Span, Value};
use crate::role::Role;

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

/// The documents that a search found or a reranking kept, and whether the list was cut.
pub(super) fn documents(attributes: &Attributes<'_, '_>, span: &Span<'_>) -> (Vec<Document>, bool) {
    let mut flattened = keys(Field::DocumentListPrefix).iter().map(|prefix| attributes.items(prefix, ""));
    if let Some(documents) = flattened.find(|documents| !documents.is_empty()) {
        return (documents.iter().filter_map(document).collect(), false);
    }
    if let Some(Reading { json: Json::Array(documents), is_cut, .. }) =
        attributes.reading(keys(Field::Documents))
        && !documents.is_empty()
    {
        return (documents.iter().filter_map(document).collect(), is_cut);
    }
    (query_results(span).iter().filter_map(document).collect(), false)
}

/// The search that the span made, when it made one.
pub(super) fn retrieval(attributes: &Attributes<'_, '_>, role: Option<Role>) -> Option<Retrieval> {
    let query = attributes.text(keys(Field::RetrievalQuery));
    if query.is_none() && role != Some(Role::Retriever) {
        return None;
    }
    let input = || attributes.text(keys(Field::Input));
    Some(Retrieval { query: query.or_else(input), data_source: attributes.text(keys(Field::DataSource)) })
}

/// OpenLLMetry's `db.query.result` events of vector stores.
fn query_results(span: &Span<'_>) -> Vec<Json> {
    let events = span.events.iter().filter(|event| keys(Field::DocumentEvent).contains(&event.name.as_ref()));
    let objects = events.map(|event| {
        let attributes = Attributes::new(&event.attributes);
        let members =
            keys(Field::DocumentEventPrefix).iter().flat_map(|prefix| attributes.with_prefix(prefix));
        Json::Object(members.map(|(name, value)| (name.to_owned(), parsed(value))).collect())
    });
    objects.collect()
}

/// The reordering that the span made, when it made one.
pub(super) fn reranking(attributes: &Attributes<'_, '_>) -> Option<Reranking> {
    let items: Vec<Json> =
        keys(Field::RerankerInputPrefix).iter().flat_map(|prefix| attributes.items(prefix, "")).collect();
    let reranking = Reranking {
        query: attributes.text(keys(Field::RerankerQuery)),
        top_k: attributes.count(keys(Field::RerankerTopK)),
        input_documents: items.iter().filter_map(document).collect(),
    };
    (reranking.query.is_some() || !reranking.input_documents.is_empty()).then_some(reranking)
}

/// What the span embedded, when it embedded something.
pub(super) fn embedding(attributes: &Attributes<'_, '_>) -> Option<Embedding> {
    let items: Vec<Json> = keys(Field::EmbeddingListPrefix)
        .iter()
        .flat_map(|prefix| attributes.items(prefix, "vector"))
        .collect();
    let text = |item: &Json| {
        let object = item.as_object()?;
        member_text(object.get("embedding").and_then(Json::as_object).unwrap_or(object), &["text"])
    };
    let mut texts: Vec<String> = items.iter().filter_map(text).collect();
    if texts.is_empty() {
        let values = attributes.texts(keys(Field::EmbeddedTexts));
        texts = values.iter().filter_map(|value| text_of(&parse_text(value))).collect();
    }
    let first_vector = || match keys(Field::FirstVector).iter().find_map(|key| attributes.get(key))? {
        Value::Array(vector) => i64::try_from(vector.len()).ok(),
        _ => None,
    };
    let dimension_count = attributes.count(keys(Field::EmbeddingDimensions)).or_else(first_vector);
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
