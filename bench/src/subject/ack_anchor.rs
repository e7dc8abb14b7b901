//! The bare write-ahead log as a child process: the example `ack_anchor` of junjo-wal, which acknowledges OTLP/gRPC
//! requests after the same fsync and does nothing else.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::Context as _;

/// The running anchor; killed when dropped.
pub(crate) struct AckAnchor {
    child: Child,
    pub(crate) addr: SocketAddr,
}

impl AckAnchor {
    /// Starts it with its file in `dir`. It prints the address it listens on as its first line.
    pub(crate) fn start(program: &Path, dir: &Path) -> anyhow::Result<Self> {
        let mut child = Command::new(program)
            .arg(dir)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let mut line = String::new();
        let read = BufReader::new(child.stdout.take().context("the anchor's output")?).read_line(&mut line);
        let addr = read.ok().and_then(|_| line.trim().parse().ok());
        let mut started = Self { child, addr: SocketAddr::from(([127, 0, 0, 1], 0)) };
        started.addr =
            addr.with_context(|| format!("the WAL anchor did not say where it listens: {line:?}"))?;
        Ok(started)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for AckAnchor {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
