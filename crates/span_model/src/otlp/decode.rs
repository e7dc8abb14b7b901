//! The zero-copy decoder. It never fails on what the scan accepted, and it skips what the scan rejected.
//!
//! Merging follows protobuf: the last scalar wins, repeated fields append, embedded messages merge, and fields may come
//! in any order (a resource after its spans).

use std::borrow::Cow;
use std::ops::ControlFlow;

use super::scan::{DEPTH_CEILING, VALUES_PER_ITEM_MAX};
use super::value::{Event, KeyValue, Link, Resource, Scope, Span, Value};
use super::walk::{DecodeError, Halt, bytes_of, each, wrong_type};
use super::wire::{Field, Payload, Reader, WireError};
use crate::ids::{SpanId, TraceId};

/// Calls `visit` for every span in stored order (resource, scope, span): the n-th visit is ordinal n.
pub fn decode_spans<'a>(
    message: &'a [u8],
    visit: &mut dyn FnMut(&Resource<'a>, &Scope<'a>, Span<'a>),
) -> Result<(), DecodeError> {
    decode_spans_while(message, &mut |resource, scope, span| {
        visit(resource, scope, span);
        ControlFlow::Continue(())
    })
}

/// The same until `visit` breaks. What is behind that span is not looked at.
pub fn decode_spans_while<'a>(
    message: &'a [u8],
    visit: &mut dyn FnMut(&Resource<'a>, &Scope<'a>, Span<'a>) -> ControlFlow<()>,
) -> Result<(), DecodeError> {
    let decoded = each(message, "ExportTraceServiceRequest", 1, &mut |resource_spans| {
        let resource = resource_of("ResourceSpans", resource_spans)?;
        each(resource_spans, "ResourceSpans", 2, &mut |scope_spans| {
            let scope = scope_of("ScopeSpans", scope_spans)?;
            each(scope_spans, "ScopeSpans", 2, &mut |bytes| match decode_span(bytes) {
                Ok(Some(span)) => Halt::on(visit(&resource, &scope, span)),
                Ok(None) | Err(DecodeError::TooManyValues) => Ok(()),
                Err(error) => Err(error.into()),
            })
        })
    });
    Halt::or_done(decoded)
}

/// Decodes one `Span` message, such as [`Span::raw`]; `None` when its ids are no ids.
pub fn decode_span(message: &[u8]) -> Result<Option<Span<'_>>, DecodeError> {
    Decoder::default().span(message)
}

/// The resource of a `ResourceSpans` or `ResourceLogs`.
pub(super) fn resource_of<'a>(name: &'static str, message: &'a [u8]) -> Result<Resource<'a>, DecodeError> {
    let mut resource = Resource::default();
    let mut decoder = Decoder::default();
    let mut reader = Reader::new(message);
    while let Some(field) = reader.next()? {
        match field.number {
            1 => decoder.resource(bytes_of(name, &field)?, &mut resource)?,
            3 => resource.schema_url = decoder.text(bytes_of(name, &field)?),
            _ => {}
        }
    }
    Ok(resource)
}

/// The scope of a `ScopeSpans` or `ScopeLogs`.
pub(super) fn scope_of<'a>(name: &'static str, message: &'a [u8]) -> Result<Scope<'a>, DecodeError> {
    let mut scope = Scope::default();
    let mut decoder = Decoder::default();
    let mut reader = Reader::new(message);
    while let Some(field) = reader.next()? {
        match field.number {
            1 => decoder.scope(bytes_of(name, &field)?, &mut scope)?,
            3 => scope.schema_url = decoder.text(bytes_of(name, &field)?),
            _ => {}
        }
    }
    Ok(scope)
}

/// Decodes one resource, scope, span or log record, and counts what it allocates for exactly as the scan does.
#[derive(Default)]
pub(super) struct Decoder {
    values: u32,
    pub(super) had_invalid_utf8: bool,
}

