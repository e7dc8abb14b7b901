//! Dialects that no capture in `tests/fixtures` has, written by hand after what their instrumentations send.

use std::fmt::Write;

use junjo_span_model::{Event, KeyValue, PriceTable, Resource, Scope, Span, SpanId, TraceId, Value, promote};
use serde_json::{Value as Json, json};

use crate::{details, promoted};

/// An attribute value that outlives the test; integers, doubles, texts and lists become what an SDK would send.
fn value(json: &Json) -> Value<'static> {
    match json {
        Json::Null => Value::Empty,
        Json::Bool(flag) => Value::Bool(*flag),
        Json::Number(number) if number.is_f64() => Value::Double(number.as_f64().unwrap()),
        Json::Number(number) => Value::Int(number.as_i64().unwrap()),
        Json::String(text) => Value::String(leak(text).into()),
        Json::Array(items) => Value::Array(items.iter().map(value).collect()),
        Json::Object(_) => Value::Map(attributes(json)),
    }
}

pub(crate) fn attributes(json: &Json) -> Vec<KeyValue<'static>> {
    let members = json.as_object().unwrap();
    members.iter().map(|(key, json)| KeyValue { key: leak(key).into(), value: value(json) }).collect()
}

/// Tests may leak: decoded spans borrow from their message, and these have none.
fn leak(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

pub(crate) fn span(name: &str, attributes_json: &Json) -> Span<'static> {
    Span {
        trace_id: TraceId([1; 16]),
        span_id: SpanId([1; 8]),
        parent_span_id: None,
        trace_state: "".into(),
        flags: 0,
        name: leak(name).into(),
        kind: 1,
        start_time_unix_nano: 1_795_226_294_000_000_000,
        end_time_unix_nano: 1_795_226_295_000_000_000,
        attributes: attributes(attributes_json),
        dropped_attributes_count: 0,
        events: Vec::new(),
        dropped_events_count: 0,
        links: Vec::new(),
        dropped_links_count: 0,
        status_code: 0,
        status_message: "".into(),
        had_invalid_utf8: false,
        raw: &[],
    }
}

/// The promoted line and the details line of each span.
fn lines(scope: &'static str, spans: &[Span<'static>]) -> String {
    let resource = Resource::default();
    let scope = Scope { name: scope.into(), ..Scope::default() };
    let mut lines = String::new();
    for span in spans {
        let promoted = promote(&resource, &scope, span, PriceTable::bundled());
        writeln!(lines, "{}\n    {}", promoted::line(&promoted), details::line(&resource, &scope, span))
            .unwrap();
    }
    lines
}

