//! The server under chaos: started again whenever it is down, and asked how it is.

use std::time::Duration;

use junjo_test_support::Faults;

use super::clock;
use crate::process::{Process, Programs};

/// How a start went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start {
    Ready,
    /// It ended before it was ready.
    Ended,
    /// It was not ready in time, and was ended.
    Late,
}

/// One process after another on the same folder and ports.
pub(crate) struct Server {
    pub(crate) programs: Programs,
    pub(crate) faults: Faults,
    process: Option<Process>,
    started: Vec<u32>,
}

impl Server {
    pub(crate) fn new(programs: Programs, faults: Faults) -> Self {
        Self { programs, faults, process: None, started: Vec::new() }
    }

    /// Starts it, unless it runs.
    pub(crate) async fn start(&mut self, limit: Duration) -> anyhow::Result<Start> {
        if self.process.is_some() {
            return Ok(Start::Ready);
        }
        self.faults.disarm()?;
        let mut process = self.programs.start_server(Some(&self.faults))?;
        self.started.extend(process.id());
        match tokio::time::timeout(limit, process.ready()).await {
            Ok(Ok(true)) => {
                self.process = Some(process);
                Ok(Start::Ready)
            }
            Ok(Ok(false)) => Ok(Start::Ended),
            Ok(Err(_)) | Err(_) => {
                process.kill().await?;
                Ok(Start::Late)
            }
        }
    }

    /// Its number; `None` when it is down.
    pub(crate) fn id(&self) -> Option<u32> {
        self.process.as_ref().and_then(Process::id)
    }

    /// Waits for an end, and says how it was; it is down then. `None` when there was none.
    pub(crate) async fn ended_within(&mut self, limit: Duration) -> Option<String> {
        let status = self.process.as_mut()?.ended_within(limit).await?;
        self.process = None;
        Some(status.to_string())
    }

    /// `kill -9`.
    pub(crate) async fn kill(&mut self) -> anyhow::Result<()> {
        match self.process.take() {
            Some(mut process) => process.kill().await,
            None => Ok(()),
        }
    }

    /// SIGTERM.
    pub(crate) async fn ask_to_end(&self) -> anyhow::Result<()> {
        match &self.process {
            Some(process) => process.ask_to_end().await,
            None => Ok(()),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.started.iter().copied().for_each(clock::clean_up_after);
    }
}
