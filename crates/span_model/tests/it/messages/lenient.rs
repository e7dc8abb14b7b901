//! Conversations that the client cut or did not write as strict JSON.

use serde_json::{Value as Json, json};

use super::{call, compact, short};

fn conversation() -> Json {
    json!([
        {"role": "system", "parts": [{"type": "text", "content": "You plan trips."}]},
        {"role": "user", "parts": [{"type": "text", "content": "Two days in Ghent, please."}]},
        {"role": "assistant", "parts": [{"type": "tool_call", "id": "c1", "name": "sights", "arguments": "{\"city\": \"Ghent\", \"days\": 2}"}]},
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "response": "castle"}, {"type": "text", "content": "é \"quoted\" 😀"}]}
    ])
}

fn read(text: &str) -> Json {
    call(&json!({"gen_ai.input.messages": text}))
}

/// Scenario: a conversation is cut inside the third message's answer. Guarantee: the whole messages are there, the last one
/// shows its beginning, and both list and part are marked.
#[test]
fn cut_conversation_shows_what_is_there() {
    let text = conversation().to_string();
    let details = read(&text[..text.find("castle").unwrap() + 3]);
    assert_eq!(details["input_messages_truncated"], true);
    assert_eq!(
        short(&details["input_messages"]),
        json!([
            ["system", ["You plan trips."]],
            ["user", ["Two days in Ghent, please."]],
            ["assistant", [{"call": "sights", "with": {"city": "Ghent", "days": 2}}]],
            ["tool", [{"answer": "sights", "is": "cas"}]],
        ])
    );
    let marks: Vec<&Json> = details["input_messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| &message["parts"][0]["truncated"])
        .collect();
    assert_eq!(marks, [false, false, false, true]);
    assert_eq!(details["input_preview"], "Two days in Ghent, please.");
}

/// Scenario: the same conversation cut at every character. Guarantee: each message that was whole reads as before, nothing
/// is invented after it, and the cut is marked.
#[test]
fn cut_anywhere_keeps_the_whole_messages() {
    let text = conversation().to_string();
    let whole = compact(&read(&text)["input_messages"]);
    assert_eq!(read(&text)["input_messages_truncated"], false);
    let ends: Vec<usize> = conversation()
        .as_array()
        .unwrap()
        .iter()
        .map(|message| text.find(&message.to_string()).unwrap() + message.to_string().len())
        .collect();
    for end in (ends[0]..text.len()).filter(|end| text.is_char_boundary(*end)) {
        let details = read(&text[..end]);
        let messages = compact(&details["input_messages"]);
        let complete = ends.iter().filter(|message_end| **message_end <= end).count();
        let read = messages.as_array().unwrap();
        assert_eq!(read[..complete], whole.as_array().unwrap()[..complete], "cut at {end}");
        assert!(read.len() <= complete + 1, "cut at {end}: {messages}");
        assert_eq!(details["input_messages_truncated"], true, "cut at {end}");
    }
}

/// Scenario: only the JSON text of a tool's arguments is cut, in an attribute of its own. Guarantee: its beginning is read,
/// and the part is marked.
#[test]
fn cut_arguments_are_marked() {
    let details = call(&json!({
        "llm.output_messages.0.message.role": "assistant",
        "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "sights",
        "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": "{\"city\": \"Ghent\", \"da",
    }));
    let part = &details["output_messages"][0]["parts"][0];
    assert_eq!((&part["arguments"], &part["truncated"]), (&json!({"city": "Ghent"}), &json!(true)));
    assert_eq!(details["output_messages_truncated"], true);
}

/// Scenario: conversations with NaN, half a surrogate pair, a raw line break, and as Python's repr. Guarantee: they are
/// conversations all the same.
#[test]
fn almost_json_is_a_conversation() {
    for (text, answer) in [
        (
            r#"[{"role":"user","content":"q"},{"role":"tool","tool_call_id":"c","content":{"mean":NaN,"max":-Infinity}}]"#,
            json!({"answer": null, "is": {"mean": "NaN", "max": "-Infinity"}}),
        ),
        (r#"[{"role":"user","content":"q"},{"role":"tool","content":"\ud83d!"}]"#, json!("\u{fffd}!")),
        ("[{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"tool\",\"content\":\"a\nb\"}]", json!("a\nb")),
        (
            "[{'role': 'user', 'content': 'q'}, {'role': 'tool', 'content': \"it's\", 'x': None}]",
            json!("it's"),
        ),
    ] {
        let details = read(text);
        assert_eq!(short(&details["input_messages"]), json!([["user", ["q"]], ["tool", [answer]]]), "{text}");
        assert_eq!(details["input_messages_truncated"], false, "{text}");
    }
}

/// Scenario: a tool's arguments, a span's metadata and its input are cut or hold NaN. Guarantee: they are read as far as they
/// go, as messages are.
#[test]
fn other_json_is_read_as_far_as_it_goes() {
    let details = call(&json!({
        "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "f", "gen_ai.tool.call.arguments": "{\"a\": 1, \"b\": \"lo",
        "metadata": "{\"score\": NaN, \"thread\": \"t\"}",
    }));
    assert_eq!(details["tool_call"]["arguments"], json!({"a": 1, "b": "lo"}));
    assert_eq!(details["metadata"], json!({"score": "NaN", "thread": "t"}));
}

/// Scenario: the first message is cut before it says anything, and before its role came. Guarantee: nothing is shown as a
/// conversation that is none, and a text without a role keeps what it says.
#[test]
fn cut_before_anything_is_said() {
    assert_eq!(
        compact(&read("[{\"role\":\"user\",\"content\":\"q\"},{")["input_messages"]),
        json!([
            {"role": "user", "parts": [{"type": "text", "content": "q"}]}
        ])
    );
    let details = read("[{\"role\":\"user\",\"content\":\"q\"},{\"content\":\"and a");
    assert_eq!(short(&details["input_messages"]), json!([["user", ["q"]], ["unknown", ["and a"]]]));
}

/// Scenario: conversations of other vendors, and one in Python's repr, cut at every character. Guarantee: no panic, no message
/// more than the whole has, every one before the last as it was, and the cut marked.
#[test]
fn other_vendors_cut_anywhere_keep_what_was_whole() {
    for text in [
        r#"[{"role":"user","content":[{"type":"text","text":"Any ferry?"}]},{"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"ferries","input":{"day":"Friday"}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"at six"}]}]"#,
        r#"[{"role":"user","content":"Any ferry?"},{"role":"assistant","content":null,"tool_calls":[{"id":"t1","type":"function","function":{"name":"ferries","arguments":"{\"day\": \"Friday\"}"}}]},{"role":"tool","tool_call_id":"t1","content":"at six"}]"#,
        r#"{"contents":[{"role":"user","parts":[{"text":"Any ferry?"}]},{"role":"model","parts":[{"functionCall":{"name":"ferries","args":{"day":"Friday"}}}]},{"role":"user","parts":[{"functionResponse":{"name":"ferries","response":{"at":"six"}}}]}]}"#,
        r#"[{"role":"user","content":[{"text":"Any ferry?"}]},{"role":"assistant","content":[{"toolUse":{"toolUseId":"t1","name":"ferries","input":{"day":"Friday"}}}]},{"role":"user","content":[{"toolResult":{"toolUseId":"t1","status":"success","content":[{"text":"at six"}]}}]}]"#,
        r#"[{'role': 'user', 'content': "Any \'ferry\'?"}, {'role': 'assistant', 'content': None, 'tool_calls': [{'id': 't1', 'function': {'arguments': '{"day": "Friday"}', 'name': 'ferries'}, 'type': 'function'}]}, {'role': 'tool', 'tool_call_id': 't1', 'content': 'at six'}]"#,
    ] {
        let whole = read(text)["input_messages"].as_array().unwrap().clone();
        assert_eq!(whole.len(), 3, "{text}");
        for cut in 1..text.len() {
            let details = read(&text[..cut]);
            let messages = details["input_messages"].as_array().unwrap();
            assert!(messages.len() <= 3, "{}: {messages:?}", &text[..cut]);
            let before_last = messages.len().saturating_sub(1);
            assert_eq!(messages[..before_last], whole[..before_last], "{}", &text[..cut]);
            let is_said = text[..cut].contains("Any");
            assert!(!is_said || details["input_messages_truncated"] == true, "{}", &text[..cut]);
        }
    }
}
