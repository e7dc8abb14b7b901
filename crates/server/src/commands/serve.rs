//! `junjo-server serve`: runs the server until it is told to stop.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use junjo_span_store::Prober;
use junjo_web::{Lifecycle, SystemClock, lifecycle::os_signals};

use super::probe_index;
use crate::running::Running;
use crate::settings::Settings;
use crate::watch;
use crate::{allocator, private_files};

/// Time to finish what is in flight after a stop signal; compose kills after 10 s by default.
const STOP_LIMIT: Duration = Duration::from_secs(8);

/// Serves, and returns how the process ended.
pub fn run(settings: Settings) -> anyhow::Result<ExitCode> {
    private_files::make_private();
    allocator::keep_freed_pages_shortly()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let watch = watch::start(&settings.watch, &settings.listen)?;
        tracing::info!(settings = ?settings, "starting");
        for name in settings.retired.present() {
            tracing::info!(name, "this setting of the Go server is not needed any more");
        }
        let lifecycle = Lifecycle::new();
        let binary = std::env::current_exe()?;
        let prober: Prober = Arc::new(move |path: &Path| probe_index::in_child(&binary, path));
        let running = Running::start(settings, SystemClock::shared(), prober, &lifecycle).await?;
        let outcome = lifecycle.supervise(os_signals()?, STOP_LIMIT).await;
        running.app.close().await;
        watch.stop();
        Ok(outcome.into())
    })
}
