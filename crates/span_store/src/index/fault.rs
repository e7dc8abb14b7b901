//! Faults of the index that trying again does not cure. Whoever meets one says so; the indexer then closes the file, and
//! opens it again or has it made anew.

use std::sync::Arc;

use tokio::sync::watch;

use crate::error::StoreError;

/// What is wrong, with DuckDB's reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The file does not hold what was written to it: it has to be made anew.
    Corrupt(String),
    /// DuckDB has declared its instance unusable: the file has to be opened again.
    Invalidated(String),
}

/// Classes of errors in which DuckDB speaks of its file. Others may quote what a client asked for.
const CLASSES: [&str; 5] =
    ["IO Error", "INTERNAL Error", "Serialization Error", "FATAL Error", "TransactionContext Error"];
/// What it says of a file that is not what was written, in lower case.
const CORRUPT: [&str; 5] = [
    "corrupt",
    "could not read enough bytes",
    "failed to deserialize",
    "not a valid duckdb database file",
    "failed to scan dictionary string",
];
/// In the names of files that hold what does not fit into memory; those are gone with the instance.
const SPILL: &str = "duckdb_temp_";

impl Fault {
    /// The fault that an error tells of, if it does.
    pub(crate) fn of(error: &StoreError) -> Option<Self> {
        let StoreError::Index { source, .. } = error else { return None };
        Self::of_text(source.to_string())
    }

    fn of_text(text: String) -> Option<Self> {
        if !CLASSES.iter().any(|class| text.starts_with(class)) {
            return None;
        }
        let lower = text.to_lowercase();
        if CORRUPT.iter().any(|sign| lower.contains(sign)) && !lower.contains(SPILL) {
            Some(Self::Corrupt(text))
        } else if text.starts_with("FATAL") || lower.contains("database has been invalidated") {
            Some(Self::Invalidated(text))
        } else {
            None
        }
    }

    /// What the status route says while nothing has been done about it yet.
    pub(crate) fn detail(&self) -> String {
        match self {
            Self::Corrupt(reason) => format!("the index is damaged and will be made anew: {reason}"),
            Self::Invalidated(reason) => format!("the index will be opened again: {reason}"),
        }
    }
}

/// How one opening of the index is. A query that outlives it reports to nobody.
#[derive(Debug, Clone, Default)]
pub(crate) struct Health(Arc<watch::Sender<Option<Fault>>>);

impl Health {
    /// Takes note of a fault that `error` tells of; true when it does. The first one that is found stays.
    pub(crate) fn note(&self, error: &StoreError) -> bool {
        let Some(fault) = Fault::of(error) else { return false };
        let is_first = self.0.send_if_modified(|known| {
            let is_first = known.is_none();
            known.get_or_insert(fault);
            is_first
        });
        if is_first {
            metrics::counter!("junjo_index_faults_total").increment(1);
            tracing::error!(error = error as &dyn std::error::Error, "the index has a fault");
        }
        true
    }

    /// What was found.
    pub(crate) fn fault(&self) -> Option<Fault> {
        self.0.borrow().clone()
    }

    /// Waits until something is found.
    pub(crate) async fn faulted(&self) {
        // the sender is ours, so waiting cannot fail
        let _ = self.0.subscribe().wait_for(Option::is_some).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: texts of DuckDB about damaged blocks, a cut-off file, a dead instance, the machine, and a client's value.
    /// Guarantee: only what speaks of the file is a fault, and damage is told from a dead instance.
    #[test]
    fn of_text_known_errors_are_told_apart() {
        let fault = |text: &str| Fault::of_text(text.to_owned());
        let corrupt = [
            "IO Error: Corrupt database file: computed checksum 1 does not match stored checksum 2 in block at location 12288",
            "FATAL Error: Failed to create checkpoint because of error: IO Error: Corrupt database file: computed checksum 1",
            "IO Error: Could not read enough bytes from file \"/d/index.duckdb\": attempted to read 262144 bytes from location 1",
        ];
        for text in corrupt {
            assert_eq!(fault(text), Some(Fault::Corrupt(text.to_owned())));
        }
        let dead = "FATAL Error: Failed: database has been invalidated because of a previous fatal error.";
        assert_eq!(fault(dead), Some(Fault::Invalidated(dead.to_owned())));
        let other = [
            "IO Error: Could not write file \"/d/index.duckdb\": No space left on device",
            "Conversion Error: Could not convert string 'IO Error: Corrupt database file' to INT64",
            "IO Error: Could not read enough bytes from file \"/d/index.duckdb.tmp/duckdb_temp_storage-0.tmp\"",
            "Out of Memory Error: failed to allocate data of size 1.0 MiB",
        ];
        for text in other {
            assert_eq!(fault(text), None);
        }
    }
}
