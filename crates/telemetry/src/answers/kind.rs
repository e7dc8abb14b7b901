//! Kind of a span in the words of answers.

use serde::Serialize;
use utoipa::ToSchema;

/// Kind of a span, as in OTLP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SpanKind {
    /// Not said.
    Unspecified,
    /// Work inside a service.
    Internal,
    /// A request that is served.
    Server,
    /// A request to another service.
    Client,
    /// A message that is sent.
    Producer,
    /// A message that is taken up.
    Consumer,
}

impl From<u8> for SpanKind {
    fn from(kind: u8) -> Self {
        match kind {
            1 => Self::Internal,
            2 => Self::Server,
            3 => Self::Client,
            4 => Self::Producer,
            5 => Self::Consumer,
            _ => Self::Unspecified,
        }
    }
}
