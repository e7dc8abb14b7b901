//! The command line of the chaos run.

use std::path::PathBuf;

use clap::Args;

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
