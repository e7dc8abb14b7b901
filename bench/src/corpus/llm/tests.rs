//! The corpus as another protobuf implementation reads it.

use std::collections::HashSet;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;

use super::*;

fn shape() -> Shape {
    Shape {
        spans: 2_000,
        batch: 512,
        split_traces: false,
        seed: 1,
        span_bytes: 1_400,
        services: 8,
        end_unix_seconds: 1_795_000_000,
        hours: 24.0,
    }
}

fn spans(message: &[u8]) -> Vec<Span> {
    let request = ExportTraceServiceRequest::decode(message).unwrap();
    request.resource_spans.into_iter().flat_map(|r| r.scope_spans).flat_map(|s| s.spans).collect()
}

/// Scenario: the default shape. Guarantee: every message decodes, ids are unique, sizes are what they should be.
#[test]
fn generated_requests_decode_as_otlp() {
    let messages: Vec<Vec<u8>> = Generator::new(shape()).collect();
    let all: Vec<Span> = messages.iter().flat_map(|message| spans(message)).collect();
    assert_eq!(all.len(), 2_000);
    assert_eq!(all.iter().map(|span| &span.span_id).collect::<HashSet<_>>().len(), 2_000);
    assert_eq!(all.iter().map(|span| &span.trace_id).collect::<HashSet<_>>().len(), 200);
    assert_eq!(messages.len(), 4, "520 spans a message: whole traces");
    let bytes = messages.iter().map(Vec::len).sum::<usize>() / all.len();
    assert!((1_200..1_700).contains(&bytes), "{bytes} bytes a span");
    let failed = all.iter().filter(|span| !span.events.is_empty()).count();
    assert!((1..20).contains(&failed), "{failed} failed traces");
    assert!(all.iter().all(|span| span.flags == 256 && span.end_time_unix_nano >= span.start_time_unix_nano));
}

/// Scenario: the same shape twice, and another seed. Guarantee: equal bytes exactly for equal shapes.
#[test]
fn equal_shapes_give_equal_bytes() {
    let first: Vec<Vec<u8>> = Generator::new(shape()).collect();
    assert!(first == Generator::new(shape()).collect::<Vec<_>>());
    assert!(first != Generator::new(Shape { seed: 2, ..shape() }).collect::<Vec<_>>());
}

/// Scenario: requests of exactly 32 spans. Guarantee: no request is longer, no span is lost.
#[test]
fn split_traces_gives_exact_batches() {
    let exact = Shape { batch: 32, split_traces: true, ..shape() };
    let counts: Vec<usize> = Generator::new(exact).map(|message| spans(&message).len()).collect();
    assert_eq!(counts.iter().sum::<usize>(), 2_000);
    assert!(counts[..counts.len() - 1].iter().all(|count| *count == 32));
}

/// Scenario: ordinary and large spans, enough of them for a mean. Guarantee: the mean size follows the shape.
#[test]
fn span_bytes_scales_the_texts() {
    for span_bytes in [1_400, 50_000] {
        let scaled = Shape { spans: 1_000, span_bytes, ..shape() };
        let mean = Generator::new(scaled).map(|message| message.len() as u64).sum::<u64>() / 1_000;
        assert!(
            (span_bytes * 9 / 10..span_bytes * 11 / 10).contains(&mean),
            "{mean} bytes a span instead of {span_bytes}"
        );
    }
}
