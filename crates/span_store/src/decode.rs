//! Records of the wal decoded into rows or whole items; what cannot be decoded is reported, never skipped silently.

use std::cell::RefCell;
use std::ops::ControlFlow;

use junjo_span_model::{
    DecodeError, LogOrigin, LogRecord, PriceTable, Resource, Scope, Span, decode_logs_while,
    decode_spans_while, promote, promote_log,
};
use junjo_wal::{Record, RecordDamage, Sequence};

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
    /// The server died over it several times in a row.
    #[error("the server ended several times in a row while it indexed this record")]
    Deadly,
}

/// Appends the narrow rows of a traces record; one of log records has none.
pub fn decode_rows(
    record: &Record,
    prices: &PriceTable,
    out: &mut Vec<SpanRow>,
) -> Result<(), DecodeFailure> {
    let before = out.len();
    let decoded = Message::open(record).and_then(|message| {
        message.span_rows(prices, 0, &mut |row| {
            out.push(row);
            ControlFlow::Continue(())
        })
    });
    if decoded.is_err() {
        out.truncate(before);
    }
    decoded
}

/// Appends the narrow rows of a record of log records; one of traces has none.
pub fn decode_log_rows(record: &Record, out: &mut Vec<LogRow>) -> Result<(), DecodeFailure> {
    let before = out.len();
    let decoded = Message::open(record).and_then(|message| {
        message.log_rows(0, &mut |row| {
            out.push(row);
            ControlFlow::Continue(())
        })
    });
    if decoded.is_err() {
        out.truncate(before);
    }
    decoded
}

/// Whether every item of a record can be decoded.
pub(crate) fn check(record: &Record) -> Result<(), DecodeFailure> {
    Message::open(record)?.check()
}

/// A record with its payload decompressed, whose items can be read from any one of them on.
pub(crate) struct Message<'r> {
    record: &'r Record,
    bytes: Vec<u8>,
}

impl<'r> Message<'r> {
    pub(crate) fn open(record: &'r Record) -> Result<Self, DecodeFailure> {
        record.signal.ok_or(DecodeFailure::UnknownSignal)?;
        Ok(Self { record, bytes: record.message()? })
    }

    pub(crate) fn dataset(&self) -> Dataset {
        Dataset::of(self.record)
    }

    pub(crate) fn sequence(&self) -> Sequence {
        self.record.sequence
    }

    /// Whether every item can be decoded.
    pub(crate) fn check(&self) -> Result<(), DecodeFailure> {
        self.visit_spans(&mut |_, _, _, _| ControlFlow::Continue(()))?;
        self.visit_logs(&mut |_, _, _| ControlFlow::Continue(()))
    }

    /// Hands the narrow rows of spans to `sink` without the first `skip`, as long as it goes on.
    pub(crate) fn span_rows(
        &self,
        prices: &PriceTable,
        skip: u32,
        sink: &mut dyn FnMut(SpanRow) -> ControlFlow<()>,
    ) -> Result<(), DecodeFailure> {
        let mut passed = 0;
        self.visit_spans(&mut |place, resource, scope, span| {
            if passed < skip {
                passed += 1;
                return ControlFlow::Continue(());
            }
            let origin = origin_of(self.record, place);
            sink(SpanRow::new(origin, span, promote(resource, scope, span, prices)))
        })
    }

    /// The same of log records.
    pub(crate) fn log_rows(
        &self,
        skip: u32,
        sink: &mut dyn FnMut(LogRow) -> ControlFlow<()>,
    ) -> Result<(), DecodeFailure> {
        let mut fingerprints = Fingerprints::default();
        let (mut passed, received) = (0, self.record.received_unix_nano);
        self.visit_logs(&mut |place, origin, log| {
            // also of those that are skipped: it counts equal ones
            let fingerprint = fingerprints.of(origin, log);
            if passed < skip {
                passed += 1;
                return ControlFlow::Continue(());
            }
            let promoted = promote_log(origin.resource, log);
            sink(LogRow::new(origin_of(self.record, place), received, log, promoted, fingerprint))
        })
    }

    fn visit_spans(
        &self,
        each: &mut dyn FnMut(Place, &Resource<'_>, &Scope<'_>, &Span<'_>) -> ControlFlow<()>,
    ) -> Result<(), DecodeFailure> {
        if Dataset::of(self.record) != Dataset::Spans {
            return Ok(());
        }
        let mut places = Places { record: self.record, ordinal: 0 };
        let visit = &mut |resource: &Resource<'_>, scope: &Scope<'_>, span: Span<'_>| {
            each(places.next(), resource, scope, &span)
        };
        Ok(decode_spans_while(&self.bytes, visit)?)
    }

    fn visit_logs(
        &self,
        each: &mut dyn FnMut(Place, &LogOrigin<'_, '_>, &LogRecord<'_>) -> ControlFlow<()>,
    ) -> Result<(), DecodeFailure> {
        if Dataset::of(self.record) != Dataset::Logs {
            return Ok(());
        }
        let mut places = Places { record: self.record, ordinal: 0 };
        let visit = &mut |origin: &LogOrigin<'_, '_>, log: LogRecord<'_>| each(places.next(), origin, &log);
        Ok(decode_logs_while(&self.bytes, visit)?)
    }
}

/// Hands the wanted whole spans of a traces record to `sink`, in place order.
pub(crate) fn decode_whole_spans(
    record: &Record,
    prices: &PriceTable,
    is_wanted: &dyn Fn(Place) -> bool,
    sink: &mut dyn FnMut(WholeSpan),
) -> Result<(), DecodeFailure> {
    if Dataset::of(record) != Dataset::Spans {
        return Ok(());
    }
    Message::open(record)?.visit_spans(&mut |place, resource, scope, span| {
        if is_wanted(place) {
            sink(WholeSpan::new(receipt(record, place), resource, scope, span, prices));
        }
        ControlFlow::Continue(())
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
    if Dataset::of(record) != Dataset::Logs {
        return Ok(());
    }
    let mut fingerprints = Fingerprints::default();
    Message::open(record)?.visit_logs(&mut |place, origin, log| {
        let fingerprint = fingerprints.of(origin, log);
        if is_wanted(place) {
            sink(WholeLog::new(receipt(record, place), origin, log, fingerprint));
        }
        ControlFlow::Continue(())
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
