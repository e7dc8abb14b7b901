//! Spring AI's observations, beside what they say in OpenTelemetry's words.
//!
//! Source: docs.spring.io/spring-ai/reference/observability. The chat client and its advisors lie around the model's call.

use super::dialect::Dialect;
use super::field::Field;
use crate::role::Role;

pub(super) const DIALECT: Dialect = Dialect {
    keys: &[
        (Field::SessionId, &["spring.ai.chat.client.conversation.id"]),
        (Field::ToolName, &["spring.ai.tool.definition.name"]),
        (Field::ToolDescription, &["spring.ai.tool.definition.description"]),
        (Field::ToolArguments, &["spring.ai.tool.call.arguments"]),
        (Field::ToolResult, &["spring.ai.tool.call.result"]),
        (Field::IsStreaming, &["spring.ai.chat.client.stream"]),
        (Field::RetrievalQuery, &["db.vector.query.content"]),
    ],
    kinds: &[("spring.ai.kind", kind)],
    ..Dialect::EMPTY
};

fn kind(kind: &str) -> Option<Role> {
    match kind {
        "chat_client" | "advisor" => Some(Role::Chain),
        "tool_call" => Some(Role::Tool),
        "vector_store" => Some(Role::Retriever),
        _ => None,
    }
}
