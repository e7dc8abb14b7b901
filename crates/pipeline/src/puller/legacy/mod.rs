//! Junjo's existing ingestion service: spans after a key, no trimming, no new-data signal.
//!
//! Its keys are those of its wall clock when a span arrived, so a span may come to lie below what was read: always by a
//! little, because it writes spans later than it gives out their keys, and by more when its clock is set back. So keys are
//! read again (`sweep.rs`), the last seconds often and the last five minutes now and then, and the keys of everything
//! that a later sweep may meet are kept in the wal, noted in the transaction that stores the spans. So each span is stored once,
//! also after a crash, and memory holds one page at a time, whatever the rate.
//!
//! Reading again gives way to reading on: it gets a share of what is new. At 20,000 spans/s five minutes are six million spans, and
//! a sweep through them takes minutes; the next one then begins where this one left a gap. While the server is behind by more than
//! a sweep looks back, there is nothing to look for: what it has yet to read was written later.
//!
//! Rows that it cannot decode it skips but counts: an empty page is asked for again with a larger size. It tells no scope,
//! and nothing older than its own retention.

mod key;
mod page;
mod request;
mod sweep;

use std::collections::HashSet;
use std::time::Duration;

use junjo_rpc::ingestion::ReadSpansResponse;
use junjo_wal::RemotePosition;
use tonic::transport::Channel;

use self::key::Key;
use self::page::{Client, PAGE_SPANS};
use self::sweep::Sweep;
use super::remote::{MESSAGE_BYTES_MAX, PullError, Remote};
use super::sources::{Pulled, SourceMode};

/// What the service writes within this time of giving out a key is found within seconds.
const NEAR_OVERLAP: Duration = Duration::from_secs(2);
const NEAR_EVERY: Duration = Duration::from_secs(5);
/// How far the service's clock may be set back.
const FAR_OVERLAP: Duration = Duration::from_mins(5);
const FAR_EVERY: Duration = Duration::from_secs(30);
/// Spans read again for each new one. Above 2.4 (1.4 of it for the last seconds) a sweep ends sooner than its successor would grow.
const SHARE: u64 = 3;
/// New spans for each one that is read again while more is waiting: reading on comes first, and yet what must be kept has an end.
const SHARE_BEHIND: u64 = 4;
/// Spans read again in a round that has little new, and in one that has nothing.
const LEAST: u64 = 200;
const IDLE: u64 = 10 * PAGE_SPANS as u64;
/// Pause of a round that found little, so that the next one finds more, and of one with nothing to do.
const GATHER_PAUSE: Duration = Duration::from_millis(100);
const IDLE_PAUSE: Duration = Duration::from_millis(500);

/// Polls the remote until something fails.
pub(super) async fn pull(remote: &Remote, channel: Channel) -> Result<(), PullError> {
    let mut reader = Reader::open(remote, channel).await?;
    loop {
        let new = reader.read_on().await?;
        reader.read_again(new).await?;
        if !reader.is_behind {
            let is_busy = new > 0 || reader.near.is_under_way() || reader.far.is_under_way();
            tokio::time::sleep(if is_busy { GATHER_PAUSE } else { IDLE_PAUSE }).await;
        }
    }
}

/// Where the position in the log of the service at `url` is kept: the service has no identity of its own.
pub(super) fn source(url: &str) -> String {
    format!("spans {url}")
}

/// How far the service has been read.
struct Reader<'a> {
    remote: &'a Remote,
    client: Client,
    source: String,
    newest: Key,
    /// Milliseconds that the service's clock is ahead of our monotonic time, at least: the most that a key has shown.
    ahead_millis: i64,
    near: Sweep,
    /// Its beginning is what must be known: keys below it are forgotten.
    far: Sweep,
    /// Spans that may be read again.
    credit: u64,
    /// Whether the last page was full, so that more waits.
    is_behind: bool,
}

impl<'a> Reader<'a> {
    async fn open(remote: &'a Remote, channel: Channel) -> Result<Self, PullError> {
        let client = Client::new(channel).max_decoding_message_size(MESSAGE_BYTES_MAX);
        let source = source(&remote.config.url);
        let position = remote.position(&source).await?.unwrap_or_default();
        let (newest, known_from) = read_position(&position);
        let near_from = set_back(newest.millis(), NEAR_OVERLAP);
        Ok(Self {
            remote,
            client,
            source,
            newest,
            ahead_millis: ahead(newest, remote.clock.monotonic()),
            near: Sweep::new(NEAR_OVERLAP, NEAR_EVERY, near_from.max(known_from)),
            far: Sweep::new(FAR_OVERLAP, FAR_EVERY, known_from),
            credit: 0,
            is_behind: false,
        })
    }

    /// Takes the page behind the newest key: all of it is new. Says how many spans that were.
    async fn read_on(&mut self) -> Result<u64, PullError> {
        let page = page::read(self.remote, &mut self.client, self.newest).await?;
        self.is_behind = page.is_full;
        let new = page.spans.len() as u64;
        if let Some(last) = page.last() {
            self.newest = self.newest.max(last);
            self.ahead_millis = self.ahead_millis.max(ahead(last, self.remote.clock.monotonic()));
            self.take(page.spans).await?;
        }
        self.report(new);
        Ok(new)
    }

