//! Our ingestion service: a stream of batches after a position, confirmed with Trim.

use std::time::Duration;

use junjo_rpc::batches::batch_service_client::BatchServiceClient;
use junjo_rpc::batches::{
    Batch, GetStatusRequest, ReadBatchesRequest, ReadBatchesResponse, Signal, TrimRequest,
};
use junjo_wal::{DEFAULT_PROJECT, NewRecord, PulledRecord, RemotePosition, Sender};
use tonic::Code;
use tonic::transport::Channel;

use super::remote::{CALL_TIME_MAX, MESSAGE_BYTES_MAX, PullError, Remote};
use super::sources::{Pulled, SourceMode, SourceRejection};

/// Payload of one page: as much as one commit of the wal takes well.
const PAGE_BYTES: u32 = 8 << 20;
/// The remote sends an empty page at least every 10 s.
const SILENCE_MAX: Duration = Duration::from_secs(30);
/// How often the remote is asked what it refused.
const STATUS_EVERY: Duration = Duration::from_secs(2);
/// Refusals taken over from one remote, and characters of each, whatever it sends.
const REJECTIONS_MAX: usize = 50;
const DETAIL_CHARS_MAX: usize = 500;

/// Follows the remote wal until something fails.
pub(super) async fn pull(remote: &Remote, channel: Channel) -> Result<(), PullError> {
    let mut client = BatchServiceClient::new(channel).max_decoding_message_size(MESSAGE_BYTES_MAX);
    let status = tokio::time::timeout(CALL_TIME_MAX, client.get_status(remote.request(GetStatusRequest {})))
        .await
        .map_err(|_| PullError::Silent)??
        .into_inner();
    let source = hex::encode(&status.wal_id);
    let position = remote.position(&source).await?;
    let request = ReadBatchesRequest {
        consumer_id: remote.config.consumer_id.clone(),
        wal_id: status.wal_id.clone(),
        after_key: position.clone().unwrap_or_default(),
        max_bytes: remote.page_bytes(PAGE_BYTES),
        follow: true,
    };
    let mut pages = client.read_batches(remote.request(request)).await?.into_inner();
    if let Some(position) = position {
        confirm_again(remote, &mut client, &status.wal_id, position).await?;
    }
    let mut status_is_due = tokio::time::interval(STATUS_EVERY);
    let mut silent_until = tokio::time::Instant::now() + SILENCE_MAX;
    loop {
        // a page that is half here stays in the stream when the other branch wins
        let page = tokio::select! {
            page = tokio::time::timeout_at(silent_until, pages.message()) => page.map_err(|_| PullError::Silent)??,
            _ = status_is_due.tick() => {
                read_status(remote, &mut client).await?;
                continue;
            }
        };
        silent_until = tokio::time::Instant::now() + SILENCE_MAX;
        let Some(page) = page else { return Ok(()) };
        let progress = progress(remote, &page);
        if let Some(key) = page.batches.last().map(|batch| batch.key.clone()) {
            let records = page.batches.into_iter().map(record).collect::<Result<Vec<_>, _>>()?;
            remote.store(records, RemotePosition::at(source.clone(), key.clone())).await?;
            confirm(remote, &mut client, &status.wal_id, key).await?;
        }
        remote.sources.pulled(&remote.config.url, progress);
    }
}

/// Says that everything up to a key is on our disk.
async fn confirm(
    remote: &Remote,
    client: &mut BatchServiceClient<Channel>,
    wal_id: &[u8],
    up_to_key: Vec<u8>,
) -> Result<(), PullError> {
    let consumer_id = remote.config.consumer_id.clone();
    let request = TrimRequest { consumer_id, wal_id: wal_id.to_vec(), up_to_key };
    client.trim(remote.request(request)).await?;
    Ok(())
}

/// Confirms what was on our disk before this connection: a process that died between writing and confirming has left that
/// to the next one. A remote that was put back from a backup does not know the key yet (`OUT_OF_RANGE`), which is no fault.
async fn confirm_again(
    remote: &Remote,
    client: &mut BatchServiceClient<Channel>,
    wal_id: &[u8],
    position: Vec<u8>,
) -> Result<(), PullError> {
    match confirm(remote, client, wal_id, position).await {
        Err(PullError::Call { code: Code::OutOfRange, .. }) => Ok(()),
        other => other,
    }
}

/// Takes over what the remote alone knows: the requests that it refused.
async fn read_status(remote: &Remote, client: &mut BatchServiceClient<Channel>) -> Result<(), PullError> {
    let call = client.get_status(remote.request(GetStatusRequest {}));
    let status =
        tokio::time::timeout(CALL_TIME_MAX, call).await.map_err(|_| PullError::Silent)??.into_inner();
    let rejections =
        status.recent_rejections.into_iter().take(REJECTIONS_MAX).map(|rejection| SourceRejection {
            at_unix_nano: rejection.at_unix_nano,
            signal: rejection.signal,
            reason: rejection.reason,
            detail: rejection.detail.chars().take(DETAIL_CHARS_MAX).collect(),
            count: rejection.count,
        });
    remote.sources.rejected(&remote.config.url, rejections.collect());
    Ok(())
}

fn progress(remote: &Remote, page: &ReadBatchesResponse) -> Pulled {
    let items = page.batches.iter().map(|batch| u64::from(batch.item_count)).sum();
    let newest = page.batches.last().map(|batch| batch.received_unix_nano);
    // what waits behind this page is at most as old as its newest batch
    let behind = newest.filter(|_| page.waiting_batches > 0);
    let lag_nanos = behind.map_or(0, |newest| remote.clock.now_unix_nano().saturating_sub(newest).max(0));
    Pulled { mode: SourceMode::Batches, items, waiting_batches: Some(page.waiting_batches), lag_nanos }
}

fn record(batch: Batch) -> Result<NewRecord, PullError> {
    let signal = match batch.signal() {
        Signal::Traces => junjo_wal::Signal::Traces,
        Signal::Logs => junjo_wal::Signal::Logs,
        Signal::Unspecified => {
            return Err(PullError::Batch(format!("unknown signal {}: update the server", batch.signal)));
        }
    };
    NewRecord::from_pulled(PulledRecord {
        signal,
        sender: Sender {
            key_id: batch.key_id,
            // services and servers from before there were projects name none
            project: if batch.project.is_empty() { DEFAULT_PROJECT.to_owned() } else { batch.project },
        },
        received_unix_nano: batch.received_unix_nano,
        item_count: batch.item_count,
        raw_bytes: batch.raw_bytes.into(),
        checksum: batch.payload_crc32,
        payload: batch.payload,
    })
    .map_err(|damage| PullError::Batch(damage.to_string()))
}
