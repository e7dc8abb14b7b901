//! `GET /otel/sessions`, `/otel/sessions/{id}` and `/otel/users`: traces put together by conversation and person.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use junjo_auth::TelemetryReader;
use junjo_span_model::TraceId;
use junjo_span_store::{GroupFilter, GroupKind, TraceGroup};
use junjo_web::clock::rfc3339_nanos;
use junjo_web::{ApiError, ApiPath, ApiQuery, ApiResult, Limit, Page, Problems};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::cursor::{decode_position, encode_position, filter_hash};
use crate::error::api_error;
use crate::params::{LIST_LIMIT, text_param, time_range};
use crate::schemas::Trace;
use crate::service::OtelService;
use crate::turns::turns;

/// Traces of a session in a page: each needs two whole spans for what was said.
const TURN_LIMIT: Limit = Limit::new(50, 200);

pub(crate) fn routes() -> OpenApiRouter<OtelService> {
    OpenApiRouter::new()
        .routes(routes!(list_sessions))
        .routes(routes!(get_session))
        .routes(routes!(list_users))
}

/// Filters of sessions and users.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct GroupListParams {
    /// Earliest start of a trace, inclusive: RFC 3339, or unix nanoseconds. Numbers are those of the traces in the range.
    from: Option<String>,
    /// Latest start of a trace, exclusive: RFC 3339, or unix nanoseconds.
    to: Option<String>,
    /// A service that took part in the traces.
    service: Option<String>,
    /// A user of the traces.
    user_id: Option<String>,
    /// Text in the id, in any case.
    q: Option<String>,
    /// Items in a page, 1 to 500; 50 by default.
    limit: Option<u32>,
    /// `next_cursor` of the page before, with the same filters.
    cursor: Option<String>,
}

impl GroupListParams {
    pub(crate) fn filter(&self) -> ApiResult<GroupFilter> {
        Ok(GroupFilter {
            time: time_range(self.from.as_deref(), self.to.as_deref())?,
            service: self.service.clone(),
            user_id: self.user_id.clone(),
            text: text_param(self.q.as_ref()),
        })
    }
}

/// Paging of a session's traces.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SessionParams {
    /// Traces in a page, 1 to 200; 50 by default.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Numbers of the traces of a session or user.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GroupNumbers {
    /// Start of the first trace.
    pub(crate) first_start_time: String,
    /// Start of the latest trace.
    pub(crate) last_start_time: String,
    /// Latest end of a trace.
    pub(crate) end_time: String,
    pub(crate) trace_count: i64,
    pub(crate) span_count: i64,
    /// Failed spans.
    pub(crate) error_count: i64,
    /// Language model calls.
    pub(crate) llm_call_count: i64,
    /// Null when no call says.
    pub(crate) input_tokens: Option<i64>,
    /// Null when no call says.
    pub(crate) output_tokens: Option<i64>,
    /// US dollars, over the calls with a known cost; null when none has one.
    pub(crate) cost_usd: Option<f64>,
    /// Model calls without a known cost.
    pub(crate) unpriced_calls: i64,
    /// Services that took part.
    pub(crate) services: Vec<String>,
}

/// One conversation. A trace that names several sessions counts in each.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Session {
    pub(crate) session_id: String,
    /// Name of the first trace's root.
    pub(crate) first_root_name: String,
    /// Users of the traces.
    pub(crate) users: Vec<String>,
    #[serde(flatten)]
    pub(crate) numbers: GroupNumbers,
}

/// One user. A trace that names several users counts for each.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct User {
    pub(crate) user_id: String,
    /// Sessions of the user's traces.
    pub(crate) session_count: i64,
    #[serde(flatten)]
    pub(crate) numbers: GroupNumbers,
}

/// A conversation with its traces.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionDetail {
    #[serde(flatten)]
    pub(crate) session: Session,
    /// Oldest first.
    pub(crate) traces: Vec<Turn>,
    /// Pass it as `cursor` to get the next page; null on the last one.
    pub(crate) next_cursor: Option<String>,
}

/// One trace of a conversation and what was said in it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Turn {
    #[serde(flatten)]
    pub(crate) trace: Trace,
    /// What the user said last before the trace's first model call, or the root's input; at most 4,000 characters.
    pub(crate) first_user_text: Option<String>,
    /// What the trace's last model call answered, or the root's output; at most 4,000 characters.
    pub(crate) last_answer_text: Option<String>,
}

