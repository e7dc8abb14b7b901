//! Spans as the existing service tells them, made into the export request that a receiver would have stored.

use bytes::BufMut as _;
use junjo_rpc::ingestion::ReadSpansResponse;
use junjo_span_model::{ScanLimits, Signal, scan, without_rejected};
use junjo_wal::{NewRecord, Sender};

use crate::puller::remote::PullError;

/// Who sent what is pulled span by span: the interface does not say.
const KEY_ID: &str = "ingestion-service";

/// The spans as one export request, spans of one resource together; what no receiver would accept is left out.
pub(super) fn record(spans: &[ReadSpansResponse], now: i64) -> Result<Option<NewRecord>, PullError> {
    if spans.is_empty() {
        return Ok(None);
    }
    let mut message = Vec::new();
    for run in spans.chunk_by(|a, b| a.resource_bytes == b.resource_bytes) {
        let mut scope_spans = Vec::new();
        for span in run {
            put_field(2, &span.span_bytes, &mut scope_spans);
        }
        let mut resource_spans = Vec::new();
        if let Some(first) = run.first() {
            put_field(1, &first.resource_bytes, &mut resource_spans);
        }
        put_field(2, &scope_spans, &mut resource_spans);
        put_field(1, &resource_spans, &mut message);
    }
    let report = scan(Signal::Traces, &message, &ScanLimits::default())
        .map_err(|error| PullError::Batch(error.to_string()))?;
    if report.rejected > 0 {
        tracing::warn!(rejected = report.rejected, "pulled spans with unusable ids were left out");
        message = without_rejected(Signal::Traces, &message);
    }
    if report.accepted == 0 {
        return Ok(None);
    }
    let sender = Sender::in_default_project(KEY_ID);
    NewRecord::compress(junjo_wal::Signal::Traces, sender, now, report.accepted, &message)
        .map(Some)
        .map_err(|error| PullError::Batch(error.to_string()))
}

/// A length-delimited protobuf field.
fn put_field(number: u8, bytes: &[u8], out: &mut Vec<u8>) {
    out.put_u8(number << 3 | 2);
    let mut length = bytes.len();
    while length >= 0x80 {
        out.put_u8(length as u8 | 0x80);
        length >>= 7;
    }
    out.put_u8(length as u8);
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: spans of two resources, one of them with unusable ids. Guarantee: one request with the usable spans,
    /// each under its own resource.
    #[test]
    fn record_groups_spans_by_resource() {
        let mut span = Vec::new();
        put_field(1, &[1; 16], &mut span);
        put_field(2, &[2; 8], &mut span);
        let response = |span_bytes: &[u8], resource: &[u8]| ReadSpansResponse {
            key_ulid: vec![1; 16],
            span_bytes: span_bytes.to_vec(),
            resource_bytes: resource.to_vec(),
        };
        let spans = [response(&span, &[]), response(&span, &[0x10, 0x05]), response(&[], &[0x10, 0x05])];
        let record = record(&spans, 5).unwrap().unwrap();
        assert_eq!((record.item_count, record.received_unix_nano), (2, 5));
        assert!(super::record(&[], 5).unwrap().is_none());
        assert!(super::record(&[response(&[], &[])], 5).unwrap().is_none());
    }
}
