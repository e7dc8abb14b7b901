//! Which attribute keys say which field, best first, and one pass over a span's attributes that finds them.
//!
//! The table is the one place to add a dialect's key. Sources: the OpenTelemetry GenAI conventions, OpenInference,
//! OpenLLMetry (Traceloop), Langfuse, LangSmith, the Vercel AI SDK, pydantic-ai, MCP, and the Junjo SDK.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::LazyLock;

use super::scalar;
use crate::otlp::value::{KeyValue, Value};

/// What a value must be to count as a hit; a worse key is used instead of one that is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// A text that is not empty, or a number.
    Text,
    /// A whole number of at least 0, in any type.
    Count,
    /// A finite number, in any type.
    Number,
    /// JSON text or a map, read later and only if needed.
    Json,
}

impl Shape {
    fn fits(self, value: &Value<'_>) -> bool {
        match self {
            Self::Text => match value {
                Value::String(text) => !text.is_empty(),
                Value::Int(_) | Value::Double(_) | Value::Bool(_) => true,
                _ => false,
            },
            Self::Count => scalar::count(value).is_some(),
            Self::Number => scalar::float(value).is_some(),
            Self::Json => matches!(value, Value::String(_) | Value::Map(_)),
        }
    }
}

macro_rules! vocabulary {
    ($($(#[$doc:meta])* $field:ident $shape:ident [$($key:literal),* $(,)?];)*) => {
        /// Something that one attribute can say about a span.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Field {
            $($(#[$doc])* $field,)*
        }

        const TABLE: &[(Field, Shape, &[&str])] = &[$((Field::$field, Shape::$shape, &[$($key),*])),*];
    };
}

vocabulary! {
    // what the span does, one field a vocabulary, because their words differ
    OpenInferenceKind Text ["openinference.span.kind"];
    OperationName Text ["gen_ai.operation.name"];
    TraceloopKind Text ["traceloop.span.kind"];
    RequestType Text ["llm.request.type"];
    LangfuseType Text ["langfuse.observation.type"];
    LangsmithKind Text ["langsmith.span.kind"];
    AiOperationId Text ["ai.operationId"];
    JunjoOperationType Text ["junjo.agent.operation_type"];
    JunjoSpanType Text ["junjo.span_type"];
    JunjoEvaluationRole Text ["junjo.evaluation.role"];
    OpenAiAgentsType Text ["junjo.openai_agents.span.type"];
    McpMethod Text ["mcp.method.name"];
    LogfireSpanType Text ["logfire.span_type"];

    Provider Text [
        "gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system", "ai.model.provider",
        "junjo.agent.model.provider",
    ];
    Model Text [
        "gen_ai.response.model", "gen_ai.request.model", "llm.model_name", "llm.request.model_name",
        "llm.response.model_name", "embedding.model_name", "reranker.model_name", "ai.response.model", "ai.model.id",
        "langfuse.observation.model.name", "junjo.agent.model.name",
    ];

    InvocationParameters Json ["llm.invocation_parameters"];

    InputTokens Count [
        "gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt", "llm.usage.prompt_tokens",
        "ai.usage.inputTokens", "ai.usage.promptTokens", "ai.usage.tokens", "gen_ai.aggregated_usage.input_tokens",
    ];
    OutputTokens Count [
        "gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.token_count.completion",
        "llm.usage.completion_tokens", "ai.usage.outputTokens", "ai.usage.completionTokens",
        "gen_ai.aggregated_usage.output_tokens",
    ];
    TotalTokens Count [
        "llm.token_count.total", "gen_ai.usage.total_tokens", "llm.usage.total_tokens", "ai.usage.totalTokens",
    ];
    CachedInputTokens Count [
        "gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens",
        "llm.token_count.prompt_details.cache_read", "ai.usage.cachedInputTokens",
        "ai.usage.inputTokenDetails.cacheReadTokens",
    ];
    CacheWriteTokens Count [
        "gen_ai.usage.cache_creation.input_tokens", "gen_ai.usage.cache_creation_input_tokens",
        "llm.token_count.prompt_details.cache_write", "ai.usage.inputTokenDetails.cacheWriteTokens",
    ];
    ReasoningTokens Count [
        "gen_ai.usage.reasoning.output_tokens", "gen_ai.usage.reasoning_tokens",
        "gen_ai.usage.details.reasoning_tokens", "llm.token_count.completion_details.reasoning",
        "ai.usage.reasoningTokens", "ai.usage.outputTokenDetails.reasoningTokens",
    ];
    LangfuseUsage Json ["langfuse.observation.usage_details"];
    JunjoModelUsage Json ["junjo.agent.model.usage"];
    JunjoAgentUsage Json ["junjo.agent.usage"];

    CostTotal Number ["llm.cost.total"];
    CostPrompt Number ["llm.cost.prompt"];
    CostCompletion Number ["llm.cost.completion"];
    Cost Number ["gen_ai.usage.cost", "operation.cost"];
    LangfuseCost Json ["langfuse.observation.cost_details"];

    // `langsmith.trace.session_id` is left out: it names the LangSmith project, not a conversation
    SessionId Text [
        "session.id", "gen_ai.conversation.id", "traceloop.association.properties.session_id",
        "traceloop.association.properties.chat_id", "traceloop.association.properties.conversation_id",
        "traceloop.association.properties.thread_id", "ai.telemetry.metadata.sessionId", "langfuse.session.id",
    ];
    Metadata Json ["metadata"];
    JunjoCorrelationId Text ["junjo.correlation.id"];
    UserId Text [
        "user.id", "enduser.id", "gen_ai.user", "llm.user", "traceloop.association.properties.user_id",
        "ai.telemetry.metadata.userId", "langfuse.user.id",
    ];

    AgentName Text [
        "gen_ai.agent.name", "agent.name", "agent_name", "junjo.agent.name", "graph.node.name", "graph.node.id",
    ];
    ToolName Text ["gen_ai.tool.name", "tool.name", "ai.toolCall.name", "junjo.agent.tool.name"];
    TraceloopEntityName Text ["traceloop.entity.name"];

    ErrorType Text ["error.type"];
    JunjoStructuralId Text ["junjo.executable_structural_id"];
    JunjoNodeCount Count ["junjo.workflow.node.count"];
}

/// The best value found for every field.
pub(crate) struct Slots<'s, 'a> {
    slots: [Slot<'s, 'a>; TABLE.len()],
}

#[derive(Clone, Copy)]
struct Slot<'s, 'a> {
    rank: u8,
    value: Option<&'s Value<'a>>,
}

impl<'s, 'a> Slots<'s, 'a> {
    /// One pass over `attributes`. A better key wins over a worse one; of a key that repeats, the last value wins.
    pub(crate) fn collect(attributes: &'s [KeyValue<'a>]) -> Self {
        let index = &*INDEX;
        let mut slots = [Slot { rank: u8::MAX, value: None }; TABLE.len()];
        for pair in attributes {
            let Some(entry) = index.get(pair.key.as_ref()) else {
                continue;
            };
            let slot = &mut slots[entry.field as usize];
            if entry.rank <= slot.rank && entry.shape.fits(&pair.value) {
                *slot = Slot { rank: entry.rank, value: Some(&pair.value) };
            }
        }
        Self { slots }
    }

    /// The value of `field`.
    pub(crate) fn get(&self, field: Field) -> Option<&'s Value<'a>> {
        self.slots[field as usize].value
    }

    /// The value of `field` as a text.
    pub(crate) fn text(&self, field: Field) -> Option<std::borrow::Cow<'a, str>> {
        self.get(field).and_then(scalar::text)
    }

    /// The value of `field` as a text, if it is one.
    pub(crate) fn str(&self, field: Field) -> Option<&'s str> {
        self.get(field).and_then(scalar::str)
    }

    /// The value of `field` as a count.
    pub(crate) fn count(&self, field: Field) -> Option<i64> {
        self.get(field).and_then(scalar::count)
    }

    /// The value of `field` as a number.
    pub(crate) fn float(&self, field: Field) -> Option<f64> {
        self.get(field).and_then(scalar::float)
    }
}

