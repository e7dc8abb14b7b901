//! One table a vendor: the part as it is sent, and what it is read as.

use serde_json::{Value as Json, json};

use super::parts;

/// A part as it is sent, and what it becomes.
fn check(vendor: &str, cases: &Json) {
    for case in cases.as_array().unwrap() {
        assert_eq!(parts(&json!([case[0]])), case[1], "{vendor}: {}", case[0]);
    }
}

/// Scenario: every part of OpenTelemetry's messages. Guarantee: tools that the provider ran are calls like others, and an
/// unknown part is kept whole.
#[test]
fn opentelemetry_parts_are_what_they_are() {
    check(
        "otel",
        &json!([
            [{"type": "text", "content": "hi"}, [{"type": "text", "content": "hi"}]],
            [{"type": "reasoning", "content": "hm"}, [{"type": "reasoning", "content": "hm"}]],
            [{"type": "tool_call", "id": "c", "name": "f", "arguments": "{\"a\":1}"},
                [{"type": "tool_call", "id": "c", "name": "f", "arguments": {"a": 1}}]],
            [{"type": "tool_call_response", "id": "c", "result": "ok"},
                [{"type": "tool_call_response", "id": "c", "response": "ok"}]],
            [{"type": "server_tool_call", "id": "s", "name": "web_search", "server_tool_call": {"type": "web_search", "query": "q"}},
                [{"type": "tool_call", "id": "s", "name": "web_search", "arguments": {"type": "web_search", "query": "q"}}]],
            [{"type": "server_tool_call", "id": "s", "server_tool_call": {"type": "code_interpreter", "code": "1"}},
                [{"type": "tool_call", "id": "s", "name": "code_interpreter", "arguments": {"type": "code_interpreter", "code": "1"}}]],
            [{"type": "server_tool_call_response", "id": "s", "server_tool_call_response": {"type": "web_search", "hits": 3}},
                [{"type": "tool_call_response", "id": "s", "name": "web_search", "response": {"type": "web_search", "hits": 3}}]],
            [{"type": "blob", "modality": "audio", "mime_type": "audio/wav", "content": "QQ=="},
                [{"type": "blob", "modality": "audio", "mime_type": "audio/wav", "content": "QQ=="}]],
            [{"type": "uri", "modality": "video", "uri": "gs://b/v"}, [{"type": "uri", "modality": "video", "uri": "gs://b/v"}]],
            [{"type": "file", "modality": "image", "file_id": "f1"}, [{"type": "file", "modality": "image", "file_id": "f1"}]],
            [{"type": "compaction", "content": "so far"}, [{"type": "text", "content": "so far"}]],
            [{"type": "hologram", "x": 1}, [{"type": "other", "value": {"type": "hologram", "x": 1}}]],
            [7, [{"type": "other", "value": 7}]],
        ]),
    );
}

/// Scenario: OpenAI's content parts of chats and of responses. Guarantee: pictures, sounds and files are such, with their
/// type and name.
#[test]
fn openai_parts_are_what_they_are() {
    check(
        "openai",
        &json!([
            [{"type": "text", "text": "hi"}, [{"type": "text", "content": "hi"}]],
            [{"type": "image_url", "image_url": {"url": "https://e.com/a.png", "detail": "low"}},
                [{"type": "uri", "modality": "image", "uri": "https://e.com/a.png"}]],
            [{"type": "image_url", "image_url": "data:image/png;base64,QQ=="},
                [{"type": "uri", "modality": "image", "mime_type": "image/png", "uri": "data:image/png;base64,QQ=="}]],
            [{"type": "input_audio", "input_audio": {"data": "QQ==", "format": "wav"}},
                [{"type": "blob", "modality": "audio", "mime_type": "audio/wav", "content": "QQ=="}]],
            [{"type": "file", "file": {"file_id": "f1"}}, [{"type": "file", "file_id": "f1"}]],
            [{"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,QQ=="}},
                [{"type": "uri", "modality": "document", "mime_type": "application/pdf", "name": "a.pdf", "uri": "data:application/pdf;base64,QQ=="}]],
            [{"type": "refusal", "refusal": "no"}, [{"type": "text", "content": "no"}]],
            [{"type": "input_text", "text": "hi"}, [{"type": "text", "content": "hi"}]],
            [{"type": "output_text", "text": "hi", "annotations": [{"type": "url_citation", "url": "u"}]},
                [{"type": "text", "content": "hi", "citations": [{"type": "url_citation", "url": "u"}]}]],
            [{"type": "input_image", "image_url": "https://e.com/a"}, [{"type": "uri", "modality": "image", "uri": "https://e.com/a"}]],
            [{"type": "input_image", "file_id": "f1"}, [{"type": "file", "modality": "image", "file_id": "f1"}]],
            [{"type": "input_file", "file_url": "https://e.com/a.pdf", "filename": "a.pdf"},
                [{"type": "uri", "name": "a.pdf", "uri": "https://e.com/a.pdf"}]],
        ]),
    );
}

