//! Faults that go on until they are ended: what begins them, what shows that they have come, and what ends them.

use std::sync::Arc;

use anyhow::Context as _;

use super::Chaos;
use super::files::FewFiles;
use super::plan::{Details, Lasting};
use super::slow::SlowDisk;
use super::wait;

/// Acknowledged requests under a fault that does not stop them.
const ACKNOWLEDGED: u64 = 30;
/// Requests that a full disk refuses at least before it is freed.
const REFUSED: u64 = 10;

/// A fault that goes on.
#[derive(Debug)]
pub(crate) enum Held {
    Clock,
    DiskFull,
    SlowDisk(SlowDisk),
    FewFiles(FewFiles),
}

impl Chaos {
    /// Begins it and waits until it has come; false when it did not show in time.
    pub(super) async fn begin(
        &mut self,
        lasting: Lasting,
        details: &Details,
    ) -> anyhow::Result<(Held, bool)> {
        let process = self.server.id().context("the server runs")?;
        let before = self.tally.lock().acknowledged();
        match lasting {
            Lasting::Clock => Ok((Held::Clock, self.jump(details).await?)),
            Lasting::DiskFull => {
                let more = self.tally.lock().refused() + REFUSED + details.answers;
                let disk = Arc::clone(&self.disk);
                tokio::task::spawn_blocking(move || disk.fill()).await??;
                let is_refused =
                    wait::until(wait::EFFECT, async || (self.tally.lock().refused() >= more).then_some(()));
                let is_refused = is_refused.await.is_some();
                Ok((Held::DiskFull, is_refused))
            }
            Lasting::SlowDisk => {
                let slow = SlowDisk::begin(process, details.delay).await?;
                let has_gone_on = self.acknowledged_since(before, ACKNOWLEDGED).await;
                Ok((Held::SlowDisk(slow), has_gone_on))
            }
            Lasting::FewFiles => {
                let few = FewFiles::begin(process, self.server.programs.ports.otlp).await?;
                self.acknowledged_since(before, ACKNOWLEDGED).await;
                let has_run_out = few.has_run_out();
                Ok((Held::FewFiles(few), has_run_out))
            }
        }
    }

    /// Each jump has come when the server's today is another day, and senders go on.
    async fn jump(&mut self, details: &Details) -> anyhow::Result<bool> {
        let mut day = self.api.today().await?;
        let mut has_come = true;
        for days in &details.clock {
            let before = self.tally.lock().acknowledged();
            self.clock.as_ref().context("there is a clock")?.set(*days)?;
            has_come &= self.acknowledged_since(before, ACKNOWLEDGED + details.answers).await;
            let now =
                wait::until(wait::EFFECT, async || self.api.today().await.ok().filter(|today| *today != day));
            match now.await {
                Some(now) => day = now,
                None => has_come = false,
            }
        }
        Ok(has_come)
    }

    /// Ends it; the server may be down.
    pub(super) async fn end_held(&mut self, held: Held) -> anyhow::Result<()> {
        match held {
            Held::Clock => self.clock.as_ref().context("there is a clock")?.set(0),
            Held::DiskFull => self.disk.free(),
            Held::SlowDisk(slow) => slow.end().await,
            Held::FewFiles(few) => few.end(self.server.id()).await,
        }
    }

    /// Waits for so many acknowledgements more than there were; false when they did not come.
    pub(super) async fn acknowledged_since(&self, before: u64, more: u64) -> bool {
        let enough = async || (self.tally.lock().acknowledged() >= before + more).then_some(());
        wait::until(wait::EFFECT, enough).await.is_some()
    }

    /// Waits for so many answers, whatever they say.
    pub(super) async fn answers(&self, more: u64) {
        let count = || {
            let tally = self.tally.lock();
            tally.acknowledged() + tally.refused() + tally.broken()
        };
        let before = count();
        wait::until(wait::EFFECT, async || (count() >= before + more).then_some(())).await;
    }
}
