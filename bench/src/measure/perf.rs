//! Records a process with `perf` while a phase of a measurement runs.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::Context as _;

/// Samples a second and thread: enough for a profile of seconds, little enough not to change it.
const FREQUENCY: &str = "499";

/// A running `perf record`.
pub(crate) struct Recorder(Child);

impl Recorder {
    /// Starts recording process `pid` into `dir`/`phase`.data.
    pub(crate) fn start(dir: &Path, phase: &str, pid: u32) -> anyhow::Result<Self> {
        std::fs::create_dir_all(dir).with_context(|| format!("cannot create {}", dir.display()))?;
        let child = Command::new("perf")
            .args([
                "record",
                "--quiet",
                "--event",
                "cpu-clock",
                "--freq",
                FREQUENCY,
                "--pid",
                &pid.to_string(),
            ])
            .arg("--output")
            .arg(dir.join(format!("{phase}.data")))
            .stdout(Stdio::null())
            .spawn()
            .context("cannot start perf: is it installed?")?;
        Ok(Self(child))
    }

    /// Ends the recording and waits until it is written.
    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        Command::new("kill").args(["-INT", &self.0.id().to_string()]).status()?;
        self.0.wait()?;
        Ok(())
    }
}
