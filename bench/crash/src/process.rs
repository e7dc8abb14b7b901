//! The two programs as child processes on fixed loopback ports, so that clients find them again after a restart.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use junjo_test_support::Faults;
use parking_lot::Mutex;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::watch;

/// Longest wait for a program to be ready, or to end after a signal.
pub(crate) const PATIENCE: Duration = Duration::from_mins(3);
/// Different problems that are remembered.
const PROBLEMS_MAX: usize = 200;

/// Ports of both programs, picked once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ports {
    pub(crate) http: SocketAddr,
    /// OTLP/gRPC of whoever receives.
    pub(crate) otlp: SocketAddr,
    pub(crate) otlp_http: SocketAddr,
    /// The server's internal gRPC.
    keys: SocketAddr,
    /// The ingestion service's internal gRPC.
    batches: SocketAddr,
    metrics: SocketAddr,
}

impl Ports {
    /// Ports that are free now.
    pub(crate) fn pick() -> anyhow::Result<Self> {
        let listeners: Vec<_> = (0..6)
            .map(|_| std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
            .collect::<Result<_, _>>()?;
        let found: Vec<_> =
            listeners.iter().map(std::net::TcpListener::local_addr).collect::<Result<_, _>>()?;
        let [http, otlp, otlp_http, keys, batches, metrics] = found[..] else { bail!("six ports") };
        Ok(Self { http, otlp, otlp_http, keys, batches, metrics })
    }
}

/// What the logs of all starts said above info, each kind of line with its count.
#[derive(Debug, Clone, Default)]
pub(crate) struct Problems(Arc<Mutex<BTreeMap<String, u64>>>);

impl Problems {
    pub(crate) fn all(&self) -> BTreeMap<String, u64> {
        self.0.lock().clone()
    }

    fn note(&self, program: &str, line: &str) {
        let event: Value = serde_json::from_str(line).unwrap_or_default();
        let (level, message) = (event["level"].as_str(), event["message"].as_str().or(event["msg"].as_str()));
        let text = match (level, message) {
            (Some("WARN" | "ERROR"), Some(message)) => {
                let why = event["error"].as_str().or(event["reason"].as_str()).unwrap_or_default();
                format!("{program}: {message}: {why}")
            }
            (None, _) => format!("{program}: {line}"),
            _ => return,
        };
        let mut problems = self.0.lock();
        if problems.len() < PROBLEMS_MAX || problems.contains_key(&text) {
            *problems.entry(text).or_default() += 1;
        }
    }
}

/// How to start the programs.
#[derive(Debug)]
pub(crate) struct Programs {
    pub(crate) server: PathBuf,
    /// In split mode.
    pub(crate) ingestion: Option<PathBuf>,
    pub(crate) ports: Ports,
    pub(crate) dir: PathBuf,
    pub(crate) problems: Problems,
    pub(crate) surroundings: Surroundings,
}

/// What else the server is started with.
#[derive(Debug, Default)]
pub(crate) struct Surroundings {
    pub(crate) args: Vec<String>,
    pub(crate) env: Vec<(&'static str, PathBuf)>,
    /// A library that is loaded in front of its own, beside the faults.
    pub(crate) preload: Option<PathBuf>,
}

impl Programs {
    /// Starts the server on the data folder; its file operations obey `faults`.
    pub(crate) fn start_server(&self, faults: Option<&Faults>) -> anyhow::Result<Process> {
        let mut command = Command::new(&self.server);
        command
            .env_clear()
            .arg("--data-dir")
            .arg(self.dir.join("server"))
            .arg(format!("--http-addr={}", self.ports.http))
            .arg(format!("--otlp-grpc-addr={}", self.ports.otlp))
            .arg(format!("--otlp-http-addr={}", self.ports.otlp_http))
            // often enough that many kills find a seal under way
            .args(["--seal-bytes=256K", "--seal-seconds=1", "--free-space-min=1M"])
            .args(&self.surroundings.args)
            .envs(self.surroundings.env.iter().map(|(name, value)| (name, value)));
        if self.ingestion.is_some() {
            command
                .arg(format!("--ingestion-url=http://{}", self.ports.batches))
                .arg(format!("--internal-grpc-addr={}", self.ports.keys));
        }
        if let Some(faults) = faults {
            command.envs(faults.environment());
            if let (Some(other), Some((name, library))) =
                (&self.surroundings.preload, faults.environment().first())
            {
                command.env(name, format!("{}:{}", library.display(), other.display()));
            }
        }
        Process::start("server", command, "ready", &self.problems)
    }

