//! `make demo`: sends realistic agent traces and their log records to a running Junjo Server over OTLP/gRPC. It knows the server by its wire
//! format alone and shares no code with it.

mod attribute;
mod genai;
mod junjo;
mod scenarios;
mod sender;
mod telemetry;
mod trace;

use std::io::Write;
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use clap::Parser;
use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::scenarios::{SCENARIOS, Scenario};
use crate::sender::{HOW_TO_GET_A_KEY, Sender};

const NANOS_PER_MINUTE: u64 = 60_000_000_000;
/// The pause between two scenarios with `--live`.
const LIVE_PAUSE: Duration = Duration::from_millis(1500);

/// Sends example agent traces and their log records to a running Junjo Server.
#[derive(Parser)]
#[command(name = "junjo-demo")]
struct Arguments {
    /// API key of the server, created on its page under API keys
    #[arg(long, env = "JUNJO_API_KEY", hide_env_values = true)]
    api_key: Option<String>,

    /// The server's OTLP/gRPC address, without TLS
    #[arg(long, env = "JUNJO_DEMO_ENDPOINT", default_value = "http://127.0.0.1:50051")]
    endpoint: String,

    /// How many traces to send, going round the scenarios; without it, each scenario once
    #[arg(long)]
    traces: Option<u64>,

    /// Spread the traces over this many minutes before now
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u64).range(0..=60 * 24 * 30))]
    minutes: u64,

    /// Go on sending new traces until Ctrl-C
    #[arg(long)]
    live: bool,

    /// Makes the same ids and durations every time
    #[arg(long)]
    seed: Option<u64>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // the sentence and its causes, never a backtrace: the reader is a user
            let _ = writeln!(std::io::stderr(), "demo: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<()> {
    let Some(api_key) = arguments.api_key.as_deref().filter(|key| !key.trim().is_empty()) else {
        bail!("no API key. {HOW_TO_GET_A_KEY}");
    };
    let mut demo = Demo {
        sender: Sender::connect(&arguments.endpoint, api_key).await?,
        rng: arguments.seed.map_or_else(StdRng::from_os_rng, StdRng::seed_from_u64),
        traces: 0,
        spans: 0,
        logs: 0,
    };
    if arguments.live {
        say("sending new traces until you press Ctrl-C")?;
        tokio::select! {
            result = demo.send_forever() => result?,
            signal = tokio::signal::ctrl_c() => signal.context("cannot wait for Ctrl-C")?,
        }
    } else {
        demo.send_history(arguments.traces, arguments.minutes).await?;
    }
    let Demo { traces, spans, logs, .. } = demo;
    say(&format!(
        "{traces} traces with {spans} spans and {logs} log records acknowledged by {}",
        arguments.endpoint
    ))
}

struct Demo {
    sender: Sender,
    rng: StdRng,
    traces: u64,
    spans: usize,
    logs: usize,
}

impl Demo {
    /// Sends `wanted` traces (or every scenario once), oldest first, spread evenly over the last `minutes`.
    async fn send_history(&mut self, wanted: Option<u64>, minutes: u64) -> Result<()> {
        let mut round = Vec::new();
        let mut rounds = SCENARIOS.iter().cycle();
        let one_round = SCENARIOS.len();
        let mut taken = 0;
        let mut built = 0;
        while wanted.map_or(taken < one_round, |wanted| built < wanted) {
            let scenario = rounds.next().context("there are no scenarios")?;
            let traces = (scenario.build)(&mut self.rng);
            taken += 1;
            built += traces.len() as u64;
            round.push((scenario, traces));
        }
        let now = unix_nanos();
        let step = minutes * NANOS_PER_MINUTE / built.max(1);
        let mut age = step * built.saturating_sub(1);
        for (scenario, traces) in round {
            for trace in traces {
                self.send(scenario, trace, now.saturating_sub(age)).await?;
                age = age.saturating_sub(step);
            }
        }
        Ok(())
    }

    async fn send_forever(&mut self) -> Result<()> {
        let mut pace = tokio::time::interval(LIVE_PAUSE);
        for scenario in SCENARIOS.iter().cycle() {
            for trace in (scenario.build)(&mut self.rng) {
                pace.tick().await;
                self.send(scenario, trace, unix_nanos()).await?;
            }
        }
        Ok(())
    }

    async fn send(&mut self, scenario: &Scenario, trace: trace::Trace, ended_at: u64) -> Result<()> {
        let (id, spans, logs) = (trace.id_hex(), trace.span_count(), trace.log_count());
        self.sender.send(trace.finish(ended_at)).await?;
        self.traces += 1;
        self.spans += spans;
        self.logs += logs;
        say(&format!("{id}  {spans:>3} spans  {logs:>2} log records  {}", scenario.name))
    }
}

/// Nanoseconds since 1970.
#[expect(
    clippy::disallowed_methods,
    reason = "the program's edge: everything below takes times as parameters"
)]
fn unix_nanos() -> u64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since_epoch.as_nanos()).unwrap_or(u64::MAX)
}

fn say(line: &str) -> Result<()> {
    writeln!(std::io::stdout(), "{line}").context("cannot write to standard output")
}
