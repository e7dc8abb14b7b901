//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::clock::unix_nanos;
use crate::corpus::Shape;
use crate::load::Protocol;

/// Measures Junjo Server from outside, beside anchors measured in the same run.
#[derive(Debug, Parser)]
#[command(name = "junjo-bench")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write a corpus: OTLP export requests, each with its length (u32 LE) before it
    Corpus(CorpusArgs),
    /// Start a server, send a corpus to it, wait until all of it is queryable
    Ingest(Box<IngestArgs>),
    /// The table of `make bench`: ingest in every shape that clients send, then the sustained rate and freshness
    Suite(SuiteArgs),
    /// Stores of given sizes: what people ask of them, bytes a span, memory, and the time to make a lost index again
    Store(StoreArgs),
    /// Whether senders notice readers: p99 of an acknowledgement beside a full export, of a ping, and all of it in 256 MiB
    Isolation(IsolationArgs),
    /// Read an answer again and again (a part of `isolation`)
    #[command(hide = true)]
    Download(DownloadArgs),
    /// How quickly others are answered while many people sign in at once, and what memory that takes
    Logins(LoginsArgs),
    /// How quickly the Go server's API answers over many runs of workflows
    OldPage(OldPageArgs),
    /// The acknowledged spans/s of the bare write-ahead log, without a server
    WalAnchor(Box<WalAnchorArgs>),
}

/// What the made-up spans look like.
#[derive(Debug, Clone, Args)]
pub(crate) struct ShapeArgs {
    /// Spans in all
    #[arg(long, default_value_t = 200_000, value_parser = clap::value_parser!(u64).range(10..))]
    pub(crate) spans: u64,
    /// Spans a request: whole traces of ten until there are at least so many (below 10: exactly so many)
    #[arg(long, default_value_t = 512, value_parser = clap::value_parser!(u32).range(1..=65_536))]
    pub(crate) batch: u32,
    /// Requests of exactly --batch spans, which cuts traces apart as an SDK does
    #[arg(long)]
    pub(crate) split_traces: bool,
    /// Mean attribute bytes of a span
    #[arg(long, default_value_t = 1_400, value_parser = clap::value_parser!(u64).range(100..=1_000_000))]
    pub(crate) span_bytes: u64,
    /// The same seed (with the same --end) gives the same bytes
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Number of service names
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) services: u64,
    /// Unix seconds of the newest trace; default now
    #[arg(long)]
    pub(crate) end: Option<u64>,
    /// Hours before that over which the traces are spread
    #[arg(long, default_value_t = 24.0)]
    pub(crate) hours: f64,
}

impl ShapeArgs {
    pub(crate) fn shape(&self) -> Shape {
        Shape {
            spans: self.spans,
            batch: self.batch as usize,
            split_traces: self.split_traces || self.batch < 10,
            seed: self.seed,
            span_bytes: self.span_bytes,
            services: self.services,
            end_unix_seconds: self.end.unwrap_or_else(|| unix_nanos() / 1_000_000_000),
            hours: self.hours.clamp(0.0, 24.0 * 365.0 * 10.0),
        }
    }
}

/// Arguments of `corpus`.
#[derive(Debug, Args)]
pub(crate) struct CorpusArgs {
    #[command(flatten)]
    pub(crate) shape: ShapeArgs,
    /// The file to write
    #[arg(long)]
    pub(crate) out: PathBuf,
}

