//! The server binary as a child process with an empty data folder, ports of the system's choice and no environment.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, ensure};

use super::log::{Addresses, Log, LogSummary};
use crate::load::Protocol;

/// Longest wait for the ready line.
const START_LIMIT: Duration = Duration::from_secs(30);

/// Between two looks whether it has stopped.
const STOP_LOOK_INTERVAL: Duration = Duration::from_millis(20);

/// A running server; killed when dropped.
pub(crate) struct ServerProcess {
    child: Child,
    log: Log,
    addresses: Addresses,
}

impl ServerProcess {
    pub(crate) fn start(binary: &Path, data_dir: &Path, more: &[String]) -> anyhow::Result<Self> {
        let mut child = Command::new(binary)
            .env_clear()
            .args(["--http-addr=127.0.0.1:0", "--otlp-grpc-addr=127.0.0.1:0", "--data-dir"])
            .arg(data_dir)
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", binary.display()))?;
        let log = Log::follow(child.stdout.take().context("the server's output")?);
        match log.ready.recv_timeout(START_LIMIT) {
            Ok(addresses) => Ok(Self { child, log, addresses }),
            Err(error) => {
                let _ = child.kill();
                let _ = child.wait();
                Err(error).context("the server was not ready in time; its own words are above")
            }
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn http(&self) -> SocketAddr {
        self.addresses.http
    }

    /// Where spans go.
    pub(crate) fn receiver(&self, protocol: Protocol) -> SocketAddr {
        match protocol {
            Protocol::Grpc => self.addresses.grpc,
            Protocol::Http => self.addresses.otlp_http.unwrap_or(self.addresses.http),
        }
    }

    pub(crate) fn log(&self) -> LogSummary {
        self.log.summary()
    }

    /// Stops as an operator would (SIGTERM), so that every file is complete. Waits where the connections that are still
    /// open can say goodbye meanwhile.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        Command::new("kill").args(["-TERM", &self.pid().to_string()]).status()?;
        let status = loop {
            match self.child.try_wait()? {
                Some(status) => break status,
                None => tokio::time::sleep(STOP_LOOK_INTERVAL).await,
            }
        };
        ensure!(status.success(), "the server ended with {status}; its log: {:#?}", self.log().problems);
        Ok(())
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