    /// Reads again as much as the new spans allow.
    async fn read_again(&mut self, new: u64) -> Result<(), PullError> {
        let allowed = match new {
            0 => IDLE,
            new if self.is_behind => new / SHARE_BEHIND,
            new => SHARE * new + LEAST,
        };
        self.credit = (self.credit + allowed).min(IDLE);
        while self.credit >= u64::from(PAGE_SPANS) {
            let Some(read) = self.sweep_page().await? else { break };
            self.credit = self.credit.saturating_sub(read.max(1));
        }
        Ok(())
    }

    /// One page of a sweep, if one is due; says how many spans were read.
    async fn sweep_page(&mut self) -> Result<Option<u64>, PullError> {
        let now = self.remote.clock.monotonic();
        let service_millis = self.ahead_millis.saturating_add_unsigned(now.as_millis() as u64).max(0) as u64;
        let near = self.near.next(now, self.newest, service_millis);
        let (is_near, stretch) = match near {
            Some(stretch) => (true, stretch),
            None => match self.far.next(now, self.newest, service_millis) {
                Some(stretch) => (false, stretch),
                None => return Ok(None),
            },
        };
        // what lies below is forgotten, so nobody could tell what of it is new
        let after = stretch.after.max(self.far.from().before());
        let mut page = page::read(self.remote, &mut self.client, after).await?;
        let (read, last) = (page.spans.len() as u64, page.last());
        page.spans.retain(|(key, _)| *key <= stretch.end);
        self.take_unknown(page.spans).await?;
        (if is_near { &mut self.near } else { &mut self.far }).read_to(last);
        Ok(Some(read))
    }

    /// Takes of spans that were read again those which had not been there.
    async fn take_unknown(&mut self, mut spans: Vec<(Key, ReadSpansResponse)>) -> Result<(), PullError> {
        let (Some((first, _)), Some((last, _))) = (spans.first(), spans.last()) else { return Ok(()) };
        let mut known = HashSet::new();
        for packed in self.remote.taken_keys(&self.source, key::range(*first, *last)).await? {
            let keys = key::unpack(&packed);
            if keys.is_none() {
                tracing::error!("noted keys cannot be read: their spans are stored again");
            }
            known.extend(keys.unwrap_or_default());
        }
        spans.retain(|(key, _)| !known.contains(key));
        if !spans.is_empty() {
            let found = spans.len() as u64;
            self.take(spans).await?;
            self.report(found);
        }
        Ok(())
    }

    /// Makes spans, their keys and the position durable.
    async fn take(&self, spans: Vec<(Key, ReadSpansResponse)>) -> Result<(), PullError> {
        let known_from = self.far.from().slot();
        let (keys, spans): (Vec<Key>, Vec<ReadSpansResponse>) = spans.into_iter().unzip();
        let first_kept = keys.partition_point(|key| key.slot() < known_from);
        let records = request::record(&spans, self.remote.clock.now_unix_nano())?.into_iter().collect();
        let to = RemotePosition {
            source: self.source.clone(),
            position: position(self.newest, Key::first_of_slot(known_from)),
            taken: key::by_slot(keys.get(first_kept..).unwrap_or_default()),
            forget_below: Some(known_from),
        };
        self.remote.store(records, to).await
    }

    /// Says what came, and how old the newest of it is while more waits.
    fn report(&self, items: u64) {
        let newest_nanos = i64::try_from(self.newest.millis().saturating_mul(1_000_000)).unwrap_or(i64::MAX);
        let age = self.remote.clock.now_unix_nano().saturating_sub(newest_nanos).max(0);
        let lag_nanos = if self.is_behind { age } else { 0 };
        let pulled = Pulled { mode: SourceMode::Spans, items, waiting_batches: None, lag_nanos };
        self.remote.sources.pulled(&self.remote.config.url, pulled);
    }
}

/// How far a key that was read at a monotonic time shows the service's clock to be ahead of it, in milliseconds.
fn ahead(key: Key, read_at: Duration) -> i64 {
    (key.millis() as i64).saturating_sub(read_at.as_millis() as i64)
}

/// The position as it is stored: the newest key, and the one from which on keys are noted.
fn position(newest: Key, known_from: Key) -> Vec<u8> {
    [newest.to_bytes(), known_from.to_bytes()].concat()
}

/// What [`position`] made. Earlier versions, and a position taken over from elsewhere, have the newest key alone: then nothing
/// is noted, and the last five minutes are stored again, once, for there may be spans in them that nobody has read.
fn read_position(stored: &[u8]) -> (Key, Key) {
    let (newest, known_from) = stored.split_at(stored.len().min(16));
    let newest = Key::from_wire(newest).unwrap_or_default();
    (newest, Key::from_wire(known_from).unwrap_or_else(|| set_back(newest.millis(), FAR_OVERLAP)))
}

/// The lowest key of some time earlier.
fn set_back(millis: u64, by: Duration) -> Key {
    Key::first_of(millis.saturating_sub(by.as_millis() as u64))
}
