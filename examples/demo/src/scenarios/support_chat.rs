//! A shop's support chat: HTTP request, agent, retrieval, a tool with its database query, and two model calls.
//! Speaks `gen_ai.*` and OpenInference in one trace, over two services.

use opentelemetry_proto::tonic::logs::v1::SeverityNumber;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use super::services::{AGENT, RETRIEVAL, WEB};
use crate::attribute::attribute;
use crate::genai::{Chat, Message, Usage, agent, embeddings, exchange, retrieval, tool_call};
use crate::trace::{SpanRef, Trace};

const QUESTION: &str = "Where is my order 4711? It should have arrived on Monday.";
const SYSTEM: &str = "You are the support agent of a small book shop. Be brief and kind.";
const ANSWER: &str = "Your order 4711 left our warehouse on Saturday and is at the depot in Brno. It should reach you \
                      tomorrow before noon. Sorry for the delay!";

pub(super) fn build(rng: &mut StdRng) -> Vec<Trace> {
    let mut trace = Trace::new(rng);
    let request = trace.open(WEB, None, "POST /api/chat", SpanKind::Server);
    trace.set(request, "http.request.method", "POST");
    trace.set(request, "http.route", "/api/chat");
    trace.set(request, "url.path", "/api/chat");
    trace.set(request, "session.id", "chat-4711");
    trace.set(request, "user.id", "zofie");
    trace.pass(6);
    trace.log(
        request,
        SeverityNumber::Info,
        "chat message accepted",
        vec![attribute("chat.id", "chat-4711")],
    );

    let run = trace.open(AGENT, Some(request), "invoke_agent support", SpanKind::Internal);
    trace.set_all(run, agent("support", "answers questions about orders"));
    trace.set(run, "gen_ai.conversation.id", "chat-4711");
    classify_mood(&mut trace, run);
    look_up_policy(&mut trace, run);
    answer_with_tool(&mut trace, run);
    trace.close(run);

    trace.pass(4);
    trace.set_all(request, exchange(QUESTION, ANSWER));
    trace.set(request, "http.response.status_code", 200_i64);
    trace.close(request);
    vec![trace]
}

fn look_up_policy(trace: &mut Trace, parent: SpanRef) {
    let search = trace.open(RETRIEVAL, Some(parent), "search knowledge base", SpanKind::Internal);
    let documents = [
        ("kb-12", 0.93, "Parcels inside the EU take two to four working days."),
        ("kb-31", 0.71, "A parcel that is three days late is sent again free of charge."),
        ("kb-3", 0.41, "Opening hours of the shop in Brno."),
    ];
    trace.set_all(search, retrieval(QUESTION, &documents));
    let embedding = trace.step(AGENT, search, ("embeddings text-embedding-3-small", SpanKind::Client), 62);
    trace.set_all(embedding, embeddings(14));
    trace.pass(31);
    trace.close(search);
}

fn answer_with_tool(trace: &mut Trace, parent: SpanRef) {
    let arguments = json!({"order_id": "4711"});
    let order =
        json!({"order_id": "4711", "status": "in transit", "depot": "Brno", "eta": "tomorrow, 12:00"});
    let call = Message::ToolCall {
        id: "call_8sKd2".to_owned(),
        name: "look_up_order".to_owned(),
        arguments: arguments.clone(),
    };
    let asked = vec![Message::user(QUESTION)];
    let usage = Usage { input: trace.about(612), output: trace.about(24), ..Usage::default() };
    chat(trace, parent, asked.clone(), call.clone(), usage);

    run_tool(trace, parent, &arguments, &order);

    let result = Message::ToolResult { id: "call_8sKd2".to_owned(), result: order };
    let input = [asked, vec![call, result]].concat();
    let usage =
        Usage { input: trace.about(688), output: trace.about(58), cache_read: 512, ..Usage::default() };
    chat(trace, parent, input, Message::assistant(ANSWER), usage);
}

fn chat(trace: &mut Trace, parent: SpanRef, input: Vec<Message>, output: Message, usage: Usage) {
    let span = trace.step(AGENT, parent, ("chat gpt-4.1-mini", SpanKind::Client), 880);
    let call = Chat {
        provider: "openai",
        model: "gpt-4.1-mini",
        response_model: "gpt-4.1-mini-2025-04-14",
        system: SYSTEM,
        input,
        output,
        usage,
    };
    trace.set_all(span, call.to_gen_ai());
}

fn run_tool(trace: &mut Trace, parent: SpanRef, arguments: &Value, result: &Value) {
    let tool = trace.open(AGENT, Some(parent), "execute_tool look_up_order", SpanKind::Internal);
    trace.set_all(tool, tool_call("call_8sKd2", "look_up_order", arguments, result));
    trace.pass(2);
    let query = trace.step(WEB, tool, ("SELECT shop.orders", SpanKind::Client), 14);
    trace.set(query, "db.system.name", "postgresql");
    trace.set(query, "db.namespace", "shop");
    trace.set(query, "db.query.text", "SELECT status, depot, eta FROM orders WHERE id = $1");
    let found = vec![attribute("order.id", "4711"), attribute("db.response.returned_rows", 1_i64)];
    trace.log(query, SeverityNumber::Debug, "order found", found);
    trace.pass(1);
    trace.close(tool);
}

fn classify_mood(trace: &mut Trace, parent: SpanRef) {
    let span = trace.step(RETRIEVAL, parent, ("ChatCompletion", SpanKind::Internal), 240);
    let call = Chat {
        provider: "openai",
        model: "gpt-4o-mini",
        response_model: "gpt-4o-mini-2024-07-18",
        system: "Name the customer's mood in one word.",
        input: vec![Message::user(QUESTION)],
        output: Message::assistant("worried"),
        usage: Usage { input: trace.about(48), output: 2, ..Usage::default() },
    };
    trace.set_all(span, call.to_openinference());
}
