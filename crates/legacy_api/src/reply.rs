//! Answers as the Go server writes JSON: compact or indented, `<`, `>` and `&` escaped, whole numbers without a point, and a
//! newline at the end.

use std::io::{self, Write};

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

/// Doubles below this are written without an exponent.
const PLAIN_DOUBLE_MAX: f64 = 1e21;

/// How answers of one request are written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    /// Indented, as the parameter `pretty` asks for.
    pub(crate) is_pretty: bool,
}

impl Style {
    /// What the query string of a request asks for.
    pub(crate) fn of(query: Option<&str>) -> Self {
        let names =
            query.unwrap_or_default().split('&').map(|part| part.split('=').next().unwrap_or_default());
        Self { is_pretty: names.into_iter().any(|name| name == "pretty") }
    }

    /// `value` as text.
    pub(crate) fn text(self, value: &impl Serialize) -> serde_json::Result<Vec<u8>> {
        let mut out = Vec::new();
        if self.is_pretty {
            value.serialize(&mut serde_json::Serializer::with_formatter(
                &mut out,
                Go(PrettyFormatter::new()),
            ))?;
        } else {
            value.serialize(&mut serde_json::Serializer::with_formatter(&mut out, Go(CompactFormatter)))?;
        }
        out.push(b'\n');
        Ok(out)
    }
}

/// A response with a JSON body that is text already.
pub(crate) fn json(status: StatusCode, text: impl Into<Bytes>) -> Response {
    let mut response = Response::new(Body::from(text.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// What Go writes otherwise than `F`.
struct Go<F>(F);

macro_rules! handed_over {
    ($($name:ident($($argument:ident: $type:ty),*);)*) => {
        $(fn $name<W: ?Sized + Write>(&mut self, writer: &mut W $(, $argument: $type)*) -> io::Result<()> {
            self.0.$name(writer $(, $argument)*)
        })*
    };
}

impl<F: Formatter> Formatter for Go<F> {
    handed_over! {
        begin_array();
        end_array();
        begin_array_value(first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first: bool);
        end_object_key();
        begin_object_value();
        end_object_value();
    }

    fn write_f64<W: ?Sized + Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        if value.fract() == 0.0 && value.abs() < PLAIN_DOUBLE_MAX {
            write!(writer, "{value}")
        } else {
            self.0.write_f64(writer, value)
        }
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(['<', '>', '&', '\u{2028}', '\u{2029}']) {
            let (before, from) = rest.split_at(at);
            self.0.write_string_fragment(writer, before)?;
            let mut chars = from.chars();
            if let Some(escaped) = chars.next() {
                write!(writer, "\\u{:04x}", u32::from(escaped))?;
            }
            rest = chars.as_str();
        }
        self.0.write_string_fragment(writer, rest)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text(value: &serde_json::Value, is_pretty: bool) -> String {
        String::from_utf8(Style { is_pretty }.text(value).unwrap()).unwrap()
    }

    /// Scenario: markup, line separators, doubles and nesting. Guarantee: the bytes that Go writes.
    #[test]
    fn bytes_are_go_s() {
        let value =
            json!({"a": "<b>&\u{2028}\"é\n", "b": [1.0, 0.5, -3.0, 9_007_199_254_740_993_i64], "c": []});
        let expected =
            "{\"a\":\"\\u003cb\\u003e\\u0026\\u2028\\\"é\\n\",\"b\":[1,0.5,-3,9007199254740993],\"c\":[]}\n";
        assert_eq!(text(&value, false), expected);
        assert_eq!(text(&json!(["junjo-demo"]), true), "[\n  \"junjo-demo\"\n]\n");
        assert_eq!(text(&json!([]), true), "[]\n");
    }

    /// Scenario: query strings with and without the parameter. Guarantee: its name is what counts.
    #[test]
    fn pretty_is_a_name() {
        for (query, is_pretty) in
            [(Some("pretty"), true), (Some("a=b&pretty=0"), true), (Some("prettyx"), false), (None, false)]
        {
            assert_eq!(Style::of(query).is_pretty, is_pretty, "{query:?}");
        }
    }
}
