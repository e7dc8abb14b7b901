//! `junjo-server rederive`: archived spans and log records get the promoted fields that this version would give them. The server is stopped
//! meanwhile.

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use junjo_ingest::Receiver;
use junjo_memory::Memory;
use junjo_span_store::{ArchiveFile, DataDir, Probe, Prober, Rederivation, Rederived};
use junjo_web::SystemClock;

use crate::app::App;
use crate::data_lock::DataLock;
use crate::entrance::Entrance;
use crate::private_files;
use crate::settings::Settings;

/// Rewrites every file that an older version derived, or all of them, and says what it does.
pub fn run(settings: &Settings, all: bool) -> anyhow::Result<ExitCode> {
    private_files::make_private();
    let path = DataDir::new(&settings.storage.data_dir).app_db();
    if !path.try_exists()? {
        anyhow::bail!("there is no {}: set JUNJO_DATA_DIR to the server's data folder", path.display());
    }
    let _lock = DataLock::take(&settings.storage.data_dir)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let done = runtime.block_on(rederive(settings, all))?;
    let mut out = std::io::stdout();
    if done.files == 0 && done.damaged.is_empty() {
        writeln!(out, "Everything is derived by this version; --all derives it again.")?;
        return Ok(ExitCode::SUCCESS);
    }
    writeln!(
        out,
        "{} spans and {} log records in {} files are derived again. The next start fills a new index.",
        done.spans, done.log_records, done.files
    )?;
    for path in &done.damaged {
        writeln!(out, "archive/{path} cannot be read and stays as it is.")?;
    }
    Ok(if done.damaged.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn rederive(settings: &Settings, all: bool) -> anyhow::Result<Rederived> {
    // the index is not opened, so nothing has to be tried
    let prober: Prober = Arc::new(|_| Probe::Sound);
    let clock = SystemClock::shared();
    // nothing is received
    let memory = Memory::new(&settings.memory_shares());
    let receiver = Receiver::new(Arc::clone(&clock), settings.ingest_limits()?, memory.clone());
    let entrance = Entrance::shut(receiver, memory);
    let (app, _) = App::open(settings, Arc::clone(&clock), prober, entrance).await?;
    let now = clock.now_unix_nano();
    app.store().reconcile(now).await?;
    let what = Rederivation { prices: app.store().prices(), all };
    let tell = |file: &ArchiveFile, number: usize, count: usize| {
        // progress that nobody reads is no reason to stop
        let _ = writeln!(std::io::stdout(), "{number}/{count} {} ({} rows)", file.path, file.row_count);
    };
    let done = app.store().rederive(what, now, tell).await;
    app.close().await;
    Ok(done?)
}
