//! Free text: where it is looked for, and in which spelling.

use duckdb::types::Value;

use super::expr::{Fragment, in_json};

/// The text as JSON writes it: attributes are searched as they are stored.
fn json_needle(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted.trim_start_matches('"').strip_suffix('"').unwrap_or_default().to_owned()
}

/// Whether name, status message, attributes or events of a span hold `text`, in any case.
pub(super) fn text_in_span(text: &str) -> Fragment {
    let plain = Value::Text(text.to_owned());
    let json = Value::Text(json_needle(text));
    let in_json = in_json("attributes", text) + &in_json("events", text);
    Fragment {
        text: format!(
            "(contains(lower(name), lower(?)) OR contains(lower(status_message), lower(?))
                OR contains(lower(attributes), lower(?)) OR contains(lower(events), lower(?)){in_json})"
        ),
        values: vec![plain.clone(), plain, json.clone(), json],
    }
}

/// Whether a trace's own names hold `text`.
pub(crate) fn text_in_names(text: &str) -> (&'static str, Vec<Value>) {
    let condition = "(contains(lower(root_name), lower(?)) OR contains(lower(service), lower(?))
        OR contains(lower(coalesce(session_id, '')), lower(?))
        OR contains(lower(coalesce(user_id, '')), lower(?)))";
    (condition, vec![Value::Text(text.to_owned()); 4])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: texts with quotes and line breaks. Guarantee: they are looked for as JSON writes them.
    #[test]
    fn json_needle_is_what_is_stored() {
        assert_eq!(json_needle("Say \"Hi\"\n"), r#"Say \"Hi\"\n"#);
        assert_eq!(json_needle("ÄÖ"), "ÄÖ");
        assert_eq!(json_needle("\""), r#"\""#);
    }
}
