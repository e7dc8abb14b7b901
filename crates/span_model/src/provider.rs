//! Providers in one spelling, OpenTelemetry's where it has one.

use std::borrow::Cow;

/// Every spelling that clients use, in lower case, beside the one that is stored.
const SPELLINGS: &[(&str, &[&str])] = &[
    ("openai", &["openai", "open_ai"]),
    ("anthropic", &["anthropic", "claude"]),
    ("aws.bedrock", &["aws.bedrock", "aws_bedrock", "bedrock", "amazon-bedrock", "amazon_bedrock", "aws"]),
    ("azure.ai.openai", &["azure.ai.openai", "az.ai.openai", "azure", "azure_openai", "azure-openai"]),
    ("azure.ai.inference", &["azure.ai.inference", "az.ai.inference", "azure_ai"]),
    ("gcp.vertex_ai", &["gcp.vertex_ai", "vertex_ai", "vertexai", "vertex", "google", "google.vertex"]),
    ("gcp.gemini", &["gcp.gemini", "gemini", "google.generative-ai", "google_genai", "google-genai"]),
    ("gcp.gen_ai", &["gcp.gen_ai"]),
    ("mistral_ai", &["mistral_ai", "mistralai", "mistral"]),
    ("x_ai", &["x_ai", "xai", "x-ai"]),
    ("cohere", &["cohere"]),
    ("deepseek", &["deepseek"]),
    ("fireworks", &["fireworks", "fireworks_ai"]),
    ("groq", &["groq"]),
    ("huggingface", &["huggingface", "hugging_face"]),
    ("ibm.watsonx.ai", &["ibm.watsonx.ai", "watsonx"]),
    ("ollama", &["ollama"]),
    ("openrouter", &["openrouter"]),
    ("perplexity", &["perplexity"]),
    ("together_ai", &["together_ai", "togetherai", "together"]),
];

/// What the Vercel AI SDK appends to a provider: the API that was called.
const API_SUFFIXES: &[&str] = &[
    "chat",
    "completion",
    "embedding",
    "generative-ai",
    "image",
    "messages",
    "responses",
    "text-embedding",
    "textEmbedding",
];

/// Where models run that nobody sells by the token, or that has prices nobody published: the vendor's would be made up.
const OWN_PRICES: &[&str] = &[
    "huggingface",
    "ibm.watsonx.ai",
    "jan",
    "koboldcpp",
    "llama.cpp",
    "llama_cpp",
    "llamacpp",
    "lm_studio",
    "lmstudio",
    "local",
    "localai",
    "mlx",
    "ollama",
    "sagemaker",
    "sglang",
    "tgi",
    "triton",
    "vllm",
    "xinference",
];

/// Frameworks and agent kits that stand where the provider should: they call a model, but do not sell it.
const FRAMEWORKS: &[&str] = &[
    "ag2",
    "agent_framework",
    "agno",
    "autogen",
    "beeai",
    "crewai",
    "dify",
    "dspy",
    "gcp.vertex.agent",
    "genkit",
    "google-adk",
    "google_adk",
    "haystack",
    "instructor",
    "junjo",
    "langchain",
    "langchain4j",
    "langflow",
    "langfuse",
    "langgraph",
    "langsmith",
    "litellm",
    "litellm_proxy",
    "livekit",
    "llama-index",
    "llama_index",
    "llamaindex",
    "mastra",
    "microsoft.agent_framework",
    "openai-agents",
    "openai_agents",
    "openinference",
    "phidata",
    "pydantic-ai",
    "pydantic_ai",
    "semantic-kernel",
    "semantic_kernel",
    "smolagents",
    "spring-ai",
    "spring_ai",
    "strands",
    "strands-agents",
    "strands_agents",
    "traceloop",
];

/// Whether `provider`, in any case, is a framework and no seller of models.
pub(crate) fn is_framework(provider: &str) -> bool {
    let provider = provider.trim();
    FRAMEWORKS.iter().any(|framework| framework.eq_ignore_ascii_case(provider))
}

/// Whether the vendor's prices of a model say nothing about what it costs at this (normalised) provider.
pub(super) fn has_prices_of_its_own(provider: &str) -> bool {
    OWN_PRICES.contains(&provider)
}

/// Whether this (normalised) provider's API counts cached tokens beside the input, not into it.
pub(super) fn counts_cached_beside(provider: &str) -> bool {
    matches!(provider, "anthropic" | "aws.bedrock")
}

/// `provider` in the stored spelling; an unknown one in lower case.
pub(super) fn normalise(provider: Cow<'_, str>) -> Cow<'_, str> {
    let whole = provider.trim();
    if let Some(known) = known(whole) {
        return Cow::Borrowed(known);
    }
    if let Some((first, api)) = whole.split_once('.') {
        if let Some(known) = known(first) {
            return Cow::Borrowed(known);
        }
        if API_SUFFIXES.contains(&api) {
            return Cow::Owned(first.to_ascii_lowercase());
        }
    }
    if whole.len() == provider.len() && !whole.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return provider;
    }
    Cow::Owned(whole.to_ascii_lowercase())
}

fn known(spelling: &str) -> Option<&'static str> {
    SPELLINGS
        .iter()
        .find(|(_, spellings)| spellings.iter().any(|known| known.eq_ignore_ascii_case(spelling)))
        .map(|(stored, _)| *stored)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: the spellings of real clients. Guarantee: one provider has one name, unknown ones keep theirs.
    #[test]
    fn normalise_spellings_gives_one_name() {
        for (spelling, stored) in [
            ("openai", "openai"),
            ("OpenAI", "openai"),
            ("openai.chat", "openai"),
            ("openai.responses", "openai"),
            ("google.vertex.chat", "gcp.vertex_ai"),
            ("vertexai", "gcp.vertex_ai"),
            ("google.generative-ai", "gcp.gemini"),
            ("az.ai.openai", "azure.ai.openai"),
            ("amazon-bedrock", "aws.bedrock"),
            ("xai.chat", "x_ai"),
            ("mistralai", "mistral_ai"),
            ("my-gateway.chat", "my-gateway"),
            ("my.gateway", "my.gateway"),
            (" Custom ", "custom"),
        ] {
            assert_eq!(normalise(spelling.into()), stored);
        }
    }
}
