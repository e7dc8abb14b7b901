//! Telemetry as the Go server answers it.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use http_body::{Frame, SizeHint};
use junjo_span_model::{SpanId, TraceId};
use junjo_span_store::{Beginning, Reading};
use junjo_telemetry::{Answered, TelemetryError};

use crate::call::{Answer, Call};
use crate::error::LegacyError;
use crate::reply::{Style, json};
use crate::span::Spans;
use crate::state::State;

/// Spans in a list.
const SPANS_MAX: usize = 500;

pub(crate) async fn service_names(state: &State, call: &Call) -> Answer {
    let names = state.shared().telemetry.service_names().await?;
    Ok(call.answer(StatusCode::OK, &names))
}

pub(crate) async fn root_spans(state: &State, call: &Call, service: &str) -> Answer {
    newest(state, call, service, Beginning::Root).await
}

pub(crate) async fn root_spans_with_llm(state: &State, call: &Call, service: &str) -> Answer {
    newest(state, call, service, Beginning::RootWithLlm).await
}

pub(crate) async fn workflows(state: &State, call: &Call, service: &str) -> Answer {
    newest(state, call, service, Beginning::Workflow).await
}

async fn newest(state: &State, call: &Call, service: &str, beginning: Beginning) -> Answer {
    let service = given("serviceName", service)?;
    let found = state.shared().telemetry.newest_whole(service, beginning, SPANS_MAX).await?;
    let Answered { answer, reading } = found;
    write(call.style, reading, move |style| style.text(&Spans::of_list(&answer))).await
}

pub(crate) async fn trace_spans(state: &State, call: &Call, trace: &str) -> Answer {
    let Some(trace_id) = trace_id(&given("traceId", trace)?) else {
        return Ok(call.answer(StatusCode::OK, &[(); 0]));
    };
    let Answered { answer, reading } = state.shared().telemetry.whole_trace(trace_id).await?;
    write(call.style, reading, move |style| style.text(&Spans::of_trace(&answer))).await
}

/// Of a subflow the whole trace is asked for: what it is called in a graph is known by the spans around it.
pub(crate) async fn span(state: &State, call: &Call, (trace, span): (&str, &str)) -> Answer {
    let (trace, span) = (given("traceId", trace)?, given("spanId", span)?);
    let (Some(trace_id), Some(span_id)) = (trace_id(&trace), span_id(&span)) else {
        return Ok(call.answer(StatusCode::OK, &()));
    };
    let telemetry = &state.shared().telemetry;
    let Answered { answer, reading } = telemetry.whole_span(trace_id, span_id).await?;
    let mut found = Answered { answer: Vec::from_iter(answer), reading };
    if found.answer.iter().any(|span| span.row.span_type.as_deref() == Some("subflow")) {
        found = telemetry.whole_trace(trace_id).await?;
    }
    let Answered { answer, reading } = found;
    write(call.style, reading, move |style| style.text(&Spans::of_trace(&answer).one(span_id))).await
}

/// A parameter that must not be empty.
fn given(name: &str, value: &str) -> Result<String, LegacyError> {
    if value.is_empty() {
        return Err(LegacyError::error(StatusCode::BAD_REQUEST, format!("{name} parameter is required")));
    }
    Ok(value.to_owned())
}

/// The Go server compares texts: an id in upper case is another one.
fn trace_id(text: &str) -> Option<TraceId> {
    text.parse().ok().filter(|id: &TraceId| id.to_string() == text)
}

fn span_id(text: &str) -> Option<SpanId> {
    text.parse().ok().filter(|id: &SpanId| id.to_string() == text)
}

/// Writes on a blocking thread: a list of states takes its time.
async fn write<F>(style: Style, reading: Reading, text: F) -> Answer
where
    F: FnOnce(Style) -> serde_json::Result<Vec<u8>> + Send + 'static,
{
    let text = tokio::task::spawn_blocking(move || text(style)).await.map_err(TelemetryError::from)?;
    let text = Bytes::from(text.map_err(junjo_web::ApiError::internal)?);
    reading.shrink_to(text.len() as u64);
    reading.hold_free((text.len() as u64).saturating_sub(reading.bytes()));
    let mut response: Response = json(StatusCode::OK, Bytes::new());
    *response.body_mut() = Body::new(HeldText { text: Some(text), _reading: reading });
    Ok(response)
}

/// A text whose memory is counted until it is on its way.
struct HeldText {
    text: Option<Bytes>,
    _reading: Reading,
}

impl http_body::Body for HeldText {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Poll::Ready(self.text.take().map(|text| Ok(Frame::data(text))))
    }

    fn is_end_stream(&self) -> bool {
        self.text.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.text.as_ref().map_or(0, |text| text.len() as u64))
    }
}
