//! Log records: the same zero-copy decoding as for spans, one record a visit, nothing of what its attributes mean.

use std::borrow::Cow;
use std::ops::ControlFlow;

use super::decode::{Decoder, fixed32_of, fixed64_of, resource_of, scope_of, varint_of};
use super::value::{LogRecord, Resource, Scope, Value};
use super::walk::{DecodeError, Halt, bytes_of, each};
use super::wire::Reader;
use crate::ids::{SpanId, TraceId};

/// Where a log record comes from.
#[derive(Debug)]
pub struct LogOrigin<'r, 'a> {
    /// The entity that produced it.
    pub resource: &'r Resource<'a>,
    /// The instrumentation scope.
    pub scope: &'r Scope<'a>,
    /// The `Resource` and `InstrumentationScope` messages as stored, empty when there are none; of one that is sent in
    /// pieces, the last piece.
    pub raw: (&'a [u8], &'a [u8]),
}

/// Calls `visit` for every log record in stored order (resource, scope, record): the n-th visit is ordinal n.
pub fn decode_logs<'a>(
    message: &'a [u8],
    visit: &mut dyn FnMut(&LogOrigin<'_, 'a>, LogRecord<'a>),
) -> Result<(), DecodeError> {
    decode_logs_while(message, &mut |origin, record| {
        visit(origin, record);
        ControlFlow::Continue(())
    })
}

/// The same until `visit` breaks. What is behind that record is not looked at.
pub fn decode_logs_while<'a>(
    message: &'a [u8],
    visit: &mut dyn FnMut(&LogOrigin<'_, 'a>, LogRecord<'a>) -> ControlFlow<()>,
) -> Result<(), DecodeError> {
    let decoded = each(message, "ExportLogsServiceRequest", 1, &mut |resource_logs| {
        let resource = resource_of("ResourceLogs", resource_logs)?;
        let raw_resource = last(resource_logs)?;
        each(resource_logs, "ResourceLogs", 2, &mut |scope_logs| {
            let scope = scope_of("ScopeLogs", scope_logs)?;
            let origin =
                LogOrigin { resource: &resource, scope: &scope, raw: (raw_resource, last(scope_logs)?) };
            each(scope_logs, "ScopeLogs", 2, &mut |bytes| match decode_log_record(bytes) {
                Ok(record) => Halt::on(visit(&origin, record)),
                // the scan rejected it, and it is not in a stored message
                Err(DecodeError::TooManyValues) => Ok(()),
                Err(error) => Err(error.into()),
            })
        })
    });
    Halt::or_done(decoded)
}

/// Decodes one `LogRecord` message, such as [`LogRecord::raw`].
pub fn decode_log_record(message: &[u8]) -> Result<LogRecord<'_>, DecodeError> {
    const NAME: &str = "LogRecord";
    let mut decoder = Decoder::default();
    let (mut trace_id, mut span_id): (&[u8], &[u8]) = (&[], &[]);
    let mut record = empty(message);
    let mut reader = Reader::new(message);
    while let Some(field) = reader.next()? {
        match field.number {
            1 => record.time_unix_nano = fixed64_of(NAME, &field)?,
            2 => record.severity_number = varint_of(NAME, &field)? as i32,
            3 => record.severity_text = decoder.text(bytes_of(NAME, &field)?),
            5 => decoder.value(bytes_of(NAME, &field)?, 0, &mut record.body)?,
            6 => record.attributes.push(decoder.key_value(bytes_of(NAME, &field)?, 0)?),
            7 => record.dropped_attributes_count = varint_of(NAME, &field)? as u32,
            8 => record.flags = fixed32_of(NAME, &field)?,
            9 => trace_id = bytes_of(NAME, &field)?,
            10 => span_id = bytes_of(NAME, &field)?,
            11 => record.observed_time_unix_nano = fixed64_of(NAME, &field)?,
            12 => record.event_name = decoder.text(bytes_of(NAME, &field)?),
            _ => {}
        }
    }
    record.trace_id = TraceId::from_wire(trace_id);
    record.span_id = SpanId::from_wire(span_id);
    record.had_odd_ids = (record.trace_id.is_none() && !says_none(trace_id, 16))
        || (record.span_id.is_none() && !says_none(span_id, 8));
    record.had_invalid_utf8 = decoder.had_invalid_utf8;
    Ok(record)
}

/// Whether the bytes of an id are one of the two ways to say that there is none.
fn says_none(id: &[u8], length: usize) -> bool {
    id.is_empty() || (id.len() == length && id.iter().all(|byte| *byte == 0))
}

/// The last embedded message in field 1: the resource of a `ResourceLogs`, the scope of a `ScopeLogs`.
fn last(message: &[u8]) -> Result<&[u8], DecodeError> {
    let mut found: &[u8] = &[];
    each::<DecodeError>(message, "ResourceLogs", 1, &mut |bytes| {
        found = bytes;
        Ok(())
    })?;
    Ok(found)
}

fn empty(message: &[u8]) -> LogRecord<'_> {
    LogRecord {
        time_unix_nano: 0,
        observed_time_unix_nano: 0,
        severity_number: 0,
        severity_text: Cow::Borrowed(""),
        body: Value::Empty,
        attributes: Vec::new(),
        dropped_attributes_count: 0,
        flags: 0,
        trace_id: None,
        span_id: None,
        had_odd_ids: false,
        event_name: Cow::Borrowed(""),
        had_invalid_utf8: false,
        raw: message,
    }
}