/// How hard to send.
#[derive(Debug, Clone, Args)]
pub(crate) struct LoadArgs {
    /// Send this corpus file instead of made-up spans
    #[arg(long)]
    pub(crate) corpus: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) shape: ShapeArgs,
    /// Connections
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) conc: u16,
    /// Requests that wait for their answer on one connection (gRPC only)
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=128))]
    pub(crate) in_flight: u16,
    /// Send for so many seconds instead of once: the corpus again and again, each time as new spans that end now
    #[arg(long)]
    pub(crate) seconds: Option<u64>,
    /// Compress the requests (before the measurement begins)
    #[arg(long, conflicts_with_all = ["seconds", "corpus"])]
    pub(crate) gzip: bool,
    /// Where data folders are made, on the disk to be measured; default the system's folder for temporary files
    #[arg(long)]
    pub(crate) temp: Option<PathBuf>,
    /// Print JSON instead of the table
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `ingest`.
#[derive(Debug, Args)]
pub(crate) struct IngestArgs {
    /// Release binary of the server; default junjo-server beside this program
    #[arg(long)]
    pub(crate) server: Option<PathBuf>,
    /// One more argument for the server, for example --memory-limit=256M; may be repeated
    #[arg(long, allow_hyphen_values = true)]
    pub(crate) server_arg: Vec<String>,
    #[command(flatten)]
    pub(crate) load: LoadArgs,
    /// The receiver to measure
    #[arg(long, value_enum, default_value_t = Protocol::Grpc)]
    pub(crate) protocol: Protocol,
    /// Then measure acknowledged to visible, at half of the queryable rate
    #[arg(long)]
    pub(crate) freshness: bool,
    /// Seconds that this takes
    #[arg(long, default_value_t = 20)]
    pub(crate) freshness_seconds: u64,
    /// Measure it once more beside one trace of so many spans that grows by ten a second (with and without seals:
    /// `--server-arg=--seal-bytes=16G --server-arg=--seal-seconds=86400`)
    #[arg(long, requires = "freshness", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) beside_trace_of: Option<u64>,
    #[command(flatten)]
    pub(crate) anchors: AnchorArgs,
    /// Record the server with `perf` into this folder: send.data and drain.data
    #[arg(long)]
    pub(crate) perf: Option<PathBuf>,
}

/// Arguments of `suite`.
#[derive(Debug, Args)]
pub(crate) struct SuiteArgs {
    /// Release binary of the server; default junjo-server beside this program
    #[arg(long)]
    pub(crate) server: Option<PathBuf>,
    /// One more argument for the server, for example --memory-limit=256M; may be repeated
    #[arg(long, allow_hyphen_values = true)]
    pub(crate) server_arg: Vec<String>,
    /// Seconds of a line
    #[arg(long, default_value_t = 6)]
    pub(crate) seconds: u64,
    /// Seconds of the sustained run
    #[arg(long, default_value_t = 60)]
    pub(crate) sustained_seconds: u64,
    /// Where data folders are made, on the disk to be measured; default the system's folder for temporary files
    #[arg(long)]
    pub(crate) temp: Option<PathBuf>,
}

/// A part of `store`. Filling comes first wherever a store is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Phase {
    /// Fill and nothing else
    Fill,
    /// Memory of a fresh start, and the questions
    Queries,
    /// Delete the index and wait
    Rebuild,
}

/// Arguments of `store`.
#[derive(Debug, Args)]
pub(crate) struct StoreArgs {
    /// Release binary of the server; default junjo-server beside this program
    #[arg(long)]
    pub(crate) server: Option<PathBuf>,
    /// One more argument for the server, for example --memory-limit=256M; may be repeated
    #[arg(long, allow_hyphen_values = true)]
    pub(crate) server_arg: Vec<String>,
    /// Sizes of the stores, comma-separated; 10 M take about 4 GB of disk, and 100 M about 40 GB and an hour
    #[arg(long, value_delimiter = ',', default_values_t = [1_000_000, 10_000_000], value_parser = clap::value_parser!(u64).range(1_000..))]
    pub(crate) spans: Vec<u64>,
    /// Hours over which the traces are spread, until now
    #[arg(long, default_value_t = 168.0)]
    pub(crate) hours: f64,
    /// Spans a request
    #[arg(long, default_value_t = 512, value_parser = clap::value_parser!(u32).range(1..=65_536))]
    pub(crate) batch: u32,
    /// Mean attribute bytes of a span
    #[arg(long, default_value_t = 1_400, value_parser = clap::value_parser!(u64).range(100..=1_000_000))]
    pub(crate) span_bytes: u64,
    /// Number of service names
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u64).range(1..=1_000))]
    pub(crate) services: u64,
    /// The same seed gives the same traces
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Questions of each kind
    #[arg(long, default_value_t = 200)]
    pub(crate) questions: usize,
    /// Measure only this; may be repeated
    #[arg(long, value_enum)]
    pub(crate) only: Vec<Phase>,
    /// Keep the stores in this folder, and measure those that are there already
    #[arg(long)]
    pub(crate) data: Option<PathBuf>,
    /// Where data folders are made otherwise; default the system's folder for temporary files
    #[arg(long)]
    pub(crate) temp: Option<PathBuf>,
    /// The example `bare_query` of junjo-span-store; default examples/bare_query beside this program
    #[arg(long)]
    pub(crate) bare_query: Option<PathBuf>,
    /// Print JSON instead of the table
    #[arg(long)]
    pub(crate) json: bool,
}

