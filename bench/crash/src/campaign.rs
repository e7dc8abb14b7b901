//! The campaign: kill, restart, and now and then compare.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use junjo_test_support::{Fault, FaultLibrary, Faults};
use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use crate::api::Api;
use crate::carrier::Carrier;
use crate::cli::Cli;
use crate::compare::compare;
use crate::ledger::Ledger;
use crate::plan::{self, Moment, Phase, Victim};
use crate::process::{Ports, Problems, Process, Programs, Surroundings, beside_this_program};
use crate::report::{Outcome, Report};
use crate::send::{Load, SEND_PAUSE, Senders};

/// Longest wait for the operation that a kill waits for; after that it is a plain kill.
const OPERATION_LIMIT: Duration = Duration::from_millis(2_500);

/// Everything that lives as long as the campaign.
struct Campaign {
    cli: Cli,
    programs: Programs,
    faults: Faults,
    api: Api,
    ledger: Arc<Mutex<Ledger>>,
    random: StdRng,
    server: Option<Process>,
    ingestion: Option<Process>,
    outcome: Outcome,
}

/// Runs it in `dir`, which is kept or removed by the caller.
pub(crate) async fn run(cli: &Cli, seed: u64, dir: &Path) -> anyhow::Result<Report> {
    let library = FaultLibrary::compile(dir).context("the fault library cannot be compiled")?;
    let mut faults = Faults::new(&library, &dir.join("faults"))?;
    if cli.power_cut {
        faults = faults.with_disk(&dir.join("limbo"))?;
    }
    let programs = Programs {
        server: cli.server.clone().map_or_else(|| beside_this_program("junjo-server"), Ok)?,
        ingestion: cli.ingestion.clone().filter(|_| cli.mode.is_split()),
        ports: Ports::pick()?,
        dir: dir.to_owned(),
        problems: Problems::default(),
        surroundings: Surroundings::default(),
    };
    let mut campaign = Campaign {
        api: Api::new(programs.ports.http)?,
        cli: cli.clone(),
        programs,
        faults,
        ledger: Arc::new(Mutex::new(Ledger::new(seed))),
        random: StdRng::seed_from_u64(seed),
        server: None,
        ingestion: None,
        outcome: Outcome::default(),
    };
    if let Err(error) = campaign.run(seed).await {
        // without the report, what the programs said is all that is left of it
        for (problem, count) in campaign.programs.problems.all() {
            eprintln!("{count} x {problem}");
        }
        return Err(error);
    }
    let outcome = Outcome { problems: campaign.programs.problems.all(), ..campaign.outcome };
    Ok(Report::new(cli.mode.name(), seed, &campaign.ledger.lock(), outcome))
}

impl Campaign {
    async fn run(&mut self, seed: u64) -> anyhow::Result<()> {
        let began = Instant::now();
        self.start_what_is_down().await?;
        let key = self.api.set_up().await?;
        let load = Load {
            carriers: Carrier::grpc(self.programs.ports.otlp, &key, self.cli.senders),
            pause: SEND_PAUSE,
            seed,
            tally: Arc::default(),
        };
        let mut senders = Senders::start(load, &self.ledger);
        senders.resume();
        for number in 1..=self.cli.kills {
            self.kill_one().await.with_context(|| format!("kill {number}"))?;
            self.start_what_is_down().await?;
            if number % self.cli.check_every == 0 && number < self.cli.kills {
                senders.pause().await;
                self.compare(false).await?;
                senders.resume();
            }
            if !self.outcome.findings.is_clean() {
                break;
            }
        }
        senders.pause().await;
        senders.end().await;
        self.compare(true).await?;
        // and once more after an end in order
        self.end().await?;
        self.start_what_is_down().await?;
        self.compare(true).await?;
        self.end().await?;
        self.outcome.restarts.seconds_in_all = began.elapsed().as_secs();
        Ok(())
    }

    async fn compare(&mut self, all: bool) -> anyhow::Result<()> {
        let found = compare(&self.api, &self.ledger, all).await?;
        self.outcome.findings.add(found);
        Ok(())
    }

    async fn start_what_is_down(&mut self) -> anyhow::Result<()> {
        if self.server.is_none() {
            let began = Instant::now();
            self.faults.disarm()?;
            let mut server = self.programs.start_server(Some(&self.faults))?;
            server.must_be_ready().await?;
            self.outcome.restarts.took(began.elapsed());
            self.server = Some(server);
        }
        if self.ingestion.is_none()
            && let Some(mut ingestion) = self.programs.start_ingestion()?
        {
            ingestion.must_be_ready().await?;
            self.ingestion = Some(ingestion);
        }
        Ok(())
    }

