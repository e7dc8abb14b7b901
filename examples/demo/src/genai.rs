//! Model calls, tools and retrievals as attributes, in the two dialects that agents mostly speak: OpenTelemetry's
//! `gen_ai.*` and OpenInference. No spans, no times.

use opentelemetry_proto::tonic::common::v1::KeyValue;
use serde_json::{Value, json};

use crate::attribute::attribute;

/// The log event that carries a call's messages when an instrumentation keeps them out of the span.
pub(crate) const DETAILS_EVENT: &str = "gen_ai.client.inference.operation.details";

/// One model call, in no dialect yet.
pub(crate) struct Chat<'a> {
    pub(crate) provider: &'a str,
    pub(crate) model: &'a str,
    /// The dated name that the provider answers with.
    pub(crate) response_model: &'a str,
    pub(crate) system: &'a str,
    pub(crate) input: Vec<Message>,
    pub(crate) output: Message,
    pub(crate) usage: Usage,
}

/// Tokens as the provider counts them: input includes cache reads, output includes reasoning.
#[derive(Clone, Copy, Default)]
pub(crate) struct Usage {
    pub(crate) input: i64,
    pub(crate) output: i64,
    pub(crate) cache_read: i64,
    pub(crate) reasoning: i64,
}

#[derive(Clone)]
pub(crate) enum Message {
    User(String),
    Assistant(String),
    ToolCall { id: String, name: String, arguments: Value },
    ToolResult { id: String, result: Value },
}

impl Message {
    pub(crate) fn user(text: &str) -> Self {
        Self::User(text.to_owned())
    }

    pub(crate) fn assistant(text: &str) -> Self {
        Self::Assistant(text.to_owned())
    }

    fn role(&self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::Assistant(_) | Self::ToolCall { .. } => "assistant",
            Self::ToolResult { .. } => "tool",
        }
    }

    fn finish_reason(&self) -> &'static str {
        if matches!(self, Self::ToolCall { .. }) { "tool_calls" } else { "stop" }
    }

    /// The message in the parts form of the OpenTelemetry GenAI conventions.
    fn to_parts(&self) -> Value {
        let part = match self {
            Self::User(text) | Self::Assistant(text) => json!({"type": "text", "content": text}),
            Self::ToolCall { id, name, arguments } => {
                json!({"type": "tool_call", "id": id, "name": name, "arguments": arguments})
            }
            Self::ToolResult { id, result } => {
                json!({"type": "tool_call_response", "id": id, "response": result})
            }
        };
        json!({"role": self.role(), "parts": [part]})
    }

    /// The message as OpenInference's flat keys below `prefix`.
    fn to_flat(&self, prefix: &str) -> Vec<KeyValue> {
        let mut flat = vec![attribute(&format!("{prefix}.message.role"), self.role())];
        match self {
            Self::User(text) | Self::Assistant(text) => {
                flat.push(attribute(&format!("{prefix}.message.content"), text.as_str()));
            }
            Self::ToolCall { id, name, arguments } => {
                let call = format!("{prefix}.message.tool_calls.0.tool_call");
                flat.push(attribute(&format!("{call}.id"), id.as_str()));
                flat.push(attribute(&format!("{call}.function.name"), name.as_str()));
                flat.push(attribute(&format!("{call}.function.arguments"), arguments.to_string()));
            }
            Self::ToolResult { id, result } => {
                flat.push(attribute(&format!("{prefix}.message.tool_call_id"), id.as_str()));
                flat.push(attribute(&format!("{prefix}.message.content"), result.to_string()));
            }
        }
        flat
    }
}

