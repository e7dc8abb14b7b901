//! Records of the wal decoded into rows or whole items; what cannot be decoded is reported, never skipped silently.

use std::cell::RefCell;

use junjo_span_model::{
    DecodeError, LogOrigin, LogRecord, PriceTable, Resource, Scope, Span, decode_logs, decode_spans, promote,
    promote_log,
};
use junjo_wal::{Record, RecordDamage};

use crate::budget::{Budget, Rows};
use crate::dataset::Dataset;
use crate::log_row::{Fingerprints, LogRow};
use crate::row::{Origin, Place, SpanRow};
use crate::whole_log::WholeLog;
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

/// Appends the narrow rows of a traces record; one of log records has none.
pub fn decode_rows(
    record: &Record,
    prices: &PriceTable,
    out: &mut Vec<SpanRow>,
) -> Result<(), DecodeFailure> {
    let before = out.len();
    let decoded = visit_spans(record, &mut |place, resource, scope, span| {
        out.push(SpanRow::new(origin_of(record, place), span, promote(resource, scope, span, prices)));
    });
    if decoded.is_err() {
        out.truncate(before);
    }
    decoded
}

/// Appends the narrow rows of a record of log records; one of traces has none.
pub fn decode_log_rows(record: &Record, out: &mut Vec<LogRow>) -> Result<(), DecodeFailure> {
    let before = out.len();
    let mut fingerprints = Fingerprints::default();
    let decoded = visit_logs(record, &mut |place, origin, log| {
        let promoted = promote_log(origin.resource, log);
        let fingerprint = fingerprints.of(origin, log);
        out.push(LogRow::new(
            origin_of(record, place),
            record.received_unix_nano,
            log,
            promoted,
            fingerprint,
        ));
    });
    if decoded.is_err() {
        out.truncate(before);
    }
    decoded
}

/// Hands the wanted whole spans of a traces record to `sink`, in place order.
pub(crate) fn decode_whole_spans(
    record: &Record,
    prices: &PriceTable,
    is_wanted: &dyn Fn(Place) -> bool,
    sink: &mut dyn FnMut(WholeSpan),
) -> Result<(), DecodeFailure> {
    visit_spans(record, &mut |place, resource, scope, span| {
        if is_wanted(place) {
            sink(WholeSpan::new(receipt(record, place), resource, scope, span, prices));
        }
    })
}

/// Hands the whole spans of records to `sink` in place order, about `bytes_max` of them at a time: a record may hold many times
/// what it takes compressed. What cannot be decoded was quarantined by the indexer, and is in no answer.
pub(crate) fn decode_windows<'r, E>(
    records: impl IntoIterator<Item = &'r Record>,
    prices: &PriceTable,
    bytes_max: usize,
    sink: &mut dyn FnMut(Vec<WholeSpan>) -> Result<(), E>,
) -> Result<(), E> {
    let mut window = Rows::within(Budget::of(bytes_max));
    for record in records {
        let failure = RefCell::new(None);
        let _ = decode_whole_spans(record, prices, &|_| failure.borrow().is_none(), &mut |span| {
            let Some(span) = window.push_or_return(span) else { return };
            let full = std::mem::replace(&mut window, Rows::within(Budget::of(bytes_max)));
            *failure.borrow_mut() = sink(full.rows).err();
            window.push(span);
        });
        if let Some(error) = failure.into_inner() {
            return Err(error);
        }
    }
    if window.rows.is_empty() { Ok(()) } else { sink(window.rows) }
}

/// Hands the wanted whole log records of a record to `sink`, in place order.
pub(crate) fn decode_whole_logs(
    record: &Record,
    is_wanted: &dyn Fn(Place) -> bool,
    sink: &mut dyn FnMut(WholeLog),
) -> Result<(), DecodeFailure> {
    let mut fingerprints = Fingerprints::default();
    visit_logs(record, &mut |place, origin, log| {
        let fingerprint = fingerprints.of(origin, log);
        if is_wanted(place) {
            sink(WholeLog::new(receipt(record, place), origin, log, fingerprint));
        }
    })
}

fn origin_of(record: &Record, place: Place) -> Origin<'_> {
    Origin { place, project: &record.project }
}

fn receipt(record: &Record, place: Place) -> Receipt<'_> {
    Receipt {
        origin: origin_of(record, place),
        received_unix_nano: record.received_unix_nano,
        key_id: &record.key_id,
    }
}

/// Counts places through one record.
struct Places<'r> {
    record: &'r Record,
    ordinal: i32,
}

impl Places<'_> {
    fn next(&mut self) -> Place {
        let place = Place { sequence: self.record.sequence, ordinal: self.ordinal };
        self.ordinal = self.ordinal.saturating_add(1);
        place
    }
}

fn visit_spans(
    record: &Record,
    each: &mut dyn FnMut(Place, &Resource<'_>, &Scope<'_>, &Span<'_>),
) -> Result<(), DecodeFailure> {
    if !is_of(record, Dataset::Spans)? {
        return Ok(());
    }
    let message = record.message()?;
    let mut places = Places { record, ordinal: 0 };
    decode_spans(&message, &mut |resource, scope, span| each(places.next(), resource, scope, &span))?;
    Ok(())
}

fn visit_logs(
    record: &Record,
    each: &mut dyn FnMut(Place, &LogOrigin<'_, '_>, &LogRecord<'_>),
) -> Result<(), DecodeFailure> {
    if !is_of(record, Dataset::Logs)? {
        return Ok(());
    }
    let message = record.message()?;
    let mut places = Places { record, ordinal: 0 };
    decode_logs(&message, &mut |origin, log| each(places.next(), origin, &log))?;
    Ok(())
}

fn is_of(record: &Record, dataset: Dataset) -> Result<bool, DecodeFailure> {
    let signal = record.signal.ok_or(DecodeFailure::UnknownSignal)?;
    Ok(signal == dataset.signal())
}
