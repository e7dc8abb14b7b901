//! Sealing: the oldest records become archive files, and the wal may forget them.

pub(crate) mod plan;
pub(crate) mod sealer;
