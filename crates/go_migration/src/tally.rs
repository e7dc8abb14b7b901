//! What an import has found, and the sentences of its report. It is stored with the position behind each page, so that it is
//! exact over interruptions.

use serde::{Deserialize, Serialize};

/// What all imported pages of one DuckDB file held.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tally {
    /// Rows read.
    pub rows: u64,
    /// Spans handed on.
    pub imported: u64,
    /// Spans that the server had already, from the ingestion service.
    pub already_here: u64,
    /// Rows whose ids no span can have.
    pub unusable_ids: u64,
    /// Spans that no receiver would take.
    pub refused: u64,
    /// Events in imported spans.
    pub events: u64,
    /// Those of them that change a state.
    pub state_events: u64,
    /// Workflows and subflows.
    pub workflows: u64,
    /// Integers beyond 2^53, which the Go server may have rounded.
    pub large_integers: u64,
    /// Arrays that were empty when they were sent: the Go server stored them as null.
    pub empty_arrays: u64,
    /// Texts that should be JSON of a certain form and are not; kept as a text attribute where there is a place.
    pub unreadable: u64,
    /// Times before 1970 or beyond what nanoseconds count; 0 takes their place.
    pub unusable_times: u64,
    /// Rows with links, in a form that no known version of the Go server writes.
    pub links: u64,
}

impl Tally {
    /// What could not be given back, as sentences; counts of nothing are left out.
    pub fn losses(&self) -> Vec<String> {
        let counted = [
            (
                self.unusable_ids,
                "rows have ids that no span can have (not 32 and 16 hex digits, or all zero) and are left out",
            ),
            (
                self.refused,
                "spans have values deeper within each other than any sender may send, and are left out",
            ),
            (
                self.large_integers,
                "integers are beyond 2^53: the Go server may have rounded them before it stored them",
            ),
            (
                self.empty_arrays,
                "attributes are null in the file: they were empty arrays, and are that again",
            ),
            (
                self.unreadable,
                "columns do not hold the JSON that belongs there: their text is kept as attribute junjo.import.<column>",
            ),
            (self.unusable_times, "times cannot be said in unsigned nanoseconds and are 0"),
            (
                self.links,
                "rows have links in a form that this import does not know, kept as attribute junjo.import.links_json",
            ),
        ];
        counted
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, text)| format!("{count} {text}"))
            .collect()
    }
}

/// What the Go server never stored of any span, whatever the file: the report says so each time.
pub const NEVER_STORED: &[&str] = &[
    "span links, the instrumentation scope, dropped counts of spans, and all of the resource but service.name",
    "the attributes junjo.workflow_id and node.id",
    "nanoseconds: times are in whole microseconds",
    "bytes (they are hex text), and arrays and maps within arrays and maps",
    "whether a whole number was sent as an integer or as a double: it is an integer",
    "the service of a span where another service's span was read in the same batch of 100: it has the first one's name",
    "spans of a batch that failed",
];
