//! `GET /otel/conversations`, `/otel/conversations/{session_id}` and `/otel/users`: traces put together by conversation and
//! person. A conversation is what spans name as `session.id` (or another vocabulary's word for it).

use axum::extract::State;
use junjo_auth::TelemetryReader;
use junjo_telemetry::answers::{Conversation, ConversationDetail, User};
use junjo_telemetry::params::{GroupFilterParams, OrderParams, PageParams, TimeParams};
use junjo_telemetry::{PageAsk, Telemetry};
use junjo_web::{ApiPath, ApiQueries, ApiQuery, ApiResult, Limit, Page, Problems, with_alias};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::answer::Answer;
use crate::state::OtelState;

/// Traces of a conversation in a page: each needs two whole spans for what was said.
const TURN_LIMIT: Limit = Limit::new(50, 200);

pub(crate) fn routes() -> OpenApiRouter<OtelState> {
    OpenApiRouter::new()
        .routes(with_alias(routes!(list_conversations), "/otel/sessions"))
        .routes(with_alias(routes!(get_conversation), "/otel/sessions/{session_id}"))
        .routes(routes!(list_users))
}

/// Paging of a conversation's traces.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ConversationParams {
    /// Traces in a page, 1 to 200; 50 by default.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List conversations, latest activity first or by another figure.
///
/// Numbers are those of the traces in the time range.
#[utoipa::path(
    get, path = "/otel/conversations", tag = "otel",
    params(TimeParams, GroupFilterParams, OrderParams, PageParams),
    responses((status = 200, body = Page<Conversation>), Problems)
)]
async fn list_conversations(
    State(telemetry): State<Telemetry>,
    _: TelemetryReader,
    ApiQueries((time, groups, order, page)): ApiQueries<(
        TimeParams,
        GroupFilterParams,
        OrderParams,
        PageParams,
    )>,
) -> ApiResult<Answer<Page<Conversation>>> {
    Ok(Answer(telemetry.conversations(&groups.to_filter(&time)?, order.to_order(), page.ask()).await?))
}

/// List users, latest activity first or by another figure.
///
/// Numbers are those of the traces in the time range.
#[utoipa::path(
    get, path = "/otel/users", tag = "otel",
    params(TimeParams, GroupFilterParams, OrderParams, PageParams),
    responses((status = 200, body = Page<User>), Problems)
)]
async fn list_users(
    State(telemetry): State<Telemetry>,
    _: TelemetryReader,
    ApiQueries((time, groups, order, page)): ApiQueries<(
        TimeParams,
        GroupFilterParams,
        OrderParams,
        PageParams,
    )>,
) -> ApiResult<Answer<Page<User>>> {
    Ok(Answer(telemetry.users(&groups.to_filter(&time)?, order.to_order(), page.ask()).await?))
}

/// Read one conversation: its traces in order, with what was said in each.
#[utoipa::path(
    get, path = "/otel/conversations/{session_id}", tag = "otel",
    params(("session_id" = String, Path, description = "Id of the conversation as clients sent it"), ConversationParams),
    responses((status = 200, body = ConversationDetail), Problems)
)]
async fn get_conversation(
    State(telemetry): State<Telemetry>,
    _: TelemetryReader,
    ApiPath(id): ApiPath<String>,
    ApiQuery(params): ApiQuery<ConversationParams>,
) -> ApiResult<Answer<ConversationDetail>> {
    let page = PageAsk { limit: TURN_LIMIT.clamp(params.limit), cursor: params.cursor.as_deref() };
    Ok(Answer(telemetry.conversation(id, page).await?))
}
