//! The runtime of work that may wait (index, seals, scans, exports): its threads leave the processors to those that
//! acknowledge requests. Of what a client waits for, it runs only what takes seconds anyway.

use std::sync::Arc;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio_util::task::AbortOnDropHandle;

/// Threads of blocking work: one indexes, one seals, two scan, two export, and the others serve what these call.
const BLOCKING_THREADS_MAX: usize = 8;
/// Niceness of its threads: a thread at 0 gets about nine times their share while both want a processor, and nothing is
/// lost while there is one to spare.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 10;
/// Threads of work that nobody waits for: one seals, one merges, one computes rows of large traces.
const PATIENT_THREADS_MAX: usize = 3;
/// Niceness of these: the indexer gets about seven times their share, so that what arrives is seen while files are written.
#[cfg(target_os = "linux")]
const NICENESS_OF_PATIENT: i32 = 19;

/// The threads of work that may wait. Cheap to clone; ends with the last clone, without waiting for what still runs.
#[derive(Clone)]
pub struct Background {
    runtime: Arc<Owned>,
    patient: Arc<Owned>,
}

struct Owned {
    handle: Handle,
    runtime: Option<Runtime>,
}

impl Background {
    /// Starts the threads.
    ///
    /// # Errors
    /// When the system gives none.
    pub fn start() -> std::io::Result<Self> {
        let runtime = Owned::start("background", BLOCKING_THREADS_MAX, yield_to_others)?;
        let patient = Owned::start("patient", PATIENT_THREADS_MAX, yield_to_all)?;
        Ok(Self { runtime: Arc::new(runtime), patient: Arc::new(patient) })
    }

    /// For those who start such work themselves.
    pub fn handle(&self) -> Handle {
        self.runtime.handle.clone()
    }

    /// For blocking work that nobody waits for, and that holds no lock which others need.
    pub fn patient(&self) -> Handle {
        self.patient.handle.clone()
    }

    /// Runs `work` on these threads, also its blocking parts. A panic in it is one here; dropping this aborts it.
    pub async fn run<T: Send + 'static>(self, work: impl Future<Output = T> + Send + 'static) -> T {
        let task = AbortOnDropHandle::new(self.runtime.handle.spawn(work));
        match task.await {
            Ok(done) => done,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // only the end of the runtime cancels it, and `self` holds that
                Err(_) => std::future::pending().await,
            },
        }
    }
}

impl Owned {
    fn start(
        name: &str,
        blocking_threads_max: usize,
        on_start: impl Fn() + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .max_blocking_threads(blocking_threads_max)
            .thread_name(name)
            .on_thread_start(on_start)
            .enable_all()
            .build()?;
        Ok(Self { handle: runtime.handle().clone(), runtime: Some(runtime) })
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// On Linux niceness belongs to a thread; elsewhere it would be the whole process's.
fn yield_to_others() {
    #[cfg(target_os = "linux")]
    set_niceness(NICENESS);
}

fn yield_to_all() {
    #[cfg(target_os = "linux")]
    set_niceness(NICENESS_OF_PATIENT);
}

#[cfg(target_os = "linux")]
fn set_niceness(niceness: i32) {
    if let Err(error) = rustix::process::setpriority_process(None, niceness) {
        tracing::debug!(%error, "background threads keep the ordinary priority");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: work on the runtime that blocks and answers. Guarantee: it runs there, and its answer arrives.
    #[tokio::test]
    async fn run_blocking_part_stays_on_background_threads() {
        let background = Background::start().expect("threads");
        let work = async {
            let name = || std::thread::current().name().map(str::to_owned);
            tokio::task::spawn_blocking(name).await.expect("no panic")
        };
        assert_eq!(background.run(work).await.as_deref(), Some("background"));
    }

    /// Scenario: work that panics. Guarantee: whoever waits for it panics with the same words.
    #[tokio::test]
    #[should_panic(expected = "out of ideas")]
    async fn run_panic_reaches_caller() {
        let background = Background::start().expect("threads");
        background.run(async { panic!("out of ideas") }).await;
    }
}