/// Scenario: Anthropic's content blocks. Guarantee: server tools are calls and answers, answers hold their text and
/// pictures, thoughts that are kept back are empty.
#[test]
fn anthropic_blocks_are_what_they_are() {
    check(
        "anthropic",
        &json!([
            [{"type": "text", "text": "hi", "citations": [{"type": "page_location"}]},
                [{"type": "text", "content": "hi", "citations": [{"type": "page_location"}]}]],
            [{"type": "thinking", "thinking": "hm", "signature": "s"}, [{"type": "reasoning", "content": "hm"}]],
            [{"type": "redacted_thinking", "data": "x"}, [{"type": "reasoning", "content": ""}]],
            [{"type": "tool_use", "id": "t", "name": "f", "input": {"a": 1}}, [{"type": "tool_call", "id": "t", "name": "f", "arguments": {"a": 1}}]],
            [{"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": "seen"},
                    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "QQ=="}}]},
                [{"type": "tool_call_response", "id": "t", "response": "seen"},
                    {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "QQ=="}]],
            [{"type": "tool_result", "tool_use_id": "t", "is_error": true, "content": "boom"},
                [{"type": "tool_call_response", "id": "t", "response": "boom", "is_error": true}]],
            [{"type": "image", "source": {"type": "url", "url": "https://e.com/a"}}, [{"type": "uri", "modality": "image", "uri": "https://e.com/a"}]],
            [{"type": "document", "title": "T", "source": {"type": "file", "file_id": "f1"}},
                [{"type": "file", "modality": "document", "name": "T", "file_id": "f1"}]],
            [{"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"query": "q"}},
                [{"type": "tool_call", "id": "s", "name": "web_search", "arguments": {"query": "q"}}]],
            [{"type": "web_search_tool_result", "tool_use_id": "s", "content": [{"type": "web_search_result", "url": "u"}]},
                [{"type": "tool_call_response", "id": "s", "name": "web_search", "response": [{"type": "web_search_result", "url": "u"}]}]],
            [{"type": "code_execution_tool_result", "tool_use_id": "s", "content": {"type": "code_execution_tool_result_error", "error_code": "e"}},
                [{"type": "tool_call_response", "id": "s", "name": "code_execution", "is_error": true,
                    "response": {"type": "code_execution_tool_result_error", "error_code": "e"}}]],
            [{"type": "mcp_tool_use", "id": "m", "name": "f", "server_name": "s", "input": {}},
                [{"type": "tool_call", "id": "m", "name": "f", "arguments": {}}]],
            [{"type": "mcp_tool_result", "tool_use_id": "m", "content": [{"type": "text", "text": "{\"n\":1}"}]},
                [{"type": "tool_call_response", "id": "m", "response": {"n": 1}}]],
        ]),
    );
}

