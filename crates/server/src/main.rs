//! The `junjo-server` binary: parses the command line and runs one command.

use std::process::ExitCode;

use clap::Parser as _;
use junjo_server::cli::{Cli, Command, Import};
use junjo_server::commands::{
    compare, health, import_go, openapi, probe_index, rederive, reset_password, serve,
};

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match cli.command {
        None | Some(Command::Serve) => serve::run(cli.settings),
        Some(Command::Health) => health::run(&cli.settings),
        Some(Command::ResetPassword { email, admin }) => {
            reset_password::run(&cli.settings, email.as_deref(), admin)
        }
        Some(Command::Rederive { all }) => rederive::run(&cli.settings, all),
        Some(Command::Import(Import::Go(options))) => import_go::run(&cli.settings, &options),
        Some(Command::Compare(options)) => compare::run(&options),
        Some(Command::Openapi { routes }) => openapi::run(routes),
        Some(Command::ProbeIndex { path }) => return probe_index::run(&path),
    };
    outcome.unwrap_or_else(|error| {
        // the log may not be set up yet, and an operator reads this line on a terminal
        let mut line = format!("junjo-server: {error}");
        for cause in error.chain().skip(1) {
            line.push_str(": ");
            line.push_str(&cause.to_string());
        }
        let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("{line}\n").as_bytes());
        ExitCode::FAILURE
    })
}
