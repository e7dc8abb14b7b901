//! Faults that end the server. Afterwards it is down, whatever happened.

use std::time::Duration;

use anyhow::Context as _;
use junjo_test_support::{FileOperation, Operation, StoreFile};
use rand::seq::SliceRandom as _;
use serde_json::{Value, json};

use super::memory::Group;
use super::plan::{Details, Ending};
use super::wait;
use super::{Chaos, Unsettled};
use crate::plan::Phase;
use FileOperation::{Create, Rename, Sync, Truncate, Unlink, Write};
use StoreFile::{AppLog, Archive, WalLog};

/// What a deletion does to files, and nothing that happens all the time besides.
const DELETION: [Operation; 8] = [
    (Archive, Create),
    (Archive, Write),
    (Archive, Sync),
    (Archive, Rename),
    (Archive, Unlink),
    (AppLog, Write),
    (AppLog, Sync),
    (WalLog, Truncate),
];
/// Traces that one deletion names at most.
const TRACES_MAX: usize = 400;
/// Answers that a kill which found nothing to hit waits for.
const ANSWERS: u64 = 20;
/// What needs memory and is asked while there is none.
const HUNGRY: &str = "/otel/export?of=spans";
/// Between two looks whether the server has ended.
const LOOK: Duration = Duration::from_millis(50);

impl Chaos {
    /// Ends the server so; false when it was not what it should have been, and a plain kill was made instead.
    pub(super) async fn strike(&mut self, ending: Ending, details: &Details) -> anyhow::Result<bool> {
        let has_effect = match ending {
            Ending::Kill => {
                self.answers(details.answers).await;
                true
            }
            Ending::Terminate => self.terminate(details).await?,
            Ending::KillInSeal => {
                let seal = [Phase::Seal.operations(), Phase::Manifest.operations()].concat();
                self.kill_at(&seal, details).await?
            }
            Ending::KillInMerge => self.kill_at(Phase::Merge.operations(), details).await?,
            Ending::KillInDeletion => self.kill_in_deletion(details).await?,
            Ending::OutOfMemory => self.run_out_of_memory().await?,
        };
        self.server.faults.disarm()?;
        self.server.kill().await?;
        Ok(has_effect)
    }

    async fn terminate(&mut self, details: &Details) -> anyhow::Result<bool> {
        self.answers(details.answers).await;
        self.server.ask_to_end().await?;
        let how = self.server.ended_within(wait::RECOVERY).await;
        if how.is_none() {
            self.violated("it did not end after SIGTERM");
        }
        Ok(how.is_some())
    }

    async fn kill_at(&mut self, operations: &[Operation], details: &Details) -> anyhow::Result<bool> {
        self.server.faults.arm(operations, details.skip, details.fault)?;
        self.armed_end().await
    }

    /// Waits for an end that is armed; another one is a fault of the server.
    async fn armed_end(&mut self) -> anyhow::Result<bool> {
        let Some(how) = self.server.ended_within(wait::EFFECT).await else { return Ok(false) };
        let is_hit = self.server.faults.hits()? > 0;
        if !is_hit {
            self.violated(&format!("it ended by itself: {how}"));
        }
        Ok(is_hit)
    }

    async fn kill_in_deletion(&mut self, details: &Details) -> anyhow::Result<bool> {
        let mut traces = self.ledger.lock().deletable();
        traces.shuffle(&mut self.random);
        traces.truncate((traces.len() / 2).min(TRACES_MAX));
        if traces.is_empty() || self.api.sign_in().await.is_err() {
            self.answers(ANSWERS).await;
            return Ok(false);
        }
        if details.in_request {
            self.server.faults.arm(&[(AppLog, Write), (AppLog, Sync)], details.skip / 8, details.fault)?;
        }
        let body = self.deletion_of(&traces);
        let answer = self.api.post("/otel/deletions", &body).await;
        let id = answer.ok().and_then(|answer| answer["id"].as_str().map(str::to_owned));
        self.unsettled = Some(Unsettled { traces, id: id.clone() });
        let Some(id) = id else { return self.armed_end().await };
        let at_copy = !details.in_request && details.skip.is_multiple_of(3);
        if !details.in_request && !at_copy {
            self.server.faults.arm(&DELETION, details.skip, details.fault)?;
        }
        let api = self.api.clone();
        let mut is_pending = true;
        let watched = async {
            while is_pending {
                // no answer: it is down, or slow
                if let Ok(deletion) = api.get(&format!("/otel/deletions/{id}")).await {
                    is_pending = deletion["state"] == "pending";
                }
                tokio::time::sleep(LOOK).await;
            }
        };
        if at_copy {
            return tokio::select! {
                is_copied = self.index_is_copied() => Ok(is_copied),
                () = watched => Ok(false),
            };
        }
        tokio::select! {
            is_hit = self.armed_end() => is_hit,
            // too late: a plain kill
            () = watched => Ok(false),
        }
    }

    /// Waits until the index is being copied without what was deleted.
    async fn index_is_copied(&self) -> bool {
        let copy = self.server.programs.dir.join("server").join("index.duckdb.new");
        wait::until(wait::EFFECT, async || copy.is_file().then_some(())).await.is_some()
    }

    fn deletion_of(&self, traces: &[u64]) -> Value {
        let ledger = self.ledger.lock();
        json!({"trace_ids": traces.iter().map(|trace| ledger.trace_id(*trace)).collect::<Vec<_>>()})
    }

    /// Asks for the deletion again until it is answered; from then on nothing of it may be seen.
    pub(super) async fn settle_deletion(&mut self) -> anyhow::Result<()> {
        let Some(Unsettled { traces, id }) = self.unsettled.take() else { return Ok(()) };
        let id = if id.is_some() {
            id
        } else {
            let body = self.deletion_of(&traces);
            wait::until(wait::RECOVERY, async || {
                self.api.sign_in().await.ok()?;
                let answer = self.api.post("/otel/deletions", &body).await.ok()?;
                answer["id"].as_str().map(str::to_owned)
            })
            .await
        };
        match id {
            Some(id) => {
                self.ledger.lock().delete(&traces);
                self.deletions.push(id);
            }
            None => self.violated("a deletion was not accepted"),
        }
        Ok(())
    }

    async fn run_out_of_memory(&mut self) -> anyhow::Result<bool> {
        let root = self.memory.context("there are memory cgroups")?;
        let process = self.server.id().context("the server runs")?;
        self.groups += 1;
        let group = Group::make(root, self.groups)?;
        group.take(process)?;
        let api = self.api.clone();
        let hungry = async {
            loop {
                let _ = api.get(HUNGRY).await;
                tokio::time::sleep(LOOK).await;
            }
        };
        let how = tokio::select! {
            how = self.server.ended_within(wait::EFFECT) => how,
            () = hungry => None,
        };
        let is_killed = group.has_killed();
        match how {
            None => group.give_back(process)?,
            Some(how) if !is_killed => {
                self.violated(&format!("it ended by itself when memory was short: {how}"));
            }
            Some(_) => {}
        }
        group.end().await;
        Ok(is_killed)
    }
}
