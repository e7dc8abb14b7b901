//! `GET /otel/spans`: spans of all traces, by any field.

use axum::Json;
use axum::extract::State;
use junjo_auth::TelemetryReader;
use junjo_span_model::Role;
use junjo_span_store::{Literal, Op, SpanExpr, SpanFilter, SpanRow};
use junjo_web::clock::rfc3339_nanos;
use junjo_web::{ApiQuery, ApiResult, Problems};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::cursor::{decode_position, encode_position, filter_hash};
use crate::error::api_error;
use crate::params::{LIST_LIMIT, SearchIn, condition, parse_duration, parse_filter, text_param, time_range};
use crate::schemas::{SearchPage, SpanKind, SpanStatus};
use crate::service::OtelService;

pub(crate) fn routes() -> OpenApiRouter<OtelService> {
    OpenApiRouter::new().routes(routes!(list_spans))
}

/// Filters of the span list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SpanListParams {
    /// Earliest start, inclusive: RFC 3339, or unix nanoseconds.
    pub(crate) from: Option<String>,
    /// Latest start, exclusive: RFC 3339, or unix nanoseconds.
    pub(crate) to: Option<String>,
    /// The span's service.
    pub(crate) service: Option<String>,
    /// The span's name, exactly.
    pub(crate) name: Option<String>,
    /// `unset`, `ok` or `error`.
    pub(crate) status: Option<String>,
    /// `internal`, `server`, `client`, `producer`, `consumer` or `unspecified`.
    pub(crate) kind: Option<String>,
    /// For example `llm`, `tool` or `workflow`.
    pub(crate) role: Option<String>,
    /// Provider of the model.
    pub(crate) provider: Option<String>,
    /// Model that answered.
    pub(crate) model: Option<String>,
    /// Session that the span itself names.
    pub(crate) session_id: Option<String>,
    /// User that the span itself names.
    pub(crate) user_id: Option<String>,
    /// Type of the error.
    pub(crate) error_type: Option<String>,
    /// Shortest duration in milliseconds.
    pub(crate) min_duration_ms: Option<f64>,
    /// Longest duration in milliseconds.
    pub(crate) max_duration_ms: Option<f64>,
    /// A condition, for example `model = "gpt-4o" and attributes.http.route contains "/chat"`.
    ///
    /// Fields: those that `GET /otel/fields` lists, for example `service`, `model` or `duration_ms`, and
    /// `attributes.KEY` and `resource.KEY` for any attribute (quote a key with blanks: `attributes."a key"`).
    /// Operators: `=`, `!=`, `<`, `<=`, `>`, `>=`, `contains` (in any case), `in (a, b)`, `not in (a, b)`, `exists`;
    /// conditions are joined with `and`, `or`, `not` and parentheses. `!=` and `not` also match spans without the field.
    pub(crate) filter: Option<String>,
    /// Text in the name, attributes, events or status message, in any case.
    pub(crate) q: Option<String>,
    /// Where `q` is looked for: `everything` (the default) or `names` (which takes no time).
    #[param(inline)]
    pub(crate) search_in: Option<SearchIn>,
    /// Items in a page, 1 to 500; 50 by default.
    pub(crate) limit: Option<u32>,
    /// `next_cursor` of the page before, with the same filters.
    pub(crate) cursor: Option<String>,
}

impl SpanListParams {
    pub(crate) fn to_filter(&self) -> ApiResult<SpanFilter> {
        let texts = [
            ("service", &self.service),
            ("name", &self.name),
            ("status", &self.status),
            ("kind", &self.kind),
            ("role", &self.role),
            ("provider", &self.provider),
            ("model", &self.model),
            ("session_id", &self.session_id),
            ("user_id", &self.user_id),
            ("error_type", &self.error_type),
        ];
        let mut parts = Vec::new();
        for (name, value) in texts {
            if let Some(value) = value {
                parts.push(condition(name, Op::Equal, Literal::Text(value.clone()))?);
            }
        }
        let durations = [
            ("min_duration_ms", Op::GreaterOrEqual, self.min_duration_ms),
            ("max_duration_ms", Op::LessOrEqual, self.max_duration_ms),
        ];
        for (param, op, millis) in durations {
            if let Some(millis) = millis {
                let nanos = Literal::Int(parse_duration(param, millis)?);
                parts.push(condition("duration_ns", op, nanos)?);
            }
        }
        parts.extend(self.filter.as_deref().map(parse_filter).transpose()?.flatten());
        let time = time_range(self.from.as_deref(), self.to.as_deref())?;
        Ok(SpanFilter {
            time,
            expr: SpanExpr::all(parts),
            text: text_param(self.q.as_ref()),
            text_in_payload: self.search_in.unwrap_or_default() == SearchIn::Everything,
        })
    }
}

