//! What a trace exports: its spans and log records, packed by resource and scope as OTLP wants them. No times, no ids.

use opentelemetry_proto::tonic::common::v1::InstrumentationScope;
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span as OtlpSpan};

use crate::attribute::attribute;

/// Who produced a span or log record: `service.name` of the resource and the name of the scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) service: &'static str,
    pub(crate) scope: &'static str,
}

/// One trace, ready to send.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Telemetry {
    pub(crate) spans: Vec<ResourceSpans>,
    pub(crate) logs: Vec<ResourceLogs>,
}

impl Telemetry {
    pub(crate) fn pack(
        spans: impl Iterator<Item = (Source, OtlpSpan)>,
        logs: impl Iterator<Item = (Source, LogRecord)>,
    ) -> Self {
        let spans = by_source(spans).into_iter().map(|(source, spans)| resource_spans(source, spans));
        let logs = by_source(logs).into_iter().map(|(source, records)| resource_logs(source, records));
        Self { spans: spans.collect(), logs: logs.collect() }
    }
}

/// Items of the same source together; each source stands where its first item stood.
fn by_source<T>(items: impl Iterator<Item = (Source, T)>) -> Vec<(Source, Vec<T>)> {
    let mut groups: Vec<(Source, Vec<T>)> = Vec::new();
    for (source, item) in items {
        match groups.iter_mut().find(|(known, _)| *known == source) {
            Some((_, items)) => items.push(item),
            None => groups.push((source, vec![item])),
        }
    }
    groups
}

fn resource_spans(source: Source, spans: Vec<OtlpSpan>) -> ResourceSpans {
    let scope_spans = ScopeSpans { scope: Some(scope(source)), spans, ..Default::default() };
    ResourceSpans { resource: Some(resource(source)), scope_spans: vec![scope_spans], ..Default::default() }
}

fn resource_logs(source: Source, log_records: Vec<LogRecord>) -> ResourceLogs {
    let scope_logs = ScopeLogs { scope: Some(scope(source)), log_records, ..Default::default() };
    ResourceLogs { resource: Some(resource(source)), scope_logs: vec![scope_logs], ..Default::default() }
}

fn scope(source: Source) -> InstrumentationScope {
    InstrumentationScope { name: source.scope.to_owned(), ..Default::default() }
}

fn resource(source: Source) -> Resource {
    let attributes = vec![
        attribute("service.name", source.service),
        attribute("service.version", "1.4.0"),
        attribute("deployment.environment.name", "demo"),
        attribute("telemetry.sdk.name", "opentelemetry"),
        attribute("telemetry.sdk.language", "rust"),
    ];
    Resource { attributes, ..Default::default() }
}
