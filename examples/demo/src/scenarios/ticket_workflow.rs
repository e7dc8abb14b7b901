//! A Junjo workflow that succeeds: a concurrent group with a subflow in it, a subflow of its own, a loop, and a store
//! whose every change is recorded.

use opentelemetry_proto::tonic::logs::v1::SeverityNumber;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use rand::rngs::StdRng;
use serde_json::json;

use super::services::{FLOWS, WEB};
use crate::attribute::attribute;
use crate::genai::{Chat, Message, Usage, exchange, retrieval};
use crate::junjo::{Executable, GraphDefinition, NodeDefinition, WorkflowRun};
use crate::trace::{SpanRef, Trace};

const MESSAGE: &str = "My invoice 4711 is wrong, please help!";
const DRAFT: &str = "Invoice 4711 will be corrected.";
const ANSWER: &str = "We are sorry: invoice 4711 had the wrong address. A corrected invoice is attached.";

pub(super) fn build(rng: &mut StdRng) -> Vec<Trace> {
    let mut trace = Trace::new(rng);
    let request = trace.open(WEB, None, "POST /api/tickets", SpanKind::Server);
    trace.set(request, "http.request.method", "POST");
    trace.set(request, "http.route", "/api/tickets");
    trace.set(request, "session.id", "ticket-42");
    trace.set(request, "user.id", "marek");
    trace.pass(5);
    let ticket = vec![attribute("ticket.id", "42"), attribute("ticket.language", "en")];
    trace.log(request, SeverityNumber::Info, "ticket accepted", ticket);
    run_workflow(&mut trace, request);
    trace.pass(3);
    trace.set_all(request, exchange(MESSAGE, ANSWER));
    trace.set(request, "http.response.status_code", 201_i64);
    trace.close(request);
    vec![trace]
}

fn graph() -> GraphDefinition {
    use NodeDefinition::{Concurrent, Node, Subflow};
    GraphDefinition {
        nodes: vec![
            Node("ReceiveNode"),
            Node("SendNode"),
            Concurrent(
                "Analyse concurrently",
                vec![
                    Node("ClassifyNode"),
                    Node("SentimentNode"),
                    Subflow("Language Subflow", language_graph()),
                ],
            ),
            Subflow("Research Subflow", research_graph()),
            Node("DraftAnswerNode"),
            Node("ReviewNode"),
        ],
        edges: vec![
            ("ReceiveNode", "Analyse concurrently", None),
            ("Analyse concurrently", "Research Subflow", None),
            ("Research Subflow", "DraftAnswerNode", None),
            ("DraftAnswerNode", "ReviewNode", None),
            ("ReviewNode", "DraftAnswerNode", Some("NeedsRevision")),
            ("ReviewNode", "SendNode", None),
        ],
    }
}

fn language_graph() -> GraphDefinition {
    let nodes = vec![NodeDefinition::Node("DetectNode"), NodeDefinition::Node("NormaliseNode")];
    GraphDefinition { nodes, edges: vec![("DetectNode", "NormaliseNode", None)] }
}

fn research_graph() -> GraphDefinition {
    let nodes = vec![NodeDefinition::Node("SearchNode"), NodeDefinition::Node("RankNode")];
    GraphDefinition { nodes, edges: vec![("SearchNode", "RankNode", None)] }
}

fn run_workflow(trace: &mut Trace, request: SpanRef) {
    let state = json!({
        "message": MESSAGE, "category": null, "sentiment": null, "language": null,
        "documents": [], "answer": null, "revisions": 0, "status": "new",
    });
    let service = (FLOWS.service, Some(request));
    let mut flow =
        WorkflowRun::start(trace, service, "Support Ticket Workflow", &graph(), ("TicketStore", state));

    let receive = flow.enter(trace, "ReceiveNode");
    trace.pass(3);
    flow.store.replace(trace, receive.span, ("set_status", "status"), &json!("open"));
    trace.close(receive.span);

    analyse(trace, &mut flow);
    research(trace, &mut flow);
    for revision in 1..=2 {
        draft(trace, &mut flow, revision);
        review(trace, &mut flow, revision);
    }

    let send = flow.enter(trace, "SendNode");
    trace.pass(40);
    flow.store.replace(trace, send.span, ("set_status", "status"), &json!("answered"));
    trace.log(send.span, SeverityNumber::Info, "answer sent", vec![attribute("ticket.id", "42")]);
    trace.close(send.span);
    flow.finish(trace);
}