    async fn end(&mut self) -> anyhow::Result<()> {
        if let Some(ingestion) = self.ingestion.take() {
            ingestion.end().await?;
        }
        if let Some(server) = self.server.take() {
            server.end().await?;
        }
        Ok(())
    }

    /// One kill of one victim; afterwards it is down.
    async fn kill_one(&mut self) -> anyhow::Result<()> {
        let victim = plan::victim(self.cli.mode, &mut self.random);
        let phase = match victim {
            Victim::Server => self.kill_server().await?,
            Victim::Ingestion => self.kill_ingestion().await?,
            Victim::Both => {
                let pause = Duration::from_millis(self.random.random_range(0..50));
                let mut ingestion = self.ingestion.take().context("the ingestion service runs")?;
                let (phase, ended) = tokio::join!(self.kill_server(), async {
                    tokio::time::sleep(pause).await;
                    ingestion.kill().await
                });
                ended?;
                format!("both: {}", phase?)
            }
        };
        *self.outcome.kills.entry(phase).or_default() += 1;
        Ok(())
    }

    async fn kill_server(&mut self) -> anyhow::Result<String> {
        let moment = plan::moment(&mut self.random, self.cli.power_cut);
        let mut server = self.server.take().context("the server runs")?;
        if matches!(moment, Moment::InPhaseOfStart { .. } | Moment::Starting(_)) {
            self.end_server(&mut server).await?;
            *self.outcome.kills.entry("server, running: any".to_owned()).or_default() += 1;
        }
        let (when, armed) = match moment {
            Moment::InPhase { phase, skip, fault, after } => {
                tokio::time::sleep(after).await;
                self.faults.arm(phase.operations(), skip, fault)?;
                ("running", true)
            }
            Moment::InPhaseOfStart { phase, skip, fault } => {
                self.faults.arm(phase.operations(), skip, fault)?;
                server = self.programs.start_server(Some(&self.faults))?;
                ("starting", true)
            }
            Moment::InPhaseOfStop { phase, skip, fault, after } => {
                tokio::time::sleep(after).await;
                self.faults.arm(phase.operations(), skip, fault)?;
                server.ask_to_end().await?;
                ("stopping", true)
            }
            Moment::Running(after) => {
                tokio::time::sleep(after).await;
                ("running", false)
            }
            Moment::Starting(after) => {
                self.faults.disarm()?;
                server = self.programs.start_server(Some(&self.faults))?;
                tokio::time::sleep(after).await;
                ("starting", false)
            }
            Moment::Stopping { after, wait } => {
                tokio::time::sleep(after).await;
                server.ask_to_end().await?;
                tokio::time::sleep(wait).await;
                ("stopping", false)
            }
        };
        if armed && server.ended_within(OPERATION_LIMIT).await.is_some() {
            let phase = self.faults.hit()?.and_then(Phase::of);
            return Ok(format!("server, {when}: {}", phase.map_or("ended by itself", Phase::name)));
        }
        self.end_server(&mut server).await?;
        Ok(format!("server, {when}: any"))
    }

    /// Ends the server now: with SIGKILL, or with the next thing that it does to a file.
    async fn end_server(&mut self, server: &mut Process) -> anyhow::Result<()> {
        if self.cli.power_cut {
            let seed = self.random.random();
            self.faults.arm(&Phase::all_operations(), 0, Fault::PowerCut { seed })?;
            if server.ended_within(OPERATION_LIMIT).await.is_some() {
                return self.faults.disarm().map_err(Into::into);
            }
        }
        server.kill().await
    }

    async fn kill_ingestion(&mut self) -> anyhow::Result<String> {
        let mut ingestion = self.ingestion.take().context("the ingestion service runs")?;
        let when = match plan::moment_unwatched(&mut self.random) {
            Moment::Starting(after) => {
                ingestion.kill().await?;
                *self.outcome.kills.entry("ingestion, running: any".to_owned()).or_default() += 1;
                ingestion = self.programs.start_ingestion()?.context("split mode has one")?;
                tokio::time::sleep(after).await;
                "starting"
            }
            Moment::Stopping { after, wait } => {
                tokio::time::sleep(after).await;
                ingestion.ask_to_end().await?;
                tokio::time::sleep(wait).await;
                "stopping"
            }
            Moment::Running(after) => {
                tokio::time::sleep(after).await;
                "running"
            }
            other => bail!("{other:?} needs a watched program"),
        };
        ingestion.kill().await?;
        Ok(format!("ingestion, {when}: any"))
    }
}
