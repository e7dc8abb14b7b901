//! What single senders mean, one row an input: counts under all their names, costs, and vocabularies of their own. The
//! right values are those of conventions, vendors' documents and arithmetic.

use junjo_span_model::{
    LogRecord, PriceTable, Resource, Scope, decode_log_record, details, details_with_logs, promote,
    promote_log,
};
use serde_json::{Map, Value as Json, json};

use crate::dialects::{attributes, span};

/// The promoted fields of a span that say something.
pub(crate) fn read(scope: &'static str, name: &str, attributes: &Json) -> Map<String, Json> {
    let scope = Scope { name: scope.into(), ..Scope::default() };
    let span = span(name, attributes);
    let promoted = promote(&Resource::default(), &scope, &span, PriceTable::bundled());
    let text = |text: &Option<std::borrow::Cow<'_, str>>| text.as_deref().map(Json::from);
    let said = [
        ("role", promoted.role.map(|role| Json::from(role.as_str()))),
        ("provider", text(&promoted.provider)),
        ("model", text(&promoted.model)),
        ("in", promoted.input_tokens.map(Json::from)),
        ("out", promoted.output_tokens.map(Json::from)),
        ("cached", promoted.cached_input_tokens.map(Json::from)),
        ("written", promoted.cache_write_tokens.map(Json::from)),
        ("reasoning", promoted.reasoning_tokens.map(Json::from)),
        ("usd", promoted.cost_usd.map(Json::from)),
        ("session", text(&promoted.session_id)),
        ("user", text(&promoted.user_id)),
        ("agent", text(&promoted.agent_name)),
        ("tool", text(&promoted.tool_name)),
        ("error", text(&promoted.error_type)),
    ];
    said.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// Everything in `expected` is said; null means that it is not.
pub(crate) fn check(scope: &'static str, name: &str, attributes: &Json, expected: &Json) {
    let said = read(scope, name, attributes);
    for (field, value) in expected.as_object().unwrap() {
        let got = said.get(field).cloned().unwrap_or_default();
        let is_same = match (got.as_f64(), value.as_f64()) {
            (Some(got), Some(value)) => (got - value).abs() < 1e-9,
            _ => got == *value,
        };
        assert!(is_same, "{scope} {name} {attributes}: {field} is {got}, not {value}");
    }
}

/// A call of Claude Sonnet 4.5, of 1,000 plain, 2,000 cached and 7,000 written input tokens and 100 output tokens.
const SONNET_DOLLARS: f64 = (1000.0 * 3.0 + 2000.0 * 0.3 + 7000.0 * 3.75 + 100.0 * 15.0) / 1e6;

/// Scenario: one call's cached and written tokens under every name, inside of the input where the dialect counts so, beside
/// it where not. Guarantee: the same counts and the same price.
#[test]
fn cached_and_written_tokens_have_many_names() {
    let inside = |cached: &str, written: &str| {
        let mut attributes = json!({
            "gen_ai.operation.name": "chat", "gen_ai.provider.name": "anthropic",
            "gen_ai.request.model": "claude-sonnet-4-5", "gen_ai.usage.input_tokens": 10_000,
            "gen_ai.usage.output_tokens": 100,
        });
        (attributes[cached], attributes[written]) = (json!(2000), json!("7000"));
        attributes
    };
    let right = json!({"in": 10_000, "out": 100, "cached": 2000, "written": 7000, "usd": SONNET_DOLLARS});
    for (cached, written) in [
        ("gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_write.input_tokens"),
        ("gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_creation.input_tokens"),
        ("gen_ai.usage.cache_read_input_tokens", "gen_ai.usage.cache_creation_input_tokens"),
        ("gen_ai.usage.cache_read_input_tokens", "gen_ai.usage.cache_write_input_tokens"),
        ("gen_ai.usage.cached_input_tokens", "gen_ai.usage.cache_creation_tokens"),
        ("gen_ai.usage.cache_read_tokens", "gen_ai.usage.cache_write_tokens"),
        ("gen_ai.usage.details.cache_read_tokens", "gen_ai.usage.details.cache_write_tokens"),
        ("gen_ai.usage.details.cache_read_input_tokens", "gen_ai.usage.details.cache_creation_input_tokens"),
        ("gen_ai.usage.input_tokens.cached", "gen_ai.usage.input_tokens.cache_write"),
        ("gen_ai.usage.input_cached_tokens", "gen_ai.usage.cache_write_tokens"),
        ("llm.usage.cache_read_input_tokens", "llm.usage.cache_creation_input_tokens"),
        ("llm.token_count.prompt_details.cache_read", "llm.token_count.prompt_details.cache_write"),
    ] {
        check("", "chat", &inside(cached, written), &right);
    }
    let beside = json!({
        "gen_ai.operation.name": "chat", "gen_ai.system": "anthropic", "gen_ai.request.model": "claude-sonnet-4-5",
        "gen_ai.usage.input_tokens": 1000, "gen_ai.usage.output_tokens": 100,
        "gen_ai.usage.cache_read_input_tokens": 2000, "gen_ai.usage.cache_creation_input_tokens": 7000,
    });
    check("", "a part is larger than the whole", &beside, &right);
    let langsmith = json!({
        "langsmith.span.kind": "llm", "gen_ai.system": "langchain", "gen_ai.request.model": "claude-sonnet-4-5",
        "gen_ai.usage.input_tokens": 10_000, "gen_ai.usage.output_tokens": 100,
        "gen_ai.usage.input_token_details": r#"{"cache_read": 2000, "cache_creation": 7000}"#,
    });
    check("langsmith", "ChatAnthropic", &langsmith, &right);
    let langfuse = json!({
        "langfuse.observation.type": "generation", "langfuse.observation.model.name": "claude-sonnet-4-5",
        "langfuse.observation.usage_details":
            r#"{"input": 1000, "input_cached_tokens": 2000, "input_cache_creation": 7000, "output": 100}"#,
    });
    check("langfuse-sdk", "generation", &langfuse, &right);
}

/// Scenario: versions 4, 5 and 6 of the Vercel AI SDK with Anthropic and with OpenAI. Guarantee: cached tokens are part of
/// the input, whether the version counts them so or hands on what the provider counts.
#[test]
fn vercel_versions_count_as_their_provider_does() {
    let call = |provider: &str, model: &str, rest: &Json| {
        let mut attributes = json!({
            "ai.operationId": "ai.generateText.doGenerate", "ai.model.provider": provider, "ai.model.id": model,
        });
        attributes.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        attributes
    };
    let anthropic = |rest: &Json| call("anthropic.messages", "claude-sonnet-4-5", rest);
    let right = json!({"role": "llm", "in": 10_000, "out": 100, "cached": 2000, "written": 7000, "usd": SONNET_DOLLARS});
    let v4 = json!({
        "ai.usage.promptTokens": 1000, "ai.usage.completionTokens": 100,
        "ai.response.providerMetadata": r#"{"anthropic":{"cacheReadInputTokens":2000,"cacheCreationInputTokens":7000}}"#,
    });
    check("ai", "v4", &anthropic(&v4), &right);
    let v5 = json!({
        "ai.usage.inputTokens": 1000, "ai.usage.outputTokens": 100, "ai.usage.totalTokens": 1100,
        "ai.usage.cachedInputTokens": 2000,
        "ai.response.providerMetadata": r#"{"anthropic":{"cacheCreationInputTokens":7000}}"#,
    });
    check("ai", "v5", &anthropic(&v5), &right);
    let v5_small = json!({
        "ai.usage.inputTokens": 5000, "ai.usage.outputTokens": 100, "ai.usage.totalTokens": 5100,
        "ai.usage.cachedInputTokens": 2000,
    });
    check("ai", "v5, fewer cached than not", &anthropic(&v5_small), &json!({"in": 7000, "cached": 2000}));
    let v6 = json!({
        "ai.usage.inputTokens": 10_000, "ai.usage.outputTokens": 100, "ai.usage.cachedInputTokens": 2000,
        "ai.usage.inputTokenDetails.noCacheTokens": 1000, "ai.usage.inputTokenDetails.cacheReadTokens": 2000,
        "ai.usage.inputTokenDetails.cacheWriteTokens": 7000,
        "ai.response.providerMetadata": r#"{"anthropic":{"cacheCreationInputTokens":7000}}"#,
    });
    check("ai", "v6", &anthropic(&v6), &right);
    let openai = json!({
        "ai.usage.inputTokens": 5000, "ai.usage.outputTokens": 100, "ai.usage.totalTokens": 5100,
        "ai.usage.cachedInputTokens": 2000, "ai.usage.reasoningTokens": 60,
    });
    let right = json!({"in": 5000, "out": 100, "cached": 2000, "reasoning": 60});
    check("ai", "v5", &call("openai.responses", "gpt-4.1", &openai), &right);
}

/// Scenario: reasoning under its names, inside and beside the output, with and without a total. Guarantee: output includes it.
#[test]
fn reasoning_is_part_of_the_output() {
    let call = |rest: &Json| {
        let mut attributes = json!({"gen_ai.operation.name": "chat", "gen_ai.request.model": "m"});
        attributes.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        attributes
    };
    let inside = json!({"in": 90, "out": 48, "reasoning": 40});
    for key in [
        "gen_ai.usage.reasoning.output_tokens",
        "gen_ai.usage.reasoning_tokens",
        "gen_ai.usage.details.reasoning_tokens",
        "gen_ai.usage.details.thoughts_tokens",
        "gen_ai.usage.output_tokens.reasoning",
        "gen_ai.usage.completion_tokens_details.reasoning_tokens",
        "llm.token_count.completion_details.reasoning",
        "llm.usage.reasoning_tokens",
        "gen_ai.usage.experimental.reasoning_tokens",
    ] {
        let mut attributes =
            call(&json!({"gen_ai.usage.input_tokens": 90, "gen_ai.usage.output_tokens": 48}));
        attributes[key] = json!(40);
        check("", key, &attributes, &inside);
    }
    for beside in [
        json!({"gen_ai.usage.prompt_token_count": 90, "gen_ai.usage.candidates_token_count": 8,
            "gen_ai.usage.thoughts_token_count": 40}),
        json!({"gen_ai.response.prompt_token_count": 90, "gen_ai.response.candidates_token_count": 8,
            "gen_ai.response.thoughts_token_count": 40}),
        json!({"usage_metadata":
            r#"{"prompt_token_count": 90, "candidates_token_count": 8, "thoughts_token_count": 40}"#}),
        json!({"gen_ai.usage.input_tokens": 90, "gen_ai.usage.output_tokens": 8,
            "gen_ai.usage.reasoning_tokens": 40, "gen_ai.usage.total_tokens": 138}),
    ] {
        check("", "beside", &call(&beside), &inside);
    }
}

/// Scenario: calls and costs as frameworks, gateways and routers report them. Guarantee: the sender's own price first, else
/// the model's vendor's; a model that somebody runs himself has none.
#[test]
fn a_framework_does_not_hide_the_price() {
    let call = |provider: &str, model: &str| {
        json!({
            "gen_ai.operation.name": "chat", "gen_ai.system": provider, "gen_ai.request.model": model,
            "gen_ai.usage.input_tokens": 100_000, "gen_ai.usage.output_tokens": 0,
        })
    };
    for (provider, model, dollars) in [
        ("langchain", "gpt-4.1", json!(0.2)),
        ("strands-agents", "us.anthropic.claude-sonnet-4-20250514-v1:0", json!(0.3)),
        ("crewai", "claude-sonnet-4-5", json!(0.3)),
        ("spring_ai", "gpt-4.1", json!(0.2)),
        ("litellm", "openai/gpt-4.1", json!(0.2)),
        ("litellm", "anthropic/claude-sonnet-4-5", json!(0.3)),
        ("gcp.vertex.agent", "gemini-2.5-flash", json!(0.03)),
        ("vertex_ai", "gemini-2.5-flash", json!(0.03)),
        ("az.ai.inference", "gpt-4.1", json!(0.2)),
        ("openai", "openai/gpt-4.1", json!(0.2)),
        ("never heard of", "gpt-4.1-2025-04-14", json!(0.2)),
        ("never heard of", "my-model", Json::Null),
        ("ollama", "gpt-4.1", Json::Null),
        ("vllm", "deepseek-chat", Json::Null),
    ] {
        check("", "chat", &call(provider, model), &json!({"usd": dollars}));
    }
    for key in [
        "gen_ai.usage.cost",
        "gen_ai.usage.total_cost",
        "gen_ai.usage.cost_usd",
        "gen_ai.cost.total_cost",
        "litellm.cost.total",
        "llm.usage.total_cost",
        "llm.cost.total",
        "operation.cost",
    ] {
        let mut attributes = call("litellm", "gpt-4.1");
        attributes[key] = json!(0.25);
        check("", key, &attributes, &json!({"usd": 0.25}));
    }
}

/// Scenario: spans of coding agents with words of their own, as their documents have them, and the same words from others.
/// Guarantee: role, model, tokens, session and tool are found, and nothing is read from others.
#[test]
fn coding_agents_are_understood() {
    let session = "5d0f0000-1111-4222-8333-444455556666";
    check(
        "com.anthropic.claude_code.tracing",
        "claude_code.llm_request",
        &json!({
            "span.type": "llm_request", "session.id": session, "gen_ai.system": "anthropic", "model": "claude-sonnet-4-5",
            "input_tokens": 6000, "output_tokens": 500, "cache_read_tokens": 3000, "cache_creation_tokens": 1000,
        }),
        &json!({"role": "llm", "model": "claude-sonnet-4-5", "in": 10_000, "out": 500, "cached": 3000, "written": 1000,
            "session": session}),
    );
    let tool = json!({"span.type": "tool", "tool_name": "Bash"});
    check("x", "claude_code.tool", &tool, &json!({"role": "tool", "tool": "Bash"}));
    check(
        "x",
        "claude_code.tool.execution",
        &json!({"span.type": "tool.execution"}),
        &json!({"role": "chain"}),
    );
    check("x", "claude_code.interaction", &json!({}), &json!({"role": "agent"}));
    check(
        "x",
        "my.request",
        &json!({"input_tokens": 5, "model": "m"}),
        &json!({"role": null, "in": null, "model": null}),
    );
    check(
        "codex_exec",
        "session_task.turn",
        &json!({
            "model": "gpt-5.5", "thread.id": "t-1", "codex.turn.token_usage.input_tokens": 990,
            "codex.turn.token_usage.cached_input_tokens": 900, "codex.turn.token_usage.output_tokens": 12,
            "codex.turn.token_usage.reasoning_output_tokens": 4,
        }),
        &json!({"role": "agent", "model": "gpt-5.5", "in": 990, "out": 12, "cached": 900, "reasoning": 4, "session": "t-1"}),
    );
    check(
        "gemini-cli",
        "llm_call",
        &json!({
            "gen_ai.operation.name": "chat", "model": "gemini-2.5-pro", "input_token_count": 11, "output_token_count": 7,
            "thoughts_token_count": 3, "cached_content_token_count": 5,
        }),
        &json!({"role": "llm", "model": "gemini-2.5-pro", "in": 11, "out": 10, "cached": 5, "reasoning": 3}),
    );
}

/// Scenario: spans of kits for agents with words of their own, as their sources have them. Guarantee: role, tokens, session
/// and agent are found.
#[test]
fn kits_for_agents_are_understood() {
    let adk = "gcp.vertex.agent";
    check(
        adk,
        "call_llm",
        &json!({
            "gen_ai.system": "gcp.vertex.agent", "gen_ai.request.model": "gemini-2.5-flash",
            "gcp.vertex.agent.session_id": "sess-9",
            "gcp.vertex.agent.llm_response":
                r#"{"usage_metadata":{"prompt_token_count":90,"candidates_token_count":8,"cached_content_token_count":64}}"#,
        }),
        &json!({"role": "llm", "in": 90, "out": 8, "cached": 64, "session": "sess-9"}),
    );
    check(adk, "agent_run [helper]", &json!({}), &json!({"role": "agent"}));
    check(
        "strands.telemetry.tracer",
        "chat",
        &json!({
            "gen_ai.system": "strands-agents", "gen_ai.request.model": "us.anthropic.claude-sonnet-4-20250514-v1:0",
            "gen_ai.usage.input_tokens": 5000, "gen_ai.usage.output_tokens": 40, "gen_ai.usage.total_tokens": 7040,
            "gen_ai.usage.cache_read_input_tokens": 2000, "gen_ai.usage.cache_write_input_tokens": 0,
        }),
        &json!({"role": "llm", "in": 7000, "out": 40, "cached": 2000}),
    );
    check("strands.telemetry.tracer", "execute_event_loop_cycle", &json!({}), &json!({"role": "chain"}));
    let component = |class: &str| json!({"haystack.component.type": class, "haystack.component.name": "it"});
    for (class, role) in [
        ("OpenAIChatGenerator", "llm"),
        ("SentenceTransformersTextEmbedder", "embedding"),
        ("InMemoryBM25Retriever", "retriever"),
        ("ChatPromptBuilder", "prompt"),
        ("ToolInvoker", "tool"),
        ("DocumentSplitter", "chain"),
    ] {
        check("haystack", "haystack.component.run", &component(class), &json!({"role": role}));
    }
    check("haystack", "haystack.pipeline.run", &json!({}), &json!({"role": "workflow"}));
    let crew = json!({"crewai.agent.role": "Researcher"});
    check("crewai.telemetry", "Task Execution", &crew, &json!({"role": "chain", "agent": "Researcher"}));
    check("llamaindex.opentelemetry.tracer", "OpenAI.achat-1b2c", &json!({}), &json!({"role": "llm"}));
    check(
        "llamaindex.opentelemetry.tracer",
        "VectorIndexRetriever._retrieve-7",
        &json!({}),
        &json!({"role": "retriever"}),
    );
    check("other", "OpenAI.achat-1b2c", &json!({}), &json!({"role": null}));
}

/// Scenario: spans of frameworks that speak OpenTelemetry's words beside some of their own. Guarantee: role, tokens, session,
/// agent and cost are found.
#[test]
fn frameworks_are_understood() {
    check(
        "spring",
        "spring_ai chat_client",
        &json!({"gen_ai.operation.name": "framework", "gen_ai.system": "spring_ai", "spring.ai.kind": "chat_client",
            "spring.ai.chat.client.conversation.id": "c-1"}),
        &json!({"role": "chain", "session": "c-1"}),
    );
    check(
        "Microsoft.SemanticKernel.Diagnostics",
        "chat.completions gpt-4.1",
        &json!({"gen_ai.operation.name": "chat.completions", "gen_ai.system": "openai", "gen_ai.request.model": "gpt-4.1",
            "gen_ai.response.prompt_tokens": 9, "gen_ai.response.completion_tokens": 3}),
        &json!({"role": "llm", "in": 9, "out": 3}),
    );
    let agent = json!({
        "gen_ai.operation.name": "invoke_agent", "gen_ai.system": "autogen", "gen_ai.agent.name": "helper",
        "gen_ai.request.model": "gpt-4.1", "gen_ai.usage.input_tokens": 1_000_000, "gen_ai.usage.output_tokens": 0,
    });
    check("autogen", "invoke_agent helper", &agent, &json!({"role": "agent", "agent": "helper", "usd": 2.0}));
}

/// Scenario: spans of LangSmith, OpenInference and LiteLLM with conversations, users and costs in metadata. Guarantee: they are
/// found, and LangSmith's project is not taken for a conversation.
#[test]
fn metadata_of_tracers_is_understood() {
    let langsmith = json!({
        "langsmith.span.kind": "llm", "langsmith.metadata.thread_id": "th-1", "langsmith.trace.session_id": "the project",
        "langsmith.metadata.user_id": "u-1", "langsmith.metadata.ls_model_name": "gpt-4.1",
    });
    let right = json!({"role": "llm", "session": "th-1", "user": "u-1", "model": "gpt-4.1"});
    check("langsmith", "ChatOpenAI", &langsmith, &right);
    let whole = json!({"langsmith.metadata": r#"{"session_id": "s-2"}"#});
    check("langsmith", "RunnableSequence", &whole, &json!({"session": "s-2"}));
    check(
        "openinference",
        "chain",
        &json!({"metadata": r#"{"conversation_id": "c-2"}"#}),
        &json!({"session": "c-2"}),
    );
    check(
        "litellm",
        "litellm_request",
        &json!({"llm.request.type": "acompletion", "gen_ai.request.model": "gpt-4.1", "gen_ai.cost.total_cost": 0.5,
            "gen_ai.usage.prompt_tokens": 4, "gen_ai.usage.completion_tokens": 2, "llm.user": "u-9"}),
        &json!({"role": "llm", "in": 4, "out": 2, "usd": 0.5, "user": "u-9"}),
    );
}

/// Scenario: a tool's arguments and result under senders' own keys. Guarantee: they are shown as such, parsed.
#[test]
fn tools_of_senders_show_arguments_and_result() {
    for (arguments, result) in [
        ("gcp.vertex.agent.tool_call_args", "gcp.vertex.agent.tool_response"),
        ("spring.ai.tool.call.arguments", "spring.ai.tool.call.result"),
        ("tool_arguments", "tool_response"),
        ("gen_ai.tool.call.arguments", "gen_ai.tool.call.result"),
        ("input.value", "output.value"),
        ("traceloop.entity.input", "traceloop.entity.output"),
    ] {
        let mut given = json!({"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "seats"});
        (given[arguments], given[result]) = (json!(r#"{"row": 4}"#), json!(r#"{"left": 2}"#));
        let details = details(&Resource::default(), &Scope::default(), &span("execute_tool seats", &given));
        let call = details.tool_call.unwrap();
        assert_eq!((call.arguments, call.result), (json!({"row": 4}), json!({"left": 2})), "{arguments}");
    }
}

/// A log record with a name in OTLP's field, attributes, and a text as body.
fn record(event_name: &'static str, given: &Json, body: &'static str) -> LogRecord<'static> {
    let mut record = decode_log_record(&[]).unwrap();
    record.event_name = event_name.into();
    record.attributes = attributes(given);
    if !body.is_empty() {
        record.body = junjo_span_model::Value::String(body.into());
    }
    record
}

/// Scenario: names of events in the field, in the attribute, in the body, and source lines in the field. Guarantee: the
/// name that people look for; a plain text is none.
#[test]
fn event_names_are_found_where_senders_put_them() {
    let line = "event otel/src/events/session_telemetry.rs:968";
    for (field, attribute, body, name) in [
        ("gen_ai.choice", "", "", Some("gen_ai.choice")),
        ("gen_ai.choice", "other", "", Some("gen_ai.choice")),
        ("", "codex.sse_event", "", Some("codex.sse_event")),
        (line, "codex.sse_event", "", Some("codex.sse_event")),
        (line, "", "", Some(line)),
        ("", "api_request", "claude_code.api_request", Some("claude_code.api_request")),
        ("", "", "claude_code.user_prompt", Some("claude_code.user_prompt")),
        ("", "gemini_cli.user_prompt", "User prompt. Length: 12.", Some("gemini_cli.user_prompt")),
        ("", "", "example.com", None),
        ("", "", "gen_ai. is a prefix", None),
        ("", "", "", None),
    ] {
        let given = if attribute.is_empty() { json!({}) } else { json!({"event.name": attribute}) };
        let record = record(field, &given, body);
        let promoted = promote_log(&Resource::default(), &record);
        assert_eq!(promoted.event_name.as_deref(), name, "{field:?} {attribute:?} {body:?}");
    }
}

/// Scenario: exceptions of a failed and of another span, sent as log records: with an event's name, with the operation's,
/// with none, without a class. Guarantee: they are the span's, its error only where it failed, and a record without one
/// changes nothing.
#[test]
fn exceptions_that_came_as_logs_belong_to_the_span() {
    let given = json!({"exception.type": "QuotaError", "exception.message": "no credit left", "exception.stacktrace": "at"});
    let mut failed = span("chat", &json!({"gen_ai.operation.name": "chat"}));
    failed.status_code = 2;
    let read = |span, record: LogRecord<'static>| {
        let details = details_with_logs(&Resource::default(), &Scope::default(), span, &[record]);
        let exceptions =
            details.failures.exceptions.into_iter().map(|e| (e.kind, e.message)).collect::<Vec<_>>();
        (details.failures.error_type, exceptions)
    };
    let one = vec![(Some("QuotaError".to_owned()), Some("no credit left".to_owned()))];
    for (name, body) in [("exception", ""), ("gen_ai.client.operation.exception", ""), ("", "request failed")]
    {
        let (error_type, exceptions) = read(&failed, record(name, &given, body));
        assert_eq!(error_type.as_deref(), Some("QuotaError"), "{name}");
        assert_eq!(exceptions, one, "{name}");
    }
    let untyped = read(&failed, record("exception", &json!({"exception.message": "m"}), ""));
    assert_eq!(untyped.0.as_deref(), Some("_OTHER"));
    let handled = span("chat", &json!({"gen_ai.operation.name": "chat"}));
    assert_eq!(read(&handled, record("exception", &given, "")), (None, one));
    assert_eq!(read(&failed, record("", &json!({"a": 1}), "a line")), (None, Vec::new()));
}
