//! Splicing rejected spans out of a message, against prost.

use junjo_span_model::{ScanLimits, Signal, scan, without_rejected};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use proptest::prelude::*;
use prost::Message;

use crate::arbitrary;
use crate::decode::delimited;
use crate::reference::{decoded, has_ids};

/// Decode, filter, encode: what the splice must be equal to.
fn filtered(mut request: ExportTraceServiceRequest) -> ExportTraceServiceRequest {
    for resource_spans in &mut request.resource_spans {
        for scope_spans in &mut resource_spans.scope_spans {
            scope_spans.spans.retain(has_ids);
        }
    }
    request
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Scenario: any request, some spans with bad ids. Guarantee: the splice is what decode, filter, encode gives, its
    /// scan rejects nothing, and the spans keep their ordinals.
    #[test]
    fn splice_any_request_equals_filtering_with_prost(request in arbitrary::request()) {
        let message = request.encode_to_vec();
        let before = scan(Signal::Traces, &message, &ScanLimits::default()).unwrap();
        let spliced = without_rejected(Signal::Traces, &message);
        prop_assert_eq!(&spliced, &filtered(request).encode_to_vec());
        let after = scan(Signal::Traces, &spliced, &ScanLimits::default()).unwrap();
        prop_assert_eq!((after.accepted, after.rejected), (before.accepted, 0));
        prop_assert_eq!(decoded(&spliced), decoded(&message));
    }
}

/// Scenario: a bad span between good ones, with fields on every level that we do not know.
/// Guarantee: only the bad span's bytes are gone.
#[test]
fn splice_keeps_unknown_fields() {
    let ids = [&[0x0a, 16][..], &[7; 16], &[0x12, 8], &[9; 8]].concat();
    let unknown = delimited(1000, &[0xaa; 200]);
    let good = delimited(2, &[&ids[..], &unknown].concat());
    let bad = delimited(2, &[0x0a, 1, 7]);
    let message = |spans: &[&[u8]]| {
        let scope_spans = [&spans.concat()[..], &unknown].concat();
        let resource_spans = [&unknown[..], &delimited(2, &scope_spans)].concat();
        [&delimited(1, &resource_spans)[..], &unknown].concat()
    };
    let spliced = without_rejected(Signal::Traces, &message(&[&good, &bad, &good]));
    assert_eq!(spliced, message(&[&good, &good]));
}

/// Scenario: a span with more values than the limit, beside a good one; the same for a log record.
/// Guarantee: it alone is rejected and spliced out.
#[test]
fn splice_drops_items_with_too_many_values() {
    let values = |number: u32| delimited(number, &[]).repeat(1 << 20);
    let ids = [&[0x0a, 16][..], &[7; 16], &[0x12, 8], &[9; 8]].concat();
    let message = |items: &[Vec<u8>]| {
        delimited(1, &delimited(2, &items.iter().flat_map(|item| delimited(2, item)).collect::<Vec<_>>()))
    };
    for (signal, good, number) in [(Signal::Traces, ids, 9), (Signal::Logs, delimited(3, b"INFO"), 6)] {
        let full = [good.clone(), values(number)].concat();
        let over = [full.clone(), delimited(number, &[])].concat();
        assert_eq!(scan(signal, &message(&[full]), &ScanLimits::default()).unwrap().rejected, 0);
        let both = message(&[over, good.clone()]);
        let report = scan(signal, &both, &ScanLimits::default()).unwrap();
        assert_eq!((report.accepted, report.rejected), (1, 1));
        assert_eq!(without_rejected(signal, &both), message(&[good]));
        if signal == Signal::Traces {
            assert_eq!(decoded(&both).len(), 1, "the decoder skips what the scan rejects");
        }
    }
}
