//! One page of `ReadSpans`.

use junjo_rpc::ingestion::internal_ingestion_service_client::InternalIngestionServiceClient;
use junjo_rpc::ingestion::{ReadSpansRequest, ReadSpansResponse};
use tonic::transport::Channel;

use super::key::Key;
use crate::puller::remote::{CALL_TIME_MAX, PullError, Remote};

/// Spans of one page.
pub(super) const PAGE_SPANS: u32 = 2_000;
/// Bytes at which a page ends early: one record of the wal, and what is held in memory.
const PAGE_BYTES_MAX: u32 = 8 << 20;
/// Largest page that is tried before an empty answer is believed.
const PAGE_SPANS_MAX: u32 = 128_000;

pub(super) type Client = InternalIngestionServiceClient<Channel>;

/// Spans in ascending order of their keys.
pub(super) struct Page {
    pub(super) spans: Vec<(Key, ReadSpansResponse)>,
    /// Whether there may be more behind it. A page that is short may also have held rows that cannot be decoded.
    pub(super) is_full: bool,
}

impl Page {
    pub(super) fn last(&self) -> Option<Key> {
        self.spans.last().map(|(key, _)| *key)
    }
}

/// The page after a key; empty only when a much larger page is empty too.
pub(super) async fn read(remote: &Remote, client: &mut Client, after: Key) -> Result<Page, PullError> {
    let mut batch_size = PAGE_SPANS;
    loop {
        let page = read_sized(remote, client, after, batch_size).await?;
        if !page.spans.is_empty() || batch_size >= PAGE_SPANS_MAX {
            return Ok(page);
        }
        batch_size *= 4;
    }
}

async fn read_sized(
    remote: &Remote,
    client: &mut Client,
    after: Key,
    batch_size: u32,
) -> Result<Page, PullError> {
    let start_key_ulid = if after == Key::default() { Vec::new() } else { after.to_bytes().to_vec() };
    let bytes_max = remote.page_bytes(PAGE_BYTES_MAX) as usize;
    let call = client.read_spans(remote.request(ReadSpansRequest { start_key_ulid, batch_size }));
    let mut stream =
        tokio::time::timeout(CALL_TIME_MAX, call).await.map_err(|_| PullError::Silent)??.into_inner();
    let (mut spans, mut bytes, mut is_full) = (Vec::new(), 0, false);
    while let Some(span) =
        tokio::time::timeout(CALL_TIME_MAX, stream.message()).await.map_err(|_| PullError::Silent)??
    {
        bytes += span.span_bytes.len() + span.resource_bytes.len();
        let key = Key::from_wire(&span.key_ulid);
        spans.push((key.ok_or_else(|| PullError::Batch("a key that is not a ULID".to_owned()))?, span));
        if bytes > bytes_max {
            is_full = true; // the rest comes with the next page
            break;
        }
    }
    is_full |= spans.len() >= batch_size as usize;
    spans.sort_unstable_by_key(|(key, _)| *key);
    Ok(Page { spans, is_full })
}
