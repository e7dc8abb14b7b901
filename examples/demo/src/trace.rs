//! One trace under construction: ids, a simulated clock, spans that open and close, log records inside them. It knows OTLP
//! and nothing of agents.
//!
//! Time is simulated: a trace starts at zero, [`Trace::pass`] moves its clock, and [`Trace::finish`] shifts everything
//! so that the last span ends at a given moment.

use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::logs::v1::{LogRecord, SeverityNumber};
use opentelemetry_proto::tonic::trace::v1::span::{Event, SpanKind};
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use opentelemetry_proto::tonic::trace::v1::{Span as OtlpSpan, Status};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::attribute::{Attribute, attribute};
use crate::telemetry::{Source, Telemetry};

const NANOS_PER_MILLI: u64 = 1_000_000;
/// OTLP span flags: sampled, parent known to be local (W3C trace flags plus has-is-remote).
const FLAGS_LOCAL_PARENT: u32 = 0x101;
/// W3C trace flags of a log record: sampled.
const TRACE_FLAGS_SAMPLED: u32 = 0x01;
/// Length and letters of the ids that the Junjo SDK makes.
const JUNJO_ID_LENGTH: usize = 21;
const JUNJO_ID_LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A span of the trace it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SpanRef(usize);

/// What went wrong in a span, as an exception event tells it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failure {
    pub(crate) error_type: &'static str,
    pub(crate) message: &'static str,
    pub(crate) stacktrace: &'static str,
}

#[derive(Debug)]
pub(crate) struct Trace {
    id: [u8; 16],
    now: u64,
    rng: StdRng,
    spans: Vec<(Source, OtlpSpan)>,
    logs: Vec<(Source, LogRecord)>,
}

impl Trace {
    /// An empty trace at time zero; ids and jitter come from `rng`.
    pub(crate) fn new(rng: &mut StdRng) -> Self {
        Self { id: rng.random(), now: 0, rng: StdRng::from_rng(rng), spans: Vec::new(), logs: Vec::new() }
    }

    /// Opens a span at the current simulated time.
    pub(crate) fn open(
        &mut self,
        source: Source,
        parent: Option<SpanRef>,
        name: &str,
        kind: SpanKind,
    ) -> SpanRef {
        let span_id: [u8; 8] = self.rng.random();
        self.spans.push((
            source,
            OtlpSpan {
                trace_id: self.id.to_vec(),
                span_id: span_id.to_vec(),
                parent_span_id: parent.map(|p| self.spans[p.0].1.span_id.clone()).unwrap_or_default(),
                flags: FLAGS_LOCAL_PARENT,
                name: name.to_owned(),
                kind: kind as i32,
                start_time_unix_nano: self.now,
                status: Some(Status::default()),
                ..Default::default()
            },
        ));
        SpanRef(self.spans.len() - 1)
    }

    /// Ends a span at the current simulated time.
    pub(crate) fn close(&mut self, span: SpanRef) {
        self.spans[span.0].1.end_time_unix_nano = self.now;
    }

    /// Opens a span, lets about `millis` pass and closes it.
    pub(crate) fn step(
        &mut self,
        source: Source,
        parent: SpanRef,
        (name, kind): (&str, SpanKind),
        millis: u64,
    ) -> SpanRef {
        let span = self.open(source, Some(parent), name, kind);
        self.pass(millis);
        self.close(span);
        span
    }

    pub(crate) fn set(&mut self, span: SpanRef, key: &str, value: impl Into<Attribute>) {
        self.spans[span.0].1.attributes.push(attribute(key, value));
    }

    pub(crate) fn set_all(&mut self, span: SpanRef, attributes: Vec<KeyValue>) {
        self.spans[span.0].1.attributes.extend(attributes);
    }

    /// Adds a span event at the current simulated time.
    pub(crate) fn event(&mut self, span: SpanRef, name: &str, attributes: Vec<KeyValue>) {
        let event =
            Event { time_unix_nano: self.now, name: name.to_owned(), attributes, ..Default::default() };
        self.spans[span.0].1.events.push(event);
    }