impl From<TraceGroup> for Session {
    fn from(mut group: TraceGroup) -> Self {
        let (session_id, users) = (std::mem::take(&mut group.id), std::mem::take(&mut group.users));
        let first_root_name = std::mem::take(&mut group.first_root_name);
        Self { session_id, first_root_name, users, numbers: group.into() }
    }
}

impl From<TraceGroup> for User {
    fn from(mut group: TraceGroup) -> Self {
        let user_id = std::mem::take(&mut group.id);
        Self { user_id, session_count: group.session_count, numbers: group.into() }
    }
}

impl From<TraceGroup> for GroupNumbers {
    fn from(group: TraceGroup) -> Self {
        Self {
            first_start_time: rfc3339_nanos(group.first_start_unix_nanos),
            last_start_time: rfc3339_nanos(group.last_start_unix_nanos),
            end_time: rfc3339_nanos(group.end_unix_nanos),
            trace_count: group.trace_count,
            span_count: group.span_count,
            error_count: group.error_count,
            llm_call_count: group.llm_call_count,
            input_tokens: group.input_tokens,
            output_tokens: group.output_tokens,
            cost_usd: group.cost_usd,
            unpriced_calls: group.unpriced_calls,
            services: group.services,
        }
    }
}

/// List sessions (conversations), latest activity first.
#[utoipa::path(
    get, path = "/otel/sessions", operation_id = "list_telemetry_sessions", tag = "otel", params(GroupListParams),
    responses((status = 200, body = Page<Session>), Problems)
)]
async fn list_sessions(
    State(service): State<OtelService>,
    _: TelemetryReader,
    ApiQuery(params): ApiQuery<GroupListParams>,
) -> ApiResult<Json<Page<Session>>> {
    Ok(Json(groups(&service, GroupKind::Session, &params).await?.map(Session::from)))
}

/// List users, latest activity first.
#[utoipa::path(
    get, path = "/otel/users", operation_id = "list_telemetry_users", tag = "otel", params(GroupListParams),
    responses((status = 200, body = Page<User>), Problems)
)]
async fn list_users(
    State(service): State<OtelService>,
    _: TelemetryReader,
    ApiQuery(params): ApiQuery<GroupListParams>,
) -> ApiResult<Json<Page<User>>> {
    Ok(Json(groups(&service, GroupKind::User, &params).await?.map(User::from)))
}

async fn groups(
    service: &OtelService,
    kind: GroupKind,
    params: &GroupListParams,
) -> ApiResult<Page<TraceGroup>> {
    let filter = params.filter()?;
    let hash = filter_hash(&(kind, &filter));
    let after = params.cursor.as_deref().map(|text| decode_position(text, hash)).transpose()?;
    let limit = LIST_LIMIT.clamp(params.limit);
    let page = service.store().trace_groups(kind, &filter, limit, after).await.map_err(api_error)?;
    let next_cursor = page.next.map(|next| encode_position(&next, hash));
    Ok(Page { items: page.items, next_cursor })
}

/// Read one session: its traces in order, with what was said in each.
#[utoipa::path(
    get, path = "/otel/sessions/{session_id}", tag = "otel",
    params(("session_id" = String, Path, description = "Session id as clients sent it"), SessionParams),
    responses((status = 200, body = SessionDetail), Problems)
)]
async fn get_session(
    State(service): State<OtelService>,
    _: TelemetryReader,
    ApiPath(id): ApiPath<String>,
    ApiQuery(params): ApiQuery<SessionParams>,
) -> ApiResult<Json<SessionDetail>> {
    let hash = filter_hash(&id);
    let after = params.cursor.as_deref().map(|text| decode_position(text, hash)).transpose()?;
    let limit = TURN_LIMIT.clamp(params.limit);
    let found = service.store().session(id, limit, after).await.map_err(api_error)?;
    let found = found.ok_or_else(|| ApiError::not_found("no trace names this session"))?;
    let mut said: HashMap<TraceId, _> = turns(service.store(), &found.traces).await?;
    let traces = found.traces.into_iter().map(|row| {
        let words = said.remove(&row.trace_id).unwrap_or_default();
        Turn { trace: row.into(), first_user_text: words.user, last_answer_text: words.answer }
    });
    let next_cursor = found.next.map(|next| encode_position(&next, hash));
    Ok(Json(SessionDetail { traces: traces.collect(), session: found.session.into(), next_cursor }))
}
