//! Logfire's SDKs, which send a placeholder for a span that has not ended: with a role it would be counted beside the span.

use super::dialect::Dialect;
use super::field::Field;

/// The value of `PendingMark` on a placeholder.
pub(crate) const PENDING: &str = "pending_span";

pub(super) const DIALECT: Dialect =
    Dialect { keys: &[(Field::PendingMark, &["logfire.span_type"])], ..Dialect::EMPTY };
