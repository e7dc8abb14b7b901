//! OTLP/JSON to protobuf, so that the wal has one format. One pass, no tree: memory is the output and the nesting depth.
//!
//! Follows the OTLP specification ("JSON Protobuf Encoding") and proto3's JSON mapping, and is lenient where clients
//! differ and no data is lost by it:
//!
//! | in the JSON | becomes |
//! |---|---|
//! | `camelCase` or `snake_case` members | the field; unknown ones are stepped over |
//! | a `null` member, a `null` element | an absent field, an empty message |
//! | repeated members | what repeated fields are on the wire: the last scalar wins, lists append |
//! | integers as numbers or texts, also `2.0` and `"1e3"` | the integer, clamped to the field's range |
//! | doubles as numbers or texts, also `"NaN"`, `"Infinity"`, `"-Infinity"` | the double |
//! | enums as numbers or names | the number; unknown names are 0 |
//! | bytes in base64, standard or URL-safe, padded or not | the bytes |
//! | texts that are no UTF-8 (lone surrogates included) | the same bytes, which the decoder repairs |
//! | ids | see [`scalar::id`] |
//!
//! Error texts name fields and places and never repeat what was sent.

mod read;
mod scalar;
mod schema;
#[cfg(test)]
mod tests;
mod write;

use junjo_span_model::Signal;
use serde::de::DeserializeSeed as _;
use serde_json::error::Category;

pub(crate) use read::JsonLimits;
use read::{Fault, MessageReader, Transcoder};

/// Why a body is no OTLP/JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum JsonError {
    /// No JSON at all.
    #[error("the JSON is broken at line {line}, column {column}")]
    Syntax { line: usize, column: usize },
    /// JSON that stops too early.
    #[error("the JSON ends before it is complete: send the whole body")]
    Truncated,
    /// Some other JSON.
    #[error("the JSON must be an object like {{\"resourceSpans\": []}}")]
    Root,
    /// A member of the wrong type.
    #[error("{field} of {message} must be {expected} (line {line}, column {column})")]
    Field { message: &'static str, field: &'static str, expected: &'static str, line: usize, column: usize },
    /// Values nest too deep.
    #[error("attribute values nest deeper than {max} levels; flatten them or send them as text")]
    TooDeep { max: u32 },
    /// The protobuf form does not fit into the room that was given.
    #[error("the message has more than {bytes_max} bytes as protobuf")]
    TooLarge { bytes_max: usize },
}

/// The `Export*ServiceRequest` of `signal` that `json` describes. CPU work: call it off the async threads.
pub(crate) fn transcode(signal: Signal, json: &[u8], limits: JsonLimits) -> Result<Vec<u8>, JsonError> {
    let mut to = Transcoder::new(json.len(), limits);
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    // recursion follows the schema, which bounds it by `depth_max`; what the schema does not know is skipped in a loop
    deserializer.disable_recursion_limit();
    let root = MessageReader { message: schema::request(signal), depth: 0, to: &mut to };
    match root.deserialize(&mut deserializer).and_then(|()| deserializer.end()) {
        Ok(()) => Ok(to.into_bytes()),
        Err(error) => Err(explain(&error, to.fault(), limits)),
    }
}

fn explain(error: &serde_json::Error, fault: Option<Fault>, limits: JsonLimits) -> JsonError {
    let (line, column) = (error.line(), error.column());
    match (fault, error.classify()) {
        (Some(Fault::TooDeep), _) => JsonError::TooDeep { max: limits.depth_max },
        (Some(Fault::TooLarge), _) => JsonError::TooLarge { bytes_max: limits.bytes_max },
        (_, Category::Eof) => JsonError::Truncated,
        (Some(Fault::Field { message, field, expected }), Category::Data) => {
            JsonError::Field { message, field, expected, line, column }
        }
        (None, Category::Data) => JsonError::Root,
        _ => JsonError::Syntax { line, column },
    }
}