impl Chat<'_> {
    /// The call as OpenTelemetry's GenAI conventions record it with message content turned on.
    pub(crate) fn to_gen_ai(&self) -> Vec<KeyValue> {
        [self.to_gen_ai_facts(), self.to_gen_ai_messages()].concat()
    }

    /// The call without its messages.
    pub(crate) fn to_gen_ai_facts(&self) -> Vec<KeyValue> {
        vec![
            attribute("gen_ai.operation.name", "chat"),
            attribute("gen_ai.provider.name", self.provider),
            attribute("gen_ai.request.model", self.model),
            attribute("gen_ai.response.model", self.response_model),
            attribute("gen_ai.request.temperature", 0.2),
            attribute("gen_ai.request.max_tokens", 1024_i64),
            attribute("gen_ai.response.finish_reasons", vec![self.output.finish_reason()]),
            attribute("gen_ai.usage.input_tokens", self.usage.input),
            attribute("gen_ai.usage.output_tokens", self.usage.output),
            attribute("gen_ai.usage.cache_read.input_tokens", self.usage.cache_read),
            attribute("gen_ai.usage.reasoning.output_tokens", self.usage.reasoning),
        ]
    }

    /// The messages alone, for the span or for the event [`DETAILS_EVENT`].
    pub(crate) fn to_gen_ai_messages(&self) -> Vec<KeyValue> {
        let input: Vec<Value> = self.input.iter().map(Message::to_parts).collect();
        let mut output = self.output.to_parts();
        output["finish_reason"] = json!(self.output.finish_reason());
        vec![
            attribute(
                "gen_ai.system_instructions",
                json!([{"type": "text", "content": self.system}]).to_string(),
            ),
            attribute("gen_ai.input.messages", Value::Array(input).to_string()),
            attribute("gen_ai.output.messages", json!([output]).to_string()),
        ]
    }

    /// The call as an OpenInference instrumentor records it.
    pub(crate) fn to_openinference(&self) -> Vec<KeyValue> {
        let mut flat = vec![
            attribute("openinference.span.kind", "LLM"),
            attribute("llm.model_name", self.response_model),
            attribute("llm.provider", self.provider),
            attribute("llm.system", self.provider),
            attribute(
                "llm.invocation_parameters",
                json!({"model": self.model, "temperature": 0.2}).to_string(),
            ),
            attribute("llm.token_count.prompt", self.usage.input),
            attribute("llm.token_count.completion", self.usage.output),
            attribute("llm.token_count.total", self.usage.input + self.usage.output),
            attribute("llm.token_count.prompt_details.cache_read", self.usage.cache_read),
            attribute("llm.token_count.completion_details.reasoning", self.usage.reasoning),
            attribute("llm.finish_reason", self.output.finish_reason()),
            attribute("llm.input_messages.0.message.role", "system"),
            attribute("llm.input_messages.0.message.content", self.system),
        ];
        for (index, message) in self.input.iter().enumerate() {
            flat.extend(message.to_flat(&format!("llm.input_messages.{}", index + 1)));
        }
        flat.extend(self.output.to_flat("llm.output_messages.0"));
        flat
    }
}

/// What a request was asked and what it answered, as an application says it on its own span.
pub(crate) fn exchange(asked: &str, answered: &str) -> Vec<KeyValue> {
    let text = "text/plain";
    vec![
        attribute("input.value", asked),
        attribute("input.mime_type", text),
        attribute("output.value", answered),
        attribute("output.mime_type", text),
    ]
}

/// A tool that an agent ran, in `gen_ai.*`.
pub(crate) fn tool_call(id: &str, name: &str, arguments: &Value, result: &Value) -> Vec<KeyValue> {
    vec![
        attribute("gen_ai.operation.name", "execute_tool"),
        attribute("gen_ai.tool.name", name),
        attribute("gen_ai.tool.type", "function"),
        attribute("gen_ai.tool.call.id", id),
        attribute("gen_ai.tool.call.arguments", arguments.to_string()),
        attribute("gen_ai.tool.call.result", result.to_string()),
    ]
}

/// An agent run, in `gen_ai.*`; its usage stays on its model calls.
pub(crate) fn agent(name: &str, description: &str) -> Vec<KeyValue> {
    vec![
        attribute("gen_ai.operation.name", "invoke_agent"),
        attribute("gen_ai.provider.name", "openai"),
        attribute("gen_ai.agent.name", name),
        attribute("gen_ai.agent.description", description),
    ]
}

/// A retrieval, in OpenInference; documents are (id, score, content), best first.
pub(crate) fn retrieval(query: &str, documents: &[(&str, f64, &str)]) -> Vec<KeyValue> {
    let mut flat = vec![
        attribute("openinference.span.kind", "RETRIEVER"),
        attribute("input.value", query),
        attribute("input.mime_type", "text/plain"),
    ];
    for (index, (id, score, content)) in documents.iter().enumerate() {
        let prefix = format!("retrieval.documents.{index}.document");
        flat.push(attribute(&format!("{prefix}.id"), *id));
        flat.push(attribute(&format!("{prefix}.score"), *score));
        flat.push(attribute(&format!("{prefix}.content"), *content));
    }
    flat
}

/// The embedding of a query, in `gen_ai.*`.
pub(crate) fn embeddings(tokens: i64) -> Vec<KeyValue> {
    vec![
        attribute("gen_ai.operation.name", "embeddings"),
        attribute("gen_ai.provider.name", "openai"),
        attribute("gen_ai.request.model", "text-embedding-3-small"),
        attribute("gen_ai.response.model", "text-embedding-3-small"),
        attribute("gen_ai.usage.input_tokens", tokens),
        attribute("gen_ai.embeddings.dimension.count", 1536_i64),
    ]
}