/// Scenario: Bedrock's blocks, whose kind is the member's name. Guarantee: each is what it is, and a cache point is kept.
#[test]
fn bedrock_blocks_are_what_they_are() {
    check(
        "bedrock",
        &json!([
            [{"text": "hi"}, [{"type": "text", "content": "hi"}]],
            [{"toolUse": {"toolUseId": "t", "name": "f", "input": {"a": 1}}}, [{"type": "tool_call", "id": "t", "name": "f", "arguments": {"a": 1}}]],
            [{"toolResult": {"toolUseId": "t", "status": "error", "content": [{"text": "boom"}]}},
                [{"type": "tool_call_response", "id": "t", "response": "boom", "is_error": true}]],
            [{"toolResult": {"toolUseId": "t", "content": [{"json": {"n": 1}}]}}, [{"type": "tool_call_response", "id": "t", "response": {"n": 1}}]],
            [{"toolResult": {"toolUseId": "t", "content": [{"text": "a"}, {"image": {"format": "png", "source": {"bytes": "QQ=="}}}, {"text": "b"}]}},
                [{"type": "tool_call_response", "id": "t", "response": "a\nb"},
                    {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "QQ=="}]],
            [{"document": {"format": "pdf", "name": "d", "source": {"s3Location": {"uri": "s3://b/d"}}}},
                [{"type": "uri", "modality": "document", "mime_type": "application/pdf", "name": "d", "uri": "s3://b/d"}]],
            [{"video": {"format": "mp4", "source": {"bytes": "QQ=="}}},
                [{"type": "blob", "modality": "video", "mime_type": "video/mp4", "content": "QQ=="}]],
            [{"reasoningContent": {"reasoningText": {"text": "hm", "signature": "s"}}}, [{"type": "reasoning", "content": "hm"}]],
            [{"reasoningContent": {"redactedContent": "x"}}, [{"type": "reasoning", "content": ""}]],
            [{"guardContent": {"text": {"text": "hi", "qualifiers": []}}}, [{"type": "text", "content": "hi"}]],
            [{"cachePoint": {"type": "default"}}, [{"type": "other", "value": {"cachePoint": {"type": "default"}}}]],
        ]),
    );
}

/// Scenario: Gemini's parts, in its spelling and in Python's. Guarantee: each is what it is; an object that only has a text
/// among other members is kept whole.
#[test]
fn gemini_parts_are_what_they_are() {
    check(
        "gemini",
        &json!([
            [{"text": "hm", "thought": true}, [{"type": "reasoning", "content": "hm"}]],
            [{"functionCall": {"name": "f", "args": {"a": 1}}}, [{"type": "tool_call", "name": "f", "arguments": {"a": 1}}]],
            [{"function_response": {"id": "c", "name": "f", "response": {"n": 1}}},
                [{"type": "tool_call_response", "id": "c", "name": "f", "response": {"n": 1}}]],
            [{"inlineData": {"mimeType": "image/png", "data": "QQ=="}}, [{"type": "blob", "modality": "image", "mime_type": "image/png", "content": "QQ=="}]],
            [{"file_data": {"mime_type": "video/mp4", "file_uri": "gs://b/v"}}, [{"type": "uri", "modality": "video", "mime_type": "video/mp4", "uri": "gs://b/v"}]],
            [{"executableCode": {"language": "PYTHON", "code": "1"}},
                [{"type": "tool_call", "name": "code_execution", "arguments": {"language": "PYTHON", "code": "1"}}]],
            [{"code_execution_result": {"outcome": "OUTCOME_FAILED", "output": "e"}},
                [{"type": "tool_call_response", "name": "code_execution", "is_error": true, "response": {"outcome": "OUTCOME_FAILED", "output": "e"}}]],
            [{"text": "hi", "label": 1}, [{"type": "other", "value": {"text": "hi", "label": 1}}]],
        ]),
    );
}

/// Scenario: parts of the Vercel AI SDK. Guarantee: a file with base64 is media of its type, and an answer is the answer
/// without its wrapping.
#[test]
fn vercel_parts_are_what_they_are() {
    check(
        "vercel",
        &json!([
            [{"type": "file", "mediaType": "image/png", "data": "QQ==", "filename": "a.png"},
                [{"type": "blob", "modality": "image", "mime_type": "image/png", "name": "a.png", "content": "QQ=="}]],
            [{"type": "file", "mediaType": "application/pdf", "data": "https://e.com/a"},
                [{"type": "uri", "modality": "document", "mime_type": "application/pdf", "uri": "https://e.com/a"}]],
            [{"type": "image", "image": "QQ==", "mediaType": "image/jpeg"},
                [{"type": "blob", "modality": "image", "mime_type": "image/jpeg", "content": "QQ=="}]],
            [{"type": "image", "image": "https://e.com/a"}, [{"type": "uri", "modality": "image", "uri": "https://e.com/a"}]],
            [{"type": "reasoning", "text": "hm"}, [{"type": "reasoning", "content": "hm"}]],
            [{"type": "tool-call", "toolCallId": "c", "toolName": "f", "input": {"a": 1}}, [{"type": "tool_call", "id": "c", "name": "f", "arguments": {"a": 1}}]],
            [{"type": "tool-result", "toolCallId": "c", "toolName": "f", "output": {"type": "json", "value": {"n": 1}}},
                [{"type": "tool_call_response", "id": "c", "name": "f", "response": {"n": 1}}]],
            [{"type": "tool-result", "toolCallId": "c", "toolName": "f", "output": {"type": "error-text", "value": "boom"}},
                [{"type": "tool_call_response", "id": "c", "name": "f", "response": "boom", "is_error": true}]],
            [{"type": "tool-result", "toolCallId": "c", "toolName": "f", "result": "old"},
                [{"type": "tool_call_response", "id": "c", "name": "f", "response": "old"}]],
            [{"type": "source", "sourceType": "url", "url": "https://e.com", "title": "E"}, [{"type": "uri", "name": "E", "uri": "https://e.com"}]],
            [{"type": "tool-weather", "toolCallId": "c", "state": "output-available", "input": {"a": 1}, "output": "rain"},
                [{"type": "tool_call", "id": "c", "name": "weather", "arguments": {"a": 1}},
                    {"type": "tool_call_response", "id": "c", "name": "weather", "response": "rain"}]],
        ]),
    );
}