    /// Starts the ingestion service, in split mode.
    pub(crate) fn start_ingestion(&self) -> anyhow::Result<Option<Process>> {
        let Some(binary) = &self.ingestion else { return Ok(None) };
        let mut command = Command::new(binary);
        command
            .env_clear()
            .env("JUNJO_OTLP_GRPC_ADDR", self.ports.otlp.to_string())
            .env("JUNJO_OTLP_HTTP_ADDR", self.ports.otlp_http.to_string())
            .env("JUNJO_INTERNAL_GRPC_ADDR", self.ports.batches.to_string())
            .env("JUNJO_METRICS_ADDR", self.ports.metrics.to_string())
            .env("JUNJO_BACKEND_ADDR", self.ports.keys.to_string())
            .env("JUNJO_FREE_SPACE_MIN", "1M")
            .env("BADGERDB_PATH", self.dir.join("ingestion"));
        Process::start("ingestion", command, "the write-ahead log is open", &self.problems).map(Some)
    }
}

/// A running program.
#[derive(Debug)]
pub(crate) struct Process {
    name: &'static str,
    child: Child,
    ready: watch::Receiver<bool>,
}

impl Process {
    fn start(
        name: &'static str,
        mut command: Command,
        ready_sign: &'static str,
        problems: &Problems,
    ) -> anyhow::Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().with_context(|| format!("cannot start the {name}"))?;
        let (ready_tx, ready) = watch::channel(false);
        let output = child.stdout.take().context("its output")?;
        let errors = child.stderr.take().context("its errors")?;
        tokio::spawn(follow(name, output, problems.clone(), Some((ready_sign, ready_tx))));
        tokio::spawn(follow(name, errors, problems.clone(), None));
        Ok(Self { name, child, ready })
    }

    /// Waits until it says that it is ready; false when it ended before.
    pub(crate) async fn ready(&mut self) -> anyhow::Result<bool> {
        let ready = tokio::time::timeout(PATIENCE, self.ready.wait_for(|ready| *ready)).await;
        ready.with_context(|| format!("the {} was not ready in time", self.name)).map(|ready| ready.is_ok())
    }

    /// Its number, while it runs.
    pub(crate) fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Waits as [`Self::ready`] does; an end before that is an error with its exit status.
    pub(crate) async fn must_be_ready(&mut self) -> anyhow::Result<()> {
        if self.ready().await? {
            return Ok(());
        }
        match self.ended_within(PATIENCE).await {
            Some(status) => bail!("the {} ended while it started: {status}; its words are in the problems", self.name),
            None => bail!("the {} closed its output while it started, and runs on", self.name),
        }
    }

    /// Waits until it ends by itself, for so long.
    pub(crate) async fn ended_within(&mut self, limit: Duration) -> Option<ExitStatus> {
        tokio::time::timeout(limit, self.child.wait()).await.ok()?.ok()
    }

    /// `kill -9`: no handler runs, nothing is flushed.
    pub(crate) async fn kill(&mut self) -> anyhow::Result<()> {
        self.child.kill().await.with_context(|| format!("cannot kill the {}", self.name))
    }

    /// SIGTERM.
    pub(crate) async fn ask_to_end(&self) -> anyhow::Result<()> {
        if let Some(pid) = self.child.id() {
            Command::new("kill").args(["-TERM", &pid.to_string()]).status().await?;
        }
        Ok(())
    }

    /// SIGTERM, and the wait for an end in order.
    pub(crate) async fn end(mut self) -> anyhow::Result<()> {
        self.ask_to_end().await?;
        let status = self.ended_within(PATIENCE).await;
        match status {
            Some(status) if status.success() => Ok(()),
            other => bail!("the {} ended with {other:?} after SIGTERM", self.name),
        }
    }
}

type Ready = (&'static str, watch::Sender<bool>);

async fn follow(
    name: &'static str,
    output: impl AsyncRead + Unpin,
    problems: Problems,
    ready: Option<Ready>,
) {
    let mut lines = BufReader::new(output).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if let Some((sign, ready)) = &ready
            && line.contains(sign)
        {
            ready.send_replace(true);
        }
        problems.note(name, &line);
    }
}

/// The program beside this one.
pub(crate) fn beside_this_program(name: &str) -> anyhow::Result<PathBuf> {
    let here = std::env::current_exe()?;
    let path = here.parent().unwrap_or(Path::new(".")).join(name);
    if path.is_file() {
        Ok(path)
    } else {
        bail!("there is no {}: build it, or say where it is", path.display())
    }
}
