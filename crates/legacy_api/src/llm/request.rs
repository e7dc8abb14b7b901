//! What is passed on of a request: the fields that the Go server knows, nothing else.

use serde::{Deserialize, Deserializer, Serialize};

/// The model of a request that names none.
const MODEL_DEFAULT: &str = "gemini-2.5-flash";

/// A request, and what becomes its body at Gemini.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Generation {
    #[serde(default, deserialize_with = "or_empty")]
    pub(super) model: String,
    #[serde(default, deserialize_with = "or_empty")]
    contents: Vec<Content>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    generation_config: Option<GenerationConfig>,
    #[serde(default, rename = "system_instruction", skip_serializing_if = "Option::is_none")]
    system_instruction: Option<Content>,
}

#[derive(Debug, Deserialize, Serialize)]
struct Content {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    #[serde(default, deserialize_with = "or_empty")]
    parts: Vec<Part>,
}

#[derive(Debug, Deserialize, Serialize)]
struct Part {
    #[serde(default, deserialize_with = "or_empty")]
    text: String,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct GenerationConfig {
    #[serde(default, deserialize_with = "or_empty", skip_serializing_if = "Vec::is_empty")]
    stop_sequences: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    response_mime_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    top_k: Option<i64>,
}

/// Go reads null as the empty value.
fn or_empty<'d, D: Deserializer<'d>, T: Default + Deserialize<'d>>(deserializer: D) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

impl Generation {
    /// The request in `text`. The model's name goes into an address, so only what names consist of may be in it.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let read: Option<Self> = serde_json::from_str(text)
            .map_err(|error| format!("The request is none that Gemini knows: {error}"))?;
        let mut read = read.unwrap_or_default();
        if read.model.is_empty() {
            MODEL_DEFAULT.clone_into(&mut read.model);
        }
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if read.model.bytes().all(is_plain) && !read.model.starts_with('.') {
            return Ok(read);
        }
        Err("A model's name has letters, digits, '-', '_' and '.' only.".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Scenario: the page's request with more than the Go server passes on. Guarantee: the known fields, temperature 0 among
    /// them, and a default model.
    #[test]
    fn known_fields_are_passed_on() {
        let sent = json!({"contents": [{"parts": [{"text": "hi", "inline": 1}]}], "tools": [],
                          "generationConfig": {"responseMimeType": "application/json", "temperature": 0.0}});
        let read = Generation::read(&sent.to_string()).unwrap();
        let expected = json!({"model": "gemini-2.5-flash", "contents": [{"parts": [{"text": "hi"}]}],
                              "generationConfig": {"responseMimeType": "application/json", "temperature": 0.0}});
        assert_eq!(serde_json::to_value(&read).unwrap(), expected);
    }

    /// Scenario: nothing but null, and fields that are null. Guarantee: read as Go reads them, empty.
    #[test]
    fn null_is_empty() {
        let expected = json!({"model": "gemini-2.5-flash", "contents": []});
        for text in ["null", "{}", r#"{"model": null, "contents": null, "generationConfig": null}"#] {
            assert_eq!(serde_json::to_value(Generation::read(text).unwrap()).unwrap(), expected, "{text}");
        }
        let read = Generation::read(r#"{"contents": [{"role": null, "parts": [{"text": null}]}]}"#).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap()["contents"], json!([{"parts": [{"text": ""}]}]));
    }

    /// Scenario: names that would lead to another address, and a request of another shape. Guarantee: a sentence.
    #[test]
    fn odd_requests_are_refused() {
        for model in ["../x", "a/b", "a?b", ".."] {
            assert!(
                Generation::read(&json!({ "model": model }).to_string()).unwrap_err().starts_with("A model")
            );
        }
        assert!(Generation::read(r#"{"contents": "hi"}"#).unwrap_err().contains("none that Gemini knows"));
    }
}
