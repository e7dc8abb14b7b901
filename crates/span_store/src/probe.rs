//! What a child process tries so that the server does not die of it: opening the index, or decoding one record.

use std::ops::ControlFlow;
use std::path::Path;

use junjo_span_model::PriceTable;
use junjo_wal::Record;

use crate::decode::{Message, decode_whole_logs, decode_whole_spans};
use crate::index::probe::{Probe, probe_index};

/// What the name of a file with a record ends with, instead of that of an index.
pub(crate) const SUSPECT: &str = "suspect";

/// Tries the file at `path`. Call it in a process that may die.
pub fn probe(path: &Path) -> Probe {
    if path.extension().is_some_and(|extension| extension == SUSPECT) {
        probe_record(path)
    } else {
        probe_index(path)
    }
}

/// Decodes a record in each way in which the index and the archive do. Whether it decodes is not the question: one that merely
/// does not ends nothing.
fn probe_record(path: &Path) -> Probe {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => return Probe::Blocked(error.to_string()),
    };
    let Some(record) = Record::of_trial(&bytes) else {
        return Probe::Blocked("the file holds no record".to_owned());
    };
    let prices = PriceTable::bundled();
    if let Ok(message) = Message::open(&record) {
        let _ = message.span_rows(prices, 0, &mut |_| ControlFlow::Continue(()));
        let _ = message.log_rows(0, &mut |_| ControlFlow::Continue(()));
    }
    let _ = decode_whole_spans(&record, prices, &|_| true, &mut drop);
    let _ = decode_whole_logs(&record, &|_| true, &mut drop);
    Probe::Sound
}