    /// Writes a log record inside a span at the current simulated time, as the logging handler of an SDK does. The logger
    /// is named like the service.
    pub(crate) fn log(
        &mut self,
        span: SpanRef,
        severity: SeverityNumber,
        text: &str,
        attributes: Vec<KeyValue>,
    ) {
        let service = self.spans[span.0].0.service;
        let record = LogRecord {
            severity_number: severity as i32,
            severity_text: severity.as_str_name().trim_start_matches("SEVERITY_NUMBER_").to_owned(),
            body: Some(Attribute::from(text).into()),
            attributes,
            ..Default::default()
        };
        self.record(Source { service, scope: service }, span, record);
    }

    /// Writes an event inside a span, as the instrumentation that made the span does: a log record with a name, and
    /// attributes in place of a text.
    pub(crate) fn log_event(&mut self, span: SpanRef, name: &str, attributes: Vec<KeyValue>) {
        let record = LogRecord { event_name: name.to_owned(), attributes, ..Default::default() };
        self.record(self.spans[span.0].0, span, record);
    }

    fn record(&mut self, source: Source, span: SpanRef, record: LogRecord) {
        let span = &self.spans[span.0].1;
        let record = LogRecord {
            time_unix_nano: self.now,
            observed_time_unix_nano: self.now,
            trace_id: span.trace_id.clone(),
            span_id: span.span_id.clone(),
            flags: TRACE_FLAGS_SAMPLED,
            ..record
        };
        self.logs.push((source, record));
    }

    /// Marks a span as failed the way OpenTelemetry SDKs do: status, `error.type`, one exception event.
    pub(crate) fn fail(&mut self, span: SpanRef, failure: Failure) {
        let status = Status { code: StatusCode::Error as i32, message: failure.message.to_owned() };
        self.spans[span.0].1.status = Some(status);
        self.set(span, "error.type", failure.error_type);
        let attributes = vec![
            attribute("exception.type", failure.error_type),
            attribute("exception.message", failure.message),
            attribute("exception.stacktrace", failure.stacktrace),
            attribute("exception.escaped", "False"),
        ];
        self.event(span, "exception", attributes);
    }

    /// Lets about `millis` of simulated time pass: 80 to 130 % of it, so that charts have a shape.
    pub(crate) fn pass(&mut self, millis: u64) {
        let nanos = millis * NANOS_PER_MILLI;
        self.now += self.rng.random_range(nanos * 4 / 5..=nanos * 13 / 10);
    }

    pub(crate) fn now(&self) -> u64 {
        self.now
    }

    /// Moves the clock to another moment of this trace: back to start a parallel branch, forward to join them.
    pub(crate) fn jump_to(&mut self, moment: u64) {
        self.now = moment;
    }

    /// A token count near `tokens`.
    pub(crate) fn about(&mut self, tokens: i64) -> i64 {
        self.rng.random_range(tokens * 9 / 10..=tokens * 11 / 10)
    }

    /// An id as the Junjo SDK makes them: 21 letters and digits.
    pub(crate) fn junjo_id(&mut self) -> String {
        (0..JUNJO_ID_LENGTH)
            .map(|_| char::from(JUNJO_ID_LETTERS[self.rng.random_range(0..JUNJO_ID_LETTERS.len())]))
            .collect()
    }

    pub(crate) fn id_hex(&self) -> String {
        format!("{:032x}", u128::from_be_bytes(self.id))
    }

    pub(crate) fn span_count(&self) -> usize {
        self.spans.len()
    }

    pub(crate) fn log_count(&self) -> usize {
        self.logs.len()
    }

    /// The trace as OTLP, shifted so that the last span ends at `ended_at` (Unix nanoseconds); children come before
    /// their parents, as exporters send them.
    pub(crate) fn finish(mut self, ended_at: u64) -> Telemetry {
        let last = self.spans.iter().map(|(_, span)| span.end_time_unix_nano).max().unwrap_or(0);
        let shift = ended_at.saturating_sub(last);
        for (_, span) in &mut self.spans {
            span.start_time_unix_nano += shift;
            span.end_time_unix_nano += shift;
            span.events.iter_mut().for_each(|event| event.time_unix_nano += shift);
        }
        for (_, record) in &mut self.logs {
            record.time_unix_nano += shift;
            record.observed_time_unix_nano += shift;
        }
        Telemetry::pack(self.spans.into_iter().rev(), self.logs.into_iter())
    }
}
