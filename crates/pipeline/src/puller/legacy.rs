//! Junjo's existing ingestion service (contract.md sections 2.3 and 3.4): spans after a key, no trimming, no new-data
//! signal. Its weaknesses are worked around:
//!
//! - its keys come from a wall clock that may step back (J9): now and then the last five minutes are read again, and
//!   spans whose keys are known are dropped;
//! - rows that it cannot decode are skipped but counted (J10): an empty page is asked for again with a larger size;
//! - it tells no scope, and nothing older than its own retention.

use std::collections::HashSet;
use std::time::Duration;

use bytes::BufMut as _;
use junjo_rpc::ingestion::internal_ingestion_service_client::InternalIngestionServiceClient;
use junjo_rpc::ingestion::{ReadSpansRequest, ReadSpansResponse};
use junjo_span_model::{ScanLimits, Signal, scan, without_rejected};
use junjo_wal::{NewRecord, Sender};
use tonic::transport::Channel;

use super::remote::{CALL_TIME_MAX, MESSAGE_BYTES_MAX, PullError, Remote};
use super::sources::{Pulled, SourceMode};

/// Spans of one page.
const PAGE_SPANS: u32 = 2_000;
/// Bytes at which a page ends early: one record of the wal, and what is held in memory.
const PAGE_BYTES_MAX: u32 = 8 << 20;
/// Largest page that is tried before an empty answer is believed.
const PAGE_SPANS_MAX: u32 = 128_000;
/// Pause when nothing is new.
const IDLE_PAUSE: Duration = Duration::from_millis(500);
/// How far the start key is set back, and how often.
const OVERLAP_MILLIS: u64 = 5 * 60 * 1000;
const OVERLAP_EVERY: Duration = Duration::from_secs(30);
/// Keys remembered; beyond this the oldest half is forgotten, which at worst stores some spans again (they replace
/// themselves in the index).
const KNOWN_KEYS_MAX: usize = 500_000;
/// Who sent what is pulled span by span: the interface does not say.
const KEY_ID: &str = "ingestion-service";

type Key = [u8; 16];

/// Where the position in the log of the service at `url` is kept: the service has no identity of its own.
pub(super) fn source(url: &str) -> String {
    format!("spans {url}")
}

/// Polls the remote until something fails.
pub(super) async fn pull(remote: &Remote, channel: Channel) -> Result<(), PullError> {
    let mut client =
        InternalIngestionServiceClient::new(channel).max_decoding_message_size(MESSAGE_BYTES_MAX);
    let source = source(&remote.config.url);
    let stored = remote.position(&source).await?;
    let mut newest: Key = stored.and_then(|position| position.try_into().ok()).unwrap_or_default();
    let mut known = HashSet::new();
    let mut swept = None;
    loop {
        let now = remote.clock.monotonic();
        let is_due = swept.is_none_or(|at| now.saturating_sub(at) >= OVERLAP_EVERY);
        let mut start = if is_due { set_back(newest) } else { newest };
        if is_due {
            swept = Some(now);
        }
        let mut found = 0;
        loop {
            let page = read_page(remote, &mut client, start).await?;
            // a page that is short may only have held rows that cannot be decoded: the end is an empty one
            let Some(last) = page.iter().filter_map(key).max() else { break };
            let fresh: Vec<_> =
                page.into_iter().filter(|span| key(span).is_some_and(|key| known.insert(key))).collect();
            start = last;
            newest = newest.max(last);
            found += fresh.len() as u64;
            let records = record(&fresh, remote.clock.now_unix_nano())?.into_iter().collect();
            remote.store(records, &source, newest.to_vec()).await?;
            remote.sources.pulled(&remote.config.url, progress(remote, fresh.len() as u64, Some(newest)));
        }
        remote.sources.pulled(&remote.config.url, progress(remote, 0, None));
        forget_old(&mut known);
        if found == 0 {
            tokio::time::sleep(IDLE_PAUSE).await;
        }
    }
}

type Client = InternalIngestionServiceClient<Channel>;

/// One page after `start`; empty only when a much larger page is empty too.
async fn read_page(
    remote: &Remote,
    client: &mut Client,
    start: Key,
) -> Result<Vec<ReadSpansResponse>, PullError> {
    let start_key_ulid = if start == Key::default() { Vec::new() } else { start.to_vec() };
    let mut batch_size = PAGE_SPANS;
    let bytes_max = remote.page_bytes(PAGE_BYTES_MAX) as usize;
    loop {
        let request = ReadSpansRequest { start_key_ulid: start_key_ulid.clone(), batch_size };
        let call = client.read_spans(remote.request(request));
        let mut stream =
            tokio::time::timeout(CALL_TIME_MAX, call).await.map_err(|_| PullError::Silent)??.into_inner();
        let (mut page, mut bytes) = (Vec::new(), 0);
        while let Some(span) =
            tokio::time::timeout(CALL_TIME_MAX, stream.message()).await.map_err(|_| PullError::Silent)??
        {
            bytes += span.span_bytes.len() + span.resource_bytes.len();
            page.push(span);
            if bytes > bytes_max {
                break; // the rest comes with the next page
            }
        }
        if !page.is_empty() || batch_size >= PAGE_SPANS_MAX {
            return Ok(page);
        }
        batch_size *= 4;
    }
}

/// Progress; `behind` is the newest key while there is more to read. Its first 48 bits are the remote's clock.
fn progress(remote: &Remote, items: u64, behind: Option<Key>) -> Pulled {
    let lag_nanos = behind.map_or(0, |key| {
        let millis = i64::try_from(u128::from_be_bytes(key) >> 80).unwrap_or(i64::MAX);
        remote.clock.now_unix_nano().saturating_sub(millis.saturating_mul(1_000_000)).max(0)
    });
    Pulled { mode: SourceMode::Spans, items, waiting_batches: None, lag_nanos }
}

fn key(span: &ReadSpansResponse) -> Option<Key> {
    span.key_ulid.as_slice().try_into().ok()
}

/// The lowest key of five minutes earlier: the first 48 bits of a ULID are milliseconds.
fn set_back(key: Key) -> Key {
    let value = u128::from_be_bytes(key);
    let millis = (value >> 80) as u64;
    (u128::from(millis.saturating_sub(OVERLAP_MILLIS)) << 80).to_be_bytes()
}

fn forget_old(known: &mut HashSet<Key>) {
    if known.len() > KNOWN_KEYS_MAX {
        let mut keys: Vec<Key> = known.drain().collect();
        keys.sort_unstable();
        known.extend(keys.split_off(keys.len() / 2));
    }
}

/// The spans as one export request, spans of one resource together; what no receiver would accept is left out.
fn record(spans: &[ReadSpansResponse], now: i64) -> Result<Option<NewRecord>, PullError> {
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

    /// Scenario: keys around five minutes. Guarantee: only the time part moves, and never below zero.
    #[test]
    fn set_back_moves_the_time_part_only() {
        let key = ((400_000_u128 << 80) | 7).to_be_bytes();
        assert_eq!(u128::from_be_bytes(set_back(key)), 100_000_u128 << 80);
        assert_eq!(set_back([0; 16]), [0; 16]);
    }

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
