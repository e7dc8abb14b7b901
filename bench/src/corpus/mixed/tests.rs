//! The mixed corpus as another protobuf implementation reads it.

use std::collections::{HashMap, HashSet};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, Span};
use prost::Message as _;

use super::*;

fn shape(spans: u64) -> Shape {
    Shape {
        spans,
        batch: 512,
        split_traces: true,
        seed: 7,
        span_bytes: 1_400,
        services: 8,
        end_unix_seconds: 1_795_000_000,
        hours: 24.0,
    }
}

fn resources(message: &[u8]) -> Vec<ResourceSpans> {
    ExportTraceServiceRequest::decode(message).unwrap().resource_spans
}

fn spans(message: &[u8]) -> Vec<Span> {
    resources(message).into_iter().flat_map(|r| r.scope_spans).flat_map(|s| s.spans).collect()
}

/// Scenario: a corpus large enough for its rare parts. Guarantee: exactly so many spans with ids of their own, each child's
/// parent in its trace, times within the window, traces of very different sizes, and mean bytes as asked.
#[test]
fn mixed_requests_decode_as_otlp() {
    let messages: Vec<Vec<u8>> = Mixed::new(shape(30_000)).collect();
    let all: Vec<Span> = messages.iter().flat_map(|message| spans(message)).collect();
    assert_eq!(all.len(), 30_000);
    assert_eq!(all.iter().map(|span| &span.span_id).collect::<HashSet<_>>().len(), 30_000);
    let mut by_trace: HashMap<&[u8], Vec<&Span>> = HashMap::new();
    for span in &all {
        by_trace.entry(&span.trace_id).or_default().push(span);
    }
    let end = 1_795_000_000 * 1_000_000_000;
    for trace in by_trace.values() {
        let ids: HashSet<&[u8]> = trace.iter().map(|span| &span.span_id[..]).collect();
        assert_eq!(trace.iter().filter(|span| span.parent_span_id.is_empty()).count(), 1);
        assert!(trace.iter().all(|s| s.parent_span_id.is_empty() || ids.contains(&s.parent_span_id[..])));
        assert!(trace.iter().all(|s| s.start_time_unix_nano <= s.end_time_unix_nano));
        let roots_start = trace.iter().find(|s| s.parent_span_id.is_empty()).map(|s| s.start_time_unix_nano);
        assert!(roots_start.is_some_and(|start| (end - 24 * 3_600_000_000_000..end).contains(&start)));
    }
    let largest = by_trace.values().map(Vec::len).max().unwrap();
    let mean = 30_000 / by_trace.len();
    assert!(largest > 80 && (7..14).contains(&mean), "largest {largest}, mean {mean}");
    let bytes = messages.iter().map(Vec::len).sum::<usize>() / all.len();
    assert!((1_200..1_700).contains(&bytes), "{bytes} bytes a span");
}

/// Scenario: the same. Guarantee: requests of one service and 512 spans each but the last of each service; some traces are in
/// requests of two services; failures are rare and have an exception.
#[test]
fn mixed_requests_are_of_one_service_each() {
    let messages: Vec<Vec<u8>> = Mixed::new(shape(30_000)).collect();
    let mut services_of: HashMap<Vec<u8>, HashSet<String>> = HashMap::new();
    let (mut short, mut failed) = (0, 0);
    for message in &messages {
        let resources = resources(message);
        assert_eq!(resources.len(), 1);
        let service = format!("{:?}", resources[0].resource.as_ref().unwrap().attributes[0].value);
        let found = spans(message);
        short += usize::from(found.len() < 512);
        failed += found.iter().filter(|span| !span.events.is_empty()).count();
        for span in found {
            services_of.entry(span.trace_id).or_default().insert(service.clone());
        }
    }
    assert!(short <= 8, "{short} short requests");
    assert!((10..300).contains(&failed), "{failed} exceptions");
    let across = services_of.values().filter(|services| services.len() > 1).count();
    assert!(across > services_of.len() / 50, "{across} traces across services");
}

/// Scenario: the same shape twice. Guarantee: equal bytes and equal samples, and each sample is a trace that was made.
#[test]
fn samples_are_traces_of_the_corpus() {
    let (mut one, mut two) = (Mixed::new(shape(20_000)), Mixed::new(shape(20_000)));
    let messages: Vec<Vec<u8>> = one.by_ref().collect();
    assert!(messages == two.by_ref().collect::<Vec<_>>());
    let mut sizes: HashMap<String, u64> = HashMap::new();
    for span in messages.iter().flat_map(|message| spans(message)) {
        *sizes.entry(hex::encode(span.trace_id)).or_default() += 1;
    }
    assert_eq!(one.samples().len(), sizes.len().min(SAMPLES_MAX));
    assert_eq!(one.traces_done(), sizes.len() as u64);
    assert!(one.samples().iter().all(|sample| sizes.get(&sample.trace_id) == Some(&sample.spans)));
}
