//! What DuckDB says, put into meanings: the only place that reads the texts of its errors.

use duckdb::Error;

use crate::error::StoreError;

/// What an error of DuckDB means for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Somebody stopped the query.
    Interrupted,
    /// The memory that the instance may use is not enough.
    OutOfMemory,
    /// The file does not hold what was written to it.
    Corrupt,
    /// DuckDB has declared its instance unusable.
    Invalidated,
    /// The machine stands in the way: a lock, rights, the disk.
    Environment,
    /// Anything else: a bug of ours, or a value that does not fit.
    Other,
}

/// Classes of errors in which DuckDB speaks of its file. Others may quote what a client asked for.
const FILE_CLASSES: [&str; 5] =
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
/// What it says of faults of the machine.
const ENVIRONMENT: [&str; 7] = [
    "Could not set lock",
    "Conflicting lock",
    "Permission denied",
    "No space left",
    "Out of Memory",
    "Read-only file system",
    "Too many open files",
];

/// What `error` means.
pub(super) fn meaning(error: &Error) -> Meaning {
    meaning_of(&error.to_string())
}

fn meaning_of(text: &str) -> Meaning {
    if text.starts_with("INTERRUPT") {
        return Meaning::Interrupted;
    }
    if text.starts_with("Out of Memory Error") {
        return Meaning::OutOfMemory;
    }
    if FILE_CLASSES.iter().any(|class| text.starts_with(class)) {
        let lower = text.to_lowercase();
        if CORRUPT.iter().any(|sign| lower.contains(sign)) && !lower.contains(SPILL) {
            return Meaning::Corrupt;
        }
        if text.starts_with("FATAL") || lower.contains("database has been invalidated") {
            return Meaning::Invalidated;
        }
    }
    if names_machine(text) { Meaning::Environment } else { Meaning::Other }
}

/// Whether a file that does not open may be in order: the error names a fault of the machine, whatever else it says.
pub(super) fn is_of_machine(error: &Error) -> bool {
    names_machine(&error.to_string())
}

fn names_machine(text: &str) -> bool {
    ENVIRONMENT.iter().any(|sign| text.contains(sign))
}

impl StoreError {
    /// An error of DuckDB while it did `action`, a verb with its object.
    pub(crate) fn index(action: &'static str) -> impl FnOnce(Error) -> Self {
        move |source| match meaning(&source) {
            Meaning::Interrupted => Self::Interrupted,
            Meaning::OutOfMemory => Self::OutOfMemory { action, source: Box::new(source) },
            _ => Self::Index { action, source: Box::new(source) },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: texts of DuckDB about damaged blocks, a cut-off file, a dead instance, the machine, and a client's value.
    /// Guarantee: only what speaks of the file is a fault, and damage is told from a dead instance.
    #[test]
    fn meaning_of_known_errors_are_told_apart() {
        let corrupt = [
            "IO Error: Corrupt database file: computed checksum 1 does not match stored checksum 2 in block at location 12288",
            "FATAL Error: Failed to create checkpoint because of error: IO Error: Corrupt database file: computed checksum 1",
            "IO Error: Could not read enough bytes from file \"/d/index.duckdb\": attempted to read 262144 bytes from location 1",
        ];
        for text in corrupt {
            assert_eq!(meaning_of(text), Meaning::Corrupt);
        }
        let dead = "FATAL Error: Failed: database has been invalidated because of a previous fatal error.";
        assert_eq!(meaning_of(dead), Meaning::Invalidated);
        let other = [
            "IO Error: Could not write file \"/d/index.duckdb\": No space left on device",
            "Conversion Error: Could not convert string 'IO Error: Corrupt database file' to INT64",
            "IO Error: Could not read enough bytes from file \"/d/index.duckdb.tmp/duckdb_temp_storage-0.tmp\"",
            "Out of Memory Error: failed to allocate data of size 1.0 MiB",
        ];
        let meanings = [Meaning::Environment, Meaning::Other, Meaning::Other, Meaning::OutOfMemory];
        assert_eq!(other.map(meaning_of), meanings);
    }

    /// Scenario: a query is interrupted; a checkpoint fails on a full disk. Guarantee: the interrupt is no fault; the full
    /// disk makes the instance unusable, and is still known as a fault of the machine.
    #[test]
    fn meaning_of_interrupt_and_full_disk() {
        assert_eq!(meaning_of("INTERRUPT Error: Interrupted!"), Meaning::Interrupted);
        let full = "FATAL Error: Failed to create checkpoint because of error: No space left on device";
        assert_eq!(meaning_of(full), Meaning::Invalidated);
        assert!(names_machine(full));
    }
}
