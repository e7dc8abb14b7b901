//! Bodies of requests as the Go server reads them: the first JSON value, names in any case, what is left out empty, and its
//! sentences about what cannot be read.

use std::collections::BTreeMap;

use http::{HeaderMap, header};
use serde_json::value::RawValue;

/// A request of the Go server: its type there, and the names of its fields, all of them texts.
pub(crate) struct Shape<const N: usize> {
    pub(crate) package: &'static str,
    pub(crate) name: &'static str,
    pub(crate) fields: [&'static str; N],
}

/// The values of `shape`'s fields in `body`.
///
/// # Errors
/// The sentence of the Go server.
pub(crate) fn texts<const N: usize>(
    shape: &Shape<N>,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<[String; N], String> {
    let mut values = [const { String::new() }; N];
    let Some(raw) = first_value(headers, body)? else { return Ok(values) };
    let sent = raw.get();
    if sent == "null" {
        return Ok(values);
    }
    let Ok(members) = serde_json::from_str::<BTreeMap<String, &RawValue>>(sent) else {
        return Err(whole_mismatch(shape, &Mismatch::of(raw, body)));
    };
    let mut mismatches = Vec::new();
    for (key, member) in members {
        let Some(at) = shape.fields.iter().position(|field| field.eq_ignore_ascii_case(&key)) else {
            continue;
        };
        match serde_json::from_str::<Option<String>>(member.get()) {
            Ok(text) => values[at] = text.unwrap_or_default(),
            Err(_) => mismatches.push((Mismatch::of(member, body), shape.fields[at])),
        }
    }
    match mismatches.into_iter().min_by_key(|(mismatch, _)| mismatch.offset) {
        Some((mismatch, field)) => Err(field_mismatch(shape, &mismatch, field)),
        None => Ok(values),
    }
}

/// The first JSON value of `body`; nothing of an empty one.
pub(crate) fn first_value<'b>(headers: &HeaderMap, body: &'b [u8]) -> Result<Option<&'b RawValue>, String> {
    if body.is_empty() {
        return Ok(None);
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if kind.split(';').next().unwrap_or_default().trim() != "application/json" {
        return Err("code=415, message=Unsupported Media Type".to_owned());
    }
    match serde_json::Deserializer::from_slice(body).into_iter::<&RawValue>().next() {
        None => Err(bad_request("EOF", "EOF")),
        Some(Ok(raw)) => Ok(Some(raw)),
        Some(Err(error)) if error.is_eof() => Err(bad_request("unexpected EOF", "unexpected EOF")),
        Some(Err(error)) => {
            let message = format!("Syntax error: offset={}, error={error}", offset_of(body, &error));
            Err(bad_request(&message, &error.to_string()))
        }
    }
}

fn bad_request(message: &str, internal: &str) -> String {
    format!("code=400, message={message}, internal={internal}")
}

/// Bytes before the place that the parser names.
fn offset_of(body: &[u8], error: &serde_json::Error) -> usize {
    let lines = body.split_inclusive(|byte| *byte == b'\n').take(error.line().saturating_sub(1));
    lines.map(<[u8]>::len).sum::<usize>() + error.column()
}

/// A value of another kind than a text.
struct Mismatch {
    kind: &'static str,
    offset: usize,
}

impl Mismatch {
    fn of(raw: &RawValue, body: &[u8]) -> Self {
        let text = raw.get();
        let start = (text.as_ptr() as usize).saturating_sub(body.as_ptr() as usize);
        // a list or an object is told by its first byte, anything else after its last
        let (kind, length) = match text.as_bytes().first() {
            Some(b'[') => ("array", 1),
            Some(b'{') => ("object", 1),
            Some(b'"') => ("string", text.len()),
            Some(b't' | b'f') => ("bool", text.len()),
            _ => ("number", text.len()),
        };
        Self { kind, offset: start + length }
    }
}

fn field_mismatch<const N: usize>(shape: &Shape<N>, mismatch: &Mismatch, field: &str) -> String {
    let Mismatch { kind, offset } = mismatch;
    let message =
        format!("Unmarshal type error: expected=string, got={kind}, field={field}, offset={offset}");
    let internal =
        format!("json: cannot unmarshal {kind} into Go struct field {}.{field} of type string", shape.name);
    bad_request(&message, &internal)
}

fn whole_mismatch<const N: usize>(shape: &Shape<N>, mismatch: &Mismatch) -> String {
    let Mismatch { kind, offset } = mismatch;
    let expected = format!("{}.{}", shape.package, shape.name);
    let message = format!("Unmarshal type error: expected={expected}, got={kind}, field=, offset={offset}");
    bad_request(&message, &format!("json: cannot unmarshal {kind} into Go value of type {expected}"))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const SHAPE: Shape<2> =
        Shape { package: "auth", name: "CreateUserRequest", fields: ["email", "password"] };

    fn read(body: &str) -> Result<[String; 2], String> {
        let kind = HeaderValue::from_static("application/json; charset=utf-8");
        texts(&SHAPE, &HeaderMap::from_iter([(header::CONTENT_TYPE, kind)]), body.as_bytes())
    }

    /// Scenario: bodies that Go reads although they are odd. Guarantee: the same values.
    #[test]
    fn what_go_reads_is_read() {
        let values = |email: &str, password: &str| Ok([email.to_owned(), password.to_owned()]);
        assert_eq!(read(r#"{"Email":"a","PASSWORD":"\u00e9"} rest"#), values("a", "é"));
        assert_eq!(read(r#"{"email":null,"other":[1]}"#), values("", ""));
        assert_eq!((read("null"), read("")), (values("", ""), values("", "")));
        assert_eq!(texts(&SHAPE, &HeaderMap::new(), b""), values("", ""));
    }

    /// Scenario: bodies that cannot be read. Guarantee: the Go server's sentences; for text that is no JSON, the place.
    #[test]
    fn what_go_refuses_is_refused() {
        let refused = |body: &str| read(body).unwrap_err();
        assert_eq!(refused("{"), "code=400, message=unexpected EOF, internal=unexpected EOF");
        assert_eq!(
            refused(r#"{"email":"a@b.c","password":1}"#),
            "code=400, message=Unmarshal type error: expected=string, got=number, field=password, offset=29, \
             internal=json: cannot unmarshal number into Go struct field CreateUserRequest.password of type string"
        );
        assert!(refused("[]").contains("expected=auth.CreateUserRequest, got=array, field=, offset=1"));
        assert!(refused("\n{x").starts_with("code=400, message=Syntax error: offset=3, error="));
        let missing = texts(&SHAPE, &HeaderMap::new(), b"{}").unwrap_err();
        assert_eq!(missing, "code=415, message=Unsupported Media Type");
    }
}
