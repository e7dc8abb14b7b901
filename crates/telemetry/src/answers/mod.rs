//! What is answered: wire types, made from what the store returns. They ask nothing.

pub(crate) mod comparisons;
pub(crate) mod conversation;
pub(crate) mod exact;
pub(crate) mod executables;
pub(crate) mod failures;
mod kind;
pub(crate) mod log;
mod otlp_json;
pub(crate) mod run;
pub(crate) mod service;
pub(crate) mod span;
pub(crate) mod span_item;
pub(crate) mod stats;

pub(crate) mod trace;

pub use comparisons::{ComparedTrace, Comparisons};
pub use conversation::{Conversation, ConversationDetail, Turn, User};
pub use executables::Executables;
pub use failures::{ErrorGroup, ErrorGroups, ErrorState};
pub use kind::SpanKind;
pub use log::{Log, LogPage};
pub use run::{Run, RunOverlay, RunView, StructuralComparison, StructuralVersion};
pub use service::{Service, ServiceList};
pub use span::Span;
pub use span_item::SpanItem;
pub use stats::StatsAnswer;
pub use trace::{Trace, TraceDetail, TraceSpan};
