//! What memory is taken for.

/// A use of memory with a share of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// Messages being received: their bytes, decompressed, and as protobuf.
    Receive,
    /// A log record being decompressed, its spans as rows, and their way into the index.
    Index,
    /// Spans on their way from the log into the archive, files being merged, rows being written again.
    Seal,
    /// What questions read before it becomes an answer.
    Read,
    /// Answers and pieces of answers that wait for their reader.
    Send,
    /// Encoders that compress answers.
    Compress,
}

impl Part {
    /// Every part, in the order of its number.
    pub const ALL: [Self; 6] =
        [Self::Receive, Self::Index, Self::Seal, Self::Read, Self::Send, Self::Compress];

    /// Its name in `/otel/status` and `/metrics`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Receive => "receive",
            Self::Index => "index",
            Self::Seal => "seal",
            Self::Read => "read",
            Self::Send => "send",
            Self::Compress => "compress",
        }
    }

    /// What it is for, as sentences name it.
    pub const fn purpose(self) -> &'static str {
        match self {
            Self::Receive => "messages being received",
            Self::Index => "indexing",
            Self::Seal => "sealing",
            Self::Read => "reading what this asks for",
            Self::Send => "answers that wait for their reader",
            Self::Compress => "compressing answers",
        }
    }
}
