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

/// The threads of work that may wait. Cheap to clone; ends with the last clone, without waiting for what still runs.
#[derive(Clone)]
pub struct Background {
    runtime: Arc<Owned>,
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
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .max_blocking_threads(BLOCKING_THREADS_MAX)
            .thread_name("background")
            .on_thread_start(yield_to_others)
            .enable_all()
            .build()?;
        let owned = Owned { handle: runtime.handle().clone(), runtime: Some(runtime) };
        Ok(Self { runtime: Arc::new(owned) })
    }

    /// For those who start such work themselves.
    pub fn handle(&self) -> Handle {
        self.runtime.handle.clone()
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
    if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
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
