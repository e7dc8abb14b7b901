//! One conversation over three traces: each turn sends the whole history again, so input tokens grow.

use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use rand::rngs::StdRng;

use super::services::{AGENT, WEB};
use crate::genai::{Chat, Message, Usage, agent};
use crate::trace::Trace;

const TURNS: &[(&str, &str)] = &[
    (
        "I need a present for a ten-year-old who likes space.",
        "Two ideas: an illustrated atlas of the planets, or a build-it-yourself model of Saturn V.",
    ),
    ("The atlas sounds good. Is it in stock?", "Yes, four copies. It costs 24.90 EUR."),
    (
        "Please put one aside, I will come tomorrow.",
        "Done: one copy is waiting for you under the name Novak until tomorrow evening.",
    ),
];

pub(super) fn build(rng: &mut StdRng) -> Vec<Trace> {
    (0..TURNS.len()).map(|turn| build_turn(rng, turn)).collect()
}

fn build_turn(rng: &mut StdRng, turn: usize) -> Trace {
    let mut trace = Trace::new(rng);
    let request = trace.open(WEB, None, "POST /api/chat", SpanKind::Server);
    trace.set(request, "http.request.method", "POST");
    trace.set(request, "http.route", "/api/chat");
    trace.set(request, "session.id", "chat-5150");
    trace.set(request, "user.id", "novak");
    trace.pass(5);
    let run = trace.open(AGENT, Some(request), "invoke_agent bookseller", SpanKind::Internal);
    trace.set_all(run, agent("bookseller", "advises customers and reserves books"));

    let span = trace.step(AGENT, run, ("chat gpt-4.1", SpanKind::Client), 1400);
    let input_tokens = 180 + 95 * i64::try_from(turn).unwrap_or(0);
    let call = Chat {
        provider: "openai",
        model: "gpt-4.1",
        response_model: "gpt-4.1-2025-04-14",
        system: "You are a bookseller. Answer in two sentences at most.",
        input: history(turn),
        output: Message::assistant(TURNS[turn].1),
        usage: Usage { input: trace.about(input_tokens), output: trace.about(34), ..Usage::default() },
    };
    trace.set_all(span, call.to_gen_ai());
    trace.set(span, "gen_ai.conversation.id", "chat-5150");

    trace.close(run);
    trace.pass(2);
    trace.set(request, "http.response.status_code", 200_i64);
    trace.close(request);
    trace
}

/// All that was said before, and the user's message of this turn.
fn history(turn: usize) -> Vec<Message> {
    let mut messages = Vec::new();
    for (question, answer) in &TURNS[..turn] {
        messages.extend([Message::user(question), Message::assistant(answer)]);
    }
    messages.push(Message::user(TURNS[turn].0));
    messages
}
