//! What a server answered, as far as it is compared.

use std::collections::BTreeMap;

use serde_json::Value;

/// Headers that are compared: what a browser acts on. Others say how a body is sent, or come from proxies.
const COMPARED: [&str; 3] = ["content-type", "vary", "allow"];
/// The start of those about other origins.
const CORS: &str = "access-control-";

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Values of the headers that are compared, by name in lower case.
    pub headers: BTreeMap<String, String>,
    /// Cookies by name, with their attributes; the time at which one ends counts as the name alone.
    pub cookies: BTreeMap<String, BTreeMap<String, String>>,
    /// JSON, or a text.
    pub body: Value,
    /// Whether the text ends with a newline; `None` where nobody knows.
    pub has_newline: Option<bool>,
}

impl Answer {
    /// An answer of these headers and this text.
    pub fn new<'h>(status: u16, headers: impl IntoIterator<Item = (&'h str, &'h str)>, text: String) -> Self {
        let (mut kept, mut cookies) = (BTreeMap::<String, String>::new(), BTreeMap::new());
        for (name, value) in headers {
            let name = name.to_ascii_lowercase();
            if name == "set-cookie" {
                cookies.extend([cookie(value)]);
            } else if COMPARED.contains(&name.as_str()) || name.starts_with(CORS) {
                let values = kept.entry(name).or_default();
                if !values.is_empty() {
                    values.push_str(", ");
                }
                values.push_str(value);
            }
        }
        let has_newline = Some(text.ends_with('\n'));
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Self { status, headers: kept, cookies, body, has_newline }
    }
}

/// The name of a cookie and its attributes.
fn cookie(line: &str) -> (String, BTreeMap<String, String>) {
    let mut parts = line.split(';');
    let name = parts.next().unwrap_or_default().split('=').next().unwrap_or_default().trim().to_owned();
    let attributes = parts.map(|part| {
        let (name, value) = part.trim().split_once('=').unwrap_or((part.trim(), ""));
        (name.to_owned(), if name == "Expires" { String::new() } else { value.to_owned() })
    });
    (name, attributes.collect())
}
