//! The log against a simple model: any sequence of appends, reads, trims, restarts and kills. A kill is a copy of the
//! files while appends are under way; the copy is what the next process finds.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed, which is what it should do")]

use std::collections::BTreeMap;
use std::path::Path;

use junjo_wal::{NewRecord, Sender, Sequence, Signal, Wal, WalOptions};
use proptest::prelude::*;
use proptest::test_runner::Config;
use tokio::runtime::Runtime;

/// What can be done with a log.
#[derive(Debug, Clone)]
enum Step {
    /// Appends of so many requests at once; each with its number of items and bytes.
    Append(Vec<Request>),
    /// A page of another log with the position behind it.
    Pull { source: u8, requests: Vec<Request> },
    /// Read what comes after a share of all sequences, at most so many bytes.
    Read { after: f64, bytes_max: u64 },
    /// Allow everything up to a share of all sequences to go.
    Trim { up_to: f64 },
    /// End in order and start again.
    Restart,
    /// Die while these requests are being appended, and start again.
    Kill(Vec<Request>),
}

#[derive(Debug, Clone, Copy)]
struct Request {
    is_log: bool,
    items: u32,
    bytes: usize,
}

impl Request {
    fn signal(self) -> Signal {
        if self.is_log { Signal::Logs } else { Signal::Traces }
    }
}

fn requests(count_max: usize) -> impl Strategy<Value = Vec<Request>> {
    let request = (any::<bool>(), 0_u32..500, prop_oneof![4 => 0_usize..2_000, 1 => 0_usize..100_000]);
    let request = request.prop_map(|(is_log, items, bytes)| Request { is_log, items, bytes });
    prop::collection::vec(request, 1..=count_max)
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => requests(5).prop_map(Step::Append),
        2 => (0_u8..3, requests(3)).prop_map(|(source, requests)| Step::Pull { source, requests }),
        3 => (0.0..1.1, 1_u64..500_000).prop_map(|(after, bytes_max)| Step::Read { after, bytes_max }),
        2 => (0.0..1.0).prop_map(|up_to| Step::Trim { up_to }),
        1 => Just(Step::Restart),
        2 => requests(4).prop_map(Step::Kill),
    ];
    prop::collection::vec(step, 1..25)
}

/// What was stored: signal, items, and the number that its message begins with.
type Stored = (Signal, u32, u64);

/// What the log has to know.
#[derive(Default)]
struct Model {
    records: BTreeMap<i64, Stored>,
    /// Up to here records may be gone.
    trimmed: i64,
    /// The newest sequence that anybody has seen.
    newest: i64,
    positions: BTreeMap<String, Vec<u8>>,
    accepted: BTreeMap<bool, (u64, u64)>,
    next_message: u64,
}

impl Model {
    fn message(&mut self, request: Request) -> (u64, NewRecord) {
        self.next_message += 1;
        let number = self.next_message;
        let mut message = number.to_le_bytes().to_vec();
        message.extend((0..request.bytes).map(|at| (number.wrapping_mul(at as u64 + 1) >> 3) as u8));
        let received = i64::try_from(number).unwrap();
        let record = NewRecord::compress(
            request.signal(),
            Sender::in_default_project("key"),
            received,
            request.items,
            &message,
        );
        (number, record.unwrap())
    }

    fn stored(&mut self, sequence: Sequence, request: Request, number: u64) {
        assert!(sequence.0 > 0);
        assert!(self.records.insert(sequence.0, (request.signal(), request.items, number)).is_none());
        let (items, records) = self.accepted.entry(request.is_log).or_default();
        *items += u64::from(request.items);
        *records += 1;
    }

    /// The sequence that is this share of all.
    fn share(&self, share: f64) -> i64 {
        (self.newest as f64 * share) as i64
    }
}

struct Subject {
    dir: tempfile::TempDir,
    wal: Wal,
    model: Model,
}

fn open(dir: &Path, floor: i64) -> Wal {
    let options = WalOptions { free_bytes_min: 0, free_percent_min: 0, ..WalOptions::in_dir(dir) };
    let wal = Wal::open(&options, Sequence(floor)).unwrap();
    assert!(wal.salvaged().is_none(), "the log was taken for damaged");
    wal
}