/// Three members side by side; the slowest ends the group.
fn analyse(trace: &mut Trace, flow: &mut WorkflowRun) {
    let group = flow.enter(trace, "Analyse concurrently");
    let started = trace.now();

    let classify = flow.enter_in(trace, &group, "ClassifyNode");
    let usage = Usage { input: trace.about(310), output: 3, ..Usage::default() };
    ask(trace, classify.span, "Classify the ticket", "billing", usage);
    flow.store.replace(trace, classify.span, ("set_category", "category"), &json!("billing"));
    trace.close(classify.span);
    let mut ended = trace.now();

    trace.jump_to(started);
    let sentiment = flow.enter_in(trace, &group, "SentimentNode");
    trace.pass(1900);
    let mood = json!({"label": "negative", "scores": [0.91, 0.06, 0.03]});
    flow.store.replace(trace, sentiment.span, ("set_sentiment", "sentiment"), &mood);
    trace.close(sentiment.span);
    ended = ended.max(trace.now());

    trace.jump_to(started);
    detect_language(trace, flow, &group);
    ended = ended.max(trace.now());

    trace.jump_to(ended);
    trace.close(group.span);
}

fn detect_language(trace: &mut Trace, flow: &mut WorkflowRun, group: &Executable) {
    let state = json!({"text": MESSAGE, "candidates": [], "language": null});
    let mut subflow = flow.start_subflow(trace, group, "Language Subflow", ("LanguageStore", state));
    let detect = subflow.enter(trace, "DetectNode");
    trace.pass(35);
    for candidate in [json!({"code": "en", "score": 0.98}), json!({"code": "nl", "score": 0.01})] {
        subflow.store.append(trace, detect.span, ("add_candidate", "candidates"), &candidate);
    }
    trace.close(detect.span);
    let normalise = subflow.enter(trace, "NormaliseNode");
    trace.pass(4);
    subflow.store.replace(trace, normalise.span, ("set_language", "language"), &json!("en"));
    trace.close(normalise.span);
    // post_run_actions: the subflow's own span carries the write to the parent's store
    flow.store.replace(trace, subflow.executable().span, ("set_language", "language"), &json!("en"));
    subflow.finish(trace);
}

fn research(trace: &mut Trace, flow: &mut WorkflowRun) {
    let parent = flow.executable();
    let state = json!({"query": MESSAGE, "hits": [], "ranked": []});
    let mut subflow = flow.start_subflow(trace, &parent, "Research Subflow", ("ResearchStore", state));
    let search = subflow.enter(trace, "SearchNode");
    let lookup = trace.step(FLOWS, search.span, ("vector search", SpanKind::Client), 140);
    let documents = [
        ("kb-12", 0.93, "How to correct an invoice: cancel it, write a new one, tell the customer."),
        ("kb-3", 0.41, "When an invoice is due."),
    ];
    trace.set_all(lookup, retrieval("invoice dispute", &documents));
    for hit in [json!({"id": "kb-12", "score": 0.93}), json!({"id": "kb-3", "score": 0.41})] {
        subflow.store.append(trace, search.span, ("add_hit", "hits"), &hit);
    }
    trace.close(search.span);
    let rank = subflow.enter(trace, "RankNode");
    trace.pass(22);
    subflow.store.replace(trace, rank.span, ("set_ranked", "ranked"), &json!(["kb-12", "kb-3"]));
    trace.close(rank.span);
    let span = subflow.executable().span;
    flow.store.append(trace, span, ("add_document", "documents"), &json!({"id": "kb-12"}));
    subflow.finish(trace);
}

fn draft(trace: &mut Trace, flow: &mut WorkflowRun, revision: i64) {
    let node = flow.enter(trace, "DraftAnswerNode");
    let answer = match revision {
        1 => DRAFT,
        _ => ANSWER,
    };
    let usage = Usage { input: trace.about(1450), output: trace.about(88), cache_read: 1024, reasoning: 32 };
    ask(trace, node.span, "Answer the ticket using document kb-12.", answer, usage);
    flow.store.replace(trace, node.span, ("set_answer", "answer"), &json!(answer));
    flow.store.replace(trace, node.span, ("set_revisions", "revisions"), &json!(revision));
    trace.close(node.span);
}

fn review(trace: &mut Trace, flow: &mut WorkflowRun, revision: i64) {
    let node = flow.enter(trace, "ReviewNode");
    let verdict = if revision == 1 { "revise: say what was wrong and apologise" } else { "accept" };
    let usage = Usage { input: trace.about(520), output: trace.about(12), ..Usage::default() };
    ask(trace, node.span, "Review the answer.", verdict, usage);
    // the second time this changes nothing: an action without a revision
    flow.store.replace(trace, node.span, ("set_status", "status"), &json!("in review"));
    trace.close(node.span);
}

fn ask(trace: &mut Trace, parent: SpanRef, question: &str, answer: &str, usage: Usage) {
    let span = trace.step(FLOWS, parent, ("ChatCompletion", SpanKind::Client), 1150);
    let call = Chat {
        provider: "anthropic",
        model: "claude-sonnet-4-5",
        response_model: "claude-sonnet-4-5-20250929",
        system: "You are terse.",
        input: vec![Message::user(&format!("{question}\n\n{MESSAGE}"))],
        output: Message::assistant(answer),
        usage,
    };
    trace.set_all(span, call.to_openinference());
}
