//! Filters of spans and traces.

use junjo_span_model::{Role, SpanStatus};
use junjo_span_store::{Literal, Op, SpanExpr, SpanFilter, TraceFilter};
use junjo_web::{ApiError, ApiResult};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::text::{condition, parse_duration, parse_filter, text_param};
use super::time::TimeParams;

/// What spans and traces are filtered by alike.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FilterParams {
    /// The span's service, or one that took part in the trace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Name of the span, or of the trace's root, exactly.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `unset`, `ok` or `error`. Of a trace `error` says that a span failed; `ok` and `unset` are the root's status in a
    /// trace without failed spans.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub status: Option<SpanStatus>,
    /// Role of the span, or of one of the trace's, for example `llm`, `tool` or `workflow`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Model that answered, in the span or in one of the trace's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Conversation that the span itself names, or one of the trace's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// User that the span itself names, or one of the trace's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// Shortest duration in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_duration_ms: Option<f64>,
    /// A condition on the span, or on one of the trace's, in the filter language that `GET /otel/spans` describes: for example
    /// `model = "gpt-4o" and attributes.http.route contains "/chat"`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// Text in the name, attributes, events or status message of the span, or of one of the trace's, in any case; of traces
    /// also in the root's service, conversation and user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Where `q` is looked for: `everything` (the default) or `names` (those of the span, or of the trace's root; this takes
    /// no time).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub search_in: Option<SearchIn>,
}

/// What only spans are filtered by.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SpanFilterParams {
    /// `internal`, `server`, `client`, `producer`, `consumer` or `unspecified`.
    pub kind: Option<String>,
    /// Provider of the model.
    pub provider: Option<String>,
    /// Type of the error.
    pub error_type: Option<String>,
    /// Longest duration in milliseconds.
    pub max_duration_ms: Option<f64>,
}

/// What only traces are filtered by.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TraceFilterParams {
    /// Whether a language model was called.
    pub has_llm: Option<bool>,
    /// Whether a Junjo workflow ran.
    pub has_workflow: Option<bool>,
}

/// Where a text is looked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SearchIn {
    /// In names alone.
    Names,
    /// Also in what spans carry.
    #[default]
    Everything,
}

impl SpanFilterParams {
    /// The filter of spans that these and `shared` make.
    ///
    /// # Errors
    /// 400 about the parameter that is wrong.
    pub fn to_filter(&self, time: &TimeParams, shared: &FilterParams) -> ApiResult<SpanFilter> {
        let status = shared.status.map(|status| status.as_str().to_owned());
        let texts = [
            ("service", &shared.service),
            ("name", &shared.name),
            ("status", &status),
            ("kind", &self.kind),
            ("role", &shared.role),
            ("provider", &self.provider),
            ("model", &shared.model),
            ("session_id", &shared.session_id),
            ("user_id", &shared.user_id),
            ("error_type", &self.error_type),
        ];
        let mut parts = Vec::new();
        for (name, value) in texts {
            if let Some(value) = value {
                parts.push(condition(name, Op::Equal, Literal::Text(value.clone()))?);
            }
        }
        let durations = [
            ("min_duration_ms", Op::GreaterOrEqual, shared.min_duration_ms),
            ("max_duration_ms", Op::LessOrEqual, self.max_duration_ms),
        ];
        for (param, op, millis) in durations {
            if let Some(millis) = millis {
                let nanos = Literal::Int(parse_duration(param, millis)?);
                parts.push(condition("duration_ns", op, nanos)?);
            }
        }
        parts.extend(shared.filter.as_deref().map(parse_filter).transpose()?.flatten());
        Ok(SpanFilter {
            time: time.to_filter()?,
            expr: SpanExpr::all(parts),
            text: text_param(shared.q.as_ref()),
            text_in_payload: shared.search_in.unwrap_or_default() == SearchIn::Everything,
        })
    }
}

impl TraceFilterParams {
    /// The filter of traces that these and `shared` make.
    ///
    /// # Errors
    /// 400 about the parameter that is wrong.
    pub fn to_filter(&self, time: &TimeParams, shared: &FilterParams) -> ApiResult<TraceFilter> {
        let min_duration = shared.min_duration_ms.map(|millis| parse_duration("min_duration_ms", millis));
        Ok(TraceFilter {
            time: time.to_filter()?,
            service: shared.service.clone(),
            name: shared.name.clone(),
            status: shared.status,
            role: shared.role.as_deref().map(parse_role).transpose()?,
            model: shared.model.clone(),
            session_id: shared.session_id.clone(),
            user_id: shared.user_id.clone(),
            min_duration_nanos: min_duration.transpose()?,
            has_llm: self.has_llm,
            has_workflow: self.has_workflow,
            text: text_param(shared.q.as_ref()),
            text_in_payload: shared.search_in.unwrap_or_default() == SearchIn::Everything,
            span: shared.filter.as_deref().map(parse_filter).transpose()?.flatten(),
        })
    }
}

impl TraceFilterParams {
    /// The filter of a live tail, which only looks at what the index says of a trace itself.
    ///
    /// # Errors
    /// 400 about the parameter that is wrong, or that would need whole spans to be read.
    pub fn to_tail_filter(&self, shared: &FilterParams) -> ApiResult<TraceFilter> {
        if shared.search_in == Some(SearchIn::Everything) {
            return Err(ApiError::invalid_field("search_in", "the live tail looks at names alone"));
        }
        let filter = self.to_filter(&TimeParams::default(), shared)?;
        let filter = TraceFilter { text_in_payload: false, ..filter };
        if filter.needs_scan() {
            return Err(ApiError::invalid_field("filter", "the live tail cannot filter by attributes"));
        }
        Ok(filter)
    }
}

fn parse_role(text: &str) -> ApiResult<Role> {
    text.parse().map_err(|_| {
        let known: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
        ApiError::invalid_field("role", format!("unknown role; known are {}", known.join(", ")))
    })
}
