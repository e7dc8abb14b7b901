//! `junjo-server import go`: accounts, API keys and spans of Junjo's Go server come over, while this server is stopped.
//!
//! Accounts are one transaction, keys another, and each page of spans goes into the log with the position behind it, as pages of an
//! ingestion service do. So an import that ends at any moment is run again and goes on. Index and archive follow from the log by the
//! tasks that the server has.

mod cursor;
mod options;
mod report;
mod spans;

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use junjo_auth::ImportedAccount;
use junjo_go_migration::accounts::GoAccounts;
use junjo_go_migration::spans::GoSpans;
use junjo_ingest::{ForeignKey, Receiver};
use junjo_memory::Memory;
use junjo_span_store::{DataDir, Prober};
use junjo_web::{Lifecycle, SystemClock, lifecycle::os_signals};

pub use options::Options;

use super::probe_index;
use crate::app::App;
use crate::data_lock::DataLock;
use crate::entrance::Entrance;
use crate::private_files;
use crate::settings::Settings;
use report::Report;

/// Time for index and archive to finish what they hold; what they do not finish, the next start does.
const STOP_LIMIT: Duration = Duration::from_mins(1);

/// What the Go server left.
struct Old {
    accounts: GoAccounts,
    spans: GoSpans,
}

/// Imports, or with `--dry-run` only says what there is.
pub fn run(settings: &Settings, options: &Options) -> anyhow::Result<ExitCode> {
    private_files::make_private();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let old = Old::open(options).await?;
        if options.dry_run {
            let (users, keys) = (old.accounts.users.len(), old.accounts.keys.len());
            let cursor = old.accounts.cursor;
            let tally = spans::read_only(old.spans).await?;
            write!(std::io::stdout(), "{}", report::dry(users, keys, &tally, cursor.as_ref()))?;
            return Ok(ExitCode::SUCCESS);
        }
        let _lock = DataLock::take(&settings.storage.data_dir)?;
        private_files::tighten(&DataDir::new(&settings.storage.data_dir));
        let app = open(settings).await?;
        let lifecycle = Lifecycle::new();
        app.spawn_pipeline(&lifecycle);
        let supervised = lifecycle.supervise(os_signals()?, STOP_LIMIT);
        tokio::pin!(supervised);
        let imported = tokio::select! {
            imported = import(&app, old, options) => Some(imported),
            _ = &mut supervised => None,
        };
        if imported.is_some() {
            lifecycle.stop();
            supervised.await;
        }
        app.close().await;
        let report =
            imported.context("the import was interrupted: run it again, it goes on where it was")??;
        write!(std::io::stdout(), "{report}")?;
        Ok(ExitCode::SUCCESS)
    })
}

impl Old {
    async fn open(options: &Options) -> anyhow::Result<Self> {
        let accounts = GoAccounts::read(&options.sqlite).await?;
        let path = options.duckdb.clone();
        let spans = tokio::task::spawn_blocking(move || GoSpans::open(&path)).await??;
        Ok(Self { accounts, spans })
    }
}

async fn open(settings: &Settings) -> anyhow::Result<App> {
    let binary = std::env::current_exe()?;
    let prober: Prober = Arc::new(move |path: &Path| probe_index::in_child(&binary, path));
    let clock = SystemClock::shared();
    let memory = Memory::new(&settings.memory_shares());
    let receiver = Receiver::new(Arc::clone(&clock), settings.ingest_limits()?, memory.clone());
    let (app, _) = App::open(settings, clock, prober, Entrance::shut(receiver, memory)).await?;
    Ok(app)
}

async fn import(app: &App, old: Old, options: &Options) -> anyhow::Result<Report> {
    let Old { accounts: GoAccounts { users, keys, cursor }, spans } = old;
    let users = users.into_iter().map(|user| ImportedAccount {
        email: user.email,
        password_hash: user.password_hash,
        created_at_unix_nano: user.created_at_unix_nano,
    });
    let accounts = app.features().auth.operator_import(users.collect(), options.role.into()).await?;
    let keys = keys.into_iter().map(|key| ForeignKey {
        secret: key.secret,
        name: key.name,
        created_at_unix_nano: key.created_at_unix_nano,
    });
    let importer = app.features().key_import().context("this build of the server has no API keys")?;
    let keys = importer
        .import(keys.collect())
        .await
        .map_err(|error| anyhow::Error::from_boxed(error).context("the API keys cannot be imported"))?;
    let spans = spans::import(app, spans).await?;
    let cursor = cursor::take_over(app.wal(), options.badger.as_deref(), cursor).await?;
    Ok(Report { accounts, role: options.role, keys, spans, cursor })
}
