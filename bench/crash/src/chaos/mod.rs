//! The chaos run: the real server under a steady load, one fault after another and some together, and after each the
//! question whether every promise still holds. The server has no hooks for it; all is done from outside.

mod check;
mod clock;
mod disk;
mod files;
mod hold;
mod memory;
mod plan;
mod report;
mod server;
mod slow;
mod strike;
mod tools;
mod wait;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use junjo_test_support::{FaultLibrary, Faults};
use parking_lot::Mutex;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use tokio::signal::unix::{SignalKind, signal};

use clock::Clock;
use disk::Disk;
use memory::Root;
use plan::{Possible, Round};
pub(crate) use report::Report;
use report::Results;
use server::{Server, Start};
use tools::Tools;

use crate::api::Api;
use crate::carrier::Carrier;
use crate::cli::ChaosArgs;
use crate::ledger::Ledger;
use crate::process::{Ports, Problems, Programs, Surroundings, beside_this_program};
use crate::say::say;
use crate::send::{Load, REQUEST_SPANS_MEAN, Senders};
use crate::tally::Tally;

/// Everything that lives as long as the run. The server goes before the disk that it writes to.
struct Chaos {
    args: ChaosArgs,
    server: Server,
    api: Api,
    ledger: Arc<Mutex<Ledger>>,
    tally: Arc<Mutex<Tally>>,
    random: StdRng,
    possible: Possible,
    clock: Option<Clock>,
    memory: Option<Root>,
    groups: u64,
    unsettled: Option<Unsettled>,
    /// Those that were accepted and not yet seen to be done.
    deletions: Vec<String>,
    round: String,
    results: Results,
    disk: Arc<Disk>,
}

/// A deletion that was asked for, and whose traces are not yet booked as deleted.
#[derive(Debug)]
pub(crate) struct Unsettled {
    traces: Vec<u64>,
    /// Its answer, if it came.
    id: Option<String>,
}

/// Runs it in `dir`, which is kept or removed by the caller.
pub(crate) async fn run(args: &ChaosArgs, seed: u64, dir: &Path) -> anyhow::Result<Report> {
    let (disk, has_disk) = Disk::mount(dir, args.disk_mib)?;
    let disk = Arc::new(disk);
    let mut tools = Tools::look(has_disk).await;
    for left_out in &tools.left_out {
        say(&format!("LEFT OUT: {left_out}"))?;
    }
    tools.keep_only(&args.only);
    if tools.possible == Possible::default() {
        bail!("no fault is left to be made");
    }
    let clock = tools.faketime.is_some().then(|| Clock::new(dir)).transpose()?;
    let library = FaultLibrary::compile(dir).context("the fault library cannot be compiled")?;
    let programs = Programs {
        server: args.server.clone().map_or_else(|| beside_this_program("junjo-server"), Ok)?,
        ingestion: None,
        ports: Ports::pick()?,
        dir: dir.join("disk"),
        problems: Problems::default(),
        surroundings: Surroundings {
            // a clock that is two days off and believed would drop everything
            args: vec!["--retention-days=1".to_owned()],
            env: clock.as_ref().map(Clock::environment).unwrap_or_default(),
            preload: tools.faketime.clone(),
        },
    };
    let mut chaos = Chaos {
        args: args.clone(),
        api: Api::new(programs.ports.http)?,
        server: Server::new(programs, Faults::new(&library, &dir.join("faults"))?),
        ledger: Arc::new(Mutex::new(Ledger::new(seed))),
        tally: Arc::default(),
        random: StdRng::seed_from_u64(seed),
        possible: tools.possible.clone(),
        clock,
        memory: memory::find_root().ok(),
        groups: 0,
        unsettled: None,
        deletions: Vec::new(),
        round: String::new(),
        results: Results::default(),
        disk,
    };
    let began = Instant::now();
    // everything is put back when the run is stopped, too
    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        done = chaos.run(seed, began) => done?,
        stopped = tokio::signal::ctrl_c() => { stopped?; bail!("stopped from outside") }
        _ = terminated.recv() => bail!("stopped from outside"),
    }
    Ok(chaos.report(seed, began, tools.left_out))
}