/// Scenario: the Vercel AI SDK's outer span, its two kinds of model call and a tool, in the `ai.*` dialect.
/// Guarantee: only the inner calls count, and messages, tools and settings are found.
#[test]
fn vercel_spans_are_as_approved() {
    let tool = r#"{"type":"function","name":"weather","description":"W","inputSchema":{"type":"object"}}"#;
    let messages = r#"[{"role":"user","content":[{"type":"text","text":"hi"},{"type":"image","image":"https://e.com/a.png"}]},
        {"role":"assistant","content":[{"type":"tool-call","toolCallId":"c1","toolName":"weather","input":{"city":"P"}}]},
        {"role":"tool","content":[{"type":"tool-result","toolCallId":"c1","toolName":"weather","output":{"type":"text","value":"rain"}}]}]"#;
    let lines = lines(
        "ai",
        &[
            span(
                "ai.generateText",
                &json!({
                    "ai.operationId": "ai.generateText", "ai.model.id": "gpt-4.1", "ai.model.provider": "openai.chat",
                    "ai.prompt": r#"{"system":"Be brief.","messages":[{"role":"user","content":"hi"}]}"#,
                    "ai.response.text": "hello", "ai.usage.inputTokens": 240, "ai.usage.outputTokens": 20,
                    "ai.telemetry.metadata.userId": "u", "ai.telemetry.metadata.sessionId": "s", "ai.settings.maxRetries": 2,
                }),
            ),
            span(
                "ai.generateText.doGenerate",
                &json!({
                    "ai.operationId": "ai.generateText.doGenerate", "gen_ai.system": "openai.chat", "ai.model.id": "gpt-4.1",
                    "gen_ai.request.model": "gpt-4.1", "ai.prompt.messages": messages, "ai.prompt.tools": [tool],
                    "ai.response.text": "", "ai.response.toolCalls": r#"[{"toolCallId":"c2","toolName":"weather","input":"{\"city\":\"Q\"}"}]"#,
                    "ai.response.finishReason": "tool-calls", "ai.response.id": "r1", "ai.settings.maxOutputTokens": 100,
                    "ai.usage.inputTokens": 120, "ai.usage.outputTokens": 10, "ai.usage.cachedInputTokens": 64,
                    "ai.usage.totalTokens": 130,
                }),
            ),
            span(
                "ai.streamText.doStream",
                &json!({
                    "ai.operationId": "ai.streamText.doStream", "ai.model.provider": "anthropic.messages",
                    "ai.model.id": "claude-sonnet-4-5", "ai.response.msToFirstChunk": 312.5, "ai.response.reasoning": "hmm",
                    "ai.response.text": "ok", "ai.usage.promptTokens": 5, "ai.usage.completionTokens": 9,
                    "ai.usage.inputTokenDetails.cacheReadTokens": 2000, "ai.usage.inputTokenDetails.cacheWriteTokens": 100,
                }),
            ),
            span(
                "ai.toolCall",
                &json!({
                    "ai.operationId": "ai.toolCall", "ai.toolCall.name": "weather", "ai.toolCall.id": "c1",
                    "ai.toolCall.args": r#"{"city":"P"}"#, "ai.toolCall.result": r#""rain""#,
                }),
            ),
            span(
                "ai.embed.doEmbed",
                &json!({
                    "ai.operationId": "ai.embed.doEmbed", "ai.model.id": "text-embedding-3-small",
                    "ai.model.provider": "openai.embedding", "ai.values": ["\"one\"", "\"two\""], "ai.usage.tokens": 4,
                }),
            ),
        ],
    );
    insta::assert_snapshot!(lines);
}

/// Scenario: pydantic-ai's agent run and model call. Guarantee: the run's repeated usage does not count.
#[test]
fn pydantic_spans_are_as_approved() {
    let all = r#"[{"role":"user","parts":[{"type":"text","content":"hi"}]},
        {"role":"assistant","parts":[{"type":"text","content":"hello"}]}]"#;
    let lines = lines(
        "pydantic-ai",
        &[
            span(
                "agent run",
                &json!({
                    "model_name": "gpt-4.1", "agent_name": "helper", "gen_ai.usage.input_tokens": 30,
                    "gen_ai.usage.output_tokens": 5, "pydantic_ai.all_messages": all, "final_result": "hello",
                    "logfire.msg": "helper run",
                }),
            ),
            span(
                "chat gpt-4.1",
                &json!({
                    "gen_ai.operation.name": "chat", "gen_ai.system": "openai", "gen_ai.request.model": "gpt-4.1",
                    "gen_ai.usage.input_tokens": 30, "gen_ai.usage.output_tokens": 5, "operation.cost": 0.0001,
                    "gen_ai.usage.details.reasoning_tokens": 2, "gen_ai.agent.name": "helper",
                    "model_request_parameters": r#"{"function_tools":[{"name":"t","parameters_json_schema":{"type":"object"}}]}"#,
                }),
            ),
        ],
    );
    insta::assert_snapshot!(lines);
}

