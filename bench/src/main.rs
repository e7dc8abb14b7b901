//! `junjo-bench`: measures the server from outside and puts an anchor from the same run beside every number. It starts
//! the release binary as a user would and never links the server's code. Nothing here asserts a time.

mod cli;
mod clock;
mod corpus;
mod ingest;
mod isolation;
mod load;
mod logins;
mod measure;
mod old_page;
mod report;
mod store;
mod subject;
mod suite;

use std::fmt::Display;
use std::fs::File;
use std::io::{BufWriter, Write as _};

use anyhow::Context as _;
use clap::Parser as _;
use serde::Serialize;
use serde_json::json;

use cli::{Cli, Command, CorpusArgs};

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Corpus(args) => write_corpus(&args),
        Command::Ingest(args) => {
            let measured = ingest::run(&args).await?;
            print(&measured, &measured, args.load.json)
        }
        Command::Suite(args) => suite::run(&args).await,
        Command::Logins(args) => {
            let measured = logins::run(&args).await?;
            print(&measured, &measured, args.json)
        }
        Command::OldPage(args) => {
            let measured = old_page::run(&args).await?;
            print(&measured, &measured, args.json)
        }
        Command::Store(args) => {
            let measured = store::run(&args).await?;
            print(&measured, &measured, args.json)
        }
        Command::Isolation(args) => {
            let measured = isolation::run(&args).await?;
            print(&measured, &measured, args.json)
        }
        Command::Download(args) => isolation::download(&args).await,
        Command::WalAnchor(args) => {
            let (setting, measured) = ingest::run_wal_anchor(&args).await?;
            let table = report::wal_anchor_table(&setting, &measured);
            print(&table, &json!({"setting": setting, "wal_anchor": measured}), args.load.json)
        }
    }
}

fn write_corpus(args: &CorpusArgs) -> anyhow::Result<()> {
    let failed = || format!("cannot write {}", args.out.display());
    let mut file = BufWriter::with_capacity(1 << 20, File::create(&args.out).with_context(failed)?);
    for message in corpus::Generator::new(args.shape.shape()) {
        corpus::write(&mut file, &message).with_context(failed)?;
    }
    file.flush().with_context(failed)
}

fn print(table: &impl Display, numbers: &impl Serialize, as_json: bool) -> anyhow::Result<()> {
    let text = if as_json { serde_json::to_string_pretty(numbers)? } else { table.to_string() };
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", text.trim_end())?;
    Ok(out.flush()?)
}