impl Subject {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let wal = open(dir.path(), 0);
        Self { dir, wal, model: Model::default() }
    }

    async fn take(&mut self, step: Step) {
        match step {
            Step::Append(requests) => self.append(requests).await,
            Step::Pull { source, requests } => self.pull(source, requests).await,
            Step::Read { after, bytes_max } => self.read(self.model.share(after), bytes_max),
            Step::Trim { up_to } => {
                self.model.trimmed = self.model.trimmed.max(self.model.share(up_to));
                self.wal.trim(Sequence(self.model.trimmed));
            }
            Step::Restart => {
                self.wal.close().await;
                self.wal = open(self.dir.path(), self.model.trimmed);
                self.check_everything();
            }
            Step::Kill(requests) => self.kill(requests).await,
        }
    }

    async fn append(&mut self, requests: Vec<Request>) {
        let (mut numbers, mut appends) = (Vec::new(), Vec::new());
        for request in requests {
            let (number, record) = self.model.message(request);
            let wal = self.wal.clone();
            numbers.push((request, number));
            appends.push(async move { wal.append(record).await.unwrap() });
        }
        let before = self.model.newest;
        for (sequence, (request, number)) in futures::future::join_all(appends).await.into_iter().zip(numbers)
        {
            assert!(sequence.0 > before, "{sequence} was given out again after {before}");
            self.model.newest = self.model.newest.max(sequence.0);
            self.model.stored(sequence, request, number);
        }
        assert_eq!(self.wal.committed().borrow().0, self.model.newest);
    }

    async fn pull(&mut self, source: u8, requests: Vec<Request>) {
        let source = format!("remote {source}");
        let (mut numbers, mut records) = (Vec::new(), Vec::new());
        for request in requests {
            let (number, record) = self.model.message(request);
            numbers.push((request, number));
            records.push(record);
        }
        let position = self.model.next_message.to_be_bytes().to_vec();
        let last = self.wal.append_pulled(records, source.clone(), position.clone()).await.unwrap();
        let first = last.0 + 1 - i64::try_from(numbers.len()).unwrap();
        assert!(first > self.model.newest);
        for (sequence, (request, number)) in (first..).zip(numbers) {
            self.model.stored(Sequence(sequence), request, number);
        }
        self.model.newest = last.0;
        self.model.positions.insert(source, position);
    }

    /// A read gives records in order without a gap, as many as asked for, and at least one.
    fn read(&self, after: i64, bytes_max: u64) {
        let read = self.wal.read_after(Sequence(after), bytes_max).unwrap();
        let mut bytes = 0;
        for (at, record) in read.iter().enumerate() {
            assert!(at == 0 || bytes < bytes_max, "more was read than asked for");
            bytes += record.payload_bytes();
        }
        let sequences: Vec<i64> = read.iter().map(|record| record.sequence.0).collect();
        let from = sequences.first().copied().unwrap_or(i64::MAX);
        let kept =
            self.model.records.range(after + 1..).filter(|(at, _)| **at > self.model.trimmed || **at >= from);
        let kept: Vec<i64> = kept.map(|(sequence, _)| *sequence).collect();
        assert_eq!(sequences, kept[..sequences.len()]);
        assert!(bytes >= bytes_max || sequences.len() == kept.len(), "records are missing");
    }

    /// The log holds what the model holds, and counts it.
    fn check_everything(&self) {
        let read = self.wal.read_after(Sequence(0), u64::MAX).unwrap();
        let mut expected = self.model.records.clone();
        if let Some(first) = read.first() {
            assert!(
                first.sequence.0 <= self.model.trimmed + 1
                    || !expected.contains_key(&(self.model.trimmed + 1))
            );
            expected = expected.split_off(&first.sequence.0);
        } else {
            expected = expected.split_off(&(self.model.trimmed + 1));
        }
        let found: BTreeMap<i64, Stored> = read
            .iter()
            .map(|record| {
                let number = u64::from_le_bytes(record.message().unwrap()[..8].try_into().unwrap());
                (record.sequence.0, (record.signal.unwrap(), record.item_count, number))
            })
            .collect();
        assert_eq!(found, expected);
        let stats = self.wal.stats().unwrap();
        assert_eq!(stats.records, read.len() as u64);
        assert_eq!(stats.live_bytes, read.iter().map(junjo_wal::Record::payload_bytes).sum::<u64>());
        for (is_log, signal) in [(false, Signal::Traces), (true, Signal::Logs)] {
            let accepted = self.wal.accepted(signal);
            let (items, records) = self.model.accepted.get(&is_log).copied().unwrap_or_default();
            assert_eq!((accepted.items, accepted.records), (items, records));
        }
        for (source, position) in &self.model.positions {
            assert_eq!(self.wal.remote_position(source).unwrap().as_ref(), Some(position));
        }
    }

    /// Requests under way at a kill are there whole, in the counters too, or not at all; nothing else changes.
    async fn kill(&mut self, requests: Vec<Request>) {
        let mut open_requests = BTreeMap::new();
        let mut appends = Vec::new();
        for request in requests {
            let (number, record) = self.model.message(request);
            open_requests.insert(number, request);
            let wal = self.wal.clone();
            appends.push(tokio::spawn(async move { wal.append(record).await }));
        }
        tokio::task::yield_now().await;
        let next = tempfile::tempdir().unwrap();
        // the file first: it only changes in checkpoints, of which there is none in so small a log
        for name in ["wal.db", "wal.db-wal"] {
            let _ = std::fs::copy(self.dir.path().join(name), next.path().join(name));
        }
        for append in appends {
            append.await.unwrap().unwrap();
        }
        self.wal.close().await;
        self.wal = open(next.path(), self.model.trimmed);
        self.dir = next;
        for record in self.wal.read_after(Sequence(self.model.newest), u64::MAX).unwrap() {
            let number = u64::from_le_bytes(record.message().unwrap()[..8].try_into().unwrap());
            let request =
                open_requests.remove(&number).expect("only requests under way may appear, and once");
            self.model.newest = record.sequence.0;
            self.model.stored(record.sequence, request, number);
        }
        self.check_everything();
    }
}

proptest! {
    #![proptest_config(Config { cases: 40, max_shrink_iters: 200, ..Config::default() })]

    /// Scenario: any sequence of appends, pulled pages, reads, trims, restarts and kills. Guarantee: no sequence is given
    /// out twice, nothing acknowledged is missing or changed, positions and counters are exact.
    #[test]
    fn log_behaves_as_its_model(steps in steps()) {
        let runtime = Runtime::new().unwrap();
        runtime.block_on(async {
            let mut subject = Subject::new();
            for step in steps {
                subject.take(step).await;
            }
            subject.take(Step::Restart).await;
        });
    }
}
