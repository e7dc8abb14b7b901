//! After a fault: the server is well again by itself, and what it shows is what the ledger says.

use std::time::{Duration, Instant};

use rand::Rng as _;

use super::Chaos;
use super::server::Start;
use super::wait;
use crate::compare::{Findings, compare_totals, compare_trace, drained};
use crate::send::Senders;

/// Starts that may fail, one after the other.
const STARTS: u32 = 3;
/// Longest wait for a start while a fault goes on, which may hinder it.
const HINDERED_START: Duration = Duration::from_secs(30);
/// Acknowledgements that show that senders are served again.
const ACKNOWLEDGED: u64 = 20;
/// Older traces of each comparison, at random.
const SAMPLE: usize = 40;

impl Chaos {
    /// Tries to start it under a fault; it may stay down.
    pub(super) async fn try_to_start(&mut self) -> anyhow::Result<()> {
        for _ in 0..STARTS {
            if self.server.start(HINDERED_START).await? == Start::Ready {
                return Ok(());
            }
            self.results.hindered_starts += 1;
        }
        Ok(())
    }

    /// Starts it if it is down, and waits until it serves readers and senders. False when it does not.
    pub(super) async fn is_well_again(&mut self) -> anyhow::Result<bool> {
        for _ in 0..STARTS {
            match self.server.start(wait::RECOVERY).await? {
                Start::Ready => break,
                other => self.violated(&format!("no fault went on, and a start went wrong: {other:?}")),
            }
        }
        let before = self.tally.lock().acknowledged();
        let is_well = wait::until(wait::RECOVERY, async || {
            let is_ready = self.api.get("/ready").await.is_ok();
            (is_ready && self.tally.lock().acknowledged() >= before + ACKNOWLEDGED).then_some(())
        });
        let is_well = is_well.await.is_some();
        if !is_well {
            let health = self.api.get("/health").await;
            self.violated(&format!("it is not well again after {:?}: {health:?}", wait::RECOVERY));
        }
        Ok(is_well)
    }

    /// Lets nobody send, compares, and lets them send again. False when that cannot be done.
    pub(super) async fn compare(&mut self, senders: &mut Senders, all: bool) -> anyhow::Result<bool> {
        if tokio::time::timeout(wait::RECOVERY, senders.pause()).await.is_err() {
            self.violated("requests got no acknowledgement");
            return Ok(false);
        }
        if all {
            self.deletions_are_done().await;
        }
        let found = self.look(all).await;
        senders.resume();
        match found {
            Ok(found) => self.results.findings.add(found),
            Err(error) => {
                self.violated(&format!("what it has cannot be compared: {error:#}"));
                return Ok(false);
            }
        }
        self.results.comparisons += 1;
        Ok(true)
    }

    pub(super) async fn look(&mut self, all: bool) -> anyhow::Result<Findings> {
        let status = drained(&self.api).await?;
        let mut findings = Findings::default();
        let (mut traces, count) = {
            let mut ledger = self.ledger.lock();
            (ledger.take_traces(all), ledger.trace_count())
        };
        if !all && count > 0 {
            traces.extend((0..SAMPLE).map(|_| self.random.random_range(1..=count)));
        }
        for trace in traces {
            compare_trace(&self.api, &self.ledger, trace, &mut findings).await?;
        }
        let is_deleted_from = self.ledger.lock().deleted_traces() > 0;
        compare_totals(&self.api, &status, is_deleted_from, &mut findings).await?;
        Ok(findings)
    }

    /// Waits until every deletion says that no file has a byte of it.
    async fn deletions_are_done(&mut self) {
        let deletions = std::mem::take(&mut self.deletions);
        for id in deletions {
            let path = format!("/otel/deletions/{id}");
            let is_done = wait::until(wait::RECOVERY, async || {
                self.api.get(&path).await.is_ok_and(|deletion| deletion["state"] == "done").then_some(())
            });
            if is_done.await.is_none() {
                let status = self.api.get("/otel/status").await.map(|status| status["upkeep"].clone());
                self.violated(&format!("deletion {id} is still pending: {status:?}"));
            }
        }
    }

    /// Outages are put down to `name` from now on.
    pub(super) fn watch(&self, name: &str) {
        self.tally.lock().begin(name, Instant::now());
    }
}
