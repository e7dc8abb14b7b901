//! The decoder against prost.

use junjo_span_model::{ScanLimits, Signal, decode_span, scan};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use proptest::prelude::*;
use prost::Message;

use crate::reference::{Visit, decoded, expected};
use crate::{arbitrary, captures};

/// Compares the model's view of `message` with prost's.
fn assert_same(message: &[u8]) {
    let request = ExportTraceServiceRequest::decode(message).unwrap();
    let expected = expected(&request);
    let report = scan(Signal::Traces, message, &ScanLimits::default()).unwrap();
    assert_eq!(report.accepted as usize, expected.len());
    assert_eq!(report.rejected > 0, report.first_rejection.is_some());
    let decoded: Vec<_> = decoded(message)
        .into_iter()
        .map(|mut visit| {
            let raw = prost_span(visit.span.raw);
            assert_eq!(raw.name, visit.span.name, "raw is the span's own message");
            let alone = decode_span(visit.span.raw).unwrap().unwrap();
            assert_eq!(alone.attributes.len(), visit.span.attributes.len());
            visit.span.raw = &[];
            visit
        })
        .collect();
    assert_eq!(decoded, expected);
}

fn prost_span(raw: &[u8]) -> opentelemetry_proto::tonic::trace::v1::Span {
    Message::decode(raw).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Scenario: any request that prost can write. Guarantee: every field of every span comes back as prost reads it.
    #[test]
    fn decode_any_request_equals_prost(request in arbitrary::request()) {
        assert_same(&request.encode_to_vec());
    }

    /// Scenario: one request follows another in the same bytes, so that protobuf merges them. Guarantee: as prost.
    #[test]
    fn decode_concatenated_requests_equals_prost(first in arbitrary::request(), second in arbitrary::request()) {
        assert_same(&[first.encode_to_vec(), second.encode_to_vec()].concat());
    }
}

/// Scenario: every trace capture. Guarantee: every field of every span comes back as prost reads it.
#[test]
fn decode_captures_equals_prost() {
    for name in captures::TRACES {
        for request in captures::requests(name) {
            if ExportTraceServiceRequest::decode(request.as_slice()).is_ok() {
                assert_same(&request);
            }
        }
    }
}

/// Scenario: the fields of a span, its resource and its scope come twice and in an unusual order.
/// Guarantee: they merge as protobuf says, and the resource that follows its spans still belongs to them.
#[test]
fn decode_repeated_and_reordered_fields_equals_prost() {
    let ids = [&[0x0a, 16][..], &[7; 16], &[0x12, 8], &[9; 8]].concat();
    let array = |item: &[u8]| delimited(2, &delimited(5, &delimited(1, item)));
    let attribute = [delimited(1, b"k"), array(&[0x18, 1]), array(&[0x18, 2])].concat();
    let status = [delimited(15, &delimited(2, b"first")), delimited(15, &[0x18, 2])].concat();
    let span = [ids, delimited(5, b"one"), delimited(5, b"two"), delimited(9, &attribute), status].concat();
    let key_value = |key: &[u8]| delimited(1, &delimited(1, &delimited(1, key)));
    let resource_spans =
        [delimited(2, &delimited(2, &span)), key_value(b"a"), delimited(3, b"url"), key_value(b"b")].concat();
    let message = delimited(1, &resource_spans);
    assert_same(&message);
    let Visit { resource, span, .. } = decoded(&message).remove(0);
    assert_eq!(resource.attributes.len(), 2);
    assert_eq!((span.name.as_ref(), span.status_message.as_ref(), span.status_code), ("two", "first", 2));
}

/// Scenario: texts of a span are not UTF-8, unknown fields and groups are around them.
/// Guarantee: the texts are repaired, the span says so, the rest is untouched.
#[test]
fn decode_invalid_utf8_is_repaired_and_flagged() {
    let ids = [&[0x0a, 16][..], &[7; 16], &[0x12, 8], &[9; 8]].concat();
    let nested = delimited(9, &[delimited(1, b"k"), delimited(2, &delimited(1, b"\xff!"))].concat());
    for bad in [delimited(5, b"no\xff\xfe"), delimited(3, b"\xc3"), nested] {
        let unknown = [&[0xf3, 0x3f, 0x08, 1, 0xf4, 0x3f][..], &delimited(1000, b"abc")].concat();
        let span = [ids.clone(), unknown, bad].concat();
        let message = delimited(1, &delimited(2, &delimited(2, &span)));
        assert_eq!(scan(Signal::Traces, &message, &ScanLimits::default()).unwrap().accepted, 1);
        assert!(decoded(&message)[0].span.had_invalid_utf8);
    }
}

/// A length-delimited field.
pub(crate) fn delimited(number: u32, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    prost::encoding::encode_key(number, prost::encoding::WireType::LengthDelimited, &mut out);
    prost::encoding::encode_varint(bytes.len() as u64, &mut out);
    out.extend_from_slice(bytes);
    out
}
