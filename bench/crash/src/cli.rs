//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use crate::chaos::ChaosArgs;

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
