//! Errors that a retry mends: the model answers 429, then 500, then works. The root succeeds, two children failed. Each
//! retry is logged, and the messages of the call that works are in a log event instead of its span.

use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::logs::v1::SeverityNumber;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use rand::rngs::StdRng;

use super::services::AGENT;
use crate::attribute::attribute;
use crate::genai::{Chat, DETAILS_EVENT, Message, Usage, agent};
use crate::trace::{Failure, SpanRef, Trace};

const RATE_LIMITED: Failure = Failure {
    error_type: "RateLimitError",
    message: "429: rate limit reached for requests per minute, try again in 2s",
    stacktrace: "Traceback (most recent call last):\n  File \"/app/agent.py\", line 57, in complete\n    \
                 raise RateLimitError(response)\nRateLimitError: 429: rate limit reached for requests per minute\n",
};
const SERVER_ERROR: Failure = Failure {
    error_type: "InternalServerError",
    message: "500: the model is currently overloaded",
    stacktrace: "Traceback (most recent call last):\n  File \"/app/agent.py\", line 57, in complete\n    \
                 raise InternalServerError(response)\nInternalServerError: 500: the model is currently overloaded\n",
};

pub(super) fn build(rng: &mut StdRng) -> Vec<Trace> {
    let mut trace = Trace::new(rng);
    let run = trace.open(AGENT, None, "invoke_agent summariser", SpanKind::Internal);
    trace.set_all(run, agent("summariser", "summarises the day's tickets"));
    trace.set(run, "session.id", "batch-2026");
    for (attempts, (failure, backoff_millis)) in (1_i64..).zip([(RATE_LIMITED, 2_000), (SERVER_ERROR, 4_000)])
    {
        let attempt = trace.open(AGENT, Some(run), "chat claude-haiku-4-5", SpanKind::Client);
        trace.pass(320);
        trace.set_all(attempt, request());
        trace.fail(attempt, failure);
        trace.close(attempt);
        let warning = format!("attempt {attempts} failed, trying again in {} s", backoff_millis / 1_000);
        let attributes =
            vec![attribute("error.type", failure.error_type), attribute("retry.attempt", attempts)];
        trace.log(run, SeverityNumber::Warn, &warning, attributes);
        trace.pass(backoff_millis);
    }
    succeed(&mut trace, run);
    trace.close(run);
    vec![trace]
}

/// What a failed call has: the request, and no usage.
fn request() -> Vec<KeyValue> {
    vec![
        attribute("gen_ai.operation.name", "chat"),
        attribute("gen_ai.provider.name", "anthropic"),
        attribute("gen_ai.request.model", "claude-haiku-4-5"),
    ]
}

fn succeed(trace: &mut Trace, parent: SpanRef) {
    let span = trace.step(AGENT, parent, ("chat claude-haiku-4-5", SpanKind::Client), 2_100);
    let call = Chat {
        provider: "anthropic",
        model: "claude-haiku-4-5",
        response_model: "claude-haiku-4-5-20251001",
        system: "Summarise in three bullet points.",
        input: vec![Message::user("Tickets of today: 41 about late parcels, 7 about invoices, 2 thanks.")],
        output: Message::assistant("- 41 late parcels\n- 7 invoice questions\n- 2 customers said thanks"),
        usage: Usage { input: trace.about(2_310), output: trace.about(41), ..Usage::default() },
    };
    trace.set_all(span, call.to_gen_ai_facts());
    trace.log_event(span, DETAILS_EVENT, call.to_gen_ai_messages());
}