/// One span in a list: its promoted fields, without attributes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SpanItem {
    pub(crate) trace_id: String,
    pub(crate) span_id: String,
    pub(crate) parent_span_id: Option<String>,
    pub(crate) name: String,
    pub(crate) kind: SpanKind,
    pub(crate) service: String,
    /// Project of the API key that sent it.
    pub(crate) project: String,
    pub(crate) start_time: String,
    pub(crate) start_time_unix_nano: String,
    pub(crate) duration_ns: String,
    pub(crate) status: SpanStatus,
    pub(crate) role: Option<Role>,
    /// Junjo's type of the span: `workflow`, `node`, `subflow`, `run_concurrent`, `agent`, ….
    pub(crate) span_type: Option<String>,
    pub(crate) provider: Option<String>,
    pub(crate) model: Option<String>,
    pub(crate) input_tokens: Option<i64>,
    pub(crate) output_tokens: Option<i64>,
    /// Part of the input tokens that came from the provider's cache.
    pub(crate) cached_input_tokens: Option<i64>,
    /// US dollars; null when the price is not known.
    pub(crate) cost_usd: Option<f64>,
    pub(crate) session_id: Option<String>,
    pub(crate) user_id: Option<String>,
    pub(crate) error_type: Option<String>,
    pub(crate) agent_name: Option<String>,
    pub(crate) tool_name: Option<String>,
    pub(crate) event_count: i32,
    /// Recorded exceptions.
    pub(crate) exception_count: i32,
}

impl From<SpanRow> for SpanItem {
    fn from(row: SpanRow) -> Self {
        Self {
            trace_id: row.trace_id.to_string(),
            span_id: row.span_id.to_string(),
            parent_span_id: row.parent_span_id.map(|id| id.to_string()),
            kind: row.kind.into(),
            start_time: rfc3339_nanos(row.start_unix_nanos),
            start_time_unix_nano: row.start_unix_nanos.to_string(),
            duration_ns: row.duration_nanos.to_string(),
            status: row.status.into(),
            name: row.name,
            service: row.service,
            project: row.project,
            role: row.role,
            span_type: row.span_type,
            provider: row.provider,
            model: row.model,
            input_tokens: row.input_tokens,
            output_tokens: row.output_tokens,
            cached_input_tokens: row.cached_input_tokens,
            cost_usd: row.cost_usd,
            session_id: row.session_id,
            user_id: row.user_id,
            error_type: row.error_type,
            agent_name: row.agent_name,
            tool_name: row.tool_name,
            event_count: row.event_count,
            exception_count: row.exception_count,
        }
    }
}

/// List spans, newest first.
#[utoipa::path(
    get, path = "/otel/spans", tag = "otel", params(SpanListParams),
    responses((status = 200, body = SearchPage<SpanItem>), Problems)
)]
async fn list_spans(
    State(service): State<OtelService>,
    _: TelemetryReader,
    ApiQuery(params): ApiQuery<SpanListParams>,
) -> ApiResult<Json<SearchPage<SpanItem>>> {
    let (filter, limit) = (params.to_filter()?, LIST_LIMIT.clamp(params.limit));
    let hash = filter_hash(&filter);
    let after = params.cursor.as_deref().map(|text| decode_position(text, hash)).transpose()?;
    let page = service.store().spans(&filter, limit, after).await.map_err(api_error)?;
    let next_cursor = page.next.map(|next| encode_position(&next, hash));
    let items = page.items.into_iter().map(SpanItem::from).collect();
    Ok(Json(SearchPage { items, next_cursor, incomplete: page.incomplete.map(Into::into) }))
}
