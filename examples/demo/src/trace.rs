//! One trace under construction: ids, a simulated clock, spans that open and close. It knows OTLP and nothing of agents.
//!
//! Time is simulated: a trace starts at zero, [`Trace::pass`] moves its clock, and [`Trace::finish`] shifts everything
//! so that the last span ends at a given moment.

use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, InstrumentationScope, KeyValue, any_value,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::{Event, SpanKind};
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span as OtlpSpan, Status};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

const NANOS_PER_MILLI: u64 = 1_000_000;
/// OTLP span flags: sampled, parent known to be local (W3C trace flags plus has-is-remote).
const FLAGS_LOCAL_PARENT: u32 = 0x101;
/// Length and letters of the ids that the Junjo SDK makes.
const JUNJO_ID_LENGTH: usize = 21;
const JUNJO_ID_LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Who produced a span: `service.name` of the resource and the name of the instrumentation scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) service: &'static str,
    pub(crate) scope: &'static str,
}

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
}

impl Trace {
    /// An empty trace at time zero; ids and jitter come from `rng`.
    pub(crate) fn new(rng: &mut StdRng) -> Self {
        Self { id: rng.random(), now: 0, rng: StdRng::from_rng(rng), spans: Vec::new() }
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

    /// The spans as OTLP, shifted so that the last one ends at `ended_at` (Unix nanoseconds); children come before
    /// their parents, as exporters send them.
    pub(crate) fn finish(self, ended_at: u64) -> Vec<ResourceSpans> {
        let last = self.spans.iter().map(|(_, span)| span.end_time_unix_nano).max().unwrap_or(0);
        let shift = ended_at.saturating_sub(last);
        let mut groups: Vec<(Source, Vec<OtlpSpan>)> = Vec::new();
        for (source, mut span) in self.spans.into_iter().rev() {
            span.start_time_unix_nano += shift;
            span.end_time_unix_nano += shift;
            span.events.iter_mut().for_each(|event| event.time_unix_nano += shift);
            match groups.iter_mut().find(|(known, _)| *known == source) {
                Some((_, spans)) => spans.push(span),
                None => groups.push((source, vec![span])),
            }
        }
        groups.into_iter().map(|(source, spans)| resource_spans(source, spans)).collect()
    }
}

fn resource_spans(source: Source, spans: Vec<OtlpSpan>) -> ResourceSpans {
    let attributes = vec![
        attribute("service.name", source.service),
        attribute("service.version", "1.4.0"),
        attribute("deployment.environment.name", "demo"),
        attribute("telemetry.sdk.name", "opentelemetry"),
        attribute("telemetry.sdk.language", "rust"),
    ];
    ResourceSpans {
        resource: Some(Resource { attributes, ..Default::default() }),
        scope_spans: vec![ScopeSpans {
            scope: Some(InstrumentationScope { name: source.scope.to_owned(), ..Default::default() }),
            spans,
            ..Default::default()
        }],
        ..Default::default()
    }
}

/// An OTLP attribute value, from the Rust types that the scenarios use.
pub(crate) struct Attribute(any_value::Value);

/// One OTLP attribute.
pub(crate) fn attribute(key: &str, value: impl Into<Attribute>) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue { value: Some(value.into().0) }),
        ..Default::default()
    }
}

impl From<&str> for Attribute {
    fn from(text: &str) -> Self {
        Self(any_value::Value::StringValue(text.to_owned()))
    }
}

impl From<String> for Attribute {
    fn from(text: String) -> Self {
        Self(any_value::Value::StringValue(text))
    }
}

impl From<i64> for Attribute {
    fn from(number: i64) -> Self {
        Self(any_value::Value::IntValue(number))
    }
}

impl From<f64> for Attribute {
    fn from(number: f64) -> Self {
        Self(any_value::Value::DoubleValue(number))
    }
}

impl From<bool> for Attribute {
    fn from(flag: bool) -> Self {
        Self(any_value::Value::BoolValue(flag))
    }
}

impl From<Vec<&str>> for Attribute {
    fn from(texts: Vec<&str>) -> Self {
        let values = texts.into_iter().map(|text| AnyValue { value: Some(Self::from(text).0) }).collect();
        Self(any_value::Value::ArrayValue(ArrayValue { values }))
    }
}
