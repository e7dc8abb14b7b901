//! How a span ended, as its status and Junjo's mark of a cancellation say.

use junjo_span_model::Span;

use super::slot::Reader;

/// OTLP's status code of a failure.
const STATUS_ERROR: i32 = 2;

/// How a span ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ended {
    pub(super) failed: bool,
    pub(super) cancelled: bool,
}

impl Ended {
    pub(super) fn of(span: &Span<'_>, reader: &Reader<'_, '_, '_>) -> Self {
        Self {
            failed: span.status_code == STATUS_ERROR,
            cancelled: reader.flag("junjo.cancelled").unwrap_or(false),
        }
    }

    pub(super) fn completed(self) -> bool {
        !self.failed && !self.cancelled
    }
}
