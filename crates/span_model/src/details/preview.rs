//! The first words of what went in and what came out, for rows that have room for one line.

use serde_json::Value as Json;

use super::messages::{Message, PartKind};

/// Characters in a preview: one line of a wide screen.
const CHARS_MAX: usize = 160;

/// What the user said last: the words that the answer is to.
pub(super) fn asked(messages: &[Message], input: &Json) -> Option<String> {
    let user = messages.iter().rev().find(|message| message.role == "user" && text(message).is_some());
    let said = user.and_then(text).or_else(|| messages.iter().find_map(text));
    said.and_then(one_line).or_else(|| of_json(input))
}

/// What was answered, at worst the tools that were asked for.
pub(super) fn answered(messages: &[Message], output: &Json) -> Option<String> {
    let said = messages.iter().rev().find_map(text).and_then(one_line);
    let calls = || {
        let parts = messages.iter().flat_map(|message| &message.parts);
        let names: Vec<&str> = parts
            .filter_map(|part| match &part.kind {
                PartKind::ToolCall { name, .. } => name.as_deref(),
                _ => None,
            })
            .take(8)
            .collect();
        one_line(&names.join(", "))
    };
    said.or_else(calls).or_else(|| of_json(output))
}

/// The first text in a message.
fn text(message: &Message) -> Option<&str> {
    message.parts.iter().find_map(|part| match &part.kind {
        PartKind::Text { content, .. } if !content.trim().is_empty() => Some(content.as_str()),
        _ => None,
    })
}

/// A text as it is, anything else as JSON.
fn of_json(json: &Json) -> Option<String> {
    match json {
        Json::Null => None,
        Json::String(text) => one_line(text),
        other => one_line(&other.to_string()),
    }
}

/// The first characters with runs of white space as one blank; an ellipsis where it was cut.
fn one_line(text: &str) -> Option<String> {
    let mut line = String::new();
    let mut chars = 0;
    for word in text.split_whitespace() {
        for (index, letter) in word.chars().enumerate() {
            let gap = usize::from(index == 0 && chars > 0);
            if chars + gap + 1 > CHARS_MAX {
                line.push('…');
                return Some(line);
            }
            if gap == 1 {
                line.push(' ');
            }
            line.push(letter);
            chars += gap + 1;
        }
    }
    (!line.is_empty()).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: texts with line breaks, of one word, over the limit, and empty ones. Guarantee: one line, cut by
    /// characters, nothing for nothing.
    #[test]
    fn one_line_is_short_and_whole() {
        assert_eq!(one_line(" a\n\n b\tc ").as_deref(), Some("a b c"));
        assert_eq!(one_line(" \n"), None);
        let long = one_line(&"é".repeat(1_000)).unwrap();
        assert_eq!((long.chars().count(), long.ends_with('…')), (CHARS_MAX + 1, true));
        let exact = "x".repeat(CHARS_MAX);
        assert_eq!(one_line(&exact), Some(exact));
    }

    /// Scenario: a conversation with a tool call as its answer, then without messages. Guarantee: the last user's words,
    /// the tool's name, the plain input.
    #[test]
    fn previews_take_the_last_question_and_the_answer() {
        let message = |role: &str, content: &str| Message {
            role: role.to_owned(),
            parts: vec![PartKind::Text { content: content.to_owned(), citations: Vec::new() }.into()],
            name: None,
            finish_reason: None,
        };
        let input = [message("system", "be kind"), message("user", "one"), message("user", "two")];
        assert_eq!(asked(&input, &Json::Null).as_deref(), Some("two"));
        let call = PartKind::ToolCall { id: None, name: Some("search".to_owned()), arguments: Json::Null };
        let output = [Message { parts: vec![call.into()], ..message("assistant", "") }];
        assert_eq!(answered(&output, &Json::Null).as_deref(), Some("search"));
        assert_eq!(asked(&[], &serde_json::json!({"q": 1})).as_deref(), Some("{\"q\":1}"));
        assert_eq!(answered(&[], &Json::Null), None);
    }
}