/// Scenario: LangChain through OpenInference and LangSmith. Guarantee: a chain with messages is still a chain.
#[test]
fn langchain_spans_are_as_approved() {
    let lines = lines(
        "openinference.instrumentation.langchain",
        &[
            span(
                "RunnableSequence",
                &json!({
                    "openinference.span.kind": "CHAIN", "llm.input_messages.0.message.role": "user",
                    "llm.input_messages.0.message.content": "hi", "llm.token_count.prompt": 9,
                    "metadata": r#"{"thread_id":"t-1","ls_provider":"openai"}"#,
                    "input.value": r#"{"messages":[[{"lc":1,"type":"constructor","id":["HumanMessage"],"kwargs":{"content":"hi","type":"human"}}]]}"#,
                    "input.mime_type": "application/json",
                    "output.value": r#"{"type":"ai","content":"","tool_calls":[{"name":"t","args":{"x":1},"id":"c","type":"tool_call"}]}"#,
                }),
            ),
            span(
                "lost kind",
                &json!({
                    "llm.output_messages.0.message.role": "assistant", "llm.output_messages.0.message.content": "hi",
                    "llm.invocation_parameters": r#"{"model":"gpt-4.1","stream":true}"#,
                }),
            ),
            span(
                "ChatOpenAI",
                &json!({
                    "langsmith.span.kind": "llm", "langsmith.trace.session_id": "the project", "gen_ai.system": "OpenAI",
                    "gen_ai.prompt": r#"{"messages":[{"role":"human","content":"hi"}]}"#, "langsmith.metadata.a": "1",
                    "gen_ai.completion": r#"{"role":"ai","content":"yo"}"#, "gen_ai.usage.input_tokens": "4.0",
                }),
            ),
            span(
                "UNKNOWN falls through",
                &json!({"openinference.span.kind": "UNKNOWN", "junjo.span_type": "node"}),
            ),
        ],
    );
    insta::assert_snapshot!(lines);
}

/// Scenario: Langfuse with parts beside each other, Anthropic's blocks, OpenAI's response as output, an inference event.
/// Guarantee: tokens include their parts, and all messages have one shape.
#[test]
fn other_model_calls_are_as_approved() {
    let mut with_event =
        span("chat m", &json!({"gen_ai.operation.name": "chat", "gen_ai.provider.name": "vertex_ai"}));
    with_event.events.push(Event {
        name: "gen_ai.client.inference.operation.details".into(),
        attributes: attributes(&json!({
            "gen_ai.input.messages": [{"role": "user", "parts": [{"type": "text", "content": "structured"}]}],
            "gen_ai.output.messages": [{"role": "assistant", "parts": [{"type": "file", "file_id": "f"}], "finish_reason": "stop"}],
        })),
        ..Event::default()
    });
    let lines = lines(
        "langfuse-sdk",
        &[
            span(
                "generation",
                &json!({
                    "langfuse.observation.type": "generation", "langfuse.observation.model.name": "claude-sonnet-4-5",
                    "langfuse.observation.usage_details": r#"{"input":10,"cache_read_input_tokens":90,"output":5,"total":105}"#,
                    "langfuse.observation.cost_details": r#"{"input":0.001,"output":0.002}"#,
                    "langfuse.observation.input": r#"[{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"42"}]}]"#,
                    "langfuse.observation.output": r#"{"role":"assistant","content":[{"type":"thinking","thinking":"hm"},{"type":"tool_use","id":"t","name":"n","input":{"a":1}}]}"#,
                    "langfuse.observation.completion_start_time": r#""2026-11-21T01:58:14.250Z""#,
                }),
            ),
            span(
                "output is a response",
                &json!({
                    "openinference.span.kind": "llm", "output.value": r#"{"choices":[{"finish_reason":"stop","message":{"role":"assistant","content":"yo"}}]}"#,
                    "input.value": "just text",
                }),
            ),
            with_event,
        ],
    );
    insta::assert_snapshot!(lines);
}