impl Decoder {
    fn resource<'a>(&mut self, message: &'a [u8], resource: &mut Resource<'a>) -> Result<(), DecodeError> {
        const NAME: &str = "Resource";
        let mut reader = Reader::new(message);
        while let Some(field) = reader.next()? {
            match field.number {
                1 => resource.attributes.push(self.key_value(bytes_of(NAME, &field)?, 0)?),
                2 => resource.dropped_attributes_count = varint_of(NAME, &field)? as u32,
                _ => {}
            }
        }
        Ok(())
    }

    fn scope<'a>(&mut self, message: &'a [u8], scope: &mut Scope<'a>) -> Result<(), DecodeError> {
        const NAME: &str = "InstrumentationScope";
        let mut reader = Reader::new(message);
        while let Some(field) = reader.next()? {
            match field.number {
                1 => scope.name = self.text(bytes_of(NAME, &field)?),
                2 => scope.version = self.text(bytes_of(NAME, &field)?),
                3 => scope.attributes.push(self.key_value(bytes_of(NAME, &field)?, 0)?),
                4 => scope.dropped_attributes_count = varint_of(NAME, &field)? as u32,
                _ => {}
            }
        }
        Ok(())
    }

    /// The span, or `None` when its ids are not.
    fn span(mut self, message: &[u8]) -> Result<Option<Span<'_>>, DecodeError> {
        const NAME: &str = "Span";
        let (mut trace_id, mut span_id): (&[u8], &[u8]) = (&[], &[]);
        let mut span = empty_span(message);
        reserve(message, &mut span)?;
        let mut reader = Reader::new(message);
        while let Some(field) = reader.next()? {
            match field.number {
                1 => trace_id = bytes_of(NAME, &field)?,
                2 => span_id = bytes_of(NAME, &field)?,
                3 => span.trace_state = self.text(bytes_of(NAME, &field)?),
                4 => span.parent_span_id = SpanId::from_wire(bytes_of(NAME, &field)?),
                5 => span.name = self.text(bytes_of(NAME, &field)?),
                6 => span.kind = varint_of(NAME, &field)? as i32,
                7 => span.start_time_unix_nano = fixed64_of(NAME, &field)?,
                8 => span.end_time_unix_nano = fixed64_of(NAME, &field)?,
                9 => span.attributes.push(self.key_value(bytes_of(NAME, &field)?, 0)?),
                10 => span.dropped_attributes_count = varint_of(NAME, &field)? as u32,
                11 => span.events.push(self.event(bytes_of(NAME, &field)?)?),
                12 => span.dropped_events_count = varint_of(NAME, &field)? as u32,
                13 => span.links.push(self.link(bytes_of(NAME, &field)?)?),
                14 => span.dropped_links_count = varint_of(NAME, &field)? as u32,
                15 => self.status(bytes_of(NAME, &field)?, &mut span)?,
                16 => span.flags = fixed32_of(NAME, &field)?,
                _ => {}
            }
        }
        let (Some(trace_id), Some(span_id)) = (TraceId::from_wire(trace_id), SpanId::from_wire(span_id))
        else {
            return Ok(None);
        };
        Ok(Some(Span { trace_id, span_id, had_invalid_utf8: self.had_invalid_utf8, ..span }))
    }

    fn status<'a>(&mut self, message: &'a [u8], span: &mut Span<'a>) -> Result<(), DecodeError> {
        const NAME: &str = "Status";
        let mut reader = Reader::new(message);
        while let Some(field) = reader.next()? {
            match field.number {
                2 => span.status_message = self.text(bytes_of(NAME, &field)?),
                3 => span.status_code = varint_of(NAME, &field)? as i32,
                _ => {}
            }
        }
        Ok(())
    }

    fn event<'a>(&mut self, message: &'a [u8]) -> Result<Event<'a>, DecodeError> {
        const NAME: &str = "Event";
        self.count_value()?;
        let mut event = Event::default();
        let mut reader = Reader::new(message);
        while let Some(field) = reader.next()? {
            match field.number {
                1 => event.time_unix_nano = fixed64_of(NAME, &field)?,
                2 => event.name = self.text(bytes_of(NAME, &field)?),
                3 => event.attributes.push(self.key_value(bytes_of(NAME, &field)?, 0)?),
                4 => event.dropped_attributes_count = varint_of(NAME, &field)? as u32,
                _ => {}
            }
        }
        Ok(event)
    }

    fn link<'a>(&mut self, message: &'a [u8]) -> Result<Link<'a>, DecodeError> {
        const NAME: &str = "Link";
        self.count_value()?;
        let mut link = Link::default();
        let mut reader = Reader::new(message);
        while let Some(field) = reader.next()? {
            match field.number {
                1 => link.trace_id = bytes_of(NAME, &field)?,
                2 => link.span_id = bytes_of(NAME, &field)?,
                3 => link.trace_state = self.text(bytes_of(NAME, &field)?),
                4 => link.attributes.push(self.key_value(bytes_of(NAME, &field)?, 0)?),
                5 => link.dropped_attributes_count = varint_of(NAME, &field)? as u32,
                6 => link.flags = fixed32_of(NAME, &field)?,
                _ => {}
            }
        }
        Ok(link)
    }

    pub(super) fn key_value<'a>(
        &mut self,
        message: &'a [u8],
        depth: u32,
    ) -> Result<KeyValue<'a>, DecodeError> {
        const NAME: &str = "KeyValue";
        self.count_value()?;
        let mut pair = KeyValue { key: Cow::Borrowed(""), value: Value::Empty };
        let mut reader = Reader::new(message);
        while let Some(field) = reader.next()? {
            match field.number {
                1 => pair.key = self.text(bytes_of(NAME, &field)?),
                2 => self.value(bytes_of(NAME, &field)?, depth, &mut pair.value)?,
                _ => {}
            }
        }
        Ok(pair)
    }

    /// Merges an `AnyValue` into `value`, as protobuf merges a oneof.
    pub(super) fn value<'a>(
        &mut self,
        message: &'a [u8],
        depth: u32,
        value: &mut Value<'a>,
    ) -> Result<(), DecodeError> {
        const NAME: &str = "AnyValue";
        self.count_value()?;
        if depth >= DEPTH_CEILING {
            return Err(DecodeError::TooDeep);
        }
        let mut reader = Reader::new(message);
        while let Some(field) = reader.next()? {
            match field.number {
                1 => *value = Value::String(self.text(bytes_of(NAME, &field)?)),
                2 => *value = Value::Bool(varint_of(NAME, &field)? != 0),
                3 => *value = Value::Int(varint_of(NAME, &field)? as i64),
                4 => *value = Value::Double(f64::from_bits(fixed64_of(NAME, &field)?)),
                5 => self.array(bytes_of(NAME, &field)?, depth + 1, value)?,
                6 => self.map(bytes_of(NAME, &field)?, depth + 1, value)?,
                7 => *value = Value::Bytes(bytes_of(NAME, &field)?),
                _ => {}
            }
        }
        Ok(())
    }

    fn array<'a>(&mut self, message: &'a [u8], depth: u32, value: &mut Value<'a>) -> Result<(), DecodeError> {
        let mut items =
            if let Value::Array(items) = std::mem::replace(value, Value::Empty) { items } else { Vec::new() };
        each::<DecodeError>(message, "ArrayValue", 1, &mut |bytes| {
            let mut item = Value::Empty;
            self.value(bytes, depth, &mut item)?;
            items.push(item);
            Ok(())
        })?;
        *value = Value::Array(items);
        Ok(())
    }

    fn map<'a>(&mut self, message: &'a [u8], depth: u32, value: &mut Value<'a>) -> Result<(), DecodeError> {
        let mut pairs =
            if let Value::Map(pairs) = std::mem::replace(value, Value::Empty) { pairs } else { Vec::new() };
        each::<DecodeError>(message, "KeyValueList", 1, &mut |bytes| {
            pairs.push(self.key_value(bytes, depth)?);
            Ok(())
        })?;
        *value = Value::Map(pairs);
        Ok(())
    }

    pub(super) fn text<'a>(&mut self, bytes: &'a [u8]) -> Cow<'a, str> {
        // `from_utf8` is several times faster than `from_utf8_lossy` on the valid texts that nearly all are
        if let Ok(text) = std::str::from_utf8(bytes) {
            return Cow::Borrowed(text);
        }
        self.had_invalid_utf8 = true;
        String::from_utf8_lossy(bytes)
    }

    fn count_value(&mut self) -> Result<(), DecodeError> {
        self.values += 1;
        if self.values > VALUES_PER_ITEM_MAX { Err(DecodeError::TooManyValues) } else { Ok(()) }
    }
}

