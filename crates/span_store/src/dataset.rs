//! The two datasets of the store. Each has rows in the index, files in the archive and marks of its own.

use junjo_wal::{Record, Signal};

/// What is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dataset {
    /// Spans.
    Spans,
    /// Log records.
    Logs,
}

impl Dataset {
    /// Both, in the order in which they are sealed.
    pub const ALL: [Self; 2] = [Self::Spans, Self::Logs];

    /// The name in the manifest, and the beginning of a file's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Spans => "spans",
            Self::Logs => "logs",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dataset| dataset.as_str() == name)
    }

    /// The signal whose records hold the items.
    pub(crate) const fn signal(self) -> Signal {
        match self {
            Self::Spans => Signal::Traces,
            Self::Logs => Signal::Logs,
        }
    }

    /// The dataset that a record belongs to. One of an unknown signal is kept with the spans, to be quarantined.
    pub fn of(record: &Record) -> Self {
        if record.signal == Some(Signal::Logs) { Self::Logs } else { Self::Spans }
    }
}
