//! Records of the log decoded into rows or whole spans; what cannot be decoded is reported, never skipped silently.

use junjo_span_model::{DecodeError, PriceTable, decode_spans, promote};
use junjo_wal::{Record, RecordDamage, Signal};

use crate::row::{Place, SpanRow};
use crate::whole_span::{Receipt, WholeSpan};

/// Why a record cannot be decoded: damage on disk, or a bug of ours (the receiver checked it before the ack).
#[derive(Debug, thiserror::Error)]
pub enum DecodeFailure {
    /// The stored bytes changed.
    #[error("the stored record is damaged")]
    Damage(#[from] RecordDamage),
    /// The message is not what the receiver's check promised.
    #[error("the stored message does not decode")]
    Message(#[from] DecodeError),
    /// Written by a newer server.
    #[error("the record has an unknown signal")]
    UnknownSignal,
}

/// Appends the narrow rows of a traces record; other signals have none.
pub fn decode_rows(
    record: &Record,
    prices: &PriceTable,
    out: &mut Vec<SpanRow>,
) -> Result<(), DecodeFailure> {
    let before = out.len();
    let decoded = visit(record, &mut |place, message_span| {
        let (resource, scope, span) = message_span;
        out.push(SpanRow::new(place, span, promote(resource, scope, span, prices)));
    });
    if decoded.is_err() {
        out.truncate(before);
    }
    decoded
}

/// Hands each whole span of a traces record to `sink`, in place order.
pub(crate) fn decode_whole(
    record: &Record,
    prices: &PriceTable,
    sink: &mut dyn FnMut(WholeSpan),
) -> Result<(), DecodeFailure> {
    visit(record, &mut |place, (resource, scope, span)| {
        let receipt =
            Receipt { place, received_unix_nanos: record.received_unix_nanos, key_id: &record.key_id };
        sink(WholeSpan::new(receipt, resource, scope, span, prices));
    })
}

/// The whole spans at the given ordinals of a traces record.
pub(crate) fn decode_at(
    record: &Record,
    ordinals: &[i32],
    prices: &PriceTable,
) -> Result<Vec<WholeSpan>, DecodeFailure> {
    let mut found = Vec::with_capacity(ordinals.len());
    visit(record, &mut |place, (resource, scope, span)| {
        if ordinals.contains(&place.ordinal) {
            let receipt =
                Receipt { place, received_unix_nanos: record.received_unix_nanos, key_id: &record.key_id };
            found.push(WholeSpan::new(receipt, resource, scope, span, prices));
        }
    })?;
    Ok(found)
}

type Visited<'v, 'a> =
    (&'v junjo_span_model::Resource<'a>, &'v junjo_span_model::Scope<'a>, &'v junjo_span_model::Span<'a>);

fn visit(record: &Record, each: &mut dyn FnMut(Place, Visited<'_, '_>)) -> Result<(), DecodeFailure> {
    match record.signal {
        Some(Signal::Traces) => {}
        Some(Signal::Logs) => return Ok(()),
        None => return Err(DecodeFailure::UnknownSignal),
    }
    let message = record.message()?;
    let mut ordinal = 0_i32;
    decode_spans(&message, &mut |resource, scope, span| {
        each(Place { sequence: record.sequence, ordinal }, (resource, scope, &span));
        ordinal = ordinal.saturating_add(1);
    })?;
    Ok(())
}
