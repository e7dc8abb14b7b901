//! Our ingestion service: a stream of batches after a position, confirmed with Trim.

use std::time::Duration;

use junjo_rpc::batches::batch_service_client::BatchServiceClient;
use junjo_rpc::batches::{
    Batch, GetStatusRequest, GetStatusResponse, ReadBatchesRequest, ReadBatchesResponse, Rejection, Signal,
    TrimRequest,
};
use junjo_wal::{NewRecord, PulledRecord};

use super::sources::{RemoteRejection, SourceMode};
use super::{CALL_TIME_MAX, Connection, PullError, Puller, client};

/// Payload of one page: as much as one commit of the log takes well.
const PAGE_BYTES: u32 = 8 << 20;
/// The remote sends an empty page at least every 10 s.
const SILENCE_MAX: Duration = Duration::from_secs(30);
/// How often the remote is asked what it refused.
const STATUS_EVERY: Duration = Duration::from_secs(5);

/// Follows the remote log until something fails.
pub(super) async fn pull(puller: &Puller, channel: Connection) -> Result<(), PullError> {
    let mut client = client!(BatchServiceClient<_>, channel);
    let status = status(puller, &mut client).await?;
    let mut asked = puller.clock.monotonic();
    let source = hex(&status.wal_id);
    let request = ReadBatchesRequest {
        consumer_id: puller.config.consumer_id.clone(),
        wal_id: status.wal_id.clone(),
        after_key: puller.position(&source).await?.unwrap_or_default(),
        max_bytes: PAGE_BYTES,
        follow: true,
    };
    let mut pages = client.read_batches(puller.request(request)).await?.into_inner();
    loop {
        let page =
            tokio::time::timeout(SILENCE_MAX, pages.message()).await.map_err(|_| PullError::Silent)??;
        let Some(page) = page else { return Ok(()) };
        let (items, waiting) = (items(&page), page.waiting_batches);
        if let Some(key) = page.batches.last().map(|batch| batch.key.clone()) {
            let records = page.batches.into_iter().map(record).collect::<Result<Vec<_>, _>>()?;
            puller.store(records, &source, key.clone()).await?;
            let request = TrimRequest {
                consumer_id: puller.config.consumer_id.clone(),
                wal_id: status.wal_id.clone(),
                up_to_key: key,
            };
            client.trim(puller.request(request)).await?;
        }
        puller.sources.pulled(&puller.config.url, SourceMode::Batches, items, Some(waiting));
        if puller.clock.monotonic().saturating_sub(asked) >= STATUS_EVERY {
            self::status(puller, &mut client).await?;
            asked = puller.clock.monotonic();
        }
    }
}

/// Where the remote stands; what it refused goes to our own status.
async fn status(
    puller: &Puller,
    client: &mut BatchServiceClient<Connection>,
) -> Result<GetStatusResponse, PullError> {
    let answer = client.get_status(puller.request(GetStatusRequest {}));
    let mut status =
        tokio::time::timeout(CALL_TIME_MAX, answer).await.map_err(|_| PullError::Silent)??.into_inner();
    let rejections = std::mem::take(&mut status.recent_rejections).into_iter().map(rejection).collect();
    puller.sources.rejected(&puller.config.url, rejections);
    Ok(status)
}

fn rejection(rejection: Rejection) -> RemoteRejection {
    let Rejection { at_unix_nano, signal, reason, detail, count } = rejection;
    RemoteRejection { at_unix_nanos: at_unix_nano, signal, reason, detail, count }
}

fn items(page: &ReadBatchesResponse) -> u64 {
    page.batches.iter().map(|batch| u64::from(batch.item_count)).sum()
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
        key_id: batch.key_id,
        received_unix_nanos: batch.received_unix_nano,
        item_count: batch.item_count,
        raw_bytes: batch.raw_bytes.into(),
        checksum: batch.payload_crc32,
        payload: batch.payload,
    })
    .map_err(|damage| PullError::Batch(damage.to_string()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
