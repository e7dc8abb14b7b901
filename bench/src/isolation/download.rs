//! A reader of exports as a process of its own, so that what it costs is not on the load generator's thread. It yields to
//! everybody (niceness 19), because in life it runs on another machine.

use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};

use crate::cli::DownloadArgs;
use crate::report::Downloaded;

/// How its key is handed over: not as an argument, which everybody on the machine can read.
const KEY_VARIABLE: &str = "JUNJO_BENCH_KEY";

/// Reads the same answer again and again, and prints what it read.
pub(crate) async fn run(args: &DownloadArgs) -> anyhow::Result<()> {
    let key = std::env::var(KEY_VARIABLE).with_context(|| format!("{KEY_VARIABLE} is not set"))?;
    let client = reqwest::Client::new();
    let end = Instant::now() + Duration::from_secs(args.seconds);
    let mut read = Downloaded::default();
    while Instant::now() < end {
        let mut answer = client.get(&args.url).bearer_auth(&key).send().await?.error_for_status()?;
        loop {
            match answer.chunk().await? {
                Some(chunk) => read.bytes += chunk.len() as u64,
                None => break read.finished += 1,
            }
            if Instant::now() >= end {
                break;
            }
        }
    }
    writeln!(std::io::stdout(), "{}", serde_json::to_string(&read)?)?;
    Ok(())
}

/// A running reader; killed when dropped.
pub(crate) struct Download(Child);

impl Download {
    pub(crate) fn start(url: &str, key: &str, duration: Duration) -> anyhow::Result<Self> {
        let own = std::env::current_exe().context("where is this program?")?;
        let child = Command::new("nice")
            .args(["-n", "19"])
            .arg(own)
            .args(["download", "--url", url, "--seconds", &duration.as_secs().to_string()])
            .env(KEY_VARIABLE, key)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start the reader of exports")?;
        Ok(Self(child))
    }

    pub(crate) fn finish(mut self) -> anyhow::Result<Downloaded> {
        let output = self.0.stdout.take().context("the reader's output")?;
        let read = serde_json::from_reader(output).context("the reader of exports failed")?;
        let status = self.0.wait()?;
        ensure!(status.success(), "the reader of exports ended with {status}");
        Ok(read)
    }
}

impl Drop for Download {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
