//! `junjo-crash`: the proof that no acknowledged span is lost or doubled. It starts the real programs as a user would,
//! kills them at random moments and in chosen phases, and keeps a ledger of its own. It asserts no time.

mod api;
mod campaign;
mod carrier;
mod chaos;
mod cli;
mod compare;
mod ledger;
mod plan;
mod process;
mod report;
mod say;
mod send;
mod tally;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser as _;

use cli::{ChaosArgs, Cli, Command};
use say::say;

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let cli = Cli::parse();
    if let Some(Command::Chaos(args)) = &cli.command {
        return run_chaos(args).await;
    }
    let seed = cli.seed.unwrap_or_else(|| u64::from(rand::random::<u32>()));
    let parent = cli.temp.clone().unwrap_or_else(std::env::temp_dir);
    let dir = tempfile::Builder::new().prefix("junjo-crash-").tempdir_in(parent)?;
    say(&format!("seed {seed}, data in {}", dir.path().display()))?;
    match campaign::run(&cli, seed, dir.path()).await {
        Ok(report) => {
            say(&if cli.json { serde_json::to_string_pretty(&report)? } else { report.to_string() })?;
            if report.is_clean() {
                return Ok(ExitCode::SUCCESS);
            }
        }
        Err(error) => say(&format!("the campaign stopped: {error:#}"))?,
    }
    let kept = dir.keep();
    say_how_to_repeat(&cli, seed, &kept)?;
    Ok(ExitCode::FAILURE)
}

async fn run_chaos(args: &ChaosArgs) -> anyhow::Result<ExitCode> {
    let seed = args.seed.unwrap_or_else(|| u64::from(rand::random::<u32>()));
    let parent = args.temp.clone().unwrap_or_else(std::env::temp_dir);
    let dir = tempfile::Builder::new().prefix("junjo-chaos-").tempdir_in(parent)?;
    say(&format!("seed {seed}, {} minutes, data in {}", args.minutes, dir.path().display()))?;
    match chaos::run(args, seed, dir.path()).await {
        Ok(report) => {
            say(&report.to_string())?;
            if report.is_clean() {
                return Ok(ExitCode::SUCCESS);
            }
        }
        Err(error) => say(&format!("the run stopped: {error:#}"))?,
    }
    say(&format!("data kept in {}; again: junjo-crash chaos {}", dir.keep().display(), args.again(seed)))?;
    Ok(ExitCode::FAILURE)
}

/// The moments depend on the machine's timing too, so a repetition is likely and not certain to hit the same.
fn say_how_to_repeat(cli: &Cli, seed: u64, kept: &std::path::Path) -> anyhow::Result<()> {
    let binary = |name: &str, path: &Option<PathBuf>| {
        path.as_ref().map_or_else(String::new, |path| format!(" --{name} {}", path.display()))
    };
    say(&format!(
        "data kept in {}; again: junjo-crash --mode {} --kills {} --senders {} --check-every {} --seed {seed}{}{}{}",
        kept.display(),
        cli.mode.name(),
        cli.kills,
        cli.senders,
        cli.check_every,
        if cli.power_cut { " --power-cut" } else { "" },
        binary("server", &cli.server),
        binary("ingestion", &cli.ingestion),
    ))
}
