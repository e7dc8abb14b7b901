//! One call's counts as each vocabulary writes them, one row an input, and values that are no counts.

use serde_json::{Value as Json, json};

use crate::senders::check;

/// A call of 10,000 input tokens (2,000 read from a cache, 7,000 written to it) and 100 output tokens (60 of reasoning).
fn right() -> Json {
    json!({"role": "llm", "in": 10_000, "out": 100, "cached": 2000, "written": 7000, "reasoning": 60})
}

fn with(common: &Json, rest: &Json) -> Json {
    let mut all = common.clone();
    all.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    all
}

/// Scenario: the call in the words of OpenTelemetry, OpenInference, OpenLLMetry, pydantic-ai, Sentry, LangSmith, Langfuse,
/// LiteLLM, MLflow and Vercel. Guarantee: the same counts.
#[test]
fn every_vocabulary_says_the_same_call() {
    let chat = json!({"gen_ai.operation.name": "chat", "gen_ai.request.model": "m"});
    let otel = with(&chat, &json!({"gen_ai.usage.input_tokens": 10_000, "gen_ai.usage.output_tokens": 100}));
    for rest in [
        json!({"gen_ai.usage.cache_read.input_tokens": 2000, "gen_ai.usage.cache_creation.input_tokens": 7000,
            "gen_ai.usage.reasoning.output_tokens": 60}),
        json!({"gen_ai.usage.cache_read.input_tokens": "2000", "gen_ai.usage.cache_write.input_tokens": 7000.0,
            "gen_ai.usage.reasoning_tokens": 60}),
        json!({"gen_ai.usage.cache_read_input_tokens": 2000, "gen_ai.usage.cache_creation_input_tokens": 7000,
            "gen_ai.usage.reasoning_tokens": 60}),
        json!({"gen_ai.usage.details.cache_read_tokens": 2000, "gen_ai.usage.details.cache_write_tokens": 7000,
            "gen_ai.usage.details.thinking_tokens": 60}),
        json!({"gen_ai.usage.input_tokens.cached": 2000, "gen_ai.usage.input_tokens.cache_write": 7000,
            "gen_ai.usage.output_tokens.reasoning": 60}),
        json!({"gen_ai.usage.input_token_details": {"cache_read": 2000, "cache_creation": 7000},
            "gen_ai.usage.output_token_details": {"reasoning": 60}}),
        json!({"metadata.usage_object": "{'prompt_tokens': 10000, 'completion_tokens': 100, 'prompt_tokens_details': \
            {'cached_tokens': 2000, 'cache_creation_tokens': 7000}, 'completion_tokens_details': {'reasoning_tokens': 60}}"}),
        json!({"metadata.usage_object": "{'cache_read_input_tokens': 2000, 'cache_creation_input_tokens': 7000, \
            'prompt_tokens_details': None, 'completion_tokens_details': {'reasoning_tokens': 60}}"}),
    ] {
        check("", "chat", &with(&otel, &rest), &right());
    }
    for other in [
        json!({"openinference.span.kind": "LLM", "llm.token_count.prompt": 10_000, "llm.token_count.completion": 100,
            "llm.token_count.prompt_details.cache_read": 2000, "llm.token_count.prompt_details.cache_creation": 7000,
            "llm.token_count.completion_details.reasoning": 60}),
        json!({"llm.request.type": "chat", "llm.usage.prompt_tokens": 10_000, "llm.usage.completion_tokens": 100,
            "llm.usage.cache_read_input_tokens": 2000, "llm.usage.cache_creation_input_tokens": 7000,
            "llm.usage.reasoning_tokens": 60}),
        json!({"langfuse.observation.type": "generation", "langfuse.observation.usage_details":
            r#"{"input": 1000, "cache_read_input_tokens": 2000, "cache_creation_input_tokens": 7000, "output": 40,
                "output_reasoning_tokens": 60}"#}),
    ] {
        check("", "call", &other, &right());
    }
    let mlflow = json!({"mlflow.spanType": "\"CHAT_MODEL\"", "mlflow.chat.tokenUsage":
        r#"{"input_tokens": 10000, "output_tokens": 100, "total_tokens": 10100, "cache_read_input_tokens": 2000}"#});
    check("mlflow", "predict", &mlflow, &json!({"role": "llm", "in": 10_000, "out": 100, "cached": 2000}));
}

/// Scenario: Vercel's version 6 with only some of the parts, for a provider that counts cached tokens beside the input, and
/// spans that carry OpenTelemetry's names as well. Guarantee: nothing is added to the input twice.
#[test]
fn vercel_counts_are_never_added_twice() {
    let call = json!({"ai.operationId": "ai.generateText.doGenerate", "ai.model.provider": "anthropic.messages",
        "ai.model.id": "claude-sonnet-4-5", "ai.usage.outputTokens": 100, "gen_ai.usage.output_tokens": 100});
    for (rest, input) in [
        (
            json!({"ai.usage.inputTokens": 10_000, "ai.usage.cachedInputTokens": 8000,
            "ai.usage.inputTokenDetails.cacheWriteTokens": 1500}),
            10_000,
        ),
        (json!({"ai.usage.inputTokens": 10_000, "ai.usage.inputTokenDetails.cacheReadTokens": 8000}), 10_000),
        (
            json!({"ai.usage.inputTokens": 10_000, "gen_ai.usage.input_tokens": 10_000, "ai.usage.cachedInputTokens": 8000,
            "ai.usage.inputTokenDetails.noCacheTokens": 2000, "ai.usage.inputTokenDetails.cacheReadTokens": 8000}),
            10_000,
        ),
        (
            json!({"ai.usage.inputTokens": 2000, "gen_ai.usage.input_tokens": 2000, "ai.usage.cachedInputTokens": 8000}),
            10_000,
        ),
        (
            json!({"ai.usage.inputTokens": 9000, "gen_ai.usage.input_tokens": 9000, "ai.usage.cachedInputTokens": 1000}),
            10_000,
        ),
        (json!({"ai.usage.inputTokens": 2000, "ai.usage.cachedInputTokens": 0}), 2000),
    ] {
        check("ai", "ai.generateText.doGenerate", &with(&call, &rest), &json!({"in": input, "out": 100}));
    }
}

/// Scenario: counts that are negative, broken, huge or of another kind. Guarantee: none is made up, and a worse name that has
/// one is taken instead.
#[test]
fn what_is_no_count_is_none() {
    let call = |value: Json| {
        json!({"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": value,
        "llm.token_count.prompt": 7})
    };
    for broken in [
        json!(-1),
        json!("NaN"),
        json!("-3"),
        json!("many"),
        json!(""),
        json!(true),
        json!([5]),
        json!({"a": 5}),
    ] {
        check("", "chat", &call(broken), &json!({"in": 7}));
    }
    check("", "chat", &call(json!("5.0")), &json!({"in": 5}));
    check("", "chat", &call(json!(1e300)), &json!({"in": i64::MAX}));
    for usage in [
        "{}",
        "[]",
        "null",
        "{'prompt_tokens': None}",
        "{'prompt_tokens': nan, 'completion_tokens': 3",
        "{'prompt_tokens': -5}",
    ] {
        let given = json!({"gen_ai.operation.name": "chat", "metadata.usage_object": usage});
        check("litellm", "litellm_request", &given, &json!({"role": "llm", "in": null}));
    }
}

/// Scenario: frameworks where the provider should stand, with the vendor under another key, in the model's name, or nowhere.
/// Guarantee: the vendor; the framework only where nobody is known to sell the model.
#[test]
fn the_vendor_is_found_behind_a_framework() {
    for (given, provider) in [
        (json!({"gen_ai.system": "strands-agents", "gen_ai.request.model": "gpt-4.1-mini"}), "openai"),
        (
            json!({"gen_ai.system": "strands-agents", "gen_ai.request.model": "us.anthropic.claude-sonnet-4-20250514-v1:0"}),
            "aws.bedrock",
        ),
        (
            json!({"gen_ai.system": "Langchain", "langsmith.metadata.ls_provider": "mistralai", "gen_ai.request.model": "x"}),
            "mistral_ai",
        ),
        (
            json!({"gen_ai.provider.name": "crewai", "gen_ai.system": "anthropic", "gen_ai.request.model": "x"}),
            "anthropic",
        ),
        (
            json!({"gen_ai.system": "gcp.vertex.agent", "gen_ai.request.model": "gemini-2.5-flash"}),
            "gcp.vertex_ai",
        ),
        (
            json!({"gen_ai.system": "litellm", "gen_ai.request.model": "anthropic/claude-sonnet-4-5"}),
            "anthropic",
        ),
        (json!({"gen_ai.system": "spring_ai", "gen_ai.request.model": "grok-99"}), "x_ai"),
        (json!({"gen_ai.system": "autogen", "gen_ai.request.model": "my-own-model"}), "autogen"),
        (json!({"llm.system": "langchain", "llm.model_name": "gpt-4o"}), "openai"),
        (json!({"gen_ai.system": "ollama", "gen_ai.request.model": "gpt-oss:20b"}), "ollama"),
        (json!({"gen_ai.system": "openai", "gen_ai.request.model": "claude-sonnet-4-5"}), "openai"),
    ] {
        check(
            "",
            "chat",
            &with(&given, &json!({"gen_ai.operation.name": "chat"})),
            &json!({"provider": provider}),
        );
    }
}