impl StoreArgs {
    pub(crate) fn has(&self, phase: Phase) -> bool {
        self.only.is_empty() || self.only.contains(&phase)
    }
}

/// Arguments of `isolation`.
#[derive(Debug, Args)]
pub(crate) struct IsolationArgs {
    /// Release binary of the server; default junjo-server beside this program
    #[arg(long)]
    pub(crate) server: Option<PathBuf>,
    /// One more argument for the server; may be repeated
    #[arg(long, allow_hyphen_values = true)]
    pub(crate) server_arg: Vec<String>,
    /// Spans in the store that is exported
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1_000..))]
    pub(crate) spans: u64,
    /// Spans a second that arrive
    #[arg(long, default_value_t = 5_000.0)]
    pub(crate) rate: f64,
    /// Spans a request
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=65_536))]
    pub(crate) batch: u32,
    /// Seconds of a round, alone and beside an export
    #[arg(long, default_value_t = 15)]
    pub(crate) seconds: u64,
    /// Rounds, alone and beside an export in turn
    #[arg(long, default_value_t = 3)]
    pub(crate) rounds: u32,
    /// Memory of the server at the end, MiB
    #[arg(long, default_value_t = 256)]
    pub(crate) budget_mib: u64,
    /// Seconds of that; 0 leaves it out
    #[arg(long, default_value_t = 60)]
    pub(crate) budget_seconds: u64,
    /// A folder of stores kept by `store --data`; what is sent here is added
    #[arg(long)]
    pub(crate) data: Option<PathBuf>,
    /// Where data folders are made otherwise; default the system's folder for temporary files
    #[arg(long)]
    pub(crate) temp: Option<PathBuf>,
    /// Print JSON instead of the table
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `download`.
#[derive(Debug, Args)]
pub(crate) struct DownloadArgs {
    /// What to read
    #[arg(long)]
    pub(crate) url: String,
    /// For so long
    #[arg(long)]
    pub(crate) seconds: u64,
}

/// Arguments of `logins`.
#[derive(Debug, Args)]
pub(crate) struct LoginsArgs {
    /// Release binary of the server; default junjo-server beside this program
    #[arg(long)]
    pub(crate) server: Option<PathBuf>,
    /// People who sign in at the same moment, each again and again
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u16).range(1..=5_000))]
    pub(crate) people: u16,
    /// Seconds
    #[arg(long, default_value_t = 15)]
    pub(crate) seconds: u64,
    /// Print JSON instead of the table
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `old-page`.
#[derive(Debug, Args)]
pub(crate) struct OldPageArgs {
    /// Release binary of the server; default junjo-server beside this program
    #[arg(long)]
    pub(crate) server: Option<PathBuf>,
    /// Runs of workflows
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub(crate) runs: u64,
    /// Bytes of a run's state, which is sent at its start and at its end
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(0..=100_000))]
    pub(crate) state_bytes: u64,
    /// Times that each question is asked
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) calls: u32,
    /// Print JSON instead of the table
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `wal-anchor`.
#[derive(Debug, Args)]
pub(crate) struct WalAnchorArgs {
    #[command(flatten)]
    pub(crate) load: LoadArgs,
    #[command(flatten)]
    pub(crate) anchors: AnchorArgs,
}

/// Which anchors, and where they are.
#[derive(Debug, Clone, Args)]
pub(crate) struct AnchorArgs {
    /// Measure no anchors
    #[arg(long)]
    pub(crate) no_anchors: bool,
    /// Spans given to the anchors, at most
    #[arg(long, default_value_t = 200_000)]
    pub(crate) anchor_spans: u64,
    /// The example `ack_anchor` of junjo-wal; default examples/ack_anchor beside this program
    #[arg(long)]
    pub(crate) ack_anchor: Option<PathBuf>,
    /// The example `bare_append` of junjo-span-store; default examples/bare_append beside this program
    #[arg(long)]
    pub(crate) bare_append: Option<PathBuf>,
}
