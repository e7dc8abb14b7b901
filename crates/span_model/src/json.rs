//! OTLP values as plain JSON text: integers exact, doubles always with a point or an exponent, nesting kept.
//!
//! | OTLP | JSON |
//! |---|---|
//! | empty | `null` |
//! | int | `-9223372036854775808` |
//! | double | `1.0`, `1e300`; `"NaN"`, `"Infinity"`, `"-Infinity"` (lossy) |
//! | bytes | `"base64"` (lossy) |
//! | a key that repeats | its last value, at that value's place (lossy) |
//! | invalid UTF-8 | U+FFFD for the bad bytes (lossy) |

#![expect(clippy::ptr_arg, reason = "whether a Cow is owned tells whether its text was repaired")]

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::ids::push_hex;
use crate::otlp::value::{Event, KeyValue, Link, Resource, Scope, Value, was_repaired};

/// Lists up to this length look for repeated keys by comparing all pairs, longer ones with a hash set.
const PAIRWISE_MAX: usize = 24;

/// Whether the JSON says everything that OTLP said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fidelity {
    /// The values can be read back from the JSON.
    Exact,
    /// Bytes, NaN, infinities, repeated keys or invalid UTF-8 were written in a way that loses what they were.
    Lossy,
}

impl Fidelity {
    /// Lossy when either is.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        if self == Self::Exact { other } else { Self::Lossy }
    }
}

/// Appends one value, such as the body of a log record.
pub fn value_json(value: &Value<'_>, out: &mut String) -> Fidelity {
    Writer::write(out, |writer| writer.value(value))
}