/// Scenario: Langfuse's counts and costs as decimal texts. Guarantee: they are what the same numbers would be.
#[test]
fn langfuse_texts_count_as_numbers() {
    let generation = |usage: &str, cost: &str| {
        let attributes = json!({
            "langfuse.observation.type": "generation", "langfuse.observation.model.name": "claude-sonnet-4-5",
            "langfuse.observation.usage_details": usage, "langfuse.observation.cost_details": cost,
        });
        lines("langfuse-sdk", &[span("generation", &attributes)])
    };
    let texts = generation(r#"{"input":"10","output":"5"}"#, r#"{"input":"0.1","output":"0.2"}"#);
    assert_eq!(texts, generation(r#"{"input":10,"output":5}"#, r#"{"input":0.1,"output":0.2}"#));
    assert_ne!(texts, generation("{}", "{}"));
}

/// Scenario: a span with an event for each piece of its answer, all of them or the last few. Guarantee: the time to the
/// first piece, or none when that may have been dropped; the answer was streamed either way.
#[test]
fn first_chunk_may_have_been_dropped() {
    let streamed = |dropped_events_count| {
        let mut span = span("chat", &json!({"gen_ai.operation.name": "chat"}));
        let time_unix_nano = span.start_time_unix_nano + 250_000_000;
        span.events =
            vec![Event { name: "llm.content.completion.chunk".into(), time_unix_nano, ..Event::default() }];
        span.dropped_events_count = dropped_events_count;
        lines("x", &[span])
    };
    let (whole, cut) = (streamed(0), streamed(300));
    assert!(whole.contains("time_to_first_chunk_nanos\":250000000"), "{whole}");
    assert!(!cut.contains("time_to_first_chunk_nanos"), "{cut}");
    assert!(cut.contains("\"is_streaming\":true"), "{cut}");
}

/// Scenario: values of the wrong type, invalid and cut JSON, contradicting counts. Guarantee: what can be read is read,
/// and nothing is made up.
#[test]
fn broken_values_are_as_approved() {
    let lines = lines(
        "x",
        &[
            span(
                "cut",
                &json!({
                    "gen_ai.operation.name": "chat", "gen_ai.input.messages": r#"[{"role":"user","parts":[{"type":"te"#,
                    "gen_ai.output.messages": "[]", "gen_ai.usage.input_tokens": -5, "gen_ai.usage.prompt_tokens": "7",
                    "gen_ai.usage.output_tokens": "many", "llm.cost.total": -1.0, "session.id": "", "gen_ai.conversation.id": 12,
                    "user.id": ["a"], "gen_ai.response.finish_reasons": "stop", "gen_ai.request.temperature": null,
                }),
            ),
            span(
                "odd types",
                &json!({
                    "openinference.span.kind": 7, "gen_ai.operation.name": {"a": "chat"}, "junjo.workflow.node.count": 1e30,
                    "gen_ai.prompt.0.content": "no role", "gen_ai.completion.0": "not an object", "metadata": "not json",
                    "retrieval.documents.0.document": "x", "tag.tags": "one", "gen_ai.evaluation.name": "e",
                    "gen_ai.evaluation.score.value": "0.5", "evaluations.0.evaluation.score": 1,
                }),
            ),
            span(
                "an account",
                &json!({"output.value": r#"{"role":"admin","permissions":[]}"#, "input.value": "[1,2]"}),
            ),
        ],
    );
    insta::assert_snapshot!(lines);
}

/// Scenario: the Junjo plugin for openai-agents, MCP, an evaluation. Guarantee: spans without an operation name have a role.
#[test]
fn plugin_spans_are_as_approved() {
    let lines = lines(
        "junjo",
        &[
            span("guardrail g", &json!({"junjo.openai_agents.span.type": "guardrail"})),
            span("handoff a to b", &json!({"junjo.openai_agents.span.type": "handoff"})),
            span("turn 1 a", &json!({"junjo.openai_agents.span.type": "turn"})),
            span(
                "invoke_agent A",
                &json!({"gen_ai.operation.name": "invoke_agent", "junjo.openai_agents.span.type": "agent", "gen_ai.agent.name": "A"}),
            ),
            span("tools/list", &json!({"mcp.method.name": "tools/list"})),
            span("tools/call", &json!({"mcp.method.name": "tools/call"})),
            span("pending", &json!({"logfire.span_type": "pending_span", "gen_ai.operation.name": "chat"})),
        ],
    );
    insta::assert_snapshot!(lines);
}
