//! The table, by subject.

pub(crate) mod bodies;
pub(crate) mod browsers;
pub(crate) mod framing;
pub(crate) mod json;
pub(crate) mod keys;
pub(crate) mod limits;
pub(crate) mod odd_data;

use junjo_test_support::{delimited_messages, fixture};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;

use super::case::TRACE_ID;

/// A captured request of `gen_edge.py`.
pub(crate) fn captured(name: &str) -> Vec<u8> {
    let names: Vec<String> = serde_json::from_slice(&fixture("edge_cases.bin.names.json")).unwrap();
    let at = names.iter().position(|known| known == name).expect("a case of the fixture");
    delimited_messages(&fixture("edge_cases.bin")).swap_remove(at)
}

/// A small sound request, as bytes.
pub(crate) fn small() -> Vec<u8> {
    request(vec![span(1)]).encode_to_vec()
}

/// Span `number` of the case's trace.
pub(crate) fn span(number: u64) -> Span {
    Span {
        trace_id: TRACE_ID.to_vec(),
        span_id: number.to_be_bytes().to_vec(),
        name: "small".to_owned(),
        kind: 1,
        start_time_unix_nano: 1_767_323_045_000_000_000,
        end_time_unix_nano: 1_767_323_045_001_000_000,
        ..Default::default()
    }
}

pub(crate) fn request(spans: Vec<Span>) -> ExportTraceServiceRequest {
    junjo_test_support::request("conformance", spans)
}

/// A request whose one attribute is a value inside `levels` arrays. Written by hand: no library nests that deep.
pub(crate) fn nested(levels: usize) -> Vec<u8> {
    let mut value = vec![0x10, 1];
    for _ in 0..levels {
        value = field(5, &field(1, &value));
    }
    let attribute = [field(1, b"deep"), field(2, &value)].concat();
    let span = [span(1).encode_to_vec(), field(9, &attribute)].concat();
    field(1, &field(2, &field(2, &span)))
}

/// A length-delimited protobuf field.
fn field(number: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![number << 3 | 2];
    prost::encode_length_delimiter(content.len(), &mut bytes).unwrap();
    bytes.extend_from_slice(content);
    bytes
}
