//! Conversations, requests and responses in the shapes of every vendor and framework.

use junjo_span_model::{Event, KeyValue, Value};
use serde_json::{Value as Json, json};

use super::{call, input, of, short};
use crate::dialects::span;

/// Scenario: items of OpenAI's Responses API beside messages. Guarantee: calls and thoughts are the assistant's, answers
/// the tools', each answer under the name of its call, and unknown items are kept.
#[test]
fn responses_items_have_roles() {
    let items = json!([
        {"role": "user", "content": "Which bus?"},
        {"type": "reasoning", "id": "r", "summary": [{"type": "summary_text", "text": "Need the timetable."}]},
        {"type": "function_call", "call_id": "c", "name": "timetable", "arguments": "{\"stop\": \"port\"}"},
        {"type": "function_call_output", "call_id": "c", "output": "line 7"},
        {"type": "web_search_call", "id": "w", "status": "completed", "action": {"type": "search", "query": "q"}},
        {"type": "file_search_call", "id": "f", "queries": ["a"], "results": [{"file_id": "f", "text": "t"}]},
        {"type": "code_interpreter_call", "id": "i", "code": "1+1", "container_id": "k", "outputs": [{"type": "logs", "logs": "2"}]},
        {"type": "mcp_call", "id": "m", "name": "roll", "server_label": "dice", "arguments": "{}", "output": "4"},
        {"type": "computer_call", "call_id": "p", "action": {"type": "click"}},
        {"type": "computer_call_output", "call_id": "p", "output": {"type": "computer_screenshot", "image_url": "https://e.com/a"}},
        {"type": "image_generation_call", "id": "g", "result": "QQ=="},
        {"type": "custom_tool_call", "call_id": "u", "name": "grep", "input": "needle"},
        {"type": "custom_tool_call_output", "call_id": "u", "output": "found"},
        {"type": "item_reference", "id": "msg_9"},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Line 7."}]},
    ]);
    assert_eq!(
        short(&input(&items)),
        json!([
            ["user", ["Which bus?"]],
            ["assistant", [{"thought": "Need the timetable."}, {"call": "timetable", "with": {"stop": "port"}}]],
            ["tool", [{"answer": "timetable", "is": "line 7"}]],
            ["assistant", [
                {"call": "web_search", "with": {"type": "search", "query": "q"}},
                {"call": "file_search", "with": {"queries": ["a"]}}, {"answer": "file_search", "is": [{"file_id": "f", "text": "t"}]},
                {"call": "code_interpreter", "with": {"code": "1+1", "container_id": "k"}},
                {"answer": "code_interpreter", "is": [{"type": "logs", "logs": "2"}]},
                {"call": "roll", "with": {}}, {"answer": "roll", "is": "4"},
                {"call": "computer", "with": {"type": "click"}},
            ]],
            ["tool", [{"answer": "computer", "is": {"type": "computer_screenshot", "image_url": "https://e.com/a"}}]],
            ["assistant", [{"call": "image_generation", "with": null}, "blob", {"call": "grep", "with": "needle"}]],
            ["tool", [{"answer": "grep", "is": "found"}]],
            ["user", ["other"]],
            ["assistant", ["Line 7."]],
        ])
    );
}