/// Where a key stands in the table.
struct Entry {
    field: Field,
    shape: Shape,
    rank: u8,
}

static INDEX: LazyLock<HashMap<&'static str, Entry, BuildHasherDefault<KeyHasher>>> = LazyLock::new(|| {
    let ranked = |keys: &'static [&'static str]| keys.iter().zip(0_u8..);
    TABLE
        .iter()
        .flat_map(|&(field, shape, keys)| {
            ranked(keys).map(move |(key, rank)| (*key, Entry { field, shape, rank }))
        })
        .collect()
});

/// Multiply-and-rotate over 8-byte words. The table is fixed, so that no client can choose what collides in it.
#[derive(Default)]
struct KeyHasher(u64);

impl KeyHasher {
    fn mix(&mut self, word: u64) {
        const ODD: u64 = 0x517c_c1b7_2722_0a95;
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(ODD);
    }
}

impl Hasher for KeyHasher {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.mix(u64::from_le_bytes(*word));
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.mix(u64::from_le_bytes(last) ^ (bytes.len() as u64) << 56);
    }

    fn write_u8(&mut self, _: u8) {
        // the end mark of a str; `write` has mixed in the length already
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair<'a>(key: &'a str, value: Value<'a>) -> KeyValue<'a> {
        KeyValue { key: key.into(), value }
    }

    /// Scenario: the table itself. Guarantee: every key stands in it once, and every field at its own place.
    #[test]
    fn index_table_has_each_key_once() {
        let keys: usize = TABLE.iter().map(|(_, _, keys)| keys.len()).sum();
        assert_eq!(INDEX.len(), keys);
        for (place, (field, ..)) in TABLE.iter().enumerate() {
            assert_eq!(*field as usize, place);
        }
    }

    /// Scenario: a better key comes after a worse one, with a usable and with an unusable value.
    /// Guarantee: the best usable one wins, whatever the order.
    #[test]
    fn collect_takes_the_best_usable_key() {
        let worse = pair("llm.token_count.prompt", Value::Int(1));
        let better = pair("gen_ai.usage.input_tokens", Value::String("2".into()));
        let broken = pair("gen_ai.usage.input_tokens", Value::String("two".into()));
        for (attributes, expected) in [
            (vec![worse.clone(), better.clone()], Some(2)),
            (vec![better.clone(), worse.clone()], Some(2)),
            (vec![worse.clone(), broken.clone()], Some(1)),
            (vec![broken.clone()], None),
            (vec![better.clone(), pair("gen_ai.usage.input_tokens", Value::Int(3))], Some(3)),
        ] {
            assert_eq!(Slots::collect(&attributes).count(Field::InputTokens), expected);
        }
    }
}
