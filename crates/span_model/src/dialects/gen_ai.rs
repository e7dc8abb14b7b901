//! OpenTelemetry: the GenAI conventions with their older names, and what other conventions say about any span.
//!
//! Source: opentelemetry.io/docs/specs/semconv/gen-ai and its registry. Input tokens include cached ones, output tokens
//! include reasoning. Names that are not in the registry stand last: several SDKs send them in this namespace.

use super::dialect::Dialect;
use super::field::Field;
use crate::role::Role;

pub(super) const DIALECT: Dialect = Dialect {
    keys: &[
        (Field::Provider, &["gen_ai.provider.name", "gen_ai.system"]),
        (Field::Framework, &["gen_ai.provider.name", "gen_ai.system"]),
        (Field::Model, &["gen_ai.response.model", "gen_ai.request.model"]),
        (Field::InputTokens, &["gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"]),
        (Field::OutputTokens, &["gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"]),
        (Field::TotalTokens, &["gen_ai.usage.total_tokens"]),
        (
            Field::CachedInputTokens,
            &[
                "gen_ai.usage.cache_read.input_tokens",
                "gen_ai.usage.cache_read_input_tokens",
                "gen_ai.usage.cached_input_tokens",
                "gen_ai.usage.cache_read_tokens",
                "gen_ai.usage.cached_tokens",
                "gen_ai.usage.input_tokens_details.cached_tokens",
                "gen_ai.usage.prompt_tokens_details.cached_tokens",
            ],
        ),
        (
            Field::CacheWriteTokens,
            &[
                "gen_ai.usage.cache_write.input_tokens",
                "gen_ai.usage.cache_creation.input_tokens",
                "gen_ai.usage.cache_creation_input_tokens",
                "gen_ai.usage.cache_write_input_tokens",
                "gen_ai.usage.cache_creation_tokens",
                "gen_ai.usage.cache_write_tokens",
            ],
        ),
        (
            Field::ReasoningTokens,
            &[
                "gen_ai.usage.reasoning.output_tokens",
                "gen_ai.usage.reasoning_output_tokens",
                "gen_ai.usage.reasoning_tokens",
                "gen_ai.usage.output_tokens_details.reasoning_tokens",
                "gen_ai.usage.completion_tokens_details.reasoning_tokens",
            ],
        ),
        (Field::AudioInputTokens, &["gen_ai.usage.audio.input_tokens", "gen_ai.usage.audio_input_tokens"]),
        (Field::AudioOutputTokens, &["gen_ai.usage.audio.output_tokens", "gen_ai.usage.audio_output_tokens"]),
        (Field::CostTotal, &["gen_ai.usage.cost", "gen_ai.usage.total_cost", "gen_ai.usage.cost_usd"]),
        (Field::CostInput, &["gen_ai.usage.input_cost"]),
        (Field::CostOutput, &["gen_ai.usage.output_cost"]),
        (Field::SessionId, &["session.id", "gen_ai.conversation.id"]),
        (Field::UserId, &["user.id", "enduser.id", "gen_ai.user"]),
        (Field::AgentName, &["gen_ai.agent.name"]),
        (Field::ToolName, &["gen_ai.tool.name"]),
        (Field::ErrorType, &["error.type"]),
        (Field::AnswerPrefix, &["gen_ai.output.messages"]),
        (
            Field::MessageEvent,
            &[
                "gen_ai.system.message",
                "gen_ai.user.message",
                "gen_ai.assistant.message",
                "gen_ai.tool.message",
                "gen_ai.choice",
                "gen_ai.content.prompt",
                "gen_ai.content.completion",
                "gen_ai.client.inference.operation.details",
            ],
        ),
        (Field::EventNamespace, &["gen_ai."]),
        (Field::ResponseId, &["gen_ai.response.id"]),
        (Field::RequestModel, &["gen_ai.request.model"]),
        (Field::ParameterPrefix, &["gen_ai.request.", "gen_ai.openai.request."]),
        (Field::FinishReasons, &["gen_ai.response.finish_reasons"]),
        (Field::FirstChunkSeconds, &["gen_ai.response.time_to_first_chunk"]),
        (Field::IsStreaming, &["gen_ai.request.stream", "gen_ai.is_streaming"]),
        (Field::FirstChunkEvent, &["gen_ai.first_token"]),
        (Field::ToolDefinitions, &["gen_ai.tool.definitions"]),
        (Field::ToolCallId, &["gen_ai.tool.call.id"]),
        (Field::ToolKind, &["gen_ai.tool.type"]),
        (Field::ToolDescription, &["gen_ai.tool.description"]),
        (Field::ToolArguments, &["gen_ai.tool.call.arguments"]),
        (Field::ToolResult, &["gen_ai.tool.call.result"]),
        (Field::AgentId, &["gen_ai.agent.id"]),
        (Field::AgentDescription, &["gen_ai.agent.description"]),
        (Field::AgentVersion, &["gen_ai.agent.version"]),
        (Field::WorkflowName, &["gen_ai.workflow.name"]),
        (Field::PromptName, &["gen_ai.prompt.name"]),
        (Field::EvaluationEvent, &["gen_ai.evaluation.result"]),
        (Field::EvaluationName, &["gen_ai.evaluation.name"]),
        (Field::EvaluationScore, &["gen_ai.evaluation.score.value"]),
        (Field::EvaluationLabel, &["gen_ai.evaluation.score.label"]),
        (Field::EvaluationExplanation, &["gen_ai.evaluation.explanation"]),
        (Field::ResourceEnvironment, &["deployment.environment.name", "deployment.environment"]),
        (Field::Documents, &["gen_ai.retrieval.documents"]),
        (Field::RetrievalQuery, &["gen_ai.retrieval.query.text"]),
        (Field::DataSource, &["gen_ai.data_source.id", "db.collection.name", "db.system.name", "db.system"]),
        (Field::EmbeddingDimensions, &["gen_ai.embeddings.dimension.count"]),
    ],
    kinds: &[("gen_ai.operation.name", operation_name)],
    ..Dialect::EMPTY
};

fn operation_name(name: &str) -> Option<Role> {
    match name {
        "chat"
        | "text_completion"
        | "generate_content"
        | "completion"
        | "generate_live_content"
        | "chat.completions"
        | "text.completions"
        | "responses" => Some(Role::Llm),
        "embeddings" | "embedding" => Some(Role::Embedding),
        "retrieval" => Some(Role::Retriever),
        "rerank" => Some(Role::Reranker),
        "execute_tool" => Some(Role::Tool),
        "invoke_agent" | "create_agent" => Some(Role::Agent),
        "invoke_workflow" => Some(Role::Workflow),
        _ => None,
    }
}