/// Scenario: whole requests and responses of OpenAI, Anthropic, Gemini, Bedrock and LangChain. Guarantee: their messages, with
/// the system's first.
#[test]
fn requests_and_responses_hold_messages() {
    for (held, expected) in [
        (
            json!({"model": "m", "instructions": "Be kind.", "input": "hi"}),
            json!([["system", ["Be kind."]], ["user", ["hi"]]]),
        ),
        (
            json!({"model": "m", "system": [{"type": "text", "text": "Be kind."}], "messages": [{"role": "user", "content": "hi"}]}),
            json!([["system", ["Be kind."]], ["user", ["hi"]]]),
        ),
        (
            json!({"model": "m", "config": {"system_instruction": "Be kind."}, "contents": [{"role": "user", "parts": [{"text": "hi"}]}]}),
            json!([["system", ["Be kind."]], ["user", ["hi"]]]),
        ),
        (
            json!({"systemInstruction": {"parts": [{"text": "Be kind."}]}, "contents": [{"role": "model", "parts": [{"text": "hi"}]}]}),
            json!([["system", ["Be kind."]], ["assistant", ["hi"]]]),
        ),
        (
            json!({"content": {"role": "model", "parts": [{"function_call": {"name": "f", "args": {"a": 1}}}]}}),
            json!([["assistant", [{"call": "f", "with": {"a": 1}}]]]),
        ),
        (
            json!({"candidates": [{"content": {"parts": [{"text": "hi"}]}, "finishReason": "STOP"}]}),
            json!([["assistant", ["hi"]]]),
        ),
        (
            json!({"output": {"message": {"role": "assistant", "content": [{"text": "hi"}]}}, "stopReason": "end_turn"}),
            json!([["assistant", ["hi"]]]),
        ),
        (
            json!({"id": "r", "output": [{"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "hi"}]}]}),
            json!([["assistant", ["hi"]]]),
        ),
        (
            json!({"generations": [[{"text": "hi", "message": {"lc": 1, "type": "constructor", "id": ["langchain", "schema", "messages", "AIMessage"],
            "kwargs": {"content": "hi"}}}]]}),
            json!([["assistant", ["hi"]]]),
        ),
    ] {
        assert_eq!(short(&input(&held)), expected, "{held}");
    }
}

/// Scenario: LangChain's serialised messages and pydantic-ai's own. Guarantee: each has its role and says what it says, and a
/// call that is written twice is one.
#[test]
fn langchain_and_pydantic_messages_are_messages() {
    let constructor = |class: &str, kwargs: Json| json!({"lc": 1, "type": "constructor", "id": ["langchain", "schema", "messages", class], "kwargs": kwargs});
    for (message, expected) in [
        (constructor("SystemMessage", json!({"content": "a"})), json!([["system", ["a"]]])),
        (
            constructor("HumanMessage", json!({"content": [{"type": "text", "text": "a"}]})),
            json!([["user", ["a"]]]),
        ),
        (
            constructor(
                "AIMessageChunk",
                json!({"content": [{"type": "tool_use", "id": "c", "name": "f", "input": {"a": 1}}],
            "tool_calls": [{"type": "tool_call", "id": "c", "name": "f", "args": {"a": 1}}]}),
            ),
            json!([["assistant", [{"call": "f", "with": {"a": 1}}]]]),
        ),
        (
            constructor(
                "AIMessage",
                json!({"content": "", "additional_kwargs": {"tool_calls": [{"id": "c", "type": "function",
            "function": {"name": "f", "arguments": "{}"}}]}}),
            ),
            json!([["assistant", [{"call": "f", "with": {}}]]]),
        ),
        (
            constructor("ToolMessage", json!({"content": "r", "tool_call_id": "c", "name": "f"})),
            json!([["tool", [{"answer": "f", "is": "r"}]]]),
        ),
        (json!({"type": "human", "data": {"content": "a"}}), json!([["user", ["a"]]])),
        (json!(["human", "a"]), json!([["user", ["a"]]])),
        (
            json!({"kind": "request", "parts": [{"part_kind": "system-prompt", "content": "s"}, {"part_kind": "user-prompt", "content": ["a",
            {"kind": "image-url", "url": "https://e.com/a"}]}]}),
            json!([["system", ["s"]], ["user", ["a", "uri"]]]),
        ),
        (
            json!({"kind": "response", "parts": [{"part_kind": "thinking", "content": "t"}, {"part_kind": "tool-call", "tool_name": "f", "args": "{}", "tool_call_id": "c"}]}),
            json!([["assistant", [{"thought": "t"}, {"call": "f", "with": {}}]]]),
        ),
        (
            json!({"kind": "request", "parts": [{"part_kind": "tool-return", "tool_name": "f", "content": "r", "tool_call_id": "c"}]}),
            json!([["tool", [{"answer": "f", "is": "r"}]]]),
        ),
    ] {
        assert_eq!(short(&input(&json!([message]))), expected, "{message}");
    }
}

/// Scenario: messages of LlamaIndex, AutoGen, Haystack, Semantic Kernel, Spring AI, and contents that stand elsewhere.
/// Guarantee: each has its role and says what it says.
#[test]
fn other_messages_are_messages() {
    for (message, expected) in [
        (
            json!({"role": "user", "additional_kwargs": {}, "blocks": [{"block_type": "text", "text": "a"}]}),
            json!([["user", ["a"]]]),
        ),
        (json!({"role": "MessageRole.ASSISTANT", "content": "a"}), json!([["assistant", ["a"]]])),
        (json!({"type": "UserMessage", "source": "user", "content": "a"}), json!([["user", ["a"]]])),
        (
            json!({"type": "AssistantMessage", "source": "x", "content": [{"id": "c", "name": "f", "arguments": "{}"}]}),
            json!([["assistant", [{"call": "f", "with": {}}]]]),
        ),
        (
            json!({"type": "FunctionExecutionResultMessage", "content": [{"content": "r", "name": "f", "call_id": "c", "is_error": false}]}),
            json!([["tool", [{"answer": "f", "is": "r"}]]]),
        ),
        (
            json!({"_role": "user", "_content": [{"text": "a"}], "_name": null, "_meta": {}}),
            json!([["user", ["a"]]]),
        ),
        (
            json!({"Role": {"Label": "tool"}, "Items": [{"$type": "FunctionResultContent", "CallId": "c", "FunctionName": "f", "Result": "r"}]}),
            json!([["tool", [{"answer": "f", "is": "r"}]]]),
        ),
        (
            json!({"messageType": "ASSISTANT", "text": "a", "toolCalls": [{"id": "c", "type": "function", "name": "f", "arguments": "{}"}]}),
            json!([["assistant", ["a", {"call": "f", "with": {}}]]]),
        ),
        (
            json!({"messageType": "TOOL", "text": "", "responses": [{"id": "c", "name": "f", "responseData": "r"}]}),
            json!([["tool", [{"answer": "f", "is": "r"}]]]),
        ),
        (json!({"role": "user", "content": "a", "images": ["QQ=="]}), json!([["user", ["a", "blob"]]])),
        (json!({"role": "CHATBOT", "message": "a"}), json!([["assistant", ["a"]]])),
        (json!({"role": "support.user", "content": "a"}), json!([["support.user", ["a"]]])),
        (json!({"role": "assistant", "content": null, "refusal": "no"}), json!([["assistant", ["no"]]])),
        (
            json!({"role": "assistant", "content": null, "audio": {"id": "a", "data": "QQ==", "transcript": "said"}}),
            json!([["assistant", ["said", "blob"]]]),
        ),
    ] {
        assert_eq!(short(&input(&json!([message]))), expected, "{message}");
    }
}

/// Scenario: Strands' span events, whose contents are Bedrock's blocks as JSON text. Guarantee: texts, calls and answers, and
/// the user's words as the preview.
#[test]
fn strands_events_are_messages() {
    let event = |name: &'static str, attributes: &[(&'static str, &'static str)]| Event {
        name: name.into(),
        attributes: attributes
            .iter()
            .map(|(key, text)| KeyValue { key: (*key).into(), value: Value::String((*text).into()) })
            .collect(),
        ..Event::default()
    };
    let mut span = span("chat", &json!({"gen_ai.operation.name": "chat", "gen_ai.system": "strands-agents"}));
    span.events = vec![
        event("gen_ai.user.message", &[("content", r#"[{"text": "Is the library open?"}]"#)]),
        event(
            "gen_ai.assistant.message",
            &[(
                "content",
                r#"[{"text": "Let me look."}, {"toolUse": {"toolUseId": "t", "name": "hours", "input": {"day": "Thu"}}}]"#,
            )],
        ),
        event(
            "gen_ai.tool.message",
            &[(
                "content",
                r#"[{"toolResult": {"toolUseId": "t", "status": "success", "content": [{"text": "9 to 18"}]}}]"#,
            )],
        ),
        event(
            "gen_ai.choice",
            &[
                ("finish_reason", "tool_use"),
                ("message", r#"[{"toolUse": {"toolUseId": "u", "name": "hours", "input": {"day": "Fri"}}}]"#),
                ("tool.result", r#"[{"toolResult": {"toolUseId": "u", "content": [{"text": "closed"}]}}]"#),
            ],
        ),
    ];
    let details = of(&span);
    assert_eq!(
        short(&details["input_messages"]),
        json!([
            ["user", ["Is the library open?"]],
            ["assistant", ["Let me look.", {"call": "hours", "with": {"day": "Thu"}}]],
            ["tool", [{"answer": "hours", "is": "9 to 18"}]],
        ])
    );
    assert_eq!(
        short(&details["output_messages"]),
        json!([["assistant", [{"call": "hours", "with": {"day": "Fri"}}]], ["tool", [{"answer": "hours", "is": "closed"}]]])
    );
    assert_eq!(
        (&details["input_preview"], &details["output_preview"]),
        (&json!("Is the library open?"), &json!("hours"))
    );
    assert_eq!(details["finish_reasons"], json!(["tool_use"]));
}

/// Scenario: the request and the response that Google ADK keeps in attributes of its own. Guarantee: both are messages, and what
/// is no request is none.
#[test]
fn google_adk_attributes_are_messages() {
    let request = r#"{"model": "gemini-2.5-flash", "config": {"system_instruction": "Be kind."}, "contents": [{"role": "user", "parts": [{"text": "Any seats?"}]}]}"#;
    let response = r#"{"content": {"role": "model", "parts": [{"text": "Two."}]}, "finish_reason": "STOP"}"#;
    let details =
        call(&json!({"gcp.vertex.agent.llm_request": request, "gcp.vertex.agent.llm_response": response}));
    assert_eq!(
        short(&details["input_messages"]),
        json!([["system", ["Be kind."]], ["user", ["Any seats?"]]])
    );
    assert_eq!(short(&details["output_messages"]), json!([["assistant", ["Two."]]]));
    let details = call(&json!({"gcp.vertex.agent.llm_request": "{}", "gcp.vertex.agent.llm_response": "{}"}));
    assert_eq!((&details["input_messages"], &details["output_messages"]), (&json!([]), &json!([])));
}

/// Scenario: texts that look like parts but are what somebody said. Guarantee: they stay texts.
#[test]
fn texts_that_are_json_stay_texts() {
    for said in ["[1, 2]", "[]", "{\"a\": 1}", "[{\"a\": 1}]", "[\"a\"]", "[see below]"] {
        assert_eq!(
            short(&input(&json!([{"role": "user", "content": said}]))),
            json!([["user", [said]]]),
            "{said}"
        );
    }
    let details = call(&json!({"input.value": "[1, 2]"}));
    assert_eq!(details["input_messages"][0]["role"], "user");
}
