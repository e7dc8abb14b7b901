//! `junjo-server compare`: asks the Go server and this one every route of the Go server's API, and prints what differs.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Args;
use junjo_go_migration::compare::{Documented, Login, compare};
use secrecy::SecretString;

/// Which servers, and as whom.
#[derive(Debug, Args)]
pub struct Options {
    /// The Go server's backend, for example `http://localhost:1323`.
    #[arg(long, value_name = "URL")]
    go: String,
    /// This server, for example `http://localhost:1324`.
    #[arg(long, value_name = "URL")]
    ours: String,
    /// An account that both servers have. Left out, only what needs no session is compared.
    #[arg(long, requires = "compare_password")]
    email: Option<String>,
    /// Its password; set the variable rather than the argument, which other people of the machine can see.
    #[arg(
        long = "password",
        id = "compare_password",
        env = "JUNJO_COMPARE_PASSWORD",
        hide_env_values = true
    )]
    password: Option<SecretString>,
}

/// Compares. Fails when there is a difference that is not documented.
pub fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let login = options.email.clone().zip(options.password.clone());
    let login = login.map(|(email, password)| Login { email, password });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let report =
        runtime.block_on(compare(&options.go, &options.ours, login.as_ref(), &Documented::bundled()))?;
    write!(std::io::stdout(), "{report}")?;
    Ok(if report.unexplained() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
