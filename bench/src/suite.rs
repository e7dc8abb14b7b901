//! `make bench`: the shapes of requests that clients really send, one line each, and the sustained run at the end.

use std::io::Write as _;

use anyhow::Context as _;
use clap::Parser as _;

use crate::cli::{Cli, Command, IngestArgs, SuiteArgs};
use crate::ingest;
use crate::report::Ingest;

const MIB: f64 = 1_048_576.0;
/// Spans that the append anchor gets where only acknowledgements are compared.
const UNUSED_ANCHOR_SPANS: &str = "2000";

/// One line of the table.
struct Case {
    protocol: &'static str,
    batch: u32,
    connections: u16,
    span_bytes: u32,
}

/// Batches of 1, 32 and 512, 1 to 64 connections, ordinary spans and ones with long prompts, both receivers.
const CASES: &[Case] = &[
    case("grpc", 1, 1, 1_400),
    case("grpc", 1, 16, 1_400),
    case("grpc", 1, 64, 1_400),
    case("grpc", 32, 1, 1_400),
    case("grpc", 32, 16, 1_400),
    case("grpc", 32, 64, 1_400),
    case("grpc", 512, 1, 1_400),
    case("grpc", 512, 4, 1_400),
    case("grpc", 512, 16, 1_400),
    case("grpc", 512, 64, 1_400),
    case("grpc", 1, 16, 50_000),
    case("grpc", 32, 4, 50_000),
    case("grpc", 32, 64, 50_000),
    case("http", 1, 16, 1_400),
    case("http", 32, 16, 1_400),
    case("http", 512, 4, 1_400),
    case("http", 32, 4, 50_000),
];

const fn case(protocol: &'static str, batch: u32, connections: u16, span_bytes: u32) -> Case {
    Case { protocol, batch, connections, span_bytes }
}

impl Case {
    /// As it would be asked for on the command line.
    fn args(&self, suite: &SuiteArgs) -> anyhow::Result<Box<IngestArgs>> {
        // a pool of about 100 MB at most
        let spans = (100_000_000 / self.span_bytes).min(50_000).to_string();
        let (batch, connections, span_bytes) =
            (self.batch.to_string(), self.connections.to_string(), self.span_bytes.to_string());
        let seconds = suite.seconds.to_string();
        let words = [
            ["--protocol", self.protocol],
            ["--batch", &batch],
            ["--conc", &connections],
            ["--span-bytes", &span_bytes],
            ["--spans", &spans],
            ["--seconds", &seconds],
            ["--anchor-spans", UNUSED_ANCHOR_SPANS],
        ];
        ingest_args(suite, words.as_flattened())
    }

    fn line(&self, measured: &Ingest) -> String {
        let (acked, anchor) = (&measured.acked, measured.wal_anchor.as_ref().map(|anchor| &anchor.acked));
        let ratio = anchor.map_or(f64::NAN, |anchor| acked.spans_per_second / anchor.spans_per_second);
        format!(
            "{:<5}{:>6}{:>6}{:>8}{:>11.0}{:>8.1}{:>11.0}{:>7.2}{:>8.1}{:>8.1}{:>9.1}{:>8.0}",
            self.protocol,
            self.batch,
            self.connections,
            self.span_bytes,
            acked.spans_per_second,
            acked.megabytes_per_second,
            anchor.map_or(f64::NAN, |anchor| anchor.spans_per_second),
            ratio,
            acked.p50_ms,
            acked.p99_ms,
            acked.cpu.process_micros_per(acked.spans),
            measured.memory.peak_bytes as f64 / MIB,
        )
    }
}

fn ingest_args(suite: &SuiteArgs, words: &[&str]) -> anyhow::Result<Box<IngestArgs>> {
    let command = Cli::try_parse_from(["junjo-bench", "ingest"].iter().chain(words))?.command;
    let Command::Ingest(mut args) = command else { anyhow::bail!("`ingest` was not understood") };
    args.server.clone_from(&suite.server);
    args.server_arg.clone_from(&suite.server_arg);
    args.load.temp.clone_from(&suite.temp);
    Ok(args)
}

/// Prints every line as soon as it is measured.
pub(crate) async fn run(suite: &SuiteArgs) -> anyhow::Result<()> {
    say(
        "acknowledged with fsync, while the server indexes and seals; anchor: the bare WAL, same requests, gRPC",
    )?;
    say("proto batch  conc  B/span    spans/s    MB/s     anchor  ratio  p50 ms  p99 ms  us/span peak MiB")?;
    for case in CASES {
        let shape = || format!("{} batch {} conc {}", case.protocol, case.batch, case.connections);
        let args = case.args(suite)?;
        let measured = ingest::run(&args).await.with_context(shape)?;
        say(&case.line(&measured))?;
    }
    say("\nsustained, then freshness at half of the queryable rate")?;
    let seconds = suite.sustained_seconds.to_string();
    let args = ingest_args(suite, &["--seconds", &seconds, "--freshness"])?;
    say(&ingest::run(&args).await?.to_string())
}

fn say(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: every line of the table. Guarantee: its words are options that `ingest` has, with its values.
    #[test]
    fn args_of_every_case_are_understood() {
        let suite =
            SuiteArgs { server: None, server_arg: Vec::new(), seconds: 3, sustained_seconds: 4, temp: None };
        for case in CASES {
            let args = case.args(&suite).unwrap();
            assert_eq!((args.load.conc, args.load.shape.batch), (case.connections, case.batch));
            assert_eq!((args.load.seconds, args.anchors.anchor_spans), (Some(3), 2_000));
            assert_eq!(args.load.shape.span_bytes, u64::from(case.span_bytes));
        }
    }
}
