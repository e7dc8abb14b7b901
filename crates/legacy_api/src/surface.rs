//! Which requests are the Go server's, and its checks in its order: csrf cookie, session, method.
//!
//! What has another owner passes untouched: this server's own routes, the page's files, and the page itself for browsers that
//! navigate. An address that nobody has is answered as the Go server does, so that its page understands it.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest as _, FromRequestParts, Request, State as Shared};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use junjo_auth::{CurrentUser, Visit};
use junjo_web::client::ClientInfo;
use junjo_web::{ErrorKind, NothingHere};

use crate::call::{Answer, Call};
use crate::error::LegacyError;
use crate::path::go_path;
use crate::reply::Style;
use crate::route::{Action, Route, Target};
use crate::state::State;
use crate::{accounts, csrf, keys, otel, playground, users};

/// First parts of paths under which the Go server had nothing: what is missing there is told in this server's words.
const OURS: [&str; 6] = ["api-keys", "assets", "auth", "docs", "openapi.json", "v1"];

/// Puts the Go server's API around `router`, which has every other route and says [`NothingHere`] where it has none. It must
/// be served inside `junjo_auth::protect`.
pub fn around(router: Router, state: &State) -> Router {
    router.layer(from_fn_with_state(state.clone(), dispatch))
}

async fn dispatch(Shared(state): Shared<State>, request: Request, next: Next) -> Response {
    let path = go_path(request.uri().path());
    let target = Target::find(request.method(), &path);
    if is_the_page_s(&request, &target) {
        return next.run(request).await;
    }
    if target.action != Action::Nothing {
        let (mut parts, body) = request.into_parts();
        return respond(&state, target, &mut parts, body).await;
    }
    let is_foreign = request.headers().contains_key(header::AUTHORIZATION);
    if is_foreign || OURS.contains(&path.split('/').nth(1).unwrap_or_default()) {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let response = next.run(Request::from_parts(parts.clone(), body)).await;
    if response.extensions().get::<NothingHere>().is_none() {
        return response;
    }
    respond(&state, target, &mut parts, Body::empty()).await
}

/// Whether a browser navigates to an address of the page: `/users` is one, and a list.
fn is_the_page_s(request: &Request, target: &Target) -> bool {
    let is_reading = [Method::GET, Method::HEAD].contains(request.method());
    let accepted = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    let is_navigation = is_reading && accepted.is_some_and(|accepted| accepted.contains("text/html"));
    match &target.action {
        Action::Answer(route, _) => is_navigation && *route == Route::ListUsers,
        Action::WrongMethod(_) | Action::Nothing => is_navigation,
    }
}

/// The checks, the handler, and the csrf cookie on whatever came of it.
async fn respond(state: &State, target: Target, parts: &mut Parts, body: Body) -> Response {
    let style = Style::of(parts.uri.query());
    let token =
        if target.has_csrf() { csrf::token(&parts.method, &parts.headers) } else { Ok(String::new()) };
    let (token, has_csrf) = match token {
        Ok(token) => (token, target.has_csrf()),
        Err(_) if target.is_refused_anyway() => (String::new(), false),
        Err(refused) => return refused.into_response(style),
    };
    let answer = answer(state, target, parts, (style, token.clone(), body)).await;
    let mut response = answer.unwrap_or_else(|refused| refused.into_response(style));
    if has_csrf {
        let is_https = ClientInfo::of(&parts.extensions).is_https;
        csrf::issue(&token, state.shared().clock.now(), is_https, response.headers_mut());
    }
    // answers are about one person, and of this moment
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn answer(
    state: &State,
    target: Target,
    parts: &mut Parts,
    (style, token, body): (Style, String, Body),
) -> Answer {
    let caller = caller(parts).await?;
    if caller.is_none() && !target.is_public() {
        return Err(LegacyError::no_session());
    }
    let (route, parameters) = match target.action {
        Action::Answer(route, parameters) => (route, parameters),
        Action::WrongMethod(allowed) => return Err(LegacyError::WrongMethod(allowed)),
        Action::Nothing => return Err(LegacyError::not_found()),
    };
    let visit = Visit::from_request_parts(parts, &()).await?;
    let body = Bytes::from_request(Request::from_parts(parts.clone(), body), &()).await;
    let body = body.map_err(|rejection| LegacyError::message(rejection.status(), rejection.body_text()))?;
    let call = Call { headers: parts.headers.clone(), body, style, visit, caller, token };
    handle(state, route, &parameters, &call).await
}

async fn caller(parts: &mut Parts) -> Result<Option<CurrentUser>, LegacyError> {
    match <CurrentUser as FromRequestParts<()>>::from_request_parts(parts, &()).await {
        Ok(caller) => Ok(Some(caller)),
        Err(error) if error.kind() == ErrorKind::Unauthenticated => Ok(None),
        Err(error) => Err(error.into()),
    }
}

async fn handle(state: &State, route: Route, parameters: &[String], call: &Call) -> Answer {
    let parameter = |place: usize| parameters.get(place).map_or("", String::as_str);
    match route {
        Route::Ping => Ok(pong()),
        Route::Csrf => Ok(call.answer(StatusCode::OK, &serde_json::json!({ "csrfToken": call.token }))),
        Route::SignIn => accounts::sign_in(state, call).await,
        Route::SignOut => accounts::sign_out(state, call).await,
        Route::AuthTest => accounts::auth_test(call),
        Route::HasUsers => accounts::has_users(state, call).await,
        Route::CreateFirstUser => accounts::create_first_user(state, call).await,
        Route::ListUsers => users::list(state, call).await,
        Route::CreateUser => users::create(state, call).await,
        Route::DeleteUser => users::delete(state, call, parameter(0)).await,
        Route::ListKeys => keys::list(state, call).await,
        Route::CreateKey => keys::create(state, call).await,
        Route::DeleteKey => keys::delete(state, call, parameter(0)).await,
        Route::ServiceNames => otel::service_names(state, call).await,
        Route::RootSpans => otel::root_spans(state, call, parameter(0)).await,
        Route::RootSpansWithLlm => otel::root_spans_with_llm(state, call, parameter(0)).await,
        Route::Workflows => otel::workflows(state, call, parameter(0)).await,
        Route::TraceSpans => otel::trace_spans(state, call, parameter(0)).await,
        Route::Span => otel::span(state, call, (parameter(0), parameter(1))).await,
        Route::Generate => playground::generate(state, call).await,
    }
}

fn pong() -> Response {
    let kind = HeaderValue::from_static("text/plain; charset=UTF-8");
    (HeaderMap::from_iter([(header::CONTENT_TYPE, kind)]), "pong").into_response()
}