/// Appends `{"key": value, …}`.
pub fn attributes_json(attributes: &[KeyValue<'_>], out: &mut String) -> Fidelity {
    Writer::write(out, |writer| writer.map(attributes))
}

/// Appends `[{"name", "time_unix_nano", "attributes", "dropped_attributes_count"}, …]`; times are decimal strings.
pub fn events_json(events: &[Event<'_>], out: &mut String) -> Fidelity {
    Writer::write(out, |writer| writer.list('[', ']', events, Writer::event))
}

/// Appends `[{"trace_id", "span_id", "trace_state", "flags", "attributes", "dropped_attributes_count"}, …]`.
pub fn links_json(links: &[Link<'_>], out: &mut String) -> Fidelity {
    Writer::write(out, |writer| writer.list('[', ']', links, Writer::link))
}

/// Appends `{"attributes", "dropped_attributes_count", "schema_url"}`, empty parts left out.
pub fn resource_json(resource: &Resource<'_>, out: &mut String) -> Fidelity {
    Writer::write(out, |writer| {
        writer.out.push('{');
        writer.parts(&resource.attributes, resource.dropped_attributes_count, &resource.schema_url);
        writer.out.push('}');
    })
}

/// Appends `{"name", "version", "attributes", "dropped_attributes_count", "schema_url"}`, empty parts left out.
pub fn scope_json(scope: &Scope<'_>, out: &mut String) -> Fidelity {
    Writer::write(out, |writer| {
        writer.out.push('{');
        writer.text_part("name", &scope.name);
        writer.text_part("version", &scope.version);
        writer.parts(&scope.attributes, scope.dropped_attributes_count, &scope.schema_url);
        writer.out.push('}');
    })
}

struct Writer<'o> {
    out: &'o mut String,
    fidelity: Fidelity,
}

impl<'o> Writer<'o> {
    fn write(out: &'o mut String, body: impl FnOnce(&mut Self)) -> Fidelity {
        let mut writer = Self { out, fidelity: Fidelity::Exact };
        body(&mut writer);
        writer.fidelity
    }

    fn list<T>(&mut self, open: char, close: char, items: &[T], mut each: impl FnMut(&mut Self, &T)) {
        self.out.push(open);
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            each(self, item);
        }
        self.out.push(close);
    }

    fn map(&mut self, pairs: &[KeyValue<'_>]) {
        if has_repeated_key(pairs) {
            self.fidelity = Fidelity::Lossy;
            let last: Vec<&KeyValue<'_>> = last_of_each_key(pairs);
            self.list('{', '}', &last, |writer, pair| writer.pair(pair));
        } else {
            self.list('{', '}', pairs, Self::pair);
        }
    }

    fn pair(&mut self, pair: &KeyValue<'_>) {
        self.text(&pair.key);
        self.out.push(':');
        self.value(&pair.value);
    }

    fn value(&mut self, value: &Value<'_>) {
        match value {
            Value::Empty => self.out.push_str("null"),
            Value::String(text) => self.text(text),
            Value::Bool(true) => self.out.push_str("true"),
            Value::Bool(false) => self.out.push_str("false"),
            Value::Int(int) => self.display(int),
            Value::Double(double) => self.double(*double),
            Value::Array(items) => self.list('[', ']', items, Self::value),
            Value::Map(pairs) => self.map(pairs),
            Value::Bytes(bytes) => {
                self.fidelity = Fidelity::Lossy;
                self.out.push('"');
                STANDARD.encode_string(bytes, self.out);
                self.out.push('"');
            }
        }
    }

    fn double(&mut self, double: f64) {
        if double.is_finite() {
            // Debug prints the shortest text that reads back as the same double, with ".0" where Display has none
            write!(self.out, "{double:?}").expect("writing to a String cannot fail");
            return;
        }
        self.fidelity = Fidelity::Lossy;
        self.out.push_str(match double {
            f64::INFINITY => "\"Infinity\"",
            f64::NEG_INFINITY => "\"-Infinity\"",
            _ => "\"NaN\"",
        });
    }

    fn event(&mut self, event: &Event<'_>) {
        self.out.push_str("{\"name\":");
        self.text(&event.name);
        self.out.push_str(",\"time_unix_nano\":\"");
        self.display(&event.time_unix_nano);
        self.out.push_str("\",\"attributes\":");
        self.map(&event.attributes);
        self.out.push_str(",\"dropped_attributes_count\":");
        self.display(&event.dropped_attributes_count);
        self.out.push('}');
    }

    fn link(&mut self, link: &Link<'_>) {
        self.out.push_str("{\"trace_id\":\"");
        push_hex(link.trace_id, self.out);
        self.out.push_str("\",\"span_id\":\"");
        push_hex(link.span_id, self.out);
        self.out.push_str("\",\"trace_state\":");
        self.text(&link.trace_state);
        self.out.push_str(",\"flags\":");
        self.display(&link.flags);
        self.out.push_str(",\"attributes\":");
        self.map(&link.attributes);
        self.out.push_str(",\"dropped_attributes_count\":");
        self.display(&link.dropped_attributes_count);
        self.out.push('}');
    }

    /// The parts that resources and scopes share, the empty ones left out.
    fn parts(
        &mut self,
        attributes: &[KeyValue<'_>],
        dropped_attributes_count: u32,
        schema_url: &Cow<'_, str>,
    ) {
        if !attributes.is_empty() {
            self.name("attributes");
            self.map(attributes);
        }
        if dropped_attributes_count > 0 {
            self.name("dropped_attributes_count");
            self.display(&dropped_attributes_count);
        }
        self.text_part("schema_url", schema_url);
    }

    fn text_part(&mut self, name: &str, text: &Cow<'_, str>) {
        if !text.is_empty() {
            self.name(name);
            self.text(text);
        }
    }

    /// A member's name, after a comma unless it is the first.
    fn name(&mut self, name: &str) {
        if !self.out.ends_with('{') {
            self.out.push(',');
        }
        self.out.push('"');
        self.out.push_str(name);
        self.out.push_str("\":");
    }

    fn display(&mut self, value: &dyn std::fmt::Display) {
        write!(self.out, "{value}").expect("writing to a String cannot fail");
    }

    fn text(&mut self, text: &Cow<'_, str>) {
        if was_repaired(text) {
            self.fidelity = Fidelity::Lossy;
        }
        push_json_text(text, self.out);
    }
}

/// From this length on a text's escapes are counted first, so that there is room for it at once: a buffer that is full by a
/// byte takes twice as much.
const LONG_TEXT: usize = 4096;
/// Room for what closes the lists around a long text, as a part of its length.
const ROOM_AFTER_TEXT: usize = 64;

/// Bytes that `text` takes as a JSON string, and for a long one a little more.
fn room_for(text: &str) -> usize {
    if text.len() < LONG_TEXT {
        return text.len() + 2;
    }
    let escapes = text.bytes().filter(|byte| matches!(byte, b'"' | b'\\' | b'\n' | b'\r' | b'\t')).count();
    text.len() + escapes + text.len() / ROOM_AFTER_TEXT
}

/// Appends `text` as a JSON string.
fn push_json_text(text: &str, out: &mut String) {
    out.reserve(room_for(text));
    out.push('"');
    let mut from = 0;
    for (index, byte) in text.bytes().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.push_str(&text[from..index]);
        from = index + 1;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            _ => write!(out, "\\u{byte:04x}").expect("writing to a String cannot fail"),
        }
    }
    out.push_str(&text[from..]);
    out.push('"');
}

fn has_repeated_key(pairs: &[KeyValue<'_>]) -> bool {
    if pairs.len() <= PAIRWISE_MAX {
        return pairs
            .iter()
            .enumerate()
            .any(|(index, pair)| pairs[..index].iter().any(|other| other.key == pair.key));
    }
    let mut seen = HashSet::with_capacity(pairs.len());
    !pairs.iter().all(|pair| seen.insert(pair.key.as_ref()))
}

fn last_of_each_key<'p, 'a>(pairs: &'p [KeyValue<'a>]) -> Vec<&'p KeyValue<'a>> {
    let mut seen = HashSet::with_capacity(pairs.len());
    let mut last: Vec<_> = pairs.iter().rev().filter(|pair| seen.insert(pair.key.as_ref())).collect();
    last.reverse();
    last
}

#[cfg(test)]
mod tests;
