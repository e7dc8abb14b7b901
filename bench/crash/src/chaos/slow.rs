//! A slow disk: strace follows the running server and lets each write and sync to a file take longer.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, bail};
use tokio::process::{Child, Command};

use super::tools::is_traced;
use super::wait;

/// Only calls that go to files: a socket is written to with others.
const CALLS: &str = "fsync,fdatasync,pwrite64";

/// While this lives the disk is slow.
#[derive(Debug)]
pub(crate) struct SlowDisk {
    tracer: Child,
}

impl SlowDisk {
    /// Makes the disk slow for `process`.
    pub(crate) async fn begin(process: u32, delay: Duration) -> anyhow::Result<Self> {
        let mut tracer = Command::new("strace")
            .args(["-f", "-q", "-o", "/dev/null", "-e", &format!("trace={CALLS}")])
            .args(["-e", &format!("inject={CALLS}:delay_exit={}", delay.as_micros())])
            .args(["-p", &process.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("strace cannot be started")?;
        let is_slow = wait::until(wait::SHORT, async || {
            if matches!(tracer.try_wait(), Ok(Some(_)) | Err(_)) {
                Some(false)
            } else {
                is_traced(process).then_some(true)
            }
        });
        if is_slow.await == Some(true) {
            return Ok(Self { tracer });
        }
        bail!("strace does not trace the server")
    }

    /// Lets it go. The tracer has to end in order: it detaches from each thread.
    pub(crate) async fn end(mut self) -> anyhow::Result<()> {
        if let Some(id) = self.tracer.id() {
            Command::new("kill").args(["-TERM", &id.to_string()]).status().await?;
        }
        if tokio::time::timeout(wait::EFFECT, self.tracer.wait()).await.is_err() {
            self.tracer.kill().await?;
        }
        Ok(())
    }
}
