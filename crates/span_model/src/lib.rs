//! What a span means: the OTLP wire format, the GenAI vocabularies, and the fields derived from them.
//!
//! Everything here is a pure function of bytes: no IO, no async, no clock, and nothing a client sends may panic.

mod counts;
pub mod derive;
pub mod details;
mod dialects;
pub mod ids;
pub mod json;
mod json_lenient;
mod json_read;
pub mod otlp;
mod provider;
mod role;
mod scalar;
mod status;

pub use derive::exceptions::Exception;
pub use derive::hints::{PromotedLog, SpanHints, promote_log};
pub use derive::prices::{CallFacts, PriceTable};
pub use derive::{DERIVE_VERSION, Promoted};
pub use details::attributes::Attributes;
pub use details::words::promote;
pub use details::{Details, details, details_with_logs};
pub use ids::{SpanId, TraceId};
pub use json::{Fidelity, attributes_json, events_json, links_json, resource_json, scope_json, value_json};
pub use json_read::{
    attributes_from_json, events_from_json, resource_from_json, scope_from_json, value_from_json,
};
pub use otlp::decode::{decode_span, decode_spans, decode_spans_while};
pub use otlp::decode_log::{LogOrigin, decode_log_record, decode_logs, decode_logs_while};
pub use otlp::scan::{Rejection, ScanError, ScanLimits, ScanReport, scan};
pub use otlp::signal::Signal;
pub use otlp::splice::without_rejected;
pub use otlp::value::{Event, KeyValue, Link, LogRecord, Resource, Scope, Span, Value};
pub use otlp::walk::DecodeError;
pub use role::Role;
pub use status::SpanStatus;
