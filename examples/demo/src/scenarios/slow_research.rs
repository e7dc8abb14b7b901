//! A slow trace: a research agent that plans, reads twelve pages four at a time and writes a long report.

use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use rand::rngs::StdRng;
use serde_json::json;

use super::services::RESEARCH;
use crate::genai::{Chat, Message, Usage, agent, tool_call};
use crate::trace::{SpanRef, Trace};

const ROUNDS: usize = 3;
const PAGES_AT_ONCE: usize = 4;
const QUESTION: &str = "Which packaging keeps books dry and costs under 0.40 EUR?";

pub(super) fn build(rng: &mut StdRng) -> Vec<Trace> {
    let mut trace = Trace::new(rng);
    let run = trace.open(RESEARCH, None, "invoke_agent researcher", SpanKind::Internal);
    trace.set_all(run, agent("researcher", "reads the web and writes reports"));
    trace.set(run, "session.id", "research-7");
    trace.set(run, "user.id", "jana");

    let plan = Usage { input: trace.about(840), output: trace.about(610), reasoning: 480, cache_read: 0 };
    think(
        &mut trace,
        run,
        (6_400, "Plan: compare paper, foil and board; read suppliers' data sheets."),
        plan,
    );
    for round in 0..ROUNDS {
        read_pages(&mut trace, run, round);
    }
    let report = Usage {
        input: trace.about(31_000),
        output: trace.about(2_900),
        reasoning: 1_900,
        cache_read: 24_000,
    };
    let text = "Waxed board sleeves keep books dry for 48 hours at 0.31 EUR each; foil is cheaper and tears.";
    think(&mut trace, run, (27_000, text), report);
    trace.close(run);
    vec![trace]
}

fn read_pages(trace: &mut Trace, parent: SpanRef, round: usize) {
    let started = trace.now();
    let mut ended = started;
    for slot in 0..PAGES_AT_ONCE {
        trace.jump_to(started);
        let page = round * PAGES_AT_ONCE + slot + 1;
        let url = format!("https://suppliers.example/sheets/{page}");
        let tool = trace.step(RESEARCH, parent, ("execute_tool read_page", SpanKind::Internal), 2_600);
        let result = json!({"url": url, "words": 1_800 + 140 * page});
        trace.set_all(tool, tool_call(&format!("call_{page}"), "read_page", &json!({"url": url}), &result));
        ended = ended.max(trace.now());
    }
    trace.jump_to(ended);
}

fn think(trace: &mut Trace, parent: SpanRef, (millis, answer): (u64, &str), usage: Usage) {
    let span = trace.step(RESEARCH, parent, ("chat gemini-2.5-pro", SpanKind::Client), millis);
    let call = Chat {
        provider: "gcp.gemini",
        model: "gemini-2.5-pro",
        response_model: "gemini-2.5-pro",
        system: "You are a careful researcher.",
        input: vec![Message::user(QUESTION)],
        output: Message::assistant(answer),
        usage,
    };
    trace.set_all(span, call.to_gen_ai());
}
