//! OTLP export requests to send: made up ([`Generator`], [`Mixed`]), kept in files ([`Reader`], [`write()`]), and renewed in memory
//! so that one pool can be sent for hours without a repeated span ([`Template`]). Knows the protobuf wire format and
//! nothing about the server.

mod attribute;
mod file;
mod llm;
mod locate;
mod mixed;
mod one_trace;
mod random;
mod span;
mod template;
mod wire;

pub(crate) use file::{Reader, write};
pub(crate) use llm::{Generator, Shape};
pub(crate) use locate::count_spans;
pub(crate) use mixed::{Mixed, Sample};
pub(crate) use one_trace::OneTrace;
pub(crate) use template::{FRAME_HEAD, Template, frame};
