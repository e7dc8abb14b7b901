//! Connections that send all the time, over every restart, and put each answer into the ledger.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::carrier::{Answer, Carrier};
use crate::ledger::{LATE_TRACES, Ledger};
use crate::tally::Tally;

/// Spans after which a connection begins another trace.
const TRACE_SPANS: u64 = 200;
/// Spans of one request at most.
const REQUEST_SPANS_MAX: u64 = 40;
/// On average.
pub(crate) const REQUEST_SPANS_MEAN: f64 = 20.5;
/// Pause after an error: the receiver may be on its way back.
const RETRY_PAUSE: Duration = Duration::from_millis(20);
/// Pause between requests of one connection, so that the load is steady and the machine is not the limit.
pub(crate) const SEND_PAUSE: Duration = Duration::from_millis(2);
/// Out of 100 requests, how many are sent again until there is an answer. The rest stay open after an error, as when a
/// client gives up.
const REPEATED_PERCENT: u32 = 70;
/// Out of 100 requests, how many go to an older trace.
const LATE_PERCENT: u32 = 15;

/// Who sends how.
pub(crate) struct Load {
    /// One for each connection.
    pub(crate) carriers: Vec<Carrier>,
    /// Between two requests of a connection.
    pub(crate) pause: Duration,
    pub(crate) seed: u64,
    pub(crate) tally: Arc<Mutex<Tally>>,
}

/// The connections; they end when this is dropped or told to.
pub(crate) struct Senders {
    running: watch::Sender<bool>,
    ending: watch::Sender<bool>,
    idle: Vec<watch::Receiver<bool>>,
    tasks: JoinSet<()>,
}

impl Senders {
    /// Starts the connections of `load`, paused.
    pub(crate) fn start(load: Load, ledger: &Arc<Mutex<Ledger>>) -> Self {
        let (running, is_running) = watch::channel(false);
        let (ending, is_ending) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let mut idle = Vec::new();
        for (number, carrier) in (0_u64..).zip(load.carriers) {
            let (idle_tx, idle_rx) = watch::channel(true);
            idle.push(idle_rx);
            let sender = Sender {
                carrier,
                pause: load.pause,
                ledger: Arc::clone(ledger),
                tally: Arc::clone(&load.tally),
                random: StdRng::seed_from_u64(load.seed.wrapping_add(number)),
                running: is_running.clone(),
                ending: is_ending.clone(),
                idle: idle_tx,
                trace: 0,
            };
            tasks.spawn(sender.run());
        }
        Self { running, ending, idle, tasks }
    }

    /// Lets them send.
    pub(crate) fn resume(&self) {
        self.running.send_replace(true);
    }

    /// Waits until every connection has finished what it is doing; the receiver has to be there for that.
    pub(crate) async fn pause(&mut self) {
        self.running.send_replace(false);
        for idle in &mut self.idle {
            let _ = idle.wait_for(|idle| *idle).await;
        }
    }

    /// Ends the connections, which have to be paused.
    pub(crate) async fn end(mut self) {
        self.ending.send_replace(true);
        self.running.send_replace(true);
        while self.tasks.join_next().await.is_some() {}
    }
}

struct Sender {
    carrier: Carrier,
    pause: Duration,
    tally: Arc<Mutex<Tally>>,
    ledger: Arc<Mutex<Ledger>>,
    random: StdRng,
    running: watch::Receiver<bool>,
    ending: watch::Receiver<bool>,
    idle: watch::Sender<bool>,
    trace: u64,
}

impl Sender {
    async fn run(mut self) {
        loop {
            if !*self.running.borrow() {
                self.idle.send_replace(true);
            }
            if self.running.wait_for(|running| *running).await.is_err() || *self.ending.borrow() {
                return;
            }
            self.idle.send_replace(false);
            self.send_one().await;
            tokio::time::sleep(self.pause).await;
        }
    }

    async fn send_one(&mut self) {
        let count = self.random.random_range(1..=REQUEST_SPANS_MAX);
        let late = self.random.random_ratio(LATE_PERCENT, 100);
        let (spans, message) = {
            let mut ledger = self.ledger.lock();
            if self.trace == 0 || ledger.fates(self.trace).len() as u64 >= TRACE_SPANS {
                self.trace = ledger.open_trace();
            }
            let trace = if late {
                self.random.random_range(
                    ledger.trace_count().saturating_sub(LATE_TRACES).max(1)..=ledger.trace_count(),
                )
            } else {
                self.trace
            };
            let spans = ledger.book(trace, count);
            let message = Bytes::from(ledger.message(&spans));
            (spans, message)
        };
        let repeats = self.random.random_ratio(REPEATED_PERCENT, 100);
        loop {
            let answer = self.carrier.send(message.clone()).await;
            self.tally.lock().heard(&answer, Instant::now());
            if answer == Answer::Acknowledged {
                self.ledger.lock().acknowledge(&spans);
                return;
            }
            tokio::time::sleep(RETRY_PAUSE).await;
            if !repeats {
                return;
            }
            self.ledger.lock().repeated_requests += 1;
        }
    }
}