impl Chaos {
    async fn run(&mut self, seed: u64, began: Instant) -> anyhow::Result<()> {
        if self.server.start(wait::RECOVERY).await? != Start::Ready {
            bail!("the server does not start");
        }
        let key = self.api.set_up().await?;
        let mut senders = Senders::start(self.load(&key, seed)?, &self.ledger);
        senders.resume();
        let end = began + Duration::from_secs(60 * self.args.minutes);
        let mut number = 0;
        let mut goes_on = true;
        while goes_on && Instant::now() < end && self.results.is_clean() {
            number += 1;
            let round = Round::next(&mut self.random, &self.possible);
            goes_on = self.round(number, &round, began).await.with_context(|| round.to_string())?
                && self.compare(&mut senders, number % self.args.check_every == 0).await?;
        }
        "the end".clone_into(&mut self.round);
        if goes_on && self.compare(&mut senders, true).await? {
            // and once more after an end in order
            senders.pause().await;
            senders.end().await;
            self.end_in_order().await?;
        }
        Ok(())
    }

    async fn end_in_order(&mut self) -> anyhow::Result<()> {
        self.server.ask_to_end().await?;
        match self.server.ended_within(wait::RECOVERY).await {
            None => self.violated("it did not end after SIGTERM"),
            Some(how) if !how.ends_with(" 0") => self.violated(&format!("its end in order was none: {how}")),
            Some(_) => {}
        }
        self.server.kill().await?;
        if self.server.start(wait::RECOVERY).await? == Start::Ready {
            let found = self.look(true).await?;
            self.results.findings.add(found);
            self.results.comparisons += 1;
        } else {
            self.violated("it did not start again");
        }
        self.server.kill().await
    }

    /// One round; false when it makes no sense to go on.
    async fn round(&mut self, number: u64, round: &Round, began: Instant) -> anyhow::Result<bool> {
        let name = round.to_string();
        self.round.clone_from(&name);
        let since = Instant::now();
        say(&format!("minute {}, round {number}: {name}", began.elapsed().as_secs() / 60))?;
        self.watch(&name);
        let mut has_effect = true;
        let held = match round.lasting {
            Some(lasting) => {
                let (held, has_come) = self.begin(lasting, &round.details).await?;
                has_effect &= has_come;
                Some(held)
            }
            None => None,
        };
        if let Some(how) = self.server.ended_within(Duration::ZERO).await {
            self.violated(&format!("it ended by itself: {how}"));
        } else if let Some(ending) = round.ending {
            has_effect &= self.strike(ending, &round.details).await?;
        }
        if let Some(held) = held {
            self.try_to_start().await?;
            self.end_held(held).await?;
        }
        let is_well = self.is_well_again().await?;
        self.tally.lock().end(Instant::now());
        self.results.had(&name, has_effect);
        self.settle_deletion().await?;
        let effect = if has_effect { "" } else { "without effect, " };
        say(&format!("    well again, {effect}{:.1} s in all", since.elapsed().as_secs_f64()))?;
        Ok(is_well)
    }

    fn load(&self, key: &str, seed: u64) -> anyhow::Result<Load> {
        let ports = self.server.programs.ports;
        let count = self.args.senders;
        let mut carriers = Carrier::grpc(ports.otlp, key, count.div_ceil(2));
        carriers.extend(Carrier::http(ports.otlp_http, key, count / 2)?);
        let requests_a_second = f64::from(self.args.rate) / REQUEST_SPANS_MEAN / f64::from(count);
        let pause = Duration::from_secs_f64(1.0 / requests_a_second);
        Ok(Load { carriers, pause, seed, tally: Arc::clone(&self.tally) })
    }

    /// A promise was broken in this round.
    fn violated(&mut self, words: &str) {
        let words = format!("{}: {words}", self.round);
        // the table says it again
        let _ = say(&format!("VIOLATION: {words}"));
        self.results.violated(words);
    }

    fn report(self, seed: u64, began: Instant, left_out: Vec<String>) -> Report {
        let report = Report {
            seed,
            time: began.elapsed(),
            disk: self.disk.kind,
            left_out,
            results: self.results,
            tally: std::mem::take(&mut self.tally.lock()),
            sent_spans: 0,
            acknowledged_spans: 0,
            deleted_traces: 0,
            problems: self.server.programs.problems.all(),
        };
        report.count(&self.ledger.lock())
    }
}