/// Scenario: parts of Python's and .NET's frameworks. Guarantee: each is what it is.
#[test]
fn framework_parts_are_what_they_are() {
    check(
        "langchain",
        &json!([
            [{"type": "reasoning", "reasoning": "hm"}, [{"type": "reasoning", "content": "hm"}]],
            [{"type": "image", "base64": "QQ==", "mime_type": "image/png"}, [{"type": "blob", "modality": "image", "mime_type": "image/png", "content": "QQ=="}]],
            [{"type": "audio", "source_type": "url", "url": "https://e.com/a"}, [{"type": "uri", "modality": "audio", "uri": "https://e.com/a"}]],
            [{"type": "server_tool_result", "tool_call_id": "c", "status": "success", "output": "ok"},
                [{"type": "tool_call_response", "id": "c", "response": "ok"}]],
        ]),
    );
    check(
        "pydantic-ai",
        &json!([
            [{"type": "image-url", "url": "https://e.com/a"}, [{"type": "uri", "modality": "image", "uri": "https://e.com/a"}]],
            [{"type": "binary", "media_type": "audio/mpeg", "content": "QQ=="}, [{"type": "blob", "modality": "audio", "mime_type": "audio/mpeg", "content": "QQ=="}]],
        ]),
    );
    check(
        "llama-index",
        &json!([
            [{"block_type": "text", "text": "hi"}, [{"type": "text", "content": "hi"}]],
            [{"block_type": "image", "image": "QQ==", "image_mimetype": "image/png"}, [{"type": "blob", "modality": "image", "mime_type": "image/png", "content": "QQ=="}]],
            [{"block_type": "tool_call", "tool_call_id": "c", "tool_name": "f", "tool_kwargs": {"a": 1}}, [{"type": "tool_call", "id": "c", "name": "f", "arguments": {"a": 1}}]],
        ]),
    );
    check(
        "haystack",
        &json!([
            [{"tool_call": {"id": "c", "tool_name": "f", "arguments": {"a": 1}}}, [{"type": "tool_call", "id": "c", "name": "f", "arguments": {"a": 1}}]],
            [{"tool_call_result": {"result": "ok", "error": false, "origin": {"id": "c", "tool_name": "f", "arguments": {}}}},
                [{"type": "tool_call_response", "id": "c", "name": "f", "response": "ok"}]],
            [{"image": {"base64_image": "QQ==", "mime_type": "image/png"}}, [{"type": "blob", "modality": "image", "mime_type": "image/png", "content": "QQ=="}]],
        ]),
    );
    check(
        "semantic-kernel",
        &json!([
            [{"content_type": "function_call", "id": "c", "plugin_name": "p", "function_name": "f", "arguments": "{}"},
                [{"type": "tool_call", "id": "c", "name": "p-f", "arguments": {}}]],
            [{"$type": "functionResult", "callId": "c", "result": "ok"}, [{"type": "tool_call_response", "id": "c", "response": "ok"}]],
            [{"content_type": "image", "uri": "https://e.com/a"}, [{"type": "uri", "modality": "image", "uri": "https://e.com/a"}]],
        ]),
    );
    check(
        "autogen",
        &json!([
            [{"id": "c", "name": "f", "arguments": "{\"a\": 1}"}, [{"type": "tool_call", "id": "c", "name": "f", "arguments": {"a": 1}}]],
            [{"content": "boom", "name": "f", "call_id": "c", "is_error": true},
                [{"type": "tool_call_response", "id": "c", "name": "f", "response": "boom", "is_error": true}]],
        ]),
    );
}
