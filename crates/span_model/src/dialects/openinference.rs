//! OpenInference, the conventions of Arize Phoenix and its instrumentors.
//!
//! Source: github.com/Arize-ai/openinference, `spec/semantic_conventions.md`. The prompt's tokens include cached ones,
//! the completion's include reasoning.

use super::dialect::Dialect;
use super::field::Field;
use crate::role::Role;

pub(super) const DIALECT: Dialect = Dialect {
    keys: &[
        (Field::Provider, &["llm.provider", "llm.system"]),
        (Field::Framework, &["llm.provider", "llm.system"]),
        (Field::Model, &["llm.model_name", "embedding.model_name", "reranker.model_name"]),
        (Field::InvocationParameters, &["llm.invocation_parameters"]),
        (Field::InputTokens, &["llm.token_count.prompt"]),
        (Field::OutputTokens, &["llm.token_count.completion"]),
        (Field::TotalTokens, &["llm.token_count.total"]),
        (
            Field::CachedInputTokens,
            &["llm.token_count.prompt_details.cache_read", "llm.token_count.prompt_details.cache_input"],
        ),
        (
            Field::CacheWriteTokens,
            &["llm.token_count.prompt_details.cache_write", "llm.token_count.prompt_details.cache_creation"],
        ),
        (Field::ReasoningTokens, &["llm.token_count.completion_details.reasoning"]),
        (Field::AudioInputTokens, &["llm.token_count.prompt_details.audio"]),
        (Field::AudioOutputTokens, &["llm.token_count.completion_details.audio"]),
        (Field::CostTotal, &["llm.cost.total"]),
        (Field::CostInput, &["llm.cost.prompt"]),
        (Field::CostOutput, &["llm.cost.completion"]),
        (Field::Metadata, &["metadata"]),
        (Field::AgentName, &["agent.name", "graph.node.name", "graph.node.id"]),
        (Field::ToolName, &["tool.name"]),
        (Field::AnswerPrefix, &["llm.output_messages."]),
        (Field::RerankerPrefix, &["reranker."]),
        (
            Field::EvaluationListPrefix,
            &[
                "evaluations.",
                "annotations.",
                "trace.evaluations.",
                "trace.annotations.",
                "session.evaluations.",
                "session.annotations.",
            ],
        ),
        (Field::ParameterObject, &["llm.invocation_parameters", "embedding.invocation_parameters"]),
        (Field::FinishReasons, &["llm.finish_reason"]),
        (Field::FirstChunkEvent, &["First Token Stream Event"]),
        (Field::Input, &["input.value"]),
        (Field::Output, &["output.value"]),
        (Field::ToolListPrefix, &["llm.tools."]),
        (Field::ToolCallId, &["tool.id"]),
        (Field::ToolDescription, &["tool.description"]),
        (Field::ToolParameters, &["tool.parameters"]),
        (Field::AgentNodeId, &["graph.node.id"]),
        (Field::AgentParentNodeId, &["graph.node.parent_id"]),
        (Field::PromptId, &["prompt.id"]),
        (Field::PromptVersion, &["llm.prompt_template.version"]),
        (Field::PromptTemplate, &["llm.prompt_template.template"]),
        (Field::PromptVariables, &["llm.prompt_template.variables"]),
        (Field::PromptUrl, &["prompt.url"]),
        (Field::PromptVendor, &["prompt.vendor"]),
        (Field::Tags, &["tag.tags"]),
        (Field::MetadataObject, &["metadata"]),
        (Field::Project, &["openinference.project.name"]),
        (Field::DocumentListPrefix, &["retrieval.documents.", "reranker.output_documents."]),
        (Field::RerankerQuery, &["reranker.query"]),
        (Field::RerankerTopK, &["reranker.top_k"]),
        (Field::RerankerInputPrefix, &["reranker.input_documents."]),
        (Field::EmbeddingListPrefix, &["embedding.embeddings."]),
        (Field::FirstVector, &["embedding.embeddings.0.embedding.vector"]),
    ],
    kinds: &[("openinference.span.kind", kind)],
    ..Dialect::EMPTY
};

fn kind(kind: &str) -> Option<Role> {
    match kind {
        "LLM" => Some(Role::Llm),
        "EMBEDDING" => Some(Role::Embedding),
        "CHAIN" | "DECISION" => Some(Role::Chain),
        "RETRIEVER" => Some(Role::Retriever),
        "RERANKER" => Some(Role::Reranker),
        "TOOL" => Some(Role::Tool),
        "AGENT" => Some(Role::Agent),
        "GUARDRAIL" => Some(Role::Guardrail),
        "EVALUATOR" => Some(Role::Evaluator),
        "PROMPT" => Some(Role::Prompt),
        _ if kind.bytes().any(|byte| byte.is_ascii_lowercase()) => self::kind(&kind.to_ascii_uppercase()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: OpenInference kinds in both cases and unknown ones. Guarantee: case does not matter, unknown is none.
    #[test]
    fn openinference_kind_ignores_case() {
        assert_eq!(kind("llm"), Some(Role::Llm));
        assert_eq!(kind("Chain"), Some(Role::Chain));
        assert_eq!(kind("UNKNOWN"), None);
        assert_eq!(kind("unknown"), None);
    }
}
