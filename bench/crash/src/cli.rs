//! The command lines of the crash campaign and of the chaos run.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Kills the real server again and again while spans arrive, and compares what was sent, acknowledged and can be queried,
/// span by span. Exits with an error when one acknowledged span is lost, damaged or counted twice.
#[derive(Debug, Clone, Parser)]
#[command(name = "junjo-crash", args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    /// How many kills
    #[arg(long, default_value_t = 100)]
    pub(crate) kills: u32,
    /// Which processes there are, and which of them are killed
    #[arg(long, value_enum, default_value_t = Mode::Embedded)]
    pub(crate) mode: Mode,
    /// Seed of everything that is random; a new one when it is not given
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Connections that send
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) senders: u16,
    /// Kills between two complete comparisons
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) check_every: u32,
    /// Binary of the server; default junjo-server beside this program
    #[arg(long)]
    pub(crate) server: Option<PathBuf>,
    /// Binary of the ingestion service, for the modes split and both
    #[arg(long, required_if_eq_any([("mode", "split"), ("mode", "both")]))]
    pub(crate) ingestion: Option<PathBuf>,
    /// Where the data folder is made; default the system's folder for temporary files
    #[arg(long)]
    pub(crate) temp: Option<PathBuf>,
    /// Cut the power instead of killing the server: what it wrote and never synced is lost too, all of it or a random part
    #[arg(long)]
    pub(crate) power_cut: bool,
    /// Print JSON instead of the table
    #[arg(long)]
    pub(crate) json: bool,
}

/// What else there is to run.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum Command {
    Chaos(ChaosArgs),
}

/// Runs the real server under a steady load for a while, with one fault after another and now and then two together: ends by
/// kill -9, SIGTERM and want of memory, jumps of the clock, a full and a slow disk, too few files. After each fault it compares
/// what was acknowledged with what can be queried, and exits with 1 when anything is lost, doubled, or refused for good.
#[derive(Debug, Clone, Args)]
pub(crate) struct ChaosArgs {
    /// How long faults are made; the comparison at the end comes on top
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) minutes: u64,
    /// Seed of everything that is random; a new one when it is not given
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Spans a second, as far as the server lets them in
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=20_000))]
    pub(crate) rate: u32,
    /// Connections that send; half of them over gRPC
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) senders: u16,
    /// Size of the small file system that the data folder is on, in MiB
    #[arg(long, default_value_t = 4_096, value_parser = clap::value_parser!(u64).range(64..))]
    pub(crate) disk_mib: u64,
    /// Rounds between two comparisons of everything; the others compare what was sent since, and a sample
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) check_every: u64,
    /// Make only faults whose names contain one of these, for looking into one
    #[arg(long)]
    pub(crate) only: Vec<String>,
    /// Binary of the server; default junjo-server beside this program
    #[arg(long)]
    pub(crate) server: Option<PathBuf>,
    /// Where the data folder is made; default the system's folder for temporary files
    #[arg(long)]
    pub(crate) temp: Option<PathBuf>,
}

impl ChaosArgs {
    /// What makes the same choices again; the moments depend on the machine's timing too.
    pub(crate) fn again(&self, seed: u64) -> String {
        let Self { minutes, rate, senders, disk_mib, check_every, only, server, .. } = self;
        let mut words = format!(
            "--seed {seed} --minutes {minutes} --rate {rate} --senders {senders} --disk-mib {disk_mib} \
             --check-every {check_every}"
        );
        for name in only {
            words.extend([" --only '", name, "'"]);
        }
        if let Some(path) = server {
            words.extend([" --server ", &path.to_string_lossy()]);
        }
        words
    }
}

/// Processes and victims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Mode {
    /// The server alone
    Embedded,
    /// Server and ingestion service; the ingestion service is killed
    Split,
    /// Server and ingestion service; either or both are killed
    Both,
}

impl Mode {
    pub(crate) fn is_split(self) -> bool {
        self != Self::Embedded
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Embedded => "embedded",
            Self::Split => "split",
            Self::Both => "both",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: a chaos run is asked for, and asked for again with what it printed. Guarantee: the same run.
    #[test]
    fn a_chaos_run_can_be_asked_for_again() {
        let words = ["junjo-crash", "chaos", "--minutes", "7", "--only", "disk"];
        let Some(Command::Chaos(args)) = Cli::parse_from(words).command else { panic!("no chaos") };
        assert_eq!(
            args.again(9),
            "--seed 9 --minutes 7 --rate 500 --senders 6 --disk-mib 4096 --check-every 12 --only 'disk'"
        );
        let printed = args.again(9).replace('\'', "");
        let again = Cli::parse_from(["junjo-crash", "chaos"].into_iter().chain(printed.split(' ')));
        let Some(Command::Chaos(again)) = again.command else { panic!("no chaos") };
        assert_eq!((again.again(9), again.seed), (args.again(9), Some(9)));
    }
}