fn empty_span(message: &[u8]) -> Span<'_> {
    Span {
        trace_id: TraceId([0; 16]),
        span_id: SpanId([0; 8]),
        parent_span_id: None,
        trace_state: Cow::Borrowed(""),
        flags: 0,
        name: Cow::Borrowed(""),
        kind: 0,
        start_time_unix_nano: 0,
        end_time_unix_nano: 0,
        attributes: Vec::new(),
        dropped_attributes_count: 0,
        events: Vec::new(),
        dropped_events_count: 0,
        links: Vec::new(),
        dropped_links_count: 0,
        status_code: 0,
        status_message: Cow::Borrowed(""),
        had_invalid_utf8: false,
        raw: message,
    }
}

/// Sizes the span's lists in one pass over its tags, which is cheaper than growing them.
fn reserve(message: &[u8], span: &mut Span<'_>) -> Result<(), WireError> {
    let (mut attributes, mut events, mut links) = (0, 0, 0);
    let mut reader = Reader::new(message);
    while let Some(field) = reader.next()? {
        match field.number {
            9 => attributes += 1,
            11 => events += 1,
            13 => links += 1,
            _ => {}
        }
    }
    let cap = VALUES_PER_ITEM_MAX as usize;
    span.attributes.reserve_exact(cap.min(attributes));
    span.events.reserve_exact(cap.min(events));
    span.links.reserve_exact(cap.min(links));
    Ok(())
}

pub(super) fn varint_of(message: &'static str, field: &Field<'_>) -> Result<u64, DecodeError> {
    if let Payload::Varint(value) = field.payload { Ok(value) } else { Err(wrong_type(message, field)) }
}

pub(super) fn fixed64_of(message: &'static str, field: &Field<'_>) -> Result<u64, DecodeError> {
    if let Payload::Fixed64(value) = field.payload { Ok(value) } else { Err(wrong_type(message, field)) }
}

pub(super) fn fixed32_of(message: &'static str, field: &Field<'_>) -> Result<u32, DecodeError> {
    if let Payload::Fixed32(value) = field.payload { Ok(value) } else { Err(wrong_type(message, field)) }
}
