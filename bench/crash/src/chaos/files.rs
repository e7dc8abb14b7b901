//! Too few files: the running server may not open one more than it has.

use std::net::SocketAddr;

use anyhow::{Context as _, bail};
use tokio::net::TcpStream;
use tokio::process::Command;

/// Connections that are opened and held, so that files are asked for.
const CONNECTIONS: usize = 16;

/// While this lives there are no files to be had.
#[derive(Debug)]
pub(crate) struct FewFiles {
    process: u32,
    limit: usize,
    before: String,
    /// Held open.
    _connections: Vec<TcpStream>,
}

impl FewFiles {
    /// Lowers the soft limit of `process` to what it has open now.
    pub(crate) async fn begin(process: u32, addr: SocketAddr) -> anyhow::Result<Self> {
        let before = soft_limit(&std::fs::read_to_string(format!("/proc/{process}/limits"))?)
            .context("the limits name no open files")?;
        let open = std::fs::read_dir(format!("/proc/{process}/fd"))?.count();
        limit(process, &open.to_string()).await?;
        let mut connections = Vec::new();
        for _ in 0..CONNECTIONS {
            // the kernel takes the connection, the server cannot
            connections.extend(TcpStream::connect(addr).await);
        }
        Ok(Self { process, limit: open, before, _connections: connections })
    }

    /// Whether the server has no number left for a file below its limit.
    pub(crate) fn has_run_out(&self) -> bool {
        std::fs::read_dir(format!("/proc/{}/fd", self.process)).is_ok_and(|open| open.count() >= self.limit)
    }

    /// Puts the limit back, unless that process has gone.
    pub(crate) async fn end(self, running: Option<u32>) -> anyhow::Result<()> {
        if running == Some(self.process) { limit(self.process, &self.before).await } else { Ok(()) }
    }
}

async fn limit(process: u32, soft: &str) -> anyhow::Result<()> {
    let status = Command::new("prlimit")
        .args(["--pid", &process.to_string(), &format!("--nofile={soft}:")])
        .status()
        .await?;
    if !status.success() {
        bail!("prlimit cannot change the limit of the server");
    }
    Ok(())
}

fn soft_limit(limits: &str) -> Option<String> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: the kernel's table of limits. Guarantee: the soft limit of open files is read from it.
    #[test]
    fn the_soft_limit_is_read() {
        let limits = "Limit  Soft Limit  Hard Limit  Units\nMax processes  95  96  processes\n\
                      Max open files            1024                 1048576              files     \n";
        assert_eq!(soft_limit(limits).as_deref(), Some("1024"));
        assert_eq!(soft_limit("nothing"), None);
    }
}
