//! What an executed tool was called with and gave, wherever senders put it, and words that belong to other senders.

use junjo_span_model::{Details, Event, Resource, Scope, Span, details};
use serde_json::{Value as Json, json};

use crate::dialects::{attributes, span};

fn read(scope: &'static str, span: &Span<'_>) -> Details {
    details(&Resource::default(), &Scope { name: scope.into(), ..Scope::default() }, span)
}

fn tool(given: &Json, events: &[(&'static str, Json)]) -> Span<'static> {
    let mut all = json!({"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "seats"});
    all.as_object_mut().unwrap().extend(given.as_object().unwrap().clone());
    let mut span = span("execute_tool seats", &all);
    span.events = events
        .iter()
        .map(|(name, given)| Event {
            name: (*name).into(),
            time_unix_nano: 1,
            attributes: attributes(given),
            dropped_attributes_count: 0,
        })
        .collect();
    span
}

/// Scenario: arguments and result in events as Strands sends them, old and new, as a schema beside the input, and cut.
/// Guarantee: the arguments and the result are shown, no schema is, and a cut is marked.
#[test]
fn arguments_and_result_are_found_wherever_they_are() {
    let (row, left) = (json!({"row": 4}), json!({"left": 2}));
    let details_event = "gen_ai.client.inference.operation.details";
    let schema = r#"{"properties": {"row": {"type": "integer"}}, "type": "object"}"#;
    for (given, events, arguments, result, is_cut) in [
        (
            json!({}),
            vec![
                ("gen_ai.tool.message", json!({"role": "tool", "content": r#"{"row": 4}"#, "id": "c1"})),
                ("gen_ai.choice", json!({"message": r#"[{"text": "{\"left\": 2}"}]"#, "id": "c1"})),
            ],
            row.clone(),
            left.clone(),
            false,
        ),
        (
            json!({}),
            vec![(
                details_event,
                json!({
                    "gen_ai.input.messages":
                        r#"[{"role": "tool", "parts": [{"type": "tool_call", "id": "c1", "arguments": {"row": 4}}]}]"#,
                    "gen_ai.output.messages":
                        r#"[{"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "response": {"left": 2}}]}]"#,
                }),
            )],
            row.clone(),
            left.clone(),
            false,
        ),
        (
            json!({"tool.parameters": schema, "input.value": r#"{"row": 4}"#, "output.value": r#"{"left": 2}"#}),
            vec![],
            row.clone(),
            left.clone(),
            false,
        ),
        (json!({"tool.parameters": schema}), vec![], Json::Null, Json::Null, false),
        (json!({"tool.parameters": r#"{"row": 4}"#}), vec![], row.clone(), Json::Null, false),
        (
            json!({"gen_ai.tool.call.arguments": {"row": 4}, "gen_ai.tool.call.result": r#"{"left": 2, "note": "by the wi"#}),
            vec![],
            row.clone(),
            json!({"left": 2, "note": "by the wi"}),
            true,
        ),
        (
            json!({"gen_ai.tool.call.arguments": r#"{"row": NaN}"#, "gen_ai.tool.call.result": "None"}),
            vec![],
            json!({"row": "NaN"}),
            json!("None"),
            false,
        ),
    ] {
        let call = read("x", &tool(&given, &events)).tool_call.unwrap();
        assert_eq!((&call.arguments, call.truncated), (&arguments, is_cut), "{given}");
        assert_eq!(call.result, result, "{given}");
    }
}

/// Scenario: words without a namespace, from the sender that means something by them, and from an application.
/// Guarantee: only the sender's are shown as arguments, results and reasons.
#[test]
fn words_of_other_senders_are_not_shown() {
    let given =
        json!({"arguments": r#"{"row": 4}"#, "output": "two", "call_id": "c9", "stop_reason": "end_turn"});
    let details = read("my.app", &tool(&given, &[]));
    let call = details.tool_call.unwrap();
    assert_eq!((call.arguments, call.result, call.id), (Json::Null, Json::Null, None));
    assert!(details.finish_reasons.is_empty());
    let call = read("codex_exec", &tool(&given, &[])).tool_call.unwrap();
    assert_eq!(
        (call.arguments, call.result, call.id.as_deref()),
        (json!({"row": 4}), json!("two"), Some("c9"))
    );
}

/// Scenario: reasons as an enum's name, a constant, and Vercel's word. Guarantee: OpenTelemetry's spelling.
#[test]
fn finish_reasons_have_one_spelling() {
    for (given, reason) in [
        (json!({"gen_ai.response.finish_reason": "FinishReason.TOOL_CALLS"}), "tool_calls"),
        (json!({"gen_ai.response.finish_reasons": ["STOP"]}), "stop"),
        (json!({"gen_ai.response.finish_reasons": r#"["FinishReason.STOP"]"#}), "stop"),
        (json!({"ai.response.finishReason": "tool-calls"}), "tool_calls"),
        (json!({"llm.response.stop_reason": "end_turn"}), "end_turn"),
    ] {
        let details = read("x", &span("chat", &given));
        assert_eq!(details.finish_reasons, [reason], "{given}");
    }
}

/// Scenario: a list of documents that was cut, sound in the tokens. Guarantee: the cut is marked, the counts are shown.
#[test]
fn cut_documents_and_sound_are_shown() {
    let given = json!({
        "gen_ai.operation.name": "retrieval", "gen_ai.usage.audio.input_tokens": 5, "gen_ai.usage.audio.output_tokens": 6,
        "gen_ai.retrieval.documents": r#"[{"id": "d1", "score": 0.9}, {"id": "d2", "sco"#,
    });
    let details = read("x", &span("retrieval", &given));
    let ids: Vec<Option<&str>> = details.documents.iter().map(|document| document.id.as_deref()).collect();
    assert_eq!((ids, details.documents_truncated), (vec![Some("d1"), Some("d2")], true));
    assert_eq!((details.tokens.audio_input_tokens, details.tokens.audio_output_tokens), (Some(5), Some(6)));
}
