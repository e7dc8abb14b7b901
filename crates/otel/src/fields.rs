//! `GET /otel/fields`: what filters and groupings may name. It says nothing of attributes, which are as clients send them.

use axum::Json;
use junjo_auth::TelemetryReader;
use junjo_span_model::{Role, SpanStatus};
use junjo_span_store::{FieldKind as Kind, KINDS, PromotedField};
use junjo_web::Problems;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::OtelState;

pub(crate) fn routes() -> OpenApiRouter<OtelState> {
    OpenApiRouter::new().routes(routes!(list_fields))
}

/// A field that a filter may name.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FilterField)]
struct Field {
    /// Its name in filters, groupings and answers.
    name: &'static str,
    kind: FieldKind,
    /// The operators that make sense for it, as filters spell them.
    ops: Vec<&'static str>,
    /// The only values that it may be compared with; `[]` where there is no such list.
    values: Vec<&'static str>,
}

/// What the values of a field are.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = FilterFieldKind)]
enum FieldKind {
    Text,
    /// One of the field's `values`.
    Word,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// A number of milliseconds.
    Milliseconds,
    Boolean,
    /// Hexadecimal digits: 32 of a trace, 16 of a span.
    Id,
}

/// All fields.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FilterFieldList)]
struct FieldList {
    items: Vec<Field>,
}

impl From<&'static PromotedField> for Field {
    fn from(field: &'static PromotedField) -> Self {
        let (kind, values) = match field.kind() {
            Kind::Text => (FieldKind::Text, Vec::new()),
            Kind::Int => (FieldKind::Integer, Vec::new()),
            Kind::Float => (FieldKind::Number, Vec::new()),
            Kind::Millis => (FieldKind::Milliseconds, Vec::new()),
            Kind::Bool => (FieldKind::Boolean, vec!["true", "false"]),
            Kind::Status => (FieldKind::Word, SpanStatus::WORDS.to_vec()),
            Kind::SpanKind => (FieldKind::Word, KINDS.to_vec()),
            Kind::Role => (FieldKind::Word, Role::ALL.iter().map(|role| role.as_str()).collect()),
            Kind::TraceId | Kind::SpanId | Kind::ParentSpanId => (FieldKind::Id, Vec::new()),
        };
        Self { name: field.name, kind, ops: field.kind().operators().collect(), values }
    }
}

/// List the fields that filters and groupings may name, besides `attributes.KEY` and `resource.KEY`.
#[utoipa::path(
    get, path = "/otel/fields", tag = "otel",
    responses((status = 200, body = FieldList), Problems)
)]
async fn list_fields(_: TelemetryReader) -> Json<FieldList> {
    Json(FieldList { items: PromotedField::all().iter().map(Field::from).collect() })
}
